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
PAYMENT, CORRECTION, EXEMPTION = "1001", "1105", "1106"
_SIZE = 1000

Key = tuple[str, str, str, str]
Row = Mapping[str, str]


@dataclass(slots=True)
class Order:
    """One order by its key: number of the message, organisation, date, number.

    Of a payment, also what became of it since: `returned` (1104), `set_off` (1106), `trim` (1105); `pack`: the number
    of the package in which it was ordered.
    """

    key: Key
    state: str
    amount: str
    voucher: str = ""
    reason: str = ""
    pack: str = ""
    trim: str = "0"
    returned: Decimal = Decimal(0)
    set_off: Decimal = Decimal(0)


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

    def paid(self, key: Key, row: Row, refused: str, pack: str = "") -> Order:
        """Take the order of one payment; by its key it is the same one in a package and alone."""
        with self._ground.lock:
            new = key not in self.orders
            order = self.ordered(key, row["TraAmt"], row["TaxVouNo"], refused)
            if new:
                order.pack, order.trim = pack, row.get("TrimSign", "0")
            return order

    def packed(self, key: Key, amount: str, refused: str) -> Order:
        """Keep a package of payments under its own number; what was done in it stands with each payment."""
        with self._ground.lock:
            return self.orders.setdefault(key, Order(key, FAILED if refused else DONE, amount, reason=refused))

    def changed(self, key: Key, rows: Sequence[Row], amount: str, refused: str) -> Order:
        """Take a package of changes (1104, 1105, 1106): all of its rows, or none where one does not fit."""
        with self._ground.lock:
            if key in self.orders:
                return self.orders[key]
            wrong = refused or self._misfit(key[0], rows)
            for row in () if wrong else rows:
                self._change(key[0], row)
            return self.ordered(key, amount, "", wrong)

    def _misfit(self, number: str, rows: Sequence[Row]) -> str:
        asked: dict[str, Decimal] = {}
        for row in rows:
            paid = self._by_voucher(row["OriTaxVouNo"])
            if paid is None or paid.state != DONE:
                return "无此税票或已冲正"
            asked[paid.voucher] = asked.get(paid.voucher, Decimal(0)) + Decimal(row["TraAmt"])
            left = Decimal(paid.amount) - paid.returned - paid.set_off
            if number != CORRECTION and asked[paid.voucher] > left:
                return "金额超过原税票余额"
        return ""

    def _change(self, number: str, row: Row) -> None:
        paid = self._by_voucher(row["OriTaxVouNo"])
        if paid is None:
            raise LookupError(row["OriTaxVouNo"])
        amount = Decimal(row["TraAmt"])
        if number == CORRECTION:
            paid.trim = row["TrimSign"]
        elif number == EXEMPTION:
            paid.set_off += amount
        else:
            paid.returned += amount

    def _by_voucher(self, voucher: str) -> Order | None:
        return next((order for order in self.orders.values() if voucher and order.voucher == voucher), None)

    def reversed_(self, key: Key, original: Key) -> Order:
        """Take a payment back: an order of its own, which names the other."""
        with self._ground.lock:
            if key in self.orders:
                return self.orders[key]
            paid = self.orders.get(original)
            wrong = "无此交易" if paid is None else "" if paid.state == DONE else "原交易未成功或已冲正"
            if paid is not None and paid.returned + paid.set_off and not wrong:
                wrong = "原交易已退库或已抵调"
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
        for key, one in self.orders.items():
            if one.voucher:
                more = {"returned": f"{one.returned:.2f}", "set_off": f"{one.set_off:.2f}"}
                orders["/".join(key)] |= more | {"trim": one.trim, "package": one.pack}
        told = {"/".join(key): len(one.parts) for key, one in self.packages.items()}
        return {"orders": orders, "packages": told}
