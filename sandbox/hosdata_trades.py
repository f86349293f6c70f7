"""What Hebei booked of payments, by both serials, and how it compares that with ours (wire D4: 总对账, 明细对账)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from xml.etree import ElementTree as ET

from sandbox import nested
from sandbox.indicators import Asked, Record

FIGURES = ("bkb001", "bkb002", "akc264")
AGREES, DIFFERS, ABSENT, OURS_ONLY = "1", "2", "3", "4"
NO_SUCH, OTHER_AMOUNT, NOT_NAMED = "对方无此交易", "金额不符", "发送方未列明"
_NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade that was booked. `insurance`: as in AAE140; `back`: it takes another one back."""

    day: str
    insurance: str
    serial: str
    own: str
    amount: Decimal
    back: bool = False


class Trades:
    """The trades of one operator, in the order in which they were booked."""

    def __init__(self) -> None:
        self._booked: list[Trade] = []

    def clear(self) -> None:
        """Forget them all."""
        self._booked.clear()

    def book(self, day: str, asked: Asked, serial: str, own: str) -> None:
        """Keep a payment that was booked under the sender's serial and our own."""
        amount = Decimal(asked.one("aae082") or "0").quantize(_NOTHING)
        self._booked.append(Trade(_compact(day), asked.one("aae140"), serial, own, amount))

    def take_back(self, serial: str, own: str) -> None:
        """Keep that the trade under a serial was reversed, where it is one of these; its own day counts both."""
        if found := next((each for each in self._booked if each.serial == serial and not each.back), None):
            self._booked.append(Trade(found.day, found.insurance, serial, own, found.amount, back=True))

    def totals(self, asked: Asked) -> str:
        """The answer to 总对账: our own figures, and whether they are theirs."""
        among = self._among(asked)
        back = [each for each in among if each.back]
        amount = _sum(among) - 2 * _sum(back)
        ours = dict(zip(FIGURES, (str(len(among) - len(back)), str(len(back)), f"{amount:.2f}"), strict=True))
        same = all(asked.one(name) == value for name, value in ours.items())
        return nested.flat({"AKE150": "1" if same else "0", **{name.upper(): value for name, value in ours.items()}})

    def compared(self, asked: Asked, inner: ET.Element) -> str:
        """The answer to 明细对账: a row for each of theirs, and for each of ours that they do not name."""
        gone = {each.serial for each in self._among(asked) if each.back}
        standing = {each.serial: each for each in self._among(asked) if each.serial not in gone}
        theirs = [nested.asked(row) for row in inner.iterfind("MXXML/MXROW")]
        rows = [_compared(row, standing.pop(row.one("msgid"), None)) for row in theirs]
        rows += [_row(each.serial, each, OURS_ONLY, NOT_NAMED) for each in standing.values()]
        return f"<MXXML>{nested.rows(rows, 'MXROW')}</MXXML>"

    def _among(self, asked: Asked) -> list[Trade]:
        first, last, insurance = asked.one("aae030"), asked.one("aae031"), asked.one("aae140")
        return [each for each in self._booked if first <= each.day <= last and each.insurance == insurance]


def _compared(row: Asked, found: Trade | None) -> Record:
    if found is None or row.one("refmsgid") not in ("", found.own):
        return _row(row.one("msgid"), None, ABSENT, NO_SUCH)
    same = Decimal(row.one("akc264") or "0") == found.amount
    return _row(found.serial, found, AGREES if same else DIFFERS, "" if same else OTHER_AMOUNT)


def _row(serial: str, found: Trade | None, state: str, words: str) -> Record:
    own, amount = (found.own, f"{found.amount:.2f}") if found else ("", "")
    return {"MSGID": serial, "REFMSGID": own, "CKAA08": state, "AKC264": amount, "AAA204": words}


def _sum(some: Iterable[Trade]) -> Decimal:
    return sum((each.amount for each in some), _NOTHING)


def _compact(day: str) -> str:
    return day.replace("-", "")
