"""Two sides matched by the engine, beside an oracle that goes through the rows one by one."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model.reconciliation import Expected, Pairing, Sum, Tally
from tests.gateway.batch.matching_oracle import Group, Row, judged
from tests.gateway.batch.matching_sides import DAY, PAIRING, TODAY, TOLERANT, classes, matched

_FEW = {
    "key": st.sampled_from([f"k{number}" for number in range(9)]),
    "summary": st.sampled_from([None, None, None, "s1", "s2"]),
    "trace": st.sampled_from([None, "t1", "t2", "t3", "s1", "s2"]),
    "reverses": st.sampled_from([None, None, None, None, "t1", "t2", "t9"]),
    "person": st.sampled_from([None, "p1", "p1", "p2"]),
    "region": st.sampled_from(["430100", "430100", "330200"]),
    "fund": st.sampled_from(["pension", "pension", "medical"]),
    "month": st.sampled_from([24311, 24311, 24310]),
    "accounting_month": st.sampled_from([24312, 24312, 24311]),
    "day": st.sampled_from([DAY, DAY, DAY + timedelta(days=1), DAY + timedelta(days=2)]),
    "adjustment": st.sampled_from([False, False, True]),
    "amount": st.sampled_from([0, 1, 50, 50, 100, -50]),
    "late_fee": st.sampled_from([0, 0, 1]),
    "interest": st.sampled_from([0, 0, 0, 2]),
    "state": st.sampled_from(["booked", "booked", "booked", "reversed", "refund_pending"]),
}
_ROW = st.builds(Row, line=st.integers(1, 9), **_FEW)
_SHARED = st.builds(Row, line=st.integers(1, 9), **{**_FEW, "reverses": st.none()})
_STORY = st.tuples(st.lists(_ROW, max_size=12), st.lists(_ROW, max_size=12), st.lists(_SHARED, max_size=8))
_DATES = [Expected("there", DAY, TODAY), Expected("here", DAY, TODAY), Expected("there", DAY, DAY)]


def _tagged(rows: Sequence[Row], number: int) -> list[Row]:
    """The rows of one story, so that none of them can meet one of another."""

    def own(text: str | None) -> str | None:
        return None if text is None else f"{number:02} {text}"

    return [
        replace(
            row,
            key=f"{number:02} {row.key}",
            region=f"{number:02} {row.region}",
            summary=own(row.summary),
            trace=own(row.trace),
            reverses=own(row.reverses),
        )
        for row in rows
    ]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(_STORY, min_size=1, max_size=20),
    st.sampled_from([PAIRING, TOLERANT]),
    st.lists(st.sampled_from(_DATES), max_size=2),
    st.sampled_from([1, 3]),
)
def test_groups_classes_and_totals_are_those_of_a_reading_row_by_row(
    stories: list[tuple[list[Row], list[Row], list[Row]]], pairing: Pairing, expected: list[Expected], passes: int
) -> None:
    sides: dict[str, list[Row]] = {"here": [], "there": []}
    wanted: list[Group] = []
    for number, (here, there, shared) in enumerate(stories):
        story = {"here": _tagged(here + shared, number), "there": _tagged(there + shared, number)}
        wanted += judged(pairing, story, expected, TODAY)
        for side, rows in story.items():
            sides[side] += rows
    with TemporaryDirectory() as folder, patch("gateway.batch.matching._passes", return_value=passes):
        found = matched(Path(folder), sides["here"], sides["there"], pairing, expected)
        assert classes(found) == {group.name: group.classes for group in wanted if group.verdict == "break"}
        lines: dict[str, Counter[tuple[str, Row]]] = defaultdict(Counter)
        for row in found.rows():
            lines[row.verdict][row.side, Row(**row.values)] += 1
        for verdict in ("break", "transit"):
            told = Counter(each for group in wanted if group.verdict == verdict for each in group.rows)
            assert lines[verdict] == told
        _check_totals(list(found.tallies()), sides, lines)


def _check_totals(
    tallies: Sequence[Tally], sides: dict[str, list[Row]], lines: dict[str, Counter[tuple[str, Row]]]
) -> None:
    assert all(tally.explained for tally in tallies)
    whole: dict[tuple[object, ...], Sum] = defaultdict(lambda: Sum(0, 0))
    apart: dict[tuple[object, ...], Sum] = defaultdict(lambda: Sum(0, 0))
    for side, rows in sides.items():
        for row in rows:
            whole[side, row.day, row.region, row.fund, row.adjustment] += Sum(1, row.fen)
    for verdict, found in lines.items():
        for (side, row), count in found.items():
            apart[verdict, side, row.day, row.region, row.fund, row.adjustment] += Sum(count, count * row.fen)
    seen = set()
    for tally in tallies:
        line = (tally.side, tally.day, tally.region, tally.fund, tally.adjustment)
        seen.add(line)
        assert (tally.whole, tally.transit, tally.broken) == (
            whole[line],
            apart["transit", *line],
            apart["break", *line],
        )
    assert seen == {line for line, total in whole.items() if total.count}
