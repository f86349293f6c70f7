"""A copy of the mappings to add provinces to, and the example province of docs/adding-a-province.md."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner, Result

import app

EXAMPLES = app.MAPPINGS.parent / "docs" / "examples" / "qinghai"
SAMPLES = tuple(
    EXAMPLES / f"queryPerson.{name}.xml" for name in ("request", "known.reply", "nobody.reply", "busy.reply")
)


def copied(folder: Path) -> Path:
    """A copy of the mappings."""
    return Path(shutil.copytree(app.MAPPINGS, folder / "mappings"))


def given(mappings: Path, *arguments: str) -> Result:
    """One command about parties, working in a copy of the mappings."""
    return CliRunner().invoke(app.cli, [*arguments, "--mappings", str(mappings)])


def told(mappings: Path, *arguments: str) -> str:
    """What a command prints that succeeds."""
    done = given(mappings, *arguments)
    assert done.exit_code == 0, done.output
    return done.output


def files(mappings: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {str(path.relative_to(mappings)): path.read_bytes() for path in mappings.rglob("*") if path.is_file()}


def of_samples(samples: Sequence[Path]) -> list[str]:
    """The options that name examples."""
    return [part for path in samples for part in ("--sample", str(path))]


def change(path: Path, *pairs: tuple[str, str]) -> None:
    """Let texts of a file stand otherwise."""
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, f"{old} is not in {path}"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def proposed(mappings: Path) -> Path:
    """Qinghai as it is proposed from its WSDL and examples; the folder of its dialect."""
    source = ("--wsdl", str(EXAMPLES / "si.wsdl"), "--message", "queryPerson=FindWorker", "--region", "63")
    told(mappings, "party", "new", "provinces/qinghai", *source, *of_samples(SAMPLES))
    return mappings / "dialects" / "qinghai" / "1.0"


def decided(mappings: Path) -> Path:
    """Qinghai with everything decided that its proposal leaves open, as the document does it."""
    folder = proposed(mappings)
    change(folder / "dialect.yaml", ('"? what it says when all went well"', '"0"'))
    change(
        folder / "messages" / "find-worker.yaml",
        ('there: request.lsh, here: "?"', "there: request.lsh, control: message_id"),
        ('"? why nothing carries it, or give it a line"', "Qinghai answers for itself; nobody else was asked"),
    )
    change(folder / "samples" / "index.yaml", ("situation: busy", "situation: busy\n    error: party_fault"))
    change(mappings / "provinces" / "qinghai" / "party.yaml", ("configured: false\n", ""))
    return folder
