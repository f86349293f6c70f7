"""Statements read in bulk: what is taken is what the strict reader takes, row for row; all else is left to it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.batch.blinds import Blinds
from gateway.batch.engine import EngineError
from gateway.batch.statement import BulkStatement, read_statement
from gateway.mapping.statement_plan import statement_plan
from gateway.model.reconciliation import ROW_COLUMNS, Book
from gateway.model.statement import StatementRow
from gateway.model.values import Month
from tests.gateway.batch.bulk import SMALL, TERMS, UNSIGNED, bulk, receipts
from tests.gateway.batch.stated import stated_rows
from tests.gateway.mapping.statements import DAY, TODAY, broken, layout, read, row, written


@pytest.mark.parametrize("sign", ["trailer", "none"])
@settings(max_examples=25, deadline=None)
@given(given_rows=stated_rows(), block=st.sampled_from([200, 1 << 20]), end=st.sampled_from([b"\n", b"\r\n"]))
def test_a_right_file_is_read_whole_whatever_the_blocks(
    sign: str, given_rows: list[StatementRow], block: int, end: bytes
) -> None:
    of = layout("tax-hunan", sign)
    body = written(given_rows, of)
    found, made = bulk(body if sign == "trailer" else body.replace(b"\n", end), of, block=block)
    assert isinstance(found, BulkStatement)
    assert made == receipts(given_rows)
    assert (found.whole.count, found.whole.fen) == (len(given_rows), sum(one.total.fen for one in given_rows))


PIECES = [
    *(
        b"",
        b"\n",
        b"\r",
        b"\r\n",
        b"|",
        b"||",
        b" ",
        b"\t",
        b'"',
        b"\x00",
        b"\x01",
        b"\x7f",
        b"\x80",
        b"\xff",
        b"-",
        b"+",
        b"0",
    ),
    *(
        b"1e3",
        b"-0.00",
        b"0.00",
        b"1,234.5",
        b"99999999999999.99",
        b"1.5",
        "１".encode("gb18030"),
        "億".encode("gb18030"),
    ),
    *(
        "张".encode(),
        "张三丰".encode(),
        b"\x81\x30",
        b"\x81\x30\x81\x30",
        b"D|",
        b"T|",
        b"H|",
        b"20261121",
        b"20270101",
    ),
    *(
        b"pension",
        b"202612",
        b"189912",
        b"202801",
        b"202613",
        b"20260231",
        b"20260230",
        b"0001-01-01",
        b"NULL",
        b"\\N",
        b"#",
        b"'",
        b"00000001",
    ),
]


@settings(max_examples=120, deadline=None)
@given(
    given_rows=stated_rows(),
    changes=st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 12), st.sampled_from(PIECES)), min_size=1, max_size=2
    ),
)
def test_what_is_taken_is_what_the_strict_reader_takes(
    given_rows: list[StatementRow], changes: list[tuple[int, int, bytes]]
) -> None:
    body = written(given_rows, UNSIGNED)
    for at, length, piece in changes:
        start = at % len(body)
        body = body[:start] + piece + body[start + length :]
    found, made = bulk(body)
    checked, strict = read(body, UNSIGNED)
    if found is not None:
        assert checked.faults == ()
        assert made == receipts(strict)


def cell(column: int, text: str) -> Callable[[list[bytes]], None]:
    """Another text in a column of the second row."""

    def change(lines: list[bytes]) -> None:
        cells = lines[2].decode("gb18030").split("|")
        cells[column] = text
        lines[2] = "|".join(cells).encode("gb18030")

    return change


WRONG: dict[str, Callable[[list[bytes]], object]] = {
    "amount with grouping": cell(11, "1,234.5"),
    "amount in full width": cell(11, "１２.３４"),
    "amount minus nothing": cell(11, "-0.00"),
    "amount with an exponent": cell(11, "1e3"),
    "amount below nothing": cell(11, "-1.00"),
    "a day that is none": cell(9, "20260230"),
    "collected next year": cell(9, "20270101"),
    "posted before collected": cell(10, "20261119"),
    "accounting month too far ahead": cell(8, "202701"),
    "a number that is not the next": cell(1, "7"),
    "an insurance that is none": cell(6, "life"),
    "a separator inside a name": cell(24, "张|三"),
    "a name too long": cell(24, "张" * 101),
    "no name": cell(24, ""),
    "no voucher": cell(2, ""),
    "a count that is wrong": lambda lines: lines.__setitem__(-1, b"T|4|2880.06"),
    "a total that is wrong": lambda lines: lines.__setitem__(-1, b"T|3|2880.07"),
    "two feet": lambda lines: lines.append(lines[-1]),
    "no foot": lambda lines: lines.pop(),
    "a second head": lambda lines: lines.insert(2, lines[0]),
    "an empty column too many": lambda lines: lines.__setitem__(2, lines[2] + b"|"),
    "an empty column too many and one too few": lambda lines: lines.__setitem__(
        slice(2, 4), [lines[2] + b"|", lines[3].replace(b"||", b"|", 1)]
    ),
    "a mark before the rows": lambda lines: lines.__setitem__(1, "\ufeff".encode("gb18030") + lines[1]),
    "a day that is none in every row": lambda lines: lines.__setitem__(
        slice(1, 4), [line.replace(b"|20261120|", b"|20261131|", 1) for line in lines[1:4]]
    ),
    "an empty line": lambda lines: lines.insert(2, b""),
    "a row too many": lambda lines: lines.insert(2, lines[1]),
    "a row of another encoding": lambda lines: lines.__setitem__(2, lines[2].decode("gb18030").encode()),
    "bytes of no character": lambda lines: lines.__setitem__(2, lines[2] + b"\xff"),
    "a line too long": lambda lines: lines.__setitem__(2, lines[2] + b"x" * 5000),
    "a key that stands twice": cell(2, "343012611000000001"),
    "a trace number of two vouchers": cell(15, "00000001"),
    "another party": lambda lines: lines.__setitem__(0, lines[0].replace(b"hunan", b"henan")),
    "of tomorrow": lambda lines: lines.__setitem__(0, lines[0].replace(b"20261120", b"20261123")),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_left_to_the_strict_reader_which_tells_what_it_is(name: str) -> None:
    body = broken(layout("tax-hunan"), WRONG[name])
    assert not read(body, UNSIGNED)[0].ok
    assert bulk(body) == (None, [])


def test_a_value_that_is_rare_is_held_to_its_pattern_beside_those_that_are_usual() -> None:
    rows = [row(number) for number in range(1, 600)]
    body = written(rows, UNSIGNED)
    assert bulk(body)[1] == receipts(rows)
    for old, new in ((b"|202610|", b"|202613|"), (b"|430100|", b"|43010a|"), (b"|pension|", b"|Pension|")):
        before, _, after = body.rpartition(old)
        assert before
        assert bulk(before + new + after)[0] is None


def test_a_reading_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    plan = statement_plan(UNSIGNED)
    assert plan is not None
    source = tmp_path / "statement.txt"
    source.write_bytes(written([row(number) for number in range(1, 50)], UNSIGNED))

    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_statement(plan, source, tmp_path / "out", TERMS, limits=SMALL, progress=stop, block=200)
    assert [path.name for path in tmp_path.iterdir()] == ["statement.txt"]


def test_want_of_memory_is_the_engine_s_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = statement_plan(UNSIGNED)
    assert plan is not None
    source = tmp_path / "statement.txt"
    source.write_bytes(written([row(1)], UNSIGNED))

    def none_left(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Blinds, "of", none_left)
    with pytest.raises(EngineError, match="memory"):
        read_statement(plan, source, tmp_path / "out", TERMS)
    assert [path.name for path in tmp_path.iterdir()] == ["statement.txt"]


def test_a_file_signed_by_another_or_cut_off_is_not_taken() -> None:
    signed = layout("tax-hunan", "trailer")
    body = written([row(1), row(2)], signed)
    assert bulk(body, signed)[0] is not None
    assert bulk(body, signed, replace(TERMS, key=b"another"))[0] is None
    assert bulk(body.replace(b"960.01", b"960.10").replace(b"960.02", b"959.93"), signed)[0] is None
    for cut in (0, 1, 30, 200, len(body) - 80, len(body) - 1):
        assert bulk(body[:cut], signed)[0] is None


def test_the_treasury_has_what_it_posted_by_the_day_of_posting() -> None:
    given_rows = [row(1), row(2, treasury_on=None), row(3, treasury_on=TODAY)]
    _, made = bulk(written(given_rows, UNSIGNED), terms=replace(TERMS, books=(Book.TREASURY,)))
    day = [column for column, _ in ROW_COLUMNS].index("day")
    assert [(made_row[0], made_row[day]) for made_row in made] == [(1, DAY), (3, TODAY)]


def test_a_file_of_commas_without_quotes_is_read_in_bulk_and_one_with_quotes_is_not() -> None:
    of = layout("tax-guangdong", "none")
    assert bulk(written([row(1), row(2)], of), of)[1] == receipts([row(1), row(2)])
    assert bulk(written([row(1, name="张,三")], of), of)[0] is None


@pytest.mark.parametrize("party", ["tax-beijing", "tax-zhejiang", "tax-tianjin"])
def test_elements_widths_and_signed_lines_have_no_plan(party: str) -> None:
    assert statement_plan(layout(party)) is None


def test_a_layout_whose_name_does_not_stand_last_has_no_plan() -> None:
    values = UNSIGNED.values["D"]
    earlier = {"name": values["name"], **{field: value for field, value in values.items() if field != "name"}}
    assert statement_plan(replace(UNSIGNED, values={**UNSIGNED.values, "D": earlier})) is None


def test_a_row_that_is_marked_as_no_row_and_an_agency_of_letters_are_not_taken() -> None:
    rows = [row(number) for number in range(1, 4)]
    body = written(rows, UNSIGNED)
    for old, new in (
        (b"\nD|2|", b"\nX|2|"),
        (b"\nD|2|", b"\n|2|"),
        (b"\nD|2|", b"\nDD|2|"),
        (b"|430100|", b"|43010A|"),
        (b"|430100|", b"|030100|"),
        (b"|960.02|", b"|9e0.02|"),
    ):
        assert old in body
        assert bulk(body.replace(old, new, 1))[0] is None


def test_numbers_of_letters_and_digits_are_read_in_bulk() -> None:
    rows = [
        row(number, trace_number=f"{number * 7919:08x}-A", voucher_number=f"V{number:X}") for number in range(1, 99)
    ]
    assert bulk(written(rows, UNSIGNED))[1] == receipts(rows)


@pytest.mark.parametrize("field", ["month", "accounting_month"])
def test_a_month_that_cannot_be_is_for_the_strict_reader(field: str) -> None:
    for month in ("1899-12", "2028-01"):
        body = written([row(1), row(2, **{field: Month.parse(month)})], UNSIGNED)
        assert not read(body, UNSIGNED)[0].ok
        assert bulk(body)[0] is None
    early = written([row(1, month=Month.parse("1951-03")), row(2, month=Month.parse("2027-12"))], UNSIGNED)
    assert bulk(early)[0] is not None
