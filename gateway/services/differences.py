"""What a bureau is told of the differences of a day: every break of its statements that is not settled yet."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from gateway.errors import GatewayError
from gateway.model.breaks import BreakState, Resolution
from gateway.model.codes import Insurance
from gateway.model.difference import DifferenceHead, DifferenceRow
from gateway.model.reconciliation import BreakClass, RowState
from gateway.model.repair import REPAIRS, RepairCode
from gateway.model.values import Money, Month, Region
from gateway.services.runtime import Runtime
from gateway.store import break_repairs, breaks, reconciliation
from gateway.store.breaks import BreakRow, SideRow
from gateway.store.reconciliation import RunRow
from gateway.store.work import Tx

_KEY_PARTS = 4
_UNSEQUENCED = 1
_OURS, _THEIRS = "here", "there"


def differences(
    runtime: Runtime, party: str, pairing: str, day: date, told_party: str = ""
) -> tuple[DifferenceHead, list[DifferenceRow]]:
    """Head and rows of the file for a bureau; GatewayError `not_found` where the day has not been compared.

    `told_party`: who is told, where it is not the tax party itself.
    """
    with runtime.store.reading() as tx:
        run = reconciliation.standing(tx, party, pairing, day.isoformat())
        if run is None:
            raise GatewayError("not_found", thing=f"finished run of {pairing} with {party[:64]} for {day}")
        told = [(row, _asks(runtime, tx, row)) for row in break_repairs.of_run(tx, run)]
        rows = [made for row, asks in told if asks is not None for made in _rows(row, asks, breaks.rows_of(tx, row))]
    numbered = (_numbered(number, *made) for number, made in enumerate(rows, 1))
    return _head(run, told_party or party, day), list(numbered)


def _head(run: RunRow, party: str, day: date) -> DifferenceHead:
    return DifferenceHead(1, party, day, run.number)


def _asks(runtime: Runtime, tx: Tx, row: BreakRow) -> RepairCode | None:
    """What the bureau is asked to do about a break; None where it is settled without them."""
    if row.state == BreakState.CLOSED_BY_RUN.value or row.resolution == Resolution.PROVED.value:
        return None
    if row.state in {BreakState.RESOLVED.value, BreakState.WAITING.value}:
        former = break_repairs.active(tx, row.id)
        code = None if former is None else RepairCode(former.code)
        return code if code is not None and REPAIRS[code].asks else None
    return runtime.repairs.proposed(row.kind, row.repair)


_Made = tuple[BreakRow, RepairCode, tuple[str, str, Month, int], Sequence[SideRow]]


def _rows(row: BreakRow, asks: RepairCode, rows: Sequence[SideRow]) -> Iterator[_Made]:
    """One for each voucher, item, month and sequence of a break, those of either side together."""
    keys: defaultdict[tuple[str, str, Month, int], list[SideRow]] = defaultdict(list)
    for each in rows:
        keys[_key(each)].append(each)
    for key, some in sorted(keys.items(), key=lambda item: (item[0][0], item[0][1], item[0][2].ordinal, item[0][3])):
        yield row, asks, key, some


def _key(row: SideRow) -> tuple[str, str, Month, int]:
    """The parts of a key as statements have them; a side that keeps no item has the insurance in its place."""
    parts = row.key.split(" ")
    whole = len(parts) == _KEY_PARTS and parts[-1].isdigit()
    item, sequence = (parts[1], int(parts[3])) if whole else (row.fund, _UNSEQUENCED)
    return row.voucher, item, Month(row.month), sequence


def _numbered(
    number: int, row: BreakRow, asks: RepairCode, key: tuple[str, str, Month, int], some: Sequence[SideRow]
) -> DifferenceRow:
    ours = [each for each in some if each.side == _OURS]
    theirs = [each for each in some if each.side == _THEIRS]
    first = (theirs or ours)[0]
    return DifferenceRow(
        number,
        row.id,
        BreakClass(row.kind),
        asks,
        *key,
        insurance=Insurance(first.fund),
        agency=Region(first.region),
        our_count=len(ours),
        our_total=_total(ours),
        their_count=len(theirs),
        their_total=_total(theirs),
        trace_number=_trace(theirs),
        our_day=ours[0].day if ours else None,
        their_day=theirs[0].day if theirs else None,
        our_state=RowState(ours[0].state) if ours else None,
        their_state=RowState(theirs[0].state) if theirs else None,
    )


def _total(rows: Sequence[SideRow]) -> Money:
    return Money(sum(each.amount + each.late_fee + each.interest for each in rows))


def _trace(theirs: Sequence[SideRow]) -> str | None:
    """The bureau's own trace number: what stands behind the voucher in ours."""
    traces = [each.trace for each in theirs if each.trace]
    return traces[0].rpartition("/")[2] if traces else None
