"""Five hundred small reconciliations at once: each row carries the number of its example in every number that links."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from gateway.model.reconciliation import Book, Expected, Pairing, Tolerance

EXAMPLES = 520
TODAY = date(2026, 3, 20)
_LATE, _RECENT = date(2026, 3, 9), date(2026, 3, 19)
# What engines are known to disagree about: escapes, patterns, quotes, width, the order of characters beyond U+FFFF.
_ODD = ("", "億|", "it's", "\\n", '"x"', "😀", "～", "é", "e\u0301", " a ", "%_", "NULL", "\\", "a\tb", "０", "ß", "A")
PAIRING = Pairing(
    "tested",
    Book.RECEIPT,
    Book.TREASURY,
    ("person", "region", "fund", "month", "amount", "late_fee", "interest", "state", "day", "adjustment"),
    (Tolerance("late_fee", 1, "invented"), Tolerance("day", 2, "invented")),
)
EXPECTED = (
    Expected("there", _RECENT, TODAY + timedelta(days=1)),
    Expected("here", _RECENT, TODAY),
    Expected("there", _LATE, TODAY - timedelta(days=1)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a side, in the order of ROW_COLUMNS."""

    line: int
    key: str
    voucher: str
    summary: str | None
    trace: str | None
    reverses: str | None
    person: str | None
    region: str
    fund: str
    month: int
    accounting_month: int
    day: date
    adjustment: bool
    amount: int
    late_fee: int
    interest: int
    state: str

    def values(self) -> tuple[object, ...]:
        """What it holds, column by column."""
        return tuple(getattr(self, name) for name in Row.__slots__)


Sides = tuple[list[Row], list[Row]]
Story = Callable[[Row, Random], Sides]


def _same(row: Row, _: Random) -> Sides:
    return [row], [row]


def _only_here(row: Row, _: Random) -> Sides:
    return [row], []


def _only_there(row: Row, _: Random) -> Sides:
    return [], [row]


def _twice(row: Row, random: Random) -> Sides:
    more = [row] * random.randint(2, 3)
    return (more, [row]) if random.random() < 0.5 else ([row], more)


def _twice_on_both(row: Row, _: Random) -> Sides:
    return [row, row], [row, row]


def _person(row: Row, random: Random) -> Sides:
    return [row], [replace(row, person=random.choice((None, "ff", *_ODD)))]


def _region(row: Row, _: Random) -> Sides:
    return [row], [replace(row, region=row.region + "9")]


def _amount(row: Row, random: Random) -> Sides:
    return [row], [replace(row, amount=row.amount + random.choice((-1, 1, 10**12)), interest=random.randint(0, 1))]


def _fee(row: Row, random: Random) -> Sides:
    return [row], [replace(row, late_fee=row.late_fee + random.randint(-2, 2))]


def _split(row: Row, _: Random) -> Sides:
    return [row], [replace(row, amount=row.amount - 7), replace(row, amount=7, late_fee=0, interest=0)]


def _state(row: Row, random: Random) -> Sides:
    return [replace(row, state=random.choice(("booked", "refund_pending")))], [replace(row, state="reversed")]


def _refund(row: Row, random: Random) -> Sides:
    return [replace(row, state="refund_pending")], random.choice(([row], []))


def _day(row: Row, random: Random) -> Sides:
    return [row], [replace(row, day=row.day + timedelta(days=random.randint(-3, 3)), month=row.month)]


def _fund(row: Row, random: Random) -> Sides:
    return [row], [replace(row, fund="injury", voucher=random.choice(_ODD), adjustment=random.random() < 0.5)]


def _reversal(row: Row, random: Random) -> Sides:
    back = replace(
        row, key=row.key + " r", trace=f"{row.trace} r", reverses=row.trace, amount=-row.amount, state="reversed"
    )
    return random.choice((([row, back], [row]), ([row], [row, back]), ([row, back], [row, back]), ([back], [row])))


def _posting(row: Row, random: Random) -> Sides:
    number = f"{row.key} s"
    listed = [
        replace(row, key=f"{row.key} {n}", summary=number, amount=n * 10, late_fee=0, interest=0)
        for n in range(1, random.randint(2, 5))
    ]
    off = random.choice((0, 0, 1))
    one = replace(
        row, key=number, summary=number, trace=None, amount=sum(each.amount for each in listed) + off, late_fee=0
    )
    one = replace(one, interest=0)
    return random.choice(((listed, [one]), ([one], listed), (listed, []), ([one], []), (listed[:-1], [one])))


def _list_absent(row: Row, random: Random) -> Sides:
    scope = f"{row.region}8"
    alone = [replace(row, key=f"{row.key} {n}", region=scope) for n in range(random.randint(1, 3))]
    one = replace(row, key=f"{row.key} p", summary=f"{row.key} p", trace=None, region=scope)
    return (alone, [one]) if random.random() < 0.5 else ([one], alone)


def _chain(row: Row, random: Random) -> Sides:
    links = [row]
    for number in range(random.randint(2, 9)):
        last = links[-1].trace
        links.append(replace(row, key=f"{row.key} c{number}", trace=f"{row.trace} c{number}", reverses=last))
    return links, links[: random.randint(0, len(links))]


STORIES: tuple[Story, ...] = (
    *(_same, _only_here, _only_there, _twice, _twice_on_both, _person, _region, _amount, _fee, _split, _state, _refund),
    *(_day, _fund, _reversal, _posting, _list_absent, _chain),
)


def sides() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The rows of both sides of all examples, the same ones in every run."""
    here, there = list[Row](), list[Row]()
    for number in range(EXAMPLES):
        one, other = example(number)
        here += one
        there += other
    return list(_numbered(here)), list(_numbered(there))


def example(number: int) -> Sides:
    """One small reconciliation: each story comes again and again, some beside one or two others."""
    random = Random(number)
    told = [STORIES[number % len(STORIES)], *random.choices(STORIES, k=random.randint(0, 2))]
    here, there = list[Row](), list[Row]()
    for index, story in enumerate(told):
        one, other = story(_row(f"{number:04d} {index}", number, random), random)
        here += one
        there += other
    return here, there


def _row(key: str, number: int, random: Random) -> Row:
    odd = random.choice(_ODD)
    day = random.choice((_LATE, _RECENT, date(2025, 12, 31), TODAY))
    return Row(
        *(0, f"{key} {odd}", odd, None, f"t {key} {odd}", None, random.choice((None, odd, "0f")), f"{number:06d}"),
        *(random.choice(("pension", "medical")), random.randint(24_300, 24_303), 24_303, day, random.random() < 0.2),
        *(random.choice((0, 1, 102_480, 2**52)), random.choice((0, 0, 35)), 0, "booked"),
    )


def _numbered(rows: list[Row]) -> Iterator[tuple[object, ...]]:
    for line, row in enumerate(rows, start=1):
        yield replace(row, line=line).values()
