"""Take in checks that the treasury sends as messages: totals first, then parts, then (all here) a statement.

A package of each kind is one part of the day's statement: vouchers 1, refunds 2, corrections 3, so that a day is there
when all three are. What a package says is kept as a statement like a file is, and refused whole as a file is.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.statement_layout import Layout
from gateway.mapping.statement_writer import write_statement
from gateway.model.codes import CheckKind, TransactionState
from gateway.model.province import Done
from gateway.model.statement import StatementFoot, StatementHead, StatementRow
from gateway.model.treasury import CheckPart, CheckRow
from gateway.model.values import Money, Month
from gateway.services.afresh import afresh
from gateway.services.records import decode, encode
from gateway.services.runtime import Runtime
from gateway.services.statement_calendar import due_at
from gateway.services.statements import layout_for, take_in
from gateway.store import check_packages, statements
from gateway.store.check_packages import PackageKey, PackageRow
from gateway.store.work import Tx

SLOTS: Mapping[CheckKind, int] = {CheckKind.TICKETS: 1, CheckKind.REFUNDS: 2, CheckKind.CORRECTIONS: 3}
"""Which part of a day's statement a kind of check is."""


def check_part(runtime: Runtime, party: str, message: CheckPart, about: str) -> Done:
    """Take in one part; the same part again is the same answer. `about`: what it was journalled under."""
    layout = layout_for(runtime, party)
    reason = fault_of(message, runtime.now().astimezone(BEIJING).date())
    if reason and (message.part_count != len(message.rows) or message.part_amount != _sum(message.rows)):
        # Kept and shown as a file with a wrong foot is; it stands for nothing, and the part is asked for again.
        take_in(runtime, party, _refused(layout, message), "message", about)

    def taken() -> Done:
        with runtime.store.work("check_part") as tx:
            wrong = reason or _kept(runtime, tx, party, layout, message)
            if wrong:
                _note(runtime, tx, party, layout, message, wrong)
        return Done(done=not wrong, reason=wrong or None)

    return afresh(taken, GatewayError("unavailable", reason="other parts of the same package keep coming"))


def fault_of(message: CheckPart, today: date) -> str:
    """What is wrong with a part taken by itself; "" where nothing is."""
    if not 1 <= message.part <= message.parts:
        return f"part {message.part} of {message.parts}"
    if message.day > today:
        return f"the day {message.day} has not come"
    if message.part_count != len(message.rows):
        return f"part {message.part}: it says {message.part_count} rows and has {len(message.rows)}"
    if message.part_amount != _sum(message.rows):
        return f"part {message.part}: it says {message.part_amount} and its rows come to {_sum(message.rows)}"
    odd = sum(row.state is not TransactionState.DONE for row in message.rows)
    return f"part {message.part}: {odd} rows are not posted" if odd else ""


def key_of(party: str, kind: CheckKind, day: date, number: str) -> PackageKey:
    """The key of a package."""
    return PackageKey(party, kind.value, day.isoformat(), number)


def announced(runtime: Runtime, tx: Tx, layout: Layout, key: PackageKey, totals: Mapping[str, int]) -> PackageRow:
    """The package with this key, entered now where it was unknown."""
    found = check_packages.find(tx, key)
    if found is None:
        wait = layout.again.wait if layout.again else 0
        first = runtime.now() + timedelta(seconds=wait)
        until = _until(runtime, layout, date.fromisoformat(key.day))
        check_packages.announce(tx, key, totals, first, until)
        found = check_packages.find(tx, key)
    if found is None:
        raise GatewayError("unavailable", reason="the package was entered and is not there")
    return found


def settle_whole(runtime: Runtime) -> int:
    """Make statements of the packages that are whole; how many."""
    with runtime.store.reading() as tx:
        found = check_packages.waiting(tx, check_packages.WHOLE, tx.now)
    for package in found:
        settle(runtime, package)
    return len(found)


def settle(runtime: Runtime, package: PackageRow) -> None:
    """Make a statement of a package that is whole; one that was made of it before is the same one."""
    layout = layout_for(runtime, package.party)
    kept = take_in(runtime, package.party, _file(runtime, layout, package), "message")
    refused = kept.state == statements.REFUSED
    with runtime.store.work("check_package") as tx:
        state = check_packages.REFUSED if refused else check_packages.KEPT
        reason = "its statement has faults" if refused else None
        check_packages.change(tx, package.id, state=state, statement=kept.id, reason=reason)
        check_packages.forget_content(tx, package.id)


def _kept(runtime: Runtime, tx: Tx, party: str, layout: Layout, message: CheckPart) -> str:
    """Why the part is not taken; "" where it is here now."""
    key = key_of(party, message.kind, message.day, message.package_number)
    totals = {"count": message.count, "fen": message.amount.fen, "parts": message.parts}
    package = announced(runtime, tx, layout, key, totals)
    if {"count": package.count, "fen": package.fen, "parts": package.parts} != totals:
        return f"part {message.part}: the totals of the package are not those that were told before"
    if not check_packages.keep_part(tx, package.id, message.part, encode(message)):
        return f"part {message.part} is here with other content; what is to supersede has a new number"
    wanting = package.state in (check_packages.OPEN, check_packages.INCOMPLETE)
    if wanting and len(check_packages.parts(tx, package.id)) == package.parts:
        check_packages.change(tx, package.id, state=check_packages.WHOLE, ask_at=tx.now, reason=None)
    return ""


def _note(runtime: Runtime, tx: Tx, party: str, layout: Layout, message: CheckPart, reason: str) -> None:
    """Write down why a part was not taken, at its package."""
    key = key_of(party, message.kind, message.day, message.package_number)
    totals = {"count": message.count, "fen": message.amount.fen, "parts": message.parts}
    if message.day <= runtime.now().astimezone(BEIJING).date():
        check_packages.change(tx, announced(runtime, tx, layout, key, totals).id, reason=reason)


def _until(runtime: Runtime, layout: Layout, day: date) -> datetime:
    """Until when missing parts of a day's packages are asked for, where one is first heard of now."""
    due = due_at(layout.due, day, runtime.law.calendar)
    if due is None:
        due = datetime(day.year, day.month, day.day, layout.due.hour, tzinfo=BEIJING) + timedelta(days=layout.due.after)
    return max(due, runtime.now()) + timedelta(days=layout.again.days if layout.again else 0)


def _file(runtime: Runtime, layout: Layout, package: PackageRow) -> Iterator[bytes]:
    head = _head(layout, CheckKind(package.kind), date.fromisoformat(package.day), package.sequence)
    foot = StatementFoot(package.count, Money(package.fen))
    return write_statement(head, _numbered(_rows(runtime, package)), layout, foot=foot)


def _refused(layout: Layout, message: CheckPart) -> Iterator[bytes]:
    """A part by itself, with the totals that it claims."""
    head = _head(layout, message.kind, message.day, 1)
    foot = StatementFoot(message.part_count, message.part_amount)
    return write_statement(head, _numbered(iter(message.rows)), layout, foot=foot)


def _head(layout: Layout, kind: CheckKind, day: date, sequence: int) -> StatementHead:
    return StatementHead(1, layout.party, day, SLOTS[kind], len(SLOTS), sequence)


def _rows(runtime: Runtime, package: PackageRow) -> Iterator[CheckRow]:
    for number in range(1, package.parts + 1):
        with runtime.store.reading() as tx:
            kept = check_packages.content(tx, package.id, number)
        yield from decode(CheckPart, kept).rows


def _numbered(rows: Iterator[CheckRow]) -> Iterator[StatementRow]:
    return (_row(number, row) for number, row in enumerate(rows, 1))


def _row(number: int, row: CheckRow) -> StatementRow:
    return StatementRow(
        number=number,
        voucher_number=row.voucher_number,
        item=row.item,
        month=row.month,
        sequence=row.sequence,
        insurance=row.insurance,
        agency=row.agency,
        accounting_month=Month.booked(row.booked_on, adjustment=row.adjustment),
        collected_on=row.entrusted_on,
        treasury_on=row.booked_on,
        amount=row.amount,
        adjustment=row.adjustment,
        trace_number=row.trace_number,
        summary_number=row.package_number,
        reverses=row.reverses,
        tax_person_number=row.payer_number,
        name=row.payer_name,
    )


def _sum(rows: tuple[CheckRow, ...]) -> Money:
    return Money(sum(row.amount.fen for row in rows))
