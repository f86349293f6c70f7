"""Two sides of a day as statement files in GBK, and a truth file: which breaks are in them, each with its class.

`python -m bench.statements FOLDER ROWS SEED` writes `here.txt`, `there-1.txt`, `there-2.txt` (the layout of PARTY,
docs/protocols/statements.md, section 2), `pending.csv` (rows of our own ledger whose refund is pending, which no
statement can say) and `truth.csv` (key, class). It imports nothing of the gateway.
"""

import csv
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import IO

from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

PARTY, DAY, KEY = "tax-hunan", "20260120", b"bench-statement-key"
SHARE = 0.0001
"""Of the rows that are made a break of each class; a tenth of a percent altogether."""
_POSTINGS, _SUMMED_UP = 0.00001, 50  # postings that agree with the rows that they sum up
_REGIONS = ("430100", "430200", "430300", "430400", "430500", "430600")
_ELSEWHERE = "330200"
_FUNDS = ("pension", "medical", "unemployment")
_ALONE = "maternity"  # of postings without a list only: nothing else could be what they sum up
_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹億"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂"
_LINES = 20_000


class Statement:
    """A file that is being written: signed, counted and summed as it grows."""

    def __init__(self, file: IO[bytes], part: str) -> None:
        self._file, self._lines = file, [f"H|1|{PARTY}|{DAY}|{part}|1\n"]
        self._hash = HMAC(KEY, SM3())
        self._count = self._fen = 0

    def row(self, rest: str, fen: int) -> None:
        """One row more. `rest`: of the line, behind the running number."""
        self._count += 1
        self._fen += fen
        self._lines.append(f"D|{self._count}|{rest}\n")
        if len(self._lines) >= _LINES:
            self._give()

    def end(self) -> None:
        """The foot, and the signature."""
        sign = "-" if self._fen < 0 else ""
        self._lines.append(f"T|{self._count}|{sign}{abs(self._fen) // 100}.{abs(self._fen) % 100:02d}\n")
        self._give()
        self._file.write(f"<CA>{self._hash.finalize().hex()}</CA>\n".encode())

    def _give(self) -> None:
        text = "".join(self._lines).encode("gb18030")
        self._hash.update(text)
        self._file.write(text)
        self._lines.clear()


class Sides:
    """The files of both sides. `pending`: the rows of our ledger that wait for a refund."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        parts = {"here": "1|1", "there-1": "1|2", "there-2": "2|2"}
        opened = {name: stack.enter_context((folder / f"{name}.txt").open("wb")) for name in parts}
        self.here, self.there, self.later = (Statement(opened[name], part) for name, part in parts.items())
        written = [stack.enter_context((folder / f"{name}.csv").open("w", newline="")) for name in ("pending", "truth")]
        self.pending, self.truth = map(csv.writer, written)


class Payment:
    """What one row says."""

    def __init__(self, index: int, seed: int) -> None:
        self.fen = 10_000 + (index * 7919 + seed) % 490_000
        self.region, self.fund = _REGIONS[index % 6], _FUNDS[index % 3]
        self.name = _FAMILY[index % 31] + _GIVEN[index // 31 % 22] + _GIVEN[index // 682 % 22]
        self.voucher, self.person = f"34301260{index:010d}", f"2014301{index:010d}"
        self.trace = f"{index:08d}"

    @property
    def key(self) -> str:
        """Its key, as the gateway writes it."""
        return f"{self.voucher} 10201 2025-12 1"

    def plain(self) -> str:
        """The line behind its running number."""
        return (
            f"{self.voucher}|10201|202512|1|{self.fund}|{self.region}|202601|20260120|20260120|"
            f"{self.fen // 100}.{self.fen % 100:02d}|0.00|0.00|0|{self.trace}|||||{self.person}||||{self.name}"
        )

    def rest(self, **other: str) -> str:
        """The line behind its running number, with what it says otherwise."""
        said = {"sequence": "1", "month": "202601", "summary": "", "reverses": ""} | other
        yuan = said.get("yuan") or f"{self.fen // 100}.{self.fen % 100:02d}"
        return (
            f"{self.voucher}|10201|202512|{said['sequence']}|{said.get('fund', self.fund)}|"
            f"{said.get('region', self.region)}|{said['month']}|20260120|20260120|{yuan}|0.00|0.00|0|"
            f"{said.get('trace', self.trace)}|{said['summary']}|{said['reverses']}|||"
            f"{said.get('person', self.person)}||||{self.name}"
        )


def _both(sides: Sides, one: Payment, other: str, fen: int = 0) -> None:
    sides.here.row(one.rest(), one.fen)
    sides.there.row(other, one.fen + fen)


def _reversed(sides: Sides, one: Payment) -> None:
    yuan = f"-{one.fen // 100}.{one.fen % 100:02d}"
    _both(sides, one, one.rest())
    sides.there.row(one.rest(sequence="2", trace=f"R{one.trace}", reverses=one.trace, yuan=yuan), -one.fen)


def _duplicate(sides: Sides, one: Payment) -> None:
    _both(sides, one, one.rest())
    sides.later.row(one.rest(), one.fen)


def _pending(sides: Sides, one: Payment) -> None:
    sides.pending.writerow([one.key, one.voucher, one.trace, one.person, one.region, one.fund, one.fen])


def _state(sides: Sides, one: Payment) -> None:
    _pending(sides, one)
    sides.there.row(one.rest(), one.fen)


def _list_missing(sides: Sides, one: Payment) -> None:
    number = f"S{one.trace}"
    sides.there.row(one.rest(fund=_ALONE, summary=number, trace=number), one.fen)


def _more(one: Payment) -> str:
    return one.rest(yuan=f"{(one.fen + 1) // 100}.{(one.fen + 1) % 100:02d}")


BREAKS: Mapping[str, Callable[[Sides, Payment], None]] = {
    "list_missing": _list_missing,
    "reversed_after_booking": _reversed,
    "duplicate": _duplicate,
    "wrong_person": lambda sides, one: _both(sides, one, one.rest(person="2014309999999999")),
    "wrong_region": lambda sides, one: _both(sides, one, one.rest(region=_ELSEWHERE)),
    "amount": lambda sides, one: _both(sides, one, _more(one), 1),
    "state": _state,
    "date": lambda sides, one: _both(sides, one, one.rest(month="202512")),
    "refund_pending": _pending,
    "only_here": lambda sides, one: sides.here.row(one.rest(), one.fen),
    "only_there": lambda sides, one: sides.there.row(one.rest(), one.fen),
}
"""How each class of break is made."""


def write(folder: Path, rows: int, seed: int) -> None:
    """Write the files of about `rows` rows a side; equal seeds make equal files."""
    lot = Random(seed)  # noqa: S311 - a seed makes the files of every run the same
    each = max(int(rows * SHARE), 1)
    chosen = lot.sample(range(rows), each * len(BREAKS))
    classes = {index: list(BREAKS)[number % len(BREAKS)] for number, index in enumerate(chosen)}
    with ExitStack() as stack:
        sides = Sides(folder, stack)
        for index in range(rows):
            payment = Payment(index, seed)
            if index in classes:
                sides.truth.writerow([payment.key, classes[index]])
                BREAKS[classes[index]](sides, payment)
            else:
                line = payment.plain()
                sides.here.row(line, payment.fen)
                sides.there.row(line, payment.fen)
        for number in range(max(int(rows * _POSTINGS), 1)):
            _summed_up(sides, rows + number * (_SUMMED_UP + 1), seed)
        for statement in (sides.here, sides.there, sides.later):
            statement.end()


def _summed_up(sides: Sides, first: int, seed: int) -> None:
    """A posting on one side, and the rows that it sums up on the other: they agree."""
    number = f"T{first}"
    posting = Payment(first, seed)
    details = [_alike(Payment(first + 1 + at, seed), posting) for at in range(_SUMMED_UP)]
    for detail in details:
        sides.here.row(detail.rest(summary=number), detail.fen)
    whole = sum(detail.fen for detail in details)
    yuan = f"{whole // 100}.{whole % 100:02d}"
    sides.there.row(posting.rest(summary=number, trace=number, yuan=yuan), whole)


def _alike(one: Payment, other: Payment) -> Payment:
    one.region, one.fund = other.region, other.fund
    return one


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
