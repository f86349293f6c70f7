"""What stands in the way of closing a day, a month or a year of a fund's books, and what a closing rests on."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from gateway.errors import Fault, GatewayError
from gateway.mapping.statement_layout import Layout
from gateway.model.closing import ClosingKind, Evidence, Period
from gateway.model.codes import Insurance
from gateway.model.values import Money, Month
from gateway.rules.closing import CLOSING
from gateway.rules.dated import NATIONAL
from gateway.rules.law import Question
from gateway.rules.posting import ADJUSTMENT, FUND
from gateway.rules.route import served
from gateway.services.books import today
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import expected
from gateway.services.trial import trial
from gateway.store import books, closings, reconciliation
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx


def obstacles(runtime: Runtime, tx: Tx, fund: str, region: str, period: Period) -> list[Fault]:
    """Everything that has to be done first; nothing where the period can be closed."""
    if closings.get(tx, fund, region, period.kind, str(period)) is not None:
        return [_obstacle("closing_done", period=period)]
    if period.last >= today(tx):
        return [_obstacle("closing_not_over", period=period)]
    if period.kind is ClosingKind.DAY:
        return [
            *order_of_day(tx, fund, region, period.first),
            *_statements(runtime, fund, region, period.first),
            *_runs(runtime, tx, fund, region, period.first),
            *_balance(runtime, tx, fund, region, period.first),
        ]
    found = list(_days(tx, fund, region, period.last))
    if period.kind is ClosingKind.MONTH:
        return [*found, *_begun(tx, fund, region, period.last), *_month_before(tx, fund, region, period)]
    return found + list(_year(runtime, tx, fund, region, period))


def order_of_day(tx: Tx, fund: str, region: str, day: date) -> Iterator[Fault]:
    """Days are closed one after the other, beginning with the first that has an entry."""
    last, book = closings.last_day(tx, fund, region), books.get(tx, fund, region)
    if last is not None:
        following = last + timedelta(days=1)
    elif book is not None and book.closed_through is not None:
        following = date.fromisoformat(book.closed_through)  # begun, and not brought to its end
    else:
        following = books.first_day(tx, fund, region) or day
        if day < following:
            return  # nothing was booked before: the books begin with this day
    if day != following:
        yield _obstacle("closing_order", period=following)


def evidence(runtime: Runtime, tx: Tx, fund: str, region: str, day: date) -> list[Evidence]:
    """The runs that a day's closing rests on, with what is broken and in transit of this fund and region."""
    found = []
    insurances = {each.value for each in insurances_of(runtime, fund, region, day)}
    for party, pairing, run in _standing(runtime, tx, fund, region, day):
        if run is not None:
            lines = [
                line
                for line in reconciliation.tallies_of(tx, run.id)
                if line.region == region and line.fund in insurances
            ]
            found.append(
                Evidence(
                    party,
                    pairing,
                    run.id,
                    sum(line.broken.count for line in lines),
                    sum(line.broken.fen for line in lines),
                    sum(line.transit.count for line in lines),
                    sum(line.transit.fen for line in lines),
                )
            )
    return found


def insurances_of(runtime: Runtime, fund: str, region: str, day: date) -> list[Insurance]:
    """The insurances whose money a fund keeps in a region."""
    found = []
    for insurance in Insurance:
        kept = runtime.law.rules.look(FUND, region, day, insurance=insurance.value)
        if kept is not None and kept.content.fund == fund:
            found.append(insurance)
    return found


def _parties(runtime: Runtime, fund: str, region: str, day: date) -> list[str]:
    """The tax bureaus that collect for a fund in a region."""
    found = []
    for insurance in insurances_of(runtime, fund, region, day):
        try:
            found.append(served(Question(runtime.law, insurance, region, day)).tax_party)
        except GatewayError:
            continue  # this insurance has no route there: nobody collects for it through us
    return list(dict.fromkeys(found))


def _statements(runtime: Runtime, fund: str, region: str, day: date) -> Iterator[Fault]:
    concerned = _parties(runtime, fund, region, day)
    if not concerned:
        yield _obstacle("closing_no_bureau", fund=fund, region=region)
    for each in expected(runtime, day):
        if each.state == "there" or not _states_money_of(runtime.statements[each.party], concerned, region):
            continue
        # Whoever closes needs the bureau's, whether or not this deployment deals with it; others' where it does.
        if each.party in concerned or each.state != "unconnected":
            due = f"{each.due_at:%Y-%m-%d %H:%M}"
            state = "absent" if each.state == "unconnected" else each.state
            yield _obstacle("closing_statement", party=each.party, day=day, state=state, due=due)


def _states_money_of(layout: Layout, bureaus: Sequence[str], region: str) -> bool:
    """Whether a party writes down what these bureaus collect in a region: the bureau, its treasury, an account."""
    return layout.of in bureaus and (not layout.regions or region.startswith(layout.regions))


def _standing(runtime: Runtime, tx: Tx, fund: str, region: str, day: date) -> Iterator[tuple[str, str, RunRow | None]]:
    rule = runtime.law.rules.find(CLOSING, region or NATIONAL, day).content
    for party in _parties(runtime, fund, region, day):
        for pairing in rule.pairings:
            yield party, pairing, reconciliation.standing(tx, party, pairing, day.isoformat())


def _runs(runtime: Runtime, tx: Tx, fund: str, region: str, day: date) -> Iterator[Fault]:
    for party, pairing, run in _standing(runtime, tx, fund, region, day):
        if run is None:
            yield _obstacle("closing_not_reconciled", party=party, pairing=pairing, day=day)
        elif not all(line.explained for line in reconciliation.tallies_of(tx, run.id)):
            yield _obstacle("closing_unexplained", party=party, pairing=pairing, day=day)
    if not runtime.law.rules.find(CLOSING, region or NATIONAL, day).content.open_breaks:
        for each in evidence(runtime, tx, fund, region, day):
            if each.broken_count:
                broken = {"count": each.broken_count, "amount": Money(each.broken_fen)}
                yield _obstacle("closing_breaks", party=each.party, pairing=each.pairing, day=day, **broken)


def _balance(runtime: Runtime, tx: Tx, fund: str, region: str, day: date) -> Iterator[Fault]:
    if not trial(runtime, tx, fund, region, day).balanced:
        yield _obstacle("closing_unbalanced", day=day)


def _days(tx: Tx, fund: str, region: str, last: date) -> Iterator[Fault]:
    closed = closings.last_day(tx, fund, region)
    if closed is None or closed < last:
        yield _obstacle("closing_days", through=closed or "-", last=last)


def _begun(tx: Tx, fund: str, region: str, last: date) -> Iterator[Fault]:
    """Days are closed without a gap: where later ones are closed and `last` is not, these books begin after it."""
    closed = closings.last_day(tx, fund, region)
    if closed is None or closed < last:
        return
    if closings.get(tx, fund, region, ClosingKind.DAY, last.isoformat()) is None:
        yield _obstacle("closing_before", last=last)


def _month_before(tx: Tx, fund: str, region: str, period: Period) -> Iterator[Fault]:
    first = books.first_day(tx, fund, region)
    before = Period.of_month(Month.of(period.first) + -1)
    if first is not None and first <= before.last:
        yield from _unless_closed(tx, fund, region, before)


def _year(runtime: Runtime, tx: Tx, fund: str, region: str, period: Period) -> Iterator[Fault]:
    year = period.first.year
    found = runtime.law.rules.look(ADJUSTMENT, region, period.last)
    # What belongs to the year may have been booked in its adjustment period alone.
    until = period.last if found is None else found.content.until(year)
    if found is not None:
        if today(tx) <= until:
            yield _obstacle("closing_adjustment", year=year, until=until)
        yield from _days(tx, fund, region, until)
    yield from _begun(tx, fund, region, until)
    first = books.first_day(tx, fund, region)
    for month in _months(year):
        if first is not None and first <= month.last:
            yield from _unless_signed(tx, fund, region, month)
    before = Period.parse(str(year - 1))
    if first is not None and first <= before.last:
        yield from _unless_closed(tx, fund, region, before)


def _months(year: int) -> Sequence[Period]:
    january = Month.parse(f"{year}-01")
    return [Period.of_month(january + number) for number in range(12)]


def _unless_closed(tx: Tx, fund: str, region: str, period: Period) -> Iterator[Fault]:
    if closings.get(tx, fund, region, period.kind, str(period)) is None:
        yield _obstacle("closing_order", period=period)


def _unless_signed(tx: Tx, fund: str, region: str, period: Period) -> Iterator[Fault]:
    row = closings.get(tx, fund, region, period.kind, str(period))
    if row is None:
        yield _obstacle("closing_order", period=period)
    elif not closings.signatures(tx, row.id):
        yield _obstacle("closing_unsigned", period=period)


def _obstacle(code: str, **params: object) -> Fault:
    return Fault("", code, {name: str(value) for name, value in params.items()})
