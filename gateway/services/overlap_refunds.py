"""An overlap ends: what was paid for later months of the cover that is given up goes back, by dated rule."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby

from gateway.errors import GatewayError
from gateway.model.codes import EndCause, Insurance, RefundOrigin
from gateway.model.levy import OWED, RECEIPTED
from gateway.model.platform_changes import Ending
from gateway.model.values import Month
from gateway.rules.refunds import OVERLAP_END
from gateway.services import advance, paying, refund_claims, refund_shares, refunds, registrations
from gateway.services.determine import question_of
from gateway.services.registrations import TOP_UP, Registration
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, standing
from gateway.store import refunds as kept
from gateway.store.rows import CaseRow, LevyRow, ReceiptRow
from gateway.store.work import Tx


def goes_back(runtime: Runtime, tx: Tx, mine: Registration, asked: Ending) -> bool:
    """Whether months after the last one may be levied: it ends an overlap, all of them are paid, and a rule refunds."""
    if asked.cause is not EndCause.DUPLICATE or not _refunded(runtime, mine, asked.last):
        return False
    later = [levy for levy in _levies(tx, mine) if levy.last > asked.last.ordinal and levy.state in OWED]
    return all(levy.state in RECEIPTED and paying.rows(tx, levy) for levy in later)


def open_refunds(runtime: Runtime, tx: Tx, enrolment: CaseRow, insurance: Insurance, last: Month) -> None:
    """Open a refund of each payment for months after `last`, for its share of them; the caller has locked the case."""
    mine = registrations.one(tx, enrolment, insurance)
    if not _refunded(runtime, mine, last):
        return
    for levy in _levies(tx, mine):
        if levy.last > last.ordinal:
            _open(runtime, tx, levy, max(last + 1, Month(levy.first)))


def _refunded(runtime: Runtime, mine: Registration, last: Month) -> bool:
    found = question_of(runtime.law, mine.item, (last + 1).first_day).look(OVERLAP_END)
    return found is not None and found.content.refund == "paid_months"


def _levies(tx: Tx, mine: Registration) -> Sequence[LevyRow]:
    """What was levied under the registration: with it, by what resumed it, and by later bases."""
    of_it = [mine.case.id, *(made.case.id for made in mine.changes if made.case.kind == "resumption")]
    topped = [row.id for row in standing.of_person(tx, mine.case.person) if row.kind == TOP_UP and row.origin in of_it]
    return [levy for case in (*of_it, *topped) for levy in levies.of_item(tx, case, mine.item.insurance)]


def _open(runtime: Runtime, tx: Tx, levy: LevyRow, first: Month) -> None:
    for row in paying.rows(tx, levy):
        _claim(runtime, tx, levy, row, first)


def _claim(runtime: Runtime, tx: Tx, levy: LevyRow, row: ReceiptRow, first: Month) -> None:
    for since, until in _not_claimed(tx, levy, row, first):
        claim = refund_claims.of(tx, levy, row, RefundOrigin.OVERLAP, since, until)
        with suppress(GatewayError):
            # Where all of it is being given back already there is nothing more to claim.
            opened = refunds.open_refund(runtime, tx, cases.lock(tx, levy.case), claim)
            about = {"amount": str(claim.amount), "refund": opened}
            advance.tell(runtime, tx, levy.case, "refund_claimed", insurance=levy.insurance, **about)


def _not_claimed(tx: Tx, levy: LevyRow, row: ReceiptRow, first: Month) -> Iterator[tuple[Month, Month]]:
    """The months from `first` that were paid and of which nobody has claimed the money, those in a row together."""
    before = refund_shares.by_month(kept.of_receipt(tx, levy.tax, row.natural_key))
    paid_from, last = (levy.first, levy.last) if row.first is None or row.last is None else (row.first, row.last)
    left = [
        month
        for month in range(max(first.ordinal, paid_from), last + 1)
        if not any(each.first <= month <= each.last for each in before)
    ]
    for _, together in groupby(enumerate(left), key=lambda numbered: numbered[1] - numbered[0]):
        months = [month for _, month in together]
        yield Month(months[0]), Month(months[-1])
