"""What stands around the rows of a statement: head, foot and signature; and the rows as blocks of whole lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gateway.model.statement import StatementFoot, StatementHead
from gateway.model.statement_plan import StatementPlan

BLOCK = 16 << 20
"""Bytes of a block of rows, about."""
_SIGNATURE = re.compile(rb"<CA>([0-9a-f]{64})</CA>\r?")
_ROOM = 128  # for the line of the signature


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the rows of a file begin and end, and what stands around them. `signature`: empty where there is none."""

    head: StatementHead
    foot: StatementFoot
    head_line: bytes
    foot_line: bytes
    signature: bytes
    start: int
    end: int


def frame(plan: StatementPlan, source: Path, today: date) -> Frame | None:
    """The frame of a file; None where anything is odd about it."""
    size = source.stat().st_size
    with source.open("rb") as file:
        head_line = file.readline(plan.longest + 1)
        tail = min(size - len(head_line), plan.longest + _ROOM)
        file.seek(size - tail)
        *lines, after = file.read(tail).split(b"\n")
    signature, end = b"", size
    if plan.signed and lines:
        last = lines.pop()
        found, end = _SIGNATURE.fullmatch(last), end - len(last) - 1
        if found is None:
            return None
        signature = bytes.fromhex(found[1].decode("ascii"))
    if after or not lines or not head_line.endswith(b"\n"):
        return None
    head, foot = plan.head(_bare(head_line[:-1]), today), plan.foot(_bare(lines[-1]))
    if head is None or foot is None:
        return None
    foot_line = lines[-1] + b"\n"
    return Frame(head, foot, head_line, foot_line, signature, len(head_line), end - len(foot_line))


def blocks(source: Path, frame: Frame, size: int = BLOCK) -> Iterator[bytearray]:
    """The rows, some whole lines at a time."""
    with source.open("rb", buffering=0) as file:
        file.seek(frame.start)
        left, rest = frame.end - frame.start, bytearray()
        while left > 0:
            block = bytearray(len(rest) + min(size, left))
            block[: len(rest)] = rest
            with memoryview(block) as room, room[len(rest) :] as behind:
                read = file.readinto(behind)
            if not read:
                break
            left -= read
            del block[len(rest) + read :]
            cut = block.rfind(b"\n") + 1
            rest = block[cut:]
            del block[cut:]
            if block:
                yield block
        if rest:
            yield rest


def _bare(line: bytes) -> bytes:
    return line.removesuffix(b"\r")
