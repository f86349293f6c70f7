"""Statements that tests write and break."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from gateway.mapping.statement_layout import Layout, layouts
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.mapping.statement_writer import write_statement
from gateway.model.codes import Insurance
from gateway.model.statement import CheckedStatement, StatementHead, StatementRow
from gateway.model.values import Money, Month, Region
from tests.rules.tree import ROOT

KEY = b"statement-key"
DAY, TODAY = date(2026, 11, 20), date(2026, 11, 22)
TERMS = Terms(TODAY, KEY)
LAYOUTS = ("tax-beijing", "tax-guangdong", "tax-hunan", "tax-tianjin", "tax-zhejiang")


@cache
def layout(party: str, sign: str = "") -> Layout:
    found = layouts(ROOT / "mappings")[party]
    return replace(found, sign=sign) if sign else found  # type: ignore[arg-type]  # one of the words that there are


def head(party: str = "tax-hunan", **changed: object) -> StatementHead:
    return replace(StatementHead(1, party, DAY, 1, 1, 1), **changed)  # type: ignore[arg-type]  # fields of the record


def row(number: int = 1, **changed: object) -> StatementRow:
    made = StatementRow(
        number=number,
        voucher_number=f"3430126110000{number:05d}",
        item="10201",
        month=Month.parse("2026-10"),
        sequence=1,
        insurance=Insurance.PENSION,
        agency=Region("430100"),
        accounting_month=Month.parse("2026-11"),
        collected_on=DAY,
        amount=Money(96000 + number),
        trace_number=f"{number:08d}",
        tax_person_number="20143010000000001",
        name="湘小骑",
        treasury_on=DAY,
        levy_number="430000000012345",
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # fields of the record


def written(rows: Sequence[StatementRow], of: Layout, **changed: object) -> bytes:
    return b"".join(write_statement(head(of.party, **changed), rows, of, KEY))


def read(
    body: bytes, of: Layout, terms: Terms = TERMS, size: int = 1 << 16
) -> tuple[CheckedStatement, list[StatementRow]]:
    rows: list[StatementRow] = []
    return check_statement(chunks(body, size), of, terms, lambda _line, made: rows.append(made)), rows


def chunks(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def broken(of: Layout, change: Callable[[list[bytes]], object], rows: Sequence[StatementRow] = ()) -> bytes:
    """A file whose lines (without their ends) were changed before it was signed: the signature is that of nobody."""
    lines = written(rows or [row(1), row(2), row(3)], replace(of, sign="none")).split(b"\n")[:-1]
    change(lines)
    return b"".join(line + b"\n" for line in lines)


def replaced(line: int, before: bytes, after: bytes) -> Callable[[list[bytes]], None]:
    """A change of one text in one line, counted from 1, for `broken`."""

    def change(lines: list[bytes]) -> None:
        assert before in lines[line - 1]
        lines[line - 1] = lines[line - 1].replace(before, after, 1)

    return change


def at(body: bytes, text: bytes, line: int) -> tuple[int, int]:
    """Line, and the byte at which `text` begins there."""
    start = sum(len(each) + 1 for each in body.split(b"\n")[: line - 1])
    return line, body.index(text, start)
