"""What a tax bureau keeps: levy records of the exchange, and the levies they lead to."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

DECLARED, PAID, CANCELLED, UNPAID, LOCKED = "01", "02", "03", "04", "05"
NOT_READ, TAKEN, REFUSED = "0", "1", "2"
NEW, CANCEL = "1", "3"


@dataclass(slots=True)
class Levy:
    """One levy. `fields` is the record as declared; amounts in yuan. `about`: the reference of its effects.

    `declared_on`, `paid_on`: the days, ISO; the last one of a payment that still stands. `by_month`: a month at a time
    is told of it; `held`: so many months at its end are not told yet.
    """

    number: int
    tax_person_number: str
    fields: dict[str, Any]
    state: str = DECLARED
    voucher: str = ""
    collected: Decimal = Decimal(0)
    about: str = ""
    payments: int = 0
    declared_on: str = ""
    paid_on: str = ""
    by_month: bool = False
    held: int = 0

    @property
    def notice_number(self) -> str:
        """AAZ288, where an agency issued it."""
        return str(self.fields.get("AAZ288") or "")

    def state_on(self, day: str) -> str:
        """The state on a day: past its due date it is unpaid, and payable all the same."""
        return UNPAID if self.state == DECLARED and day > self.fields["JK_QX"] else self.state


@dataclass(slots=True)
class Record:
    """One record of the exchange: saved, then read."""

    fields: dict[str, Any]
    imported: str
    read: str = ""
    result: str = NOT_READ
    note: str = ""
    levy: Levy | None = None
    copies: int = 1
    pushed: bool = False


@dataclass(slots=True)
class Batch:
    """The records that came under one CSPCH."""

    number: str
    records: list[Record] = field(default_factory=list)
