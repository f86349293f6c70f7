"""A treasury: what was ordered of it, what it posted, and the packages in which it tells what it posted."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.ground import Ground

DONE, FAILED, REVERSED = "1", "3", "4"
CHECKS = {"tickets": "3122", "refunds": "3123", "corrections": "3124"}
AGAIN = {"9113": "3122", "9117": "3123", "9111": "3124"}
_SIZE = 1000

Key = tuple[str, str, str, str]
Row = Mapping[str, str]


@dataclass(slots=True)
class Order:
    """One order by its key: number of the message, organisation, date, number."""

    key: Key
    state: str
    amount: str
    voucher: str = ""
    reason: str = ""


@dataclass(slots=True)
class Package:
    """What the treasury tells of a day, cut into parts. `wrong`: columns that it gets wrong in the first part, once."""

    message: str
    day: str
    number: str
    parts: list[list[Row]]
    wrong: dict[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return [row for part in self.parts for row in part]

    def head(self, part: int) -> dict[str, str]:
        """The totals of the package, and those of one part."""
        rows = self.parts[part - 1]
        told = {"ChkDate": self.day, "PackNo": self.number, "AllNum": str(len(self.rows)), "AllAmt": total(self.rows)}
        told |= {"ChildPackNum": str(len(self.parts)), "CurPackNo": str(part)}
        told |= {"CurPackNum": str(len(rows)), "CurPackAmt": total(rows)}
        wrong, self.wrong = (self.wrong, {}) if part == 1 else ({}, self.wrong)
        return told | wrong


def total(rows: Sequence[Row]) -> str:
    """The sum of the amounts of rows."""
    return f"{sum((Decimal(row['TraAmt']) for row in rows), Decimal(0)):.2f}"


class Treasury:
    """One treasury, in memory."""

    def __init__(self, party: str, ground: Ground) -> None:
        self.party = party
        self._ground = ground
        self.orders: dict[Key, Order] = {}
        self.packages: dict[tuple[str, str, str], Package] = {}
        self._numbers = itertools.count(1)

    def clear(self) -> None:
        """Start anew."""
        self.orders.clear()
        self.packages.clear()

    def ordered(self, key: Key, amount: str, voucher: str, refused: str) -> Order:
        """Take an order; the same key again is the same order, with the same answer."""
        with self._ground.lock:
            if key not in self.orders:
                self.orders[key] = Order(key, FAILED if refused else DONE, amount, voucher, refused)
                if not refused:
                    self._ground.effects.note(self.party, key[0], "/".join(key[1:]), amount=amount)
            return self.orders[key]

    def reversed_(self, key: Key, original: Key) -> Order:
        """Take a payment back: an order of its own, which names the other."""
        with self._ground.lock:
            if key in self.orders:
                return self.orders[key]
            paid = self.orders.get(original)
            wrong = "无此交易" if paid is None else "" if paid.state == DONE else "原交易未成功或已冲正"
            if paid is not None and not wrong:
                paid.state = REVERSED
            return self.ordered(key, paid.amount if paid else "0.00", "", wrong)

    def pack(self, asked: Mapping[str, Any]) -> Package:
        """A package of the rows given, or of what was deducted on the day; `size`: rows of a part."""
        message, day = CHECKS[asked["kind"]], str(asked["day"]).replace("-", "")
        rows: list[Row] = [dict(row) for row in asked["rows"]]
        size = min(int(asked.get("size", _SIZE)), _SIZE)
        parts = [rows[at : at + size] for at in range(0, len(rows), size)] or [[]]
        number = str(asked.get("package") or f"{next(self._numbers):08d}")
        package = Package(message, day, number, parts, dict(asked.get("wrong", {})))
        with self._ground.lock:
            self.packages[message, day, number] = package
        return package

    def shown(self) -> dict[str, Any]:
        """For the control state."""
        orders = {"/".join(key): {"state": one.state, "amount": one.amount} for key, one in self.orders.items()}
        told = {"/".join(key): len(one.parts) for key, one in self.packages.items()}
        return {"orders": orders, "packages": told}
