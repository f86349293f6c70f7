"""What statements say of payments whose receipts are lacking: each is read once for all that wait, and that is kept.

Many receipts may be lacking of one day, and only a few are rebuilt a minute: its statements, which may hold millions of
rows, are not read again for each few.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Layout, key_of
from gateway.mapping.statement_lines import Line
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.reconciliation import Book
from gateway.model.statement import StatementRow
from gateway.services.reconcile_statements import layouts_for
from gateway.services.records import decode, encode
from gateway.services.runtime import Runtime
from gateway.store import breaks, recoverable, stated, statements
from gateway.store.stated import Voucher
from gateway.store.statements import StatementRowKept

_READ_FOR = 5_000
"""For so many breaks that wait a statement is read at once."""


def of_days(
    runtime: Runtime, party: str, days: tuple[date, date], wanted: Collection[Voucher]
) -> Mapping[Voucher, list[StatementRow]]:
    """The rows about some vouchers in the statements of some days, the last included; each row as it came last.

    A row comes again with the day of its posting; one that takes another back is a row of its own.
    """
    found: dict[Voucher, dict[tuple[str, bool], StatementRow]] = defaultdict(dict)
    for layout in layouts_for(runtime.statements, party, Book.RECEIPT):
        for number in range((days[1] - days[0]).days + 1):
            for kept in _kept(runtime, layout, days[0] + timedelta(days=number)):
                for about, rows in _said(runtime, layout, kept, wanted).items():
                    found[about] |= {(row.key, row.reverses is not None): row for row in rows}
    return {about: list(rows.values()) for about, rows in found.items()}


def _kept(runtime: Runtime, layout: Layout, day: date) -> list[StatementRowKept]:
    with runtime.store.reading() as tx:
        rows = statements.of_day(tx, day.isoformat())
    return [row for row in rows if row.party == layout.party and row.state == statements.KEPT]


def _said(
    runtime: Runtime, layout: Layout, kept: StatementRowKept, wanted: Collection[Voucher]
) -> Mapping[Voucher, list[StatementRow]]:
    with runtime.store.reading() as tx:
        known = stated.known(tx, kept.id, wanted)
        waiting = set() if len(known) == len(wanted) else _waiting(runtime, layout.party)
    if len(known) < len(wanted):
        read = _read(runtime, layout, kept, waiting | set(wanted))
        with runtime.store.work("payments_stated") as tx:
            stated.keep(tx, kept.id, read)
        known = {about: read[about] for about in wanted}
    return {about: [decode(StatementRow, row) for row in content.splitlines()] for about, content in known.items()}


def _waiting(runtime: Runtime, party: str) -> set[Voucher]:
    """The vouchers of every break of a party that waits for its receipt to be rebuilt."""
    with runtime.store.reading() as tx:
        some = [row for row in recoverable.receipts_to_rebuild(tx, _READ_FOR) if row.party == party]
        return {(each.voucher, each.fund) for row in some for each in breaks.rows_of(tx, row)}


def _read(
    runtime: Runtime, layout: Layout, kept: StatementRowKept, wanted: Collection[Voucher]
) -> Mapping[Voucher, bytes]:
    """What a statement says of each voucher, a row a line."""
    found: dict[Voucher, list[bytes]] = {about: [] for about in wanted}

    def take(_: Line, row: StatementRow) -> None:
        about = (row.voucher_number, row.insurance.value)
        if about in found:
            found[about].append(encode(row))

    # Read as on the day on which it was kept: what was not in the future then is not now.
    terms = Terms(kept.created_at.astimezone(BEIJING).date(), key_of(layout, runtime.settings.parties))
    check_statement(statements.pieces(runtime.store, kept.id, kept.pieces), layout, terms, take)
    return {about: b"\n".join(rows) for about, rows in found.items()}
