"""Ask parties what they have on record of the payments that we told them of, and keep it as their statement of the day.

Totals come first (总对账), then trades (明细对账). The rows are theirs: what they confirm, what they have otherwise and
what only they have. What they do not say of a payment (voucher, month, components) is taken from what we told them.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Layout
from gateway.mapping.statement_writer import write_statement
from gateway.model.codes import Insurance, TradeState
from gateway.model.province_totals import CheckTotals, CheckTrades, TotalsChecked, Trade, TradeChecked
from gateway.model.reconciliation import Book
from gateway.model.statement import StatementHead
from gateway.model.values import Money
from gateway.ports import Party
from gateway.services.reconcile_ledger import SETTLED
from gateway.services.reconcile_statements import layouts_for
from gateway.services.record_rows import Recorded, RecordRows
from gateway.services.runtime import Runtime
from gateway.services.sides import Source, days, first_of
from gateway.services.statements import layout_for, take_in
from gateway.store import statements
from gateway.store.statements import StatementRowKept

MESSAGES = frozenset({"CheckTotals", "CheckTrades"})
_SECONDS = 60

log = logging.getLogger(__name__)


def ask_records(runtime: Runtime) -> int:
    """Ask for every day that a party has not answered for; how many statements were kept.

    A party that cannot be reached is asked later for all its days; a day whose answer is wrong holds up no other.
    """
    return sum(_asked(runtime, layout) for layout in runtime.statements.values() if layout.asked)


def ask_day(runtime: Runtime, name: str, day: date) -> StatementRowKept:
    """Ask a party for one day, and keep its answer; one that differs from what was kept supersedes it.

    GatewayError `not_found`, `unsupported`, `reconciliation_too_early`, `records_unexplained`, those of a question.
    """
    layout, party = layout_for(runtime, name), runtime.parties.get(name)
    if party is None or not party.supports.keys() >= MESSAGES:
        alternative = "its statement as a file (docs/protocols/statements.md)"
        raise GatewayError("unsupported", party=name, message="CheckTotals", alternative=alternative)
    since = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
    over = since + timedelta(days=1) + SETTLED
    if runtime.now() < over:
        raise GatewayError("reconciliation_too_early", day=str(day), at=over.isoformat())
    rows = RecordRows(runtime, layout, day)
    kept = party.supports["CheckTotals"].keeps or tuple(Insurance)
    recorded = [each for insurance in kept for each in _of_insurance(runtime, party, day, insurance, rows)]
    with runtime.store.reading() as tx:
        before = statements.standing(tx, name, day.isoformat(), 1)
        made = list(rows.statement_rows(tx, recorded))
    head = StatementHead(1, name, day, 1, 1, (before.sequence or 0) + 1 if before else 1)
    return take_in(runtime, name, write_statement(head, made, layout), "message")


def _asked(runtime: Runtime, layout: Layout) -> int:
    count = 0
    for day in _lacking(runtime, layout):
        try:
            count += ask_day(runtime, layout.party, day).state == statements.KEPT
        except GatewayError as error:
            log.warning("%s was not asked for its records of %s: %s", layout.party, day, error.kind.code)
            if error.kind.code != "records_unexplained":
                break
        except Exception:
            log.exception("the records of %s of %s could not be kept; it is asked again", layout.party, day)
    return count


def _lacking(runtime: Runtime, layout: Layout) -> Iterator[date]:
    """The days that are over and of which nothing is kept, from the first that its tax bureau states.

    Before that there is nothing to compare its answer with.
    """
    party, asked = runtime.parties.get(layout.party), layout.asked
    if asked is None or party is None or not party.supports.keys() >= MESSAGES:
        return
    last = (runtime.now() - SETTLED).astimezone(BEIJING).date() - timedelta(days=1)
    about = layouts_for(runtime.statements, layout.of, Book.RECEIPT)
    first = first_of(runtime, [Source(Book.RECEIPT, layout.of, tuple(about))] if about else [])
    for day in days(max(first, last - timedelta(days=asked.days - 1)), last) if first else ():
        with runtime.store.reading() as tx:
            known = statements.standing(tx, layout.party, day.isoformat(), 1)
        if known is None:
            yield day


def _of_insurance(
    runtime: Runtime, party: Party, day: date, insurance: Insurance, rows: RecordRows
) -> Sequence[Recorded]:
    """What the party has of one insurance, told twice: as totals and trade by trade."""
    ours = rows.told(insurance)
    amount = Money(sum(each.amount.fen for each in ours))
    until = runtime.now() + timedelta(seconds=_SECONDS)
    totals: TotalsChecked = party.ask(CheckTotals(day, day, insurance, len(ours), 0, amount), until)
    if not ours and not (totals.forward or totals.reverse or totals.amount.fen):
        return ()
    found = party.ask(CheckTrades(day, day, insurance, tuple(ours)), until).trades
    recorded = [_recorded(each, ours, insurance) for each in found if each.state is not TradeState.ABSENT]
    _check_sum(party.id, day, totals, recorded, insurance)
    return recorded


def _recorded(checked: TradeChecked, ours: Sequence[Trade], insurance: Insurance) -> Recorded:
    told = next((each.amount for each in ours if each.serial == checked.serial), None)
    amount = checked.amount or (told if checked.state is TradeState.AGREES else None)
    return Recorded(checked.serial, checked.their_serial, insurance, amount or Money(0))


def _check_sum(
    party: str, day: date, totals: TotalsChecked, recorded: Sequence[Recorded], insurance: Insurance
) -> None:
    """Both tell the same, or nothing is believed: GatewayError `records_unexplained`."""
    total = Money(sum(each.amount.fen for each in recorded))
    if (len(recorded), total) != (totals.forward - totals.reverse, totals.amount):
        said = {"insurance": insurance.value, "day": str(day), "amount": str(totals.amount), "sum": str(total)}
        said |= {"count": str(totals.forward - totals.reverse), "listed": str(len(recorded))}
        raise GatewayError("records_unexplained", party=party, **said)  # type: ignore[arg-type]  # texts for the words
