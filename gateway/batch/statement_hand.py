"""What a thread works with while a statement is read: its own engine, and memory that it uses again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

from gateway.batch.engine import SPILL, Engine
from gateway.batch.shown import shown
from gateway.batch.transcode import Text, room_for, to_utf_8


class Hand:
    """One thread's tools. `engine`: of its own; `file`: the path under which that sees the text."""

    def __init__(self, engine: Engine, file: str) -> None:
        self.engine, self.file = engine, file
        self._room = bytearray()

    def show(self, raw: bytes | bytearray, encoding: str) -> Text:
        """Let the file hold a text, in UTF-8; that text, until the next one. UnicodeDecodeError."""
        if len(self._room) < room_for(raw):
            self._room = bytearray(room_for(raw))
        text = to_utf_8(raw, encoding, self._room)
        with Path(self.file).open("r+b") as file, memoryview(text.held) as held:
            file.write(held[: text.size])
            file.truncate()
        return text


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
        return Hand(self._engine.another(), self._stack.enter_context(shown(b"", folder)))
