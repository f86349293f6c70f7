"""What the matching finds of small sides: each class, each way to be matched, and what becomes of a run that stops."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.batch.engine import Limits
from gateway.batch.matching import Matched, match
from gateway.batch.matching_statements import statements
from gateway.batch.row_files import write_rows
from gateway.errors import GatewayError
from gateway.model.reconciliation import Book, BreakClass, Expected, Pairing, Sum
from tests.gateway.batch.matching_oracle import Row
from tests.gateway.batch.matching_sides import DAY, PAIRING, TABLE, TODAY, TOLERANT, classes, matched

Matching = Callable[..., Matched]


@pytest.fixture
def matching(tmp_path: Path) -> Matching:
    """Match two lists of rows."""

    def run(
        here: Sequence[Row], there: Sequence[Row], pairing: Pairing = PAIRING, expected: Sequence[Expected] = ()
    ) -> Matched:
        return matched(tmp_path, here, there, pairing, expected)

    return run


def test_rows_that_agree_are_matched_and_every_other_one_is_in_a_break_or_in_transit(matching: Matching) -> None:
    waiting = Row(3, "k3", day=DAY + timedelta(days=1))
    expected = [Expected("there", DAY + timedelta(days=1), TODAY)]
    here = [Row(1, "k1"), Row(2, "k2", amount=5), waiting]
    found = matching(here, [Row(1, "k1"), Row(2, "k2", amount=6)], expected=expected)
    assert classes(found) == {"k2": (BreakClass.AMOUNT,)}
    assert found.sums["here", "whole"] == Sum(3, 20_005)
    assert found.sums["here", "matched"] == Sum(1, 10_000)
    assert found.sums["here", "transit"] == Sum(1, 10_000)
    assert found.sums["there", "broken"] == Sum(1, 6)
    assert [(row.group, row.side, row.verdict, row.expected_on) for row in found.rows()] == [
        ("k2", "here", "break", None),
        ("k2", "there", "break", None),
        ("k3", "here", "transit", TODAY),
    ]
    assert [row.values["amount"] for row in found.rows("k2")] == [5, 6]


@pytest.mark.parametrize(
    ("here", "there", "wanted"),
    [
        ([Row(1, "k")], [Row(1, "k", person=None)], (BreakClass.WRONG_PERSON,)),
        ([Row(1, "k")], [Row(1, "k", region="330200")], (BreakClass.WRONG_REGION,)),
        ([Row(1, "k")], [Row(1, "k", late_fee=1)], (BreakClass.AMOUNT,)),
        ([Row(1, "k")], [Row(1, "k", fund="medical")], (BreakClass.AMOUNT,)),
        ([Row(1, "k")], [Row(1, "k", adjustment=True)], (BreakClass.DATE,)),
        ([Row(1, "k")], [Row(1, "k"), Row(2, "k")], (BreakClass.DUPLICATE, BreakClass.AMOUNT)),
        ([Row(1, "k")], [], (BreakClass.ONLY_HERE,)),
        ([], [Row(1, "k")], (BreakClass.ONLY_THERE,)),
        ([Row(1, "k", state="refund_pending")], [], (BreakClass.REFUND_PENDING, BreakClass.ONLY_HERE)),
        ([Row(1, "k", state="refund_pending")], [Row(1, "k")], (BreakClass.STATE, BreakClass.REFUND_PENDING)),
        ([Row(1, "k")], [Row(1, "k", state="reversed")], (BreakClass.REVERSED_AFTER_BOOKING, BreakClass.STATE)),
        (
            [Row(1, "k", trace="t")],
            [Row(1, "k", trace="t"), Row(2, "k9", reverses="t", amount=-10_000)],
            (BreakClass.REVERSED_AFTER_BOOKING, BreakClass.ONLY_THERE),
        ),
        ([], [Row(1, "k", summary="s", trace="s", amount=30_000)], (BreakClass.LIST_MISSING, BreakClass.ONLY_THERE)),
    ],
)
def test_each_class_is_told(
    matching: Matching, here: list[Row], there: list[Row], wanted: tuple[BreakClass, ...]
) -> None:
    assert classes(matching(here, there)) == {"k": wanted}


def test_a_posting_is_matched_through_the_rows_that_it_sums_up(matching: Matching) -> None:
    details = [
        Row(number, f"k{number:05}", summary="s", trace=f"t{number}", person=f"p{number}") for number in range(3000)
    ]
    found = matching(details, [Row(1, "posting", summary="s", trace="s", person=None, amount=3000 * 10_000)])
    assert found.breaks_of == {}
    assert found.sums["here", "matched"] == Sum(3000, 30_000_000)
    assert found.sums["there", "matched"] == Sum(1, 30_000_000)


def test_a_posting_that_sums_up_other_money_is_one_break(matching: Matching) -> None:
    details = [Row(number, f"k{number}", summary="s", trace=f"t{number}") for number in range(30)]
    found = matching(details, [Row(1, "posting", summary="s", trace="s", amount=1)])
    assert [(each.break_class, each.here.count, each.there.count) for each in found.breaks()] == [
        (BreakClass.AMOUNT, 30, 1)
    ]


def test_a_missing_list_is_one_break_and_not_one_for_each_payment(matching: Matching) -> None:
    payments = [Row(number, f"k{number:05}", trace=f"t{number}") for number in range(10_000)]
    elsewhere = Row(10_001, "other", region="330200")
    found = matching([*payments, elsewhere], [Row(1, "posting", summary="s", trace="s", amount=10_000 * 10_000)])
    assert classes(found) == {
        "k00000": (BreakClass.LIST_MISSING,),
        "other": (BreakClass.ONLY_HERE,),
    }


def test_one_row_for_several_of_the_same_key_agrees_where_the_sums_do(matching: Matching) -> None:
    assert classes(matching([Row(1, "k")], [Row(1, "k", amount=5000), Row(2, "k", amount=5000)])) == {}


def test_a_rule_lets_columns_differ_by_so_much_and_no_more(matching: Matching) -> None:
    late = DAY + timedelta(days=1)
    here = [Row(1, "k1"), Row(2, "k2"), Row(3, "k3")]
    there = [Row(1, "k1", amount=10_001, day=late), Row(2, "k2", amount=10_002), Row(3, "k3", day=late + timedelta(1))]
    assert classes(matching(here, there, TOLERANT)) == {"k2": (BreakClass.AMOUNT,), "k3": (BreakClass.DATE,)}


def test_equal_totals_do_not_hide_two_errors(matching: Matching) -> None:
    here = [Row(1, "k1", amount=1), Row(2, "k2", amount=2)]
    found = matching(here, [Row(1, "k1", amount=2), Row(2, "k2", amount=1)])
    assert found.sums["here", "whole"] == found.sums["there", "whole"]
    assert classes(found) == {"k1": (BreakClass.AMOUNT,), "k2": (BreakClass.AMOUNT,)}


def test_what_was_in_transit_is_a_break_the_day_after(matching: Matching) -> None:
    expected = [Expected("there", DAY, TODAY - timedelta(days=1))]
    assert classes(matching([Row(1, "k")], [], expected=expected)) == {"k": (BreakClass.ONLY_HERE,)}


def test_chains_of_any_usual_length_are_one_group(matching: Matching) -> None:
    names = [f"k{(number * 37) % 101:03}" for number in range(101)]
    chain = [
        Row(number, name, summary=f"s{number // 2}" if number else None, trace=f"t{number}", reverses=f"t{number - 1}")
        for number, name in enumerate(names)
    ]
    (found,) = matching(chain, []).breaks()
    assert (found.group, found.here.count) == ("k000", 101)


def test_a_run_that_is_stopped_leaves_nothing_and_the_next_one_finds_the_same(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    def stop(_: object) -> None:
        raise StoppedError

    file = tmp_path / "rows.parquet"
    write_rows([Row(1, "k").values], file)
    with pytest.raises(StoppedError):
        match(PAIRING, [file], [file], tmp_path / "out", today=TODAY, table=TABLE, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.parquet"]
    steps: list[int] = []
    found = match(
        PAIRING, [file], [file], tmp_path / "out", today=TODAY, table=TABLE, progress=lambda p: steps.append(p.step)
    )
    assert steps == list(range(1, len(steps) + 1))
    assert sorted(path.name for path in found.path.iterdir()) == ["breaks.parquet", "rows.parquet", "tallies.parquet"]
    again = match(PAIRING, [file], [file], tmp_path / "again", today=TODAY, table=TABLE)
    assert (list(again.tallies()), again.sums) == (list(found.tallies()), found.sums)
    with pytest.raises(FileExistsError):
        match(PAIRING, [file], [file], tmp_path / "out", today=TODAY, table=TABLE)


def test_more_keys_than_can_be_held_at_once_are_looked_for_in_several_passes_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = tmp_path / "here.parquet", tmp_path / "there.parquet"
    write_rows([Row(number, f"k{number}").values for number in range(60)], here)
    write_rows([Row(number, f"k{number}", amount=number % 7 or 10_000).values for number in range(50)], there)
    steps: list[str] = []
    found = []
    for name, each in (("one", 64), ("several", 50 << 20)):
        monkeypatch.setattr("gateway.batch.matching._KEY_BYTES", each)
        into = tmp_path / name
        limits, told = Limits(256 << 20, 1), lambda done: steps.append(done.name)
        found.append(match(PAIRING, [here], [there], into, today=TODAY, table=TABLE, limits=limits, progress=told))
    assert [name for name in steps if name.startswith("odd_prints_")] == [f"odd_prints_{n}" for n in range(11)]
    assert list(found[0].breaks()) == list(found[1].breaks())
    assert (list(found[0].tallies()), found[0].sums) == (list(found[1].tallies()), found[1].sums)


def test_a_line_that_does_not_add_up_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def losing(*given: object, **named: object) -> list[tuple[str, str]]:
        return [
            (name, f"{query} HAVING FALSE" if name == "plain_totals" else query)
            for name, query in statements(*given, **named)  # type: ignore[arg-type] # handed on as they came
        ]

    monkeypatch.setattr("gateway.batch.matching.statements", losing)
    file = tmp_path / "rows.parquet"
    write_rows([Row(1, "k").values], file)
    with pytest.raises(GatewayError, match="does not add up"):
        match(PAIRING, [file], [file], tmp_path / "out", today=TODAY, table=TABLE)
    assert not (tmp_path / "out").exists()


def test_a_column_that_no_class_has_is_not_compared_in_silence(matching: Matching) -> None:
    with pytest.raises(ValueError, match="voucher"):
        matching([Row(1, "k")], [], Pairing("odd", Book.LEVY, Book.RECEIPT, ("voucher",)))
