"""What a region has on record of payments, as rows of its statement: each found again by the serial that we gave it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Layout
from gateway.model.codes import Insurance
from gateway.model.province import StartCover
from gateway.model.province_totals import Trade
from gateway.model.statement import StatementRow
from gateway.model.tax import Receipt
from gateway.model.values import MONTHS_PER_YEAR, Money, Month, Region
from gateway.services import paying, plans
from gateway.services.records import content_of, decode, request
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies, trades
from gateway.store.rows import LegRow, LevyRow
from gateway.store.trades import ToldRow
from gateway.store.work import Tx

NO_ITEM, NOBODY, NO_NAME = "0", "unknown", "不详"
"""What stands in columns of which neither the record nor what we told it says anything."""
_OTHER = re.compile(r"[^0-9A-Za-z-]")
_VOUCHER, _TRACE, _REGION = 32, 20, 6  # characters of the columns
_NOWHERE = "99"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment on the region's record: by which serials, and how much."""

    serial: str
    their_serial: str | None
    insurance: Insurance
    amount: Money


class RecordRows:
    """What a party was told on a day, and the rows of what it has on record."""

    def __init__(self, runtime: Runtime, layout: Layout, day: date) -> None:
        self._layout, self._day = layout, day
        since = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
        self._trades: dict[Insurance, list[Trade]] = {}
        with runtime.store.reading() as tx:
            for row in trades.told(tx, layout.party, since, since + timedelta(days=1)):
                ours, theirs = trades.serials(tx, row)
                amount = _asked(runtime, row).amount
                self._trades.setdefault(Insurance(row.insurance), []).append(Trade(ours, amount, theirs))

    def told(self, insurance: Insurance) -> Sequence[Trade]:
        """What we told of payments of an insurance."""
        return self._trades.get(insurance, [])

    def statement_rows(self, tx: Tx, recorded: Sequence[Recorded]) -> Iterator[StatementRow]:
        """A row for each payment; one that stands twice has two sequences."""
        times: Counter[str] = Counter()
        for number, each in enumerate(recorded, 1):
            leg = trades.told_by(tx, self._layout.party, each.serial.rpartition("-")[0] or each.serial)
            made = self._unknown(each) if leg is None else self._known(tx, each, leg)
            times[made.voucher_number] += 1
            yield replace(made, number=number, sequence=times[made.voucher_number])

    @property
    def _somewhere(self) -> str:
        """The region of what does not say where it belongs: the whole of the party's."""
        return next(iter(self._layout.regions), _NOWHERE).ljust(_REGION, "0")

    def _known(self, tx: Tx, each: Recorded, leg: LegRow) -> StatementRow:
        asked: StartCover = request(leg.message, legs.payload(tx, leg))
        levy, _ = plans.levy_paid(levies.of_item(tx, leg.case, leg.insurance), leg.occurrence)
        kept = content_of(cases.item(tx, leg.case, leg.insurance).determination or "{}")
        receipt = _receipt(tx, levy, asked.voucher_number)
        apart = [receipt.fen_of(name) if receipt else 0 for name in ("late_fee", "interest")]
        if each.amount.fen < sum(apart):
            apart = [0, 0]
        booked = receipt.accounting_month if receipt else Month.of(asked.paid_on)
        return StatementRow(
            number=1,
            voucher_number=asked.voucher_number,
            item=NO_ITEM,
            month=asked.first,
            sequence=1,
            insurance=each.insurance,
            agency=Region(str(kept.get("region") or self._somewhere)),
            accounting_month=booked,
            collected_on=asked.paid_on,
            amount=Money(each.amount.fen - sum(apart)),
            late_fee=Money(apart[0]),
            interest=Money(apart[1]),
            adjustment=booked.ordinal // MONTHS_PER_YEAR < asked.paid_on.year,
            trace_number=_serial(each)[-_TRACE:],
            tax_person_number=levy.tax_person_number or NOBODY,
            name=asked.person.name,
        )

    def _unknown(self, each: Recorded) -> StatementRow:
        """A payment that we never told of: known by its serial alone."""
        return StatementRow(
            number=1,
            voucher_number=_serial(each)[-_VOUCHER:],
            item=NO_ITEM,
            month=Month.of(self._day),
            sequence=1,
            insurance=each.insurance,
            agency=Region(self._somewhere),
            accounting_month=Month.of(self._day),
            collected_on=self._day,
            amount=each.amount,
            trace_number=_serial(each)[-_TRACE:],
            tax_person_number=NOBODY,
            name=NO_NAME,
        )


def _asked(runtime: Runtime, row: ToldRow) -> StartCover:
    asked: StartCover = request(trades.MESSAGE, runtime.store.keyring.open(row.sealed, f"leg:{row.id}"))
    return asked


def _receipt(tx: Tx, levy: LevyRow, voucher: str) -> Receipt | None:
    if levy.voucher_number == voucher:
        return paying.whole(tx, levy)
    found = (decode(Receipt, levies.receipt_content(tx, row)) for row in levies.receipts_of(tx, levy.id))
    return next((each for each in found if each.voucher_number == voucher), None)


def _serial(each: Recorded) -> str:
    return _OTHER.sub("-", each.their_serial or each.serial)
