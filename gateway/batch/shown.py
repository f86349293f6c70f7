"""A text as a file that the engine can open and that no disk ever holds: it has names and numbers of persons in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_MEMORY = "/proc/self/fd/"
"""Where files of this process are that have no name (Linux)."""


@contextmanager
def shown(text: str | bytes, folder: Path) -> Iterator[str]:
    """The path of a file that holds `text`, in UTF-8, for as long as the block lasts.

    Where the system has no files in memory it stands in `folder`, which only its owner can open.
    """
    content = text.encode() if isinstance(text, str) else text
    if hasattr(os, "memfd_create"):
        with os.fdopen(os.memfd_create("part"), "wb", buffering=0) as memory:
            memory.write(content)
            yield f"{IN_MEMORY}{memory.fileno()}"
        return
    file = folder / "part.txt"
    file.write_bytes(content)
    try:
        yield str(file)
    finally:
        file.unlink()
