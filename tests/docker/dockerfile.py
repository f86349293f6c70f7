"""docker/Dockerfile as a list of instructions."""

import re
from dataclasses import dataclass

from tests.docker.compose_file import FOLDER


@dataclass(frozen=True)
class Instruction:
    """One instruction, continuation lines joined; `stage` counts from 0, -1 before the first FROM."""

    name: str
    text: str
    stage: int

    @property
    def words(self) -> list[str]:
        """Its arguments without options such as `--from=wheels`."""
        return [word for word in self.text.split() if not word.startswith("--")]


def instructions() -> tuple[Instruction, ...]:
    """The instructions of the file, in order."""
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    found, stage = [], -1
    for line in joined.splitlines():
        name, _, rest = line.partition(" ")
        stage += name == "FROM"
        found.append(Instruction(name, rest.strip(), stage))
    return tuple(found)


def named(name: str) -> list[Instruction]:
    """The instructions of one kind."""
    return [each for each in instructions() if each.name == name]
