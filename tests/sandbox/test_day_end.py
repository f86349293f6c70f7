"""The day-end files that the sandbox delivers are read by the gateway's own strict reader, in every form."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gateway.mapping.statement_layout import layouts
from gateway.mapping.statement_reader import Terms, check_statement
from gateway.model.statement import StatementRow
from gateway.model.values import Money
from sandbox.day_end import KEEPERS, Keeper, Row, file_of
from tests.rules.tree import ROOT

DAY = date(2026, 3, 10)
LAYOUTS = layouts(ROOT / "mappings")
EVERY = [keeper for some in KEEPERS.values() for keeper in some]


def paid(number: int, name: str = "周远航") -> Row:
    return {
        "voucher_number": f"34301126000000{number:04d}",
        "item": "10201",
        "month": "202603",
        "sequence": "1",
        "insurance": "pension",
        "agency": "430102",
        "accounting_month": "202603",
        "collected_on": str(DAY),
        "amount": f"{Decimal(900 + number):.2f}",
        "late_fee": "0.00",
        "interest": "0.00",
        "adjustment": "0",
        "trace_number": f"{number:08d}",
        "levy_number": f"4301{number:011d}",
        "tax_person_number": f"SW43{number:09d}",
        "name": name,
    }


@pytest.mark.parametrize("keeper", EVERY, ids=lambda keeper: keeper.party)
def test_each_party_s_file_is_read_without_a_fault(keeper: Keeper) -> None:
    rows: list[StatementRow] = []
    layout = LAYOUTS[keeper.party]
    body = file_of(keeper, str(DAY), [paid(1), paid(2, '甄"一,凡·<某>')], "secret")
    terms = Terms(DAY + timedelta(days=1), b"secret")
    checked = check_statement([body], layout, terms, lambda _line, row: rows.append(row))
    assert checked.faults == ()
    assert (checked.count, checked.total) == (2, Money(180300))
    assert [(row.name, row.agency.code, row.insurance.value) for row in rows] == [
        ("周远航", "430102", "pension"),
        ('甄"一,凡·<某>', "430102", "pension"),
    ]
    assert replace(rows[0], number=2).key == rows[0].key == "343011260000000001 10201 2026-03 1"


@pytest.mark.parametrize("keeper", EVERY, ids=lambda keeper: keeper.party)
def test_an_empty_day_is_a_file_too_and_another_key_is_found(keeper: Keeper) -> None:
    layout, terms = LAYOUTS[keeper.party], Terms(DAY + timedelta(days=1), b"secret")
    assert check_statement([file_of(keeper, str(DAY), [], "secret")], layout, terms).faults == ()
    (fault, *_) = check_statement([file_of(keeper, str(DAY), [], "other")], layout, terms).faults
    assert fault.code == "statement_signature"
