"""Laws of the books: whatever is posted in whichever order, entries balance, and balances are what entries come to."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.mapping.rulefile import read
from gateway.model.books import BookEvent, EventKind, Reversal, Side, Sums, TrialBalance
from gateway.model.codes import Insurance
from gateway.model.values import Money, Region
from gateway.rules.posting import POSTING
from gateway.services import books
from gateway.services.closing_proof import verify
from gateway.services.runtime import Runtime
from gateway.services.trial import through, trial
from gateway.store import books as kept
from tests.gateway.services.booked import closes, days, reconciled
from tests.gateway.services.conftest import MAPPINGS, World

FIRST = date(2026, 12, 28)
TABLED = [kind for kind in EventKind if kind not in (EventKind.REVERSED, EventKind.CARRIED_FORWARD)]
LAWS = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@dataclass(frozen=True)
class Step:
    """One thing that happens. `days`: how far the clock goes before; `closes`: whether the next day is closed."""

    kind: EventKind
    origin: str
    fen: int
    late_fen: int
    back: int
    adjustment: bool
    days: int
    closes: bool
    reverses: bool


STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(TABLED),
        origin=st.sampled_from(["a", "b", "c"]),
        fen=st.integers(-(10**6), 10**9),
        late_fen=st.sampled_from([0, 0, 480]),
        back=st.integers(0, 4),
        adjustment=st.booleans(),
        days=st.integers(0, 3),
        closes=st.booleans(),
        reverses=st.sampled_from([False, False, False, True]),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def regions() -> Iterator[str]:
    """Regions that nobody has posted into yet, one for each example."""
    codes = sorted(read(MAPPINGS / "regions.yaml").data["regions"])
    return itertools.cycle(code for code in codes if code.startswith("43") and not code.endswith("00"))


def event(runtime: Runtime, step: Step, region: str, number: int, today: date) -> BookEvent:
    posting = runtime.law.rules.find(POSTING, region, today, insurance="pension", subject=step.kind.value).content
    takes = any("late_fee" in pair.of for pair in posting.pairs)
    back = step.back if posting.closed_day == "today" else 0
    return BookEvent(
        kind=step.kind,
        origin=f"{region}/{step.origin}",
        insurance=Insurance.PENSION,
        region=Region(region),
        day=max(today - timedelta(days=back), FIRST),
        amount=Money(step.fen),
        late_fee=Money(step.late_fen if takes else 0),
        adjustment=step.adjustment,
        sequence=str(number),
    )


def closable(runtime: Runtime, region: str, today: date) -> date | None:
    """The day that is to be closed next, where it is over."""
    with runtime.store.reading() as tx:
        book, first = kept.get(tx, "pension", region), kept.first_day(tx, "pension", region)
    through = date.fromisoformat(book.closed_through) if book and book.closed_through else None
    following = through + timedelta(days=1) if through else first
    return following if following is not None and following < today else None


def played(world: World, steps: Sequence[Step], region: str) -> None:
    """Do every step: each event three times, of which it is posted once."""
    runtime = world.runtime
    world.clock.at = datetime(2026, 12, 30, 4, tzinfo=UTC)
    for number, step in enumerate(steps):
        world.clock.forward(days=step.days, seconds=1)
        today = world.clock.at.date()
        if step.closes and (day := closable(runtime, region, today)) is not None:
            reconciled(runtime, day)
            closes(runtime, str(day), region=region)
        if step.reverses:
            reversal = Reversal(origin=f"{region}/back/{number}", of=f"{region}/{step.origin}", day=today)
            for _ in range(2):
                with runtime.store.work("test") as tx:
                    books.reverse(runtime, tx, reversal)
        one = event(runtime, step, region, number, today)
        handles = set()
        for _ in range(3):
            with runtime.store.work("test") as tx:
                handles.add(books.post(runtime, tx, one))
        assert len(handles) == 1


def entries(runtime: Runtime, region: str) -> dict[date, Counter[str]]:
    """What the lines of every entry come to, by booked day; reading an entry proves that it balances."""
    found: defaultdict[date, Counter[str]] = defaultdict(Counter)
    with runtime.store.reading() as tx:
        for row in kept.page(tx, "pension", region, first=date(1, 1, 1), last=date(9999, 12, 31)):
            entry = kept.read(tx, row)
            for line in entry.lines:
                found[entry.day][line.account] += line.fen if line.side is Side.DEBIT else -line.fen
    return found


def standing(balances: Mapping[str, int]) -> dict[str, int]:
    return {account: fen for account, fen in balances.items() if fen}


def balance(runtime: Runtime, region: str, day: date, year: int) -> TrialBalance:
    with runtime.store.reading() as tx:
        found = trial(runtime, tx, "pension", region, day, year)
    assert found.balanced
    return found


@given(steps=STEPS)
@LAWS
def test_balances_are_what_entries_come_to_and_each_day_opens_with_what_the_one_before_closed(
    world: World, regions: Iterator[str], steps: Sequence[Step]
) -> None:
    runtime, region = world.runtime, next(regions)
    played(world, steps, region)
    booked, total, before = entries(runtime, region), Counter[str](), dict[str, int]()
    for day in days(FIRST, world.clock.at.date()):
        years = [balance(runtime, region, day, year) for year in (2026, 2027)]
        turned = Counter[str]()
        for line in itertools.chain.from_iterable(found.lines for found in years):
            turned[line.account] += line.turnover.balance
        assert standing(turned) == standing(booked.get(day, {}))
        assert standing({line.account: line.opening for line in years[0].lines}) == before
        before = standing({line.account: line.closing for line in years[0].lines})
        total.update(booked.get(day, {}))
        with runtime.store.reading() as tx:
            sums = through(tx, "pension", region, day)
        assert standing(total) == standing(by_account(sums))
    assert verify(runtime).faults == []


def by_account(sums: Sums) -> Counter[str]:
    found = Counter[str]()
    for place, turnover in sums.items():
        found[place.account] += turnover.balance
    return found
