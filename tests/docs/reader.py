"""Somebody who does what the documents say: `make run` in one terminal, the commands in another."""

import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.docs.markdown import Command
from tests.docs.shape import bindings, differences
from tests.harness.network import child_environment
from tests.harness.ports import Ports
from tests.rules.tree import ROOT

APP = ".venv/bin/python app.py"
_PATIENCE = 60.0
_LOOK_AGAIN = 0.5
_OUTER_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")  # a make within another says which folder it enters
_LOOKS = re.compile(r"\bcase (?:list|show)\b|\bjournal verify\b|\bcurl -s (?:-H \S+ )?http")


@dataclass(frozen=True)
class Place:
    """Where one run lives: a folder and three ports, where the documents have `var`, 8080, 8081 and 8082."""

    var: Path
    ports: tuple[int, int, int]

    @classmethod
    def free(cls, folder: Path, ports: Ports) -> "Place":
        """A place that nobody else uses."""
        return cls(folder / "var", (ports.take(), ports.take(), ports.take()))

    def environment(self) -> dict[str, str]:
        """The variables that move a run here; make uses the environment that the tests themselves run in."""
        gateway, worker, sandbox = map(str, self.ports)
        moved = {"PORT": gateway, "WORKER_PORT": worker, "SANDBOX_PORT": sandbox, "VAR_DIR": str(self.var)}
        ours = child_environment(**moved, VENV=sys.prefix, PYTHON=sys.executable, LOGNAME="lin")
        return {name: value for name, value in ours.items() if name not in _OUTER_MAKE}

    def here(self, command: str) -> str:
        """A documented command as it has to be given in this place."""
        moved = command.replace(".venv/bin/python", sys.executable)
        for documented, actual in zip(("8080", "8081", "8082"), self.ports, strict=True):
            moved = moved.replace(f":{documented}", f":{actual}")
        return re.sub(r"(?<![\w/])var/", f"{self.var}/", moved)

    def there(self, line: str) -> str:
        """A printed line as a reader of the documents would see it."""
        return line.replace(str(self.var), "var")


class Terminal:
    """A shell that stays, so that variables do; one command at a time, output and errors together."""

    def __init__(self, place: Place, prepared: str = "") -> None:
        """`prepared`: what does a command of `app.py` without importing all of it again; empty: nothing does."""
        self._place = place
        self._prepared = prepared
        self._shell = subprocess.Popen(
            ["sh"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=place.environment(),
            text=True,
            encoding="utf-8",
        )

    def say(self, command: str, *, afresh: bool = True) -> tuple[int, list[str]]:
        """Give one command, all of it in processes that begin with it where it is `afresh`; exit status and lines."""
        command = self._place.here(command)
        if self._prepared and not afresh:
            command = command.replace(self._place.here(APP), self._prepared)
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        end = f"end-{uuid.uuid4().hex}"
        self._shell.stdin.write(f"{command}\nprintf '\\n{end} %s\\n' $?\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line.startswith(end):
                return int(line.split()[1]), [self._place.there(each) for each in "".join(lines).splitlines() if each]
            lines.append(line)
        raise AssertionError(f"the shell ended: {lines}")

    def close(self) -> None:
        """Leave."""
        self._shell.communicate()


@dataclass
class Reader:
    """Follows documents command by command; knows which handle of this run stands for a documented one."""

    terminal: Terminal
    known: dict[str, str] = field(default_factory=dict)

    def follow(self, command: Command, *, afresh: bool = True) -> list[str]:
        """Do what the document says; in what the answer differs. Looking again is allowed, doing again is not."""
        text = self._translated(command.text)
        end = time.monotonic() + (_PATIENCE if _LOOKS.search(text) else 0)
        while True:
            status, lines = self.terminal.say(text, afresh=afresh)
            problems = differences(command.output, lines)
            problems += [f"exit status {status}"] if status else []
            if not problems:
                self.known |= bindings(command.output, lines)
                return []
            if time.monotonic() > end:
                return problems
            time.sleep(_LOOK_AGAIN)

    def _translated(self, text: str) -> str:
        for documented, actual in self.known.items():
            text = text.replace(documented, actual)
        return text


@contextmanager
def prepared(place: Place) -> Iterator[str]:
    """What a terminal may give instead of APP: everything is imported already."""
    path, here = place.var.with_name("commands"), Path(__file__).parent
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.docs.prepared_commands", str(path)],
        cwd=ROOT,
        env=place.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield f"{sys.executable} -IS {here / 'ask.py'} {path}"
        process.stdin.close()


@contextmanager
def standing(place: Place) -> Iterator[Sequence[str]]:
    """`make run` in this place; what it said until it stood, then it stays up until the block ends."""
    process = subprocess.Popen(
        ["make", "run"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env=place.environment(),
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    try:
        for line in process.stdout:
            said.append(place.there(line.rstrip("\n")))
            if "Ctrl-C" in line:
                break
        yield said
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()
