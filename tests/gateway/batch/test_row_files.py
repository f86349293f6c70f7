"""Rows of a side are written once and whole; a side of a run is put together from what is new and what is open."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from gateway.batch.engine import EngineError
from gateway.batch.row_files import Row, digest, sum_of, write_rows
from gateway.batch.row_sides import (
    STRIKES,
    UNKNOWN_REGION,
    Left,
    Parts,
    days_of,
    know,
    knows_all,
    pending,
    put_together,
    recall,
    reversed_elsewhere,
)
from gateway.model.reconciliation import ROW_COLUMNS, Sum

DAY = date(2026, 11, 20)
NAMES = [column for column, _ in ROW_COLUMNS]
KEY = ("voucher", "fund")


def row(number: int, **changed: object) -> Row:
    values = {
        "line": number,
        "key": f"V{number} 10201 2026-10 1",
        "voucher": f"V{number}",
        "summary": None,
        "trace": f"t{number}",
        "reverses": None,
        "person": "ab" * 32,
        "region": "330100",
        "fund": "pension",
        "month": 24321,
        "accounting_month": 24322,
        "day": DAY,
        "adjustment": False,
        "amount": 100 + number,
        "late_fee": 20,
        "interest": 3,
        "state": "booked",
    }
    return tuple({**values, **changed}[name] for name in NAMES)


def written(path: Path, *rows: Row) -> Path:
    write_rows(rows, path)
    return path


def read(path: Path) -> list[dict[str, object]]:
    with duckdb.connect() as connection:
        found = connection.execute("SELECT * FROM read_parquet(?) ORDER BY line, key", [str(path)]).fetchall()
    return [dict(zip(NAMES, values, strict=True)) for values in found]


def test_what_is_written_is_read_back_value_for_value_with_its_sums(tmp_path: Path) -> None:
    odd = row(2, voucher='say "so", twice', trace="\\N\n", summary="", amount=-7, adjustment=True, person=None)
    assert write_rows([row(1), odd], tmp_path / "rows.parquet") == Sum(2, 124 + 16)
    assert sum_of(tmp_path / "rows.parquet") == Sum(2, 140)
    assert read(tmp_path / "rows.parquet") == [dict(zip(NAMES, each, strict=True)) for each in (row(1), odd)]


def test_a_file_is_there_only_when_it_is_whole_and_is_never_written_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"

    def breaking_off() -> Iterator[Row]:
        yield row(1)
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_rows(breaking_off(), path)
    assert list(tmp_path.iterdir()) == []
    write_rows([row(1)], path)
    before = digest(path)
    with pytest.raises(FileExistsError, match="stays as it is"):
        write_rows([row(2)], path)
    assert digest(path) == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_value_that_does_not_fit_its_column_stops_the_file_without_being_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as stopped:
        write_rows([row(1, amount="a secret")], tmp_path / "rows.parquet")
    assert "secret" not in str(stopped.value)
    assert list(tmp_path.iterdir()) == []


def test_a_side_has_the_key_of_its_pairing(tmp_path: Path) -> None:
    some = written(tmp_path / "new.parquet", row(1), row(2, fund="medical"))
    put_together(Parts([some]), "here", KEY, tmp_path / "side.parquet")
    assert [each["key"] for each in read(tmp_path / "side.parquet")] == ["V1 pension", "V2 medical"]
    put_together(Parts([some]), "here", ("voucher", "item", "month", "sequence"), tmp_path / "whole.parquet")
    assert read(tmp_path / "whole.parquet") == read(some)


def test_a_side_without_rows_is_a_file_without_rows(tmp_path: Path) -> None:
    assert put_together(Parts([]), "here", KEY, tmp_path / "side.parquet") == Sum(0, 0)
    assert days_of(tmp_path / "side.parquet") == []
    assert knows_all(tmp_path / "side.parquet")


def left(path: Path, *rows: Row) -> Path:
    """What a run leaves: rows with their group, which is their key, and side; line 4 is theirs."""
    source = written(path.with_name("source.parquet"), *rows)
    side = "CASE WHEN line = 4 THEN 'there' ELSE 'here' END AS side, 'break' AS verdict, NULL::DATE AS expected_on"
    with duckdb.connect() as connection:
        connection.read_parquet(str(source)).project(f'key AS "group", {side}, *').write_parquet(str(path))
    return path


def test_what_a_run_left_open_is_taken_over_but_for_what_is_done_with_and_taken_back(tmp_path: Path) -> None:
    rows = row(1, key="a"), row(2, key="b"), row(3, key="b"), row(4, key="c")
    found, entered = left(tmp_path / "left.parquet", *rows), written(tmp_path / "entered.parquet", row(9, key="b"))
    values = dict(zip(NAMES, row(2, key="b"), strict=True))
    struck = {tuple(values[name] for name in STRIKES): 1}
    put_together(Parts([], Left(found, ["a"], struck), [entered]), "here", KEY, tmp_path / "side.parquet")
    assert [(each["line"], each["key"]) for each in read(tmp_path / "side.parquet")] == [(3, "b"), (9, "b")]
    put_together(Parts([], Left(found)), "there", KEY, tmp_path / "other.parquet")
    assert [each["line"] for each in read(tmp_path / "other.parquet")] == [4]


def test_a_row_is_taken_back_as_often_as_it_was_struck(tmp_path: Path) -> None:
    twice = [row(number, key="b", amount=100) for number in (2, 3)]
    found = left(tmp_path / "left.parquet", *twice)
    values = dict(zip(NAMES, twice[0], strict=True))
    mark = tuple(values[name] for name in STRIKES)
    for times, stay in ((1, 1), (2, 0)):
        into = tmp_path / f"side-{times}.parquet"
        assert put_together(Parts([], Left(found, (), {mark: times})), "here", KEY, into).count == stay


def test_who_and_where_that_one_side_does_not_know_is_taken_from_the_other_under_the_same_key(tmp_path: Path) -> None:
    here = written(
        tmp_path / "here.parquet",
        row(1, key="a", person=None, region=UNKNOWN_REGION),
        row(2, key="b", person="ee", region="330200"),
        row(3, key="c", person=None, region=UNKNOWN_REGION),
    )
    there = written(tmp_path / "there.parquet", row(1, key="a", person="cd", region="330300"), row(2, key="b"))
    assert not knows_all(here)
    know(here, there, tmp_path / "known.parquet")
    known = [(each["person"], each["region"]) for each in read(tmp_path / "known.parquet")]
    assert known == [("cd", "330300"), ("ee", "330200"), (None, UNKNOWN_REGION)]


def test_what_is_taken_back_brings_the_booking_along_that_is_not_among_the_rows(tmp_path: Path) -> None:
    earlier = written(tmp_path / "earlier.parquet", row(1), row(2), row(3))
    back = row(8, key="V1 pension", voucher="V1", trace="t8", reverses="t1", amount=-101)
    there = written(tmp_path / "there.parquet", back, row(9, key="V2 pension", voucher="V2", trace="t9", reverses="t2"))
    again = written(
        tmp_path / "again.parquet", row(2, key="V2 pension"), row(9, voucher="V2", trace="t9", reverses="t2")
    )
    assert reversed_elsewhere(there) == ["V1", "V2"]
    assert reversed_elsewhere(again) == []
    recall([earlier], ["V1", "V2"], again, KEY, tmp_path / "recalled.parquet")
    assert [each["voucher"] for each in read(tmp_path / "recalled.parquet")] == ["V1", "V2", "V2"]
    assert read(tmp_path / "recalled.parquet")[0]["key"] == "V1 pension"


def test_payments_whose_refund_is_under_way_are_marked_and_others_are_not_any_more(tmp_path: Path) -> None:
    states = ("booked", "refund_pending")
    side = written(tmp_path / "side.parquet", row(1), row(2, state="refund_pending"), row(3, state="reversed"))
    pending(side, tmp_path / "marked.parquet", ["t1", "t3"], states)
    assert [each["state"] for each in read(tmp_path / "marked.parquet")] == ["refund_pending", "booked", "reversed"]


def test_the_days_of_some_files_are_told_once_each_in_order(tmp_path: Path) -> None:
    some = [written(tmp_path / f"{n}.parquet", row(n, day=DAY + timedelta(days=n % 2))) for n in (1, 2, 3)]
    assert days_of(*some) == [DAY, DAY + timedelta(days=1)]
