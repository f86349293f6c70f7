"""Trial balances (试算平衡): what stood on each account in the morning, what the day did, what stands in the evening.

A year is closed into the next one: what is brought forward is the year before with its income and expenditure in the
balance of the fund. Until that year is closed this is reckoned anew each time, and said to be provisional.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from gateway.model.books import AccountKind, Place, Sums, TrialBalance, TrialLine, Turnover, added
from gateway.model.closing import ClosingKind
from gateway.rules.dated import Rulebook
from gateway.rules.posting import ACCOUNT, Account, brought_forward
from gateway.services.runtime import Runtime
from gateway.store import books, closings
from gateway.store.work import Tx


def trial(runtime: Runtime, tx: Tx, fund: str, region: str, day: date, year: int | None = None) -> TrialBalance:
    """The trial balance of a day; `year`: the accounting year, that of the day where it is left out."""
    of_year = day.year if year is None else year
    kinds = account_kinds(runtime.law.rules)
    before = through(tx, fund, region, day - timedelta(days=1))
    of_day = books.sums(tx, fund, region, after=day - timedelta(days=1), through=day)
    brought, provisional = carried_into(tx, fund, region, of_year, added(before, of_day), kinds)
    opening = added(brought, _of(before, of_year))
    turnovers = _of(of_day, of_year)
    lines = [
        TrialLine(
            place.part,
            place.account,
            kinds[place.account],
            opening.get(place, Turnover()).balance,
            turnovers.get(place, Turnover()),
        )
        for place in sorted({*opening, *turnovers})
    ]
    return TrialBalance(fund, region, day, of_year, provisional, lines)


def through(tx: Tx, fund: str, region: str, day: date) -> dict[Place, Turnover]:
    """What all lines up to a day come to: from the last closed day on, as nothing is added to what is closed."""
    kept = closings.before(tx, fund, region, ClosingKind.DAY, (day + timedelta(days=1)).isoformat())
    if kept is None:
        return books.sums(tx, fund, region, after=None, through=day)
    stood, closed = closings.balances(tx, kept.id), date.fromisoformat(kept.period)
    return added(stood, books.sums(tx, fund, region, after=closed, through=day))


def carried_into(
    tx: Tx, fund: str, region: str, year: int, sums: Sums, kinds: Mapping[str, AccountKind]
) -> tuple[dict[Place, Turnover], bool]:
    """What is brought forward into a year, given all lines; and whether the year before is still to be closed."""
    row = closings.before(tx, fund, region, ClosingKind.YEAR, str(year))
    carried = brought_forward(closings.balances(tx, row.id), year, kinds) if row else {}
    closed = int(row.period) if row else 0
    open_years = sorted({place.year for place in sums if closed < place.year < year})
    for each in open_years:
        carried = brought_forward(added(_moved(carried, each), _of(sums, each)), year, kinds)
    return _moved(carried, year), bool(open_years)


def account_kinds(rules: Rulebook) -> dict[str, AccountKind]:
    """The kind of every account; one code is of one kind, whatever the region and the day."""
    return {
        value.subject: value.content.kind
        for value in rules.values
        if value.parameter == ACCOUNT.name and isinstance(value.content, Account)
    }


def _of(sums: Sums, year: int) -> dict[Place, Turnover]:
    return {place: turnover for place, turnover in sums.items() if place.year == year}


def _moved(sums: Sums, year: int) -> dict[Place, Turnover]:
    return {Place(year, place.part, place.account): turnover for place, turnover in sums.items()}
