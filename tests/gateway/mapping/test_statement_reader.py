"""Statements: what is written is read, in every layout; what is wrong is named with its line and byte."""

import gzip
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.codes import Insurance
from gateway.model.statement import StatementRow
from gateway.model.values import Money, Month, Region
from tests.gateway.mapping.statements import (
    DAY,
    LAYOUTS,
    TERMS,
    TODAY,
    at,
    broken,
    layout,
    read,
    replaced,
    row,
    written,
)

UNSIGNED = layout("tax-hunan", "none")
NUMBERS = st.from_regex(r"[0-9A-Za-z-]{1,20}", fullmatch=True)
MONTHS = st.integers(2024 * 12, 2026 * 12 + 9).map(Month)
NAMES = st.text(st.sampled_from("张三湘骑䶮㛃𬱖·A b'\"<&,"), min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
FEN = st.integers(0, 10**11).map(Money)


@st.composite
def rows(draw: st.DrawFn) -> list[StatementRow]:
    made = []
    for number in range(1, draw(st.integers(0, 5)) + 1):
        reverses = draw(st.none() | NUMBERS)
        amount, late_fee = draw(FEN), draw(FEN)
        made.append(
            row(
                number,
                item=draw(NUMBERS),
                month=draw(MONTHS),
                insurance=draw(st.sampled_from(Insurance)),
                agency=Region(draw(st.sampled_from(["430100", "330206"]))),
                amount=-amount if reverses else amount,
                late_fee=-late_fee if reverses else late_fee,
                adjustment=draw(st.booleans()),
                treasury_on=draw(st.none() | st.sampled_from([DAY, TODAY])),
                reverses=reverses,
                levy_number=draw(st.none() | NUMBERS),
                person_number=draw(st.none() | NUMBERS),
                name=draw(NAMES),
            )
        )
    return made


@pytest.mark.parametrize("party", LAYOUTS)
@settings(max_examples=40)
@given(given_rows=rows(), size=st.integers(1, 300))
def test_what_is_written_is_read_in_every_layout(party: str, given_rows: list[StatementRow], size: int) -> None:
    checked, found = read(written(given_rows, layout(party)), layout(party), size=size)
    assert checked.faults == ()
    assert found == given_rows
    assert checked.count == len(given_rows)
    assert checked.total == Money(sum(each.total.fen for each in given_rows))


def codes(body: bytes, terms: Terms = TERMS) -> list[tuple[str, int, int, str]]:
    checked, _ = read(body, UNSIGNED, terms)
    return [(fault.code, fault.line, fault.byte, fault.field) for fault in checked.faults]


@pytest.mark.parametrize(
    "amount",
    ["1,234.5", "１２.３４", "-0.00", "1e3", "+1.00", " 1.00", "1.0", "1.000", ".50", "01.00", "NaN", "Infinity", ""],
)
def test_an_amount_in_any_other_form_is_named_and_never_guessed(amount: str) -> None:
    body = broken(UNSIGNED, replaced(3, b"|960.02|", f"|{amount}|".encode("gb18030")))
    start = sum(len(each) + 1 for each in body.split(b"\n")[:2])
    cells = body.split(b"\n")[2].split(b"|")
    assert codes(body) == [("statement_value", 3, start + len(b"|".join(cells[:11])) + 1, "amount")]


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("month", b"|202610|", b"|202613|"),
        ("collected_on", b"|20261120|", b"|20261131|"),
        ("agency", b"|430100|", b"|43010|"),
        ("insurance", b"|pension|", b"|pensions|"),
        ("adjustment", b"|0|00000002", b"|2|00000002"),
        ("voucher_number", b"|343012611000000002|", b"||"),
        ("sequence", b"|1|pension", b"|01|pension"),
        ("name", "湘小骑".encode("gb18030"), b"a\rb"),
    ],
)
def test_every_other_value_is_held_to_its_form_too(field: str, before: bytes, after: bytes) -> None:
    body = broken(UNSIGNED, replaced(3, before, after))
    ((code, line, _, found),) = codes(body)
    assert (code, line, found) == ("statement_value", 3, field)


def test_a_separator_inside_a_name_is_told_by_the_number_of_columns() -> None:
    body = broken(UNSIGNED, replaced(3, "湘小骑".encode("gb18030"), "湘|骑".encode("gb18030")))
    assert codes(body) == [("statement_line", *at(body, b"D|2", 3), "")]
    checked, _ = read(body, UNSIGNED)
    assert (checked.faults[0].expected, checked.faults[0].found) == ("25 columns", "26 columns")


def test_a_character_whose_second_byte_is_the_separator_is_no_separator() -> None:
    name = b"\x81\x7c".decode("gb18030")
    body = written([row(1, name=name)], UNSIGNED)
    assert b"\x81\x7c" in body
    checked, found = read(body, UNSIGNED)
    assert checked.ok
    assert found[0].name == name


def test_a_truncated_file_is_named_at_its_end() -> None:
    body = written([row(1), row(2)], UNSIGNED)
    cut = body[:-20]
    line = cut.count(b"\n") + 1
    assert codes(cut) == [("statement_structure", line, len(cut), "")] * 2
    found = [fault.expected for fault in read(cut, UNSIGNED)[0].faults]
    assert found == ["the end of the line", "the foot"]


def test_a_file_cut_within_its_last_line_alone_is_truncated_too() -> None:
    body = written([row(1)], UNSIGNED)[:-1]
    assert ("statement_structure", 3, len(body), "") in codes(body)


def test_bytes_in_another_encoding_are_named_where_they_begin() -> None:
    as_utf_8 = broken(UNSIGNED, replaced(3, "湘小骑".encode("gb18030"), "湘小骑".encode()))
    assert codes(as_utf_8) == [("statement_encoding", *at(as_utf_8, "湘".encode(), 3), "")]
    csv = layout("tax-guangdong", "none")
    as_gbk = broken(csv, replaced(3, "湘小骑".encode(), "湘小骑".encode("gb18030")))
    checked, _ = read(as_gbk, csv)
    assert [(each.code, each.line, each.byte) for each in checked.faults] == [
        ("statement_encoding", *at(as_gbk, "湘".encode("gb18030"), 3))
    ]


def test_a_right_count_with_a_wrong_total_and_the_other_way_round() -> None:
    body = broken(UNSIGNED, replaced(5, b"|2880.06", b"|2880.07"))
    assert codes(body) == [("statement_total", *at(body, b"T|", 5), "")]
    body = broken(UNSIGNED, replaced(5, b"T|3|", b"T|4|"))
    assert codes(body) == [("statement_count", *at(body, b"T|", 5), "")]


def test_where_a_row_cannot_be_read_the_total_is_not_complained_of_besides() -> None:
    body = broken(UNSIGNED, replaced(3, b"|960.02|", b"|x|"))
    assert [code for code, *_ in codes(body)] == ["statement_value"]


@pytest.mark.parametrize(
    ("change", "line", "expected"),
    [
        (lambda lines: lines.append(lines[-1]), 6, "the end of the file"),
        (lambda lines: lines.append(lines[1]), 6, "the end of the file"),
        (lambda lines: lines.append(b""), 6, "the end of the file"),
        (lambda lines: lines.pop(), 4, "the foot"),
        (lambda lines: lines.pop(0), 1, "the head"),
        (lambda lines: lines.insert(1, lines[0]), 2, "a row or the foot"),
        (lambda lines: lines.insert(2, b"X|1"), 3, "a row or the foot"),
        (lambda lines: lines.clear(), 1, "the head"),
    ],
    ids=["two feet", "a row behind", "an empty line behind", "no foot", "no head", "two heads", "no record", "empty"],
)
def test_what_stands_in_the_wrong_place_or_is_absent_is_named(
    change: Callable[[list[bytes]], object], line: int, expected: str
) -> None:
    checked, _ = read(broken(UNSIGNED, change), UNSIGNED)
    found = checked.faults[0]
    assert (found.code, found.line, found.expected) == ("statement_structure", line, expected)


def test_a_trace_number_belongs_to_one_voucher_of_a_day() -> None:
    twice = [row(1), row(2, trace_number="00000001"), row(3)]
    body = written(twice, UNSIGNED)
    assert codes(body) == [("statement_repeated", *at(body, b"D|2", 3), "trace_number")]
    same_voucher = [row(1), row(2, voucher_number=row(1).voucher_number, item="10202", trace_number="00000001")]
    assert codes(written(same_voucher, UNSIGNED)) == []


def test_a_key_stands_once() -> None:
    body = written([row(1), replace(row(1), number=2)], UNSIGNED)
    assert codes(body) == [("statement_repeated", *at(body, b"D|2", 3), "voucher_number")]


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("collected_on", {"collected_on": date(2027, 11, 20), "treasury_on": None}),
        ("treasury_on", {"treasury_on": date(2027, 11, 20)}),
        ("treasury_on", {"treasury_on": date(2026, 11, 19)}),
        ("accounting_month", {"accounting_month": Month.parse("2027-11")}),
        ("accounting_month", {"accounting_month": Month.parse("1951-02")}),
        ("month", {"month": Month.parse("1899-12")}),
        ("month", {"month": Month.parse("2028-01")}),
        ("month", {"month": Month.parse("2099-12")}),
        ("collected_on", {"collected_on": date(1951, 2, 28)}),
    ],
)
def test_a_date_or_a_month_that_cannot_be_is_named(field: str, changed: dict[str, object]) -> None:
    body = written([row(1, **changed)], UNSIGNED)
    ((code, line, byte, found),) = codes(body)
    assert (code, line, found) == ("statement_date", 2, field)
    assert body[byte - 1 : byte] == b"|"


def test_a_day_in_the_future_and_a_part_beyond_the_last_are_named() -> None:
    assert codes(written([], UNSIGNED, day=date(2027, 11, 20)))[0][::3] == ("statement_date", "day")
    assert codes(written([], UNSIGNED, day=date(1950, 11, 20)))[0][::3] == ("statement_date", "day")
    assert codes(written([], UNSIGNED, part=2))[0][::3] == ("statement_sequence", "part")


def test_a_number_that_is_left_out_is_one_fault_and_not_one_for_each_row_behind_it() -> None:
    body = written([row(1), row(3), row(4)], UNSIGNED)
    assert codes(body) == [("statement_sequence", *at(body, b"3|343", 3), "number")]


def test_only_what_reverses_takes_money_back() -> None:
    assert codes(written([row(1, amount=Money(-1))], UNSIGNED))[0][::3] == ("statement_value", "amount")
    assert codes(written([row(1, reverses="00000009")], UNSIGNED))[0][::3] == ("statement_value", "amount")


def test_the_statement_of_another_party_is_its_senders_mistake() -> None:
    body = written([row(1)], UNSIGNED).replace(b"tax-hunan", b"tax-henan", 1)
    (fault,) = read(body, UNSIGNED)[0].faults
    assert (fault.code, fault.side, fault.byte) == ("statement_other_party", "caller", 4)


def endless(total: int, asked: list[int]) -> Iterator[bytes]:
    for sent in range(0, total, 1 << 20):
        asked.append(sent)
        yield b"x" * (1 << 20)


def test_a_line_without_end_is_refused_where_it_becomes_too_long_and_is_not_held() -> None:
    asked: list[int] = []
    tracemalloc.start()
    try:
        checked = check_statement(endless(128 << 20, asked), UNSIGNED, TERMS)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 8 << 20, "a few chunks of one MiB"
    assert checked.size == 128 << 20
    assert [(each.code, each.line, each.byte) for each in checked.faults[:1]] == [("statement_line", 1, 4096)]


@pytest.mark.parametrize("packed", [gzip.compress(b"\x00" * 1_000_000), b"PK\x03\x04" + b"\x00" * 100])
def test_what_is_compressed_is_refused_and_never_unpacked(packed: bytes) -> None:
    checked, _ = read(packed, UNSIGNED)
    assert [(each.code, each.line, each.byte, each.found) for each in checked.faults] == [
        ("statement_encoding", 1, 0, "a compressed one")
    ]


def test_faults_are_listed_up_to_a_limit_and_the_file_is_still_measured() -> None:
    body = broken(UNSIGNED, lambda lines: lines.__setitem__(slice(1, 4), [b"D|x"] * 500))
    checked, _ = read(body, UNSIGNED, replace(TERMS, listed=7))
    assert len(checked.faults) == 7
    assert checked.more
    assert checked.size == len(body)


def test_no_fault_repeats_a_value() -> None:
    body = broken(UNSIGNED, replaced(3, b"|960.02|", "|湘小骑 13900001234|".encode("gb18030")))
    (fault,) = read(body, UNSIGNED)[0].faults
    assert fault.found == '"字字字 99999999999"'
    assert "湘小骑" not in fault.text("zh") + fault.text("en")


@pytest.mark.parametrize("party", LAYOUTS)
@given(body=st.binary(max_size=400), cut=st.integers(0, 2000))
def test_no_bytes_whatever_break_the_reader(party: str, body: bytes, cut: int) -> None:
    right = written([row(1), row(2)], layout(party))
    checked, _ = read(right[:cut] + body + right[cut:], layout(party))
    assert checked.ok == (not body)
    assert all(0 <= fault.byte <= checked.size for fault in checked.faults)
