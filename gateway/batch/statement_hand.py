"""What a thread works with while a statement is read: its own engine, and memory that it uses again."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

from gateway.batch.engine import SPILL, Engine
from gateway.batch.shown import shown


class Hand:
    """One thread's tools. `engine`: of its own; `file`: the path under which that sees the text."""

    def __init__(self, engine: Engine, file: str) -> None:
        self.engine, self.file = engine, file
        self._open = Path(file).open("r+b", buffering=0)  # noqa: SIM115 - as long as the hand is there

    def show(self, text: bytes | bytearray) -> None:
        """Let the file hold a text, until the next one."""
        self._open.seek(0)
        self._open.write(text)
        self._open.truncate()

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()


class Hands:
    """As many hands as there are threads that ask for one, in a `with` block. `folder`: of the run."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder = engine, folder
        self._lock, self._stack = Lock(), ExitStack()
        self._idle: list[Hand] = []
        self._made = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def one(self) -> Iterator[Hand]:
        """One that nobody else has."""
        with self._lock:
            hand = self._idle.pop() if self._idle else self._another()
        yield hand
        with self._lock:
            self._idle.append(hand)

    def _another(self) -> Hand:
        self._made += 1
        folder = self._folder / SPILL / f"hand-{self._made}"  # where the system has no files in memory
        folder.mkdir(parents=True)
        hand = Hand(self._engine.another(), self._stack.enter_context(shown(b"", folder)))
        return self._stack.enter_context(closing(hand))
