"""What a matching should find, by going through the rows one by one; it knows no SQL and shares no code with it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from gateway.model.reconciliation import BreakClass, Expected, Pairing

MONEY = ("amount", "late_fee", "interest")
OF_ONE_ROW = ("person", "month")
SIDES = ("here", "there")


@dataclass(frozen=True)
class Row:
    """A row of a side, in the order of ROW_COLUMNS."""

    line: int
    key: str
    voucher: str = "v"
    summary: str | None = None
    trace: str | None = None
    reverses: str | None = None
    person: str | None = "p1"
    region: str = "430100"
    fund: str = "pension"
    month: int = 24311
    accounting_month: int = 24312
    day: date = date(2026, 1, 20)
    adjustment: bool = False
    amount: int = 10_000
    late_fee: int = 0
    interest: int = 0
    state: str = "booked"

    @property
    def values(self) -> tuple[object, ...]:
        """The values by column."""
        return tuple(getattr(self, field.name) for field in fields(self))

    @property
    def fen(self) -> int:
        """All money of the row."""
        return self.amount + self.late_fee + self.interest


Sided = tuple[str, Row]
Sides = Mapping[str, Sequence[Row]]


@dataclass
class Group:
    """Rows that belong together."""

    rows: list[Sided]
    verdict: str = "matched"
    classes: tuple[BreakClass, ...] = ()

    def of(self, side: str) -> list[Row]:
        """Its rows of one side."""
        return [row for name, row in self.rows if name == side]

    @property
    def name(self) -> str:
        """The smallest key."""
        return min(row.key for _, row in self.rows)


def judged(pairing: Pairing, sides: Sides, expected: Iterable[Expected], today: date) -> list[Group]:
    """Every group of rows that do not plainly agree, with its verdict and its classes in order."""
    calendar: dict[tuple[str, date], date] = {}
    for each in expected:
        at = (each.absent_from, each.day)
        calendar[at] = max(each.until, calendar.get(at, each.until))

    def waits(side: str, row: Row) -> bool:
        until = calendar.get((SIDES[side == "here"], row.day))
        return until is not None and until >= today

    everything = [(side, row) for side in SIDES for row in sides[side]]
    rows = _open(pairing, everything)
    bare = _bare(rows, everything)
    groups = _connected(rows, _numbers(rows, bare, waits))
    for group in groups:
        _judge(group, pairing, bare)
        if not (group.of("here") and group.of("there")) and all(waits(*each) for each in group.rows):
            group.verdict = "transit"
    return groups


def _open(pairing: Pairing, everything: Sequence[Sided]) -> list[Sided]:
    by_key = defaultdict(list)
    for side, row in everything:
        by_key[row.key].append((side, row))
    odd = {key for key, found in by_key.items() if not _plain(pairing, found)}
    taken_back = {row.reverses for _, row in everything if row.key in odd and row.reverses is not None}
    odd |= {row.key for _, row in everything if row.trace in taken_back}
    return [each for each in everything if each[1].key in odd]


def _plain(pairing: Pairing, found: Sequence[Sided]) -> bool:
    if sorted(side for side, _ in found) != ["here", "there"]:
        return False
    (_, one), (_, other) = found
    return all(_near(pairing, name, getattr(one, name), getattr(other, name)) for name in pairing.compared)


def _near(pairing: Pairing, name: str, one: object, other: object) -> bool:
    by = next((each.by for each in pairing.tolerances if each.column == name), None)
    if by is None:
        return one == other
    if isinstance(one, date) and isinstance(other, date):
        return abs(one - other) <= timedelta(days=by)
    assert isinstance(one, int)
    assert isinstance(other, int)
    return abs(one - other) <= by


def _bare(rows: Sequence[Sided], everything: Sequence[Sided]) -> list[Sided]:
    """Postings without a list."""
    postings = [(side, row) for side, row in rows if _is_posting(row) and not _paired(rows, row.key)]
    return [
        (side, row)
        for side, row in postings
        if not any(
            other.summary == row.summary and (there != side or not _is_posting(other)) for there, other in everything
        )
    ]


def _is_posting(row: Row) -> bool:
    return row.summary is not None and row.trace in (None, row.summary)


def _paired(rows: Sequence[Sided], key: str) -> bool:
    return len({side for side, row in rows if row.key == key}) == 2


def _numbers(rows: Sequence[Sided], bare: Sequence[Sided], waits: object) -> list[set[str]]:
    """Sets of keys that some number holds together."""
    assert callable(waits)
    held: dict[object, set[str]] = defaultdict(set)
    for _, row in rows:
        if row.summary is not None:
            held["s", row.summary].add(row.key)
        if row.reverses is not None:
            held["t", row.reverses] |= {row.key, *(other.key for _, other in rows if other.trace == row.reverses)}
    lists = [(side, row) for side, row in bare if not waits(side, row)]
    for side, posting in lists:
        alike = [row for where, row in lists if where == side and _scope(row) == _scope(posting)]
        last = max(row.day for row in alike)
        found = {
            row.key
            for where, row in rows
            if where != side
            and _scope(row) == _scope(posting)
            and row.day <= last
            and row.summary is None
            and row.reverses is None
            and not _paired(rows, row.key)
            and not waits(where, row)
        }
        if found:
            held["l", side, _scope(posting)] |= found | {posting.key}
    return list(held.values())


def _scope(row: Row) -> tuple[object, ...]:
    return row.region, row.fund, row.adjustment, row.accounting_month


def _connected(rows: Sequence[Sided], held: Collection[set[str]]) -> list[Group]:
    merged = [{row.key} for _, row in rows]
    for keys in held:
        together = set().union(*(one for one in merged if one & keys))
        merged = [one for one in merged if not one & keys] + [together]
    unique = {min(keys): keys for keys in merged if keys}
    return [Group([each for each in rows if each[1].key in keys]) for keys in unique.values()]


def _judge(group: Group, pairing: Pairing, bare: Sequence[Sided]) -> None:
    held = _held(group, pairing, bare)
    group.classes = tuple(kind for kind in BreakClass if kind in held)
    group.verdict = "break" if held else "matched"


def _held(group: Group, pairing: Pairing, bare: Sequence[Sided]) -> set[BreakClass]:
    """Every class that the group is of."""
    found: set[BreakClass] = set()
    two_sided = bool(group.of("here") and group.of("there"))
    if any(each in bare for each in group.rows):
        found.add(BreakClass.LIST_MISSING)
    units: dict[str | None, list[Sided]] = defaultdict(list)
    for each in group.rows:
        units[each[1].key if _paired(group.rows, each[1].key) else None].append(each)
    for key, unit in units.items():
        here, there = ([row for where, row in unit if where == side] for side in SIDES)
        differing = _differing(pairing, here, there, alone=key is None)
        found |= {kind for kind, columns in COLUMNS_OF.items() if differing & columns}
        uneven = any(sum(getattr(r, n) for r in here) != sum(getattr(r, n) for r in there) for n in MONEY)
        one_sided, states = not (here and there), "state" in differing
        back = [sum(r.reverses is not None or r.state == "reversed" for r in rows) for rows in (here, there)]
        if two_sided and back[0] != back[1] and (uneven or states or one_sided):
            found.add(BreakClass.REVERSED_AFTER_BOOKING)
        if any(r.state == "refund_pending" for _, r in unit) and (states or one_sided):
            found.add(BreakClass.REFUND_PENDING)
        if _repeated(here, there, uneven or one_sided):
            found.add(BreakClass.DUPLICATE)
        if not there:
            found.add(BreakClass.ONLY_HERE)
        if not here:
            found.add(BreakClass.ONLY_THERE)
    return found


COLUMNS_OF: Mapping[BreakClass, set[str]] = {
    BreakClass.WRONG_PERSON: {"person"},
    BreakClass.WRONG_REGION: {"region"},
    BreakClass.AMOUNT: {"amount", "late_fee", "interest", "fund"},
    BreakClass.STATE: {"state"},
    BreakClass.DATE: {"day", "month", "accounting_month", "adjustment"},
}


def _differing(pairing: Pairing, here: Sequence[Row], there: Sequence[Row], *, alone: bool) -> set[str]:
    if not (here and there):
        return set()
    return {
        name
        for name in pairing.compared
        if not (alone and name in OF_ONE_ROW)
        and not all(
            _near(pairing, name, one, other) for one, other in zip(_told(name, here), _told(name, there), strict=True)
        )
    }


def _told(name: str, rows: Sequence[Row]) -> list[object]:
    """What a unit's side says of a column: the sum of money; of others the ends, and whether any is unknown."""
    values = [getattr(row, name) for row in rows]
    if name in MONEY:
        return [sum(values)]
    known = [value for value in values if value is not None]
    ends: list[object] = [min(known), max(known)] if known else [None, None]
    return [*ends, len(known) < len(values)] if name == "person" else ends


def _repeated(here: Sequence[Row], there: Sequence[Row], unbalanced: bool) -> bool:
    counts = [
        Counter((row.key, row.month, *(getattr(row, name) for name in MONEY)) for row in rows) for rows in (here, there)
    ]
    for each in counts[0].keys() | counts[1].keys():
        one, other = counts[0][each], counts[1][each]
        if one != other and max(one, other) > 1 and (min(one, other) > 0 or unbalanced):
            return True
    return False
