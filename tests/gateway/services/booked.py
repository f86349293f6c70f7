"""Events as other services would post them, and the books that they are posted into."""

from collections.abc import Sequence
from datetime import date, timedelta

from gateway.model.books import BookEvent, EventKind, Place, Turnover
from gateway.model.closing import Period
from gateway.model.codes import Insurance
from gateway.model.reconciliation import Sum, Tally
from gateway.model.values import Money, Region
from gateway.services import books, closing
from gateway.services.closing import Closed
from gateway.services.operate import Act
from gateway.services.runtime import Runtime
from gateway.store import books as kept
from gateway.store import reconciliation
from gateway.store.casefile import CaseFile
from gateway.store.reconciliation import NewRun

REGION = Region("430103")
FUND = "pension"


def event(
    kind: EventKind,
    origin: str,
    yuan: str,
    day: date,
    *,
    late_fee: str = "0.00",
    adjustment: bool = False,
    insurance: Insurance = Insurance.PENSION,
    sequence: str = "",
) -> BookEvent:
    return BookEvent(
        kind=kind,
        origin=origin,
        insurance=insurance,
        region=REGION,
        day=day,
        amount=Money.parse(yuan),
        late_fee=Money.parse(late_fee),
        adjustment=adjustment,
        sequence=sequence,
    )


def posted(runtime: Runtime, *events: BookEvent) -> list[str | None]:
    """Post some events, all in one transaction."""
    with runtime.store.work("test") as tx:
        return [books.post(runtime, tx, each) for each in events]


def posted_with_a_case(runtime: Runtime, *events: BookEvent) -> list[str | None]:
    """Post some events as whoever works on locked cases does: they are written with what changes in those."""
    with runtime.store.work("test") as tx:
        file = CaseFile.of(tx, [])
        found = [books.post(runtime, file, each) for each in events]
        file.write()
    return found


def sums(runtime: Runtime, fund: str = FUND) -> dict[Place, Turnover]:
    """What all lines of a fund come to."""
    with runtime.store.reading() as tx:
        return kept.sums(tx, fund, REGION.code, after=None, through=date(9999, 12, 31))


def balances(runtime: Runtime, fund: str = FUND) -> dict[str, int]:
    """What stands on each account, over all years and parts, debit less credit; nothing is left out."""
    found: dict[str, int] = {}
    for place, turnover in sums(runtime, fund).items():
        found[place.account] = found.get(place.account, 0) + turnover.balance
    return {account: fen for account, fen in found.items() if fen}


def reconciled(runtime: Runtime, *days: date, party: str = "tax-hunan", lines: Sequence[Tally] = ()) -> None:
    """Runs of the reconciliation that stand for some days."""
    for day in days:
        with runtime.store.work("test") as tx:
            new = NewRun(party, "collected", day, day, "f" * 64, None)
            run = reconciliation.get(tx, reconciliation.begin(tx, new, timedelta(minutes=1)))
            assert run is not None
            reconciliation.finish(tx, run, (Sum(0, 0), Sum(0, 0)), lines, ())


def days(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`."""
    return [date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1)]


def closes(
    runtime: Runtime, *periods: str, by: str = "lin", fund: str = FUND, region: str = REGION.code
) -> list[Closed]:
    """Close periods, one after the other."""
    act = Act(by, "books-close", "test")
    return [closing.close(runtime, fund, region, Period.parse(each), act) for each in periods]


def signs(runtime: Runtime, period: str, by: str = "wang") -> Closed:
    """Sign a closing."""
    return closing.sign(runtime, FUND, REGION.code, Period.parse(period), Act(by, "books-sign", "test"))
