"""Lines of a block told apart, and their names: what is taken there is what the strict reader takes of a name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.batch import statement_alike
from gateway.batch.statement_alike import Lines
from gateway.batch.statement_names import Names
from gateway.batch.statement_terms import DoubtError
from gateway.batch.statement_typed import RECORD
from gateway.mapping.statement_plan import statement_plan
from gateway.model.statement_plan import StatementPlan
from tests.gateway.batch.bulk import UNSIGNED, bulk, receipts
from tests.gateway.mapping.statements import layout, row, written

# Bytes at which GB18030 and UTF-8 decide what a character is.
_BYTES = st.sampled_from(
    bytes.fromhex("20 31 39 40 41 7c 7e 7f 80 81 84 9f a1 b8 bf c0 c2 d5 df e0 e4 e9 ef f0 f4 f5 fe ff")
)


def plan_of(party: str) -> StatementPlan:
    plan = statement_plan(layout(party, "none"))
    assert plan is not None
    return plan


def line_of(party: str) -> bytes:
    """A row without its name."""
    return (
        written([row(1)], layout(party, "none")).split(b"\n")[1].removesuffix("湘小骑".encode(plan_of(party).encoding))
    )


PLANS = {party: (plan_of(party), line_of(party)) for party in ("tax-hunan", "tax-guangdong")}


def lines_of(plan: StatementPlan, block: bytes) -> Lines:
    return Lines(block, ord(plan.separator), (RECORD, *plan.columns), pairs=plan.encoding == "gb18030")


def fit(plan: StatementPlan, block: bytes) -> bool:
    """Whether every line has its columns, and a name."""
    try:
        lines = lines_of(plan, block)
        Names(plan).check(block, lines)
        assert sorted(number for alike in lines.alike() for number in alike.numbers) == list(range(block.count(b"\n")))
    except DoubtError:
        return False
    return True


@pytest.mark.parametrize("party", PLANS)
@given(names=st.lists(st.lists(_BYTES, max_size=8).map(bytes), min_size=1, max_size=4))
def test_a_line_is_taken_where_its_name_is_one(party: str, names: list[bytes]) -> None:
    plan, line = PLANS[party]

    def is_one(name: bytes) -> bool:
        try:
            text = name.decode(plan.encoding)
        except UnicodeDecodeError:
            return False
        return bool(text) and plan.separator not in text and plan.is_name(text)

    assert fit(plan, b"".join(line + name + b"\n" for name in names)) == all(map(is_one, names))


@pytest.mark.parametrize("length", [1, 99, 100, 101])
def test_a_name_is_as_long_as_it_may_be(length: int) -> None:
    plan, line = PLANS["tax-hunan"]
    for letter in ("张", "億", "A", "𬱖"):
        assert fit(plan, line + (letter * length).encode("gb18030") + b"\n") == (length <= 100)


@pytest.mark.parametrize("rest", [b"A", b"A\n\n", b"\n", b"A|\n", b"A\nT|1|1.00\n", b""])
def test_what_is_no_row_is_not_taken(rest: bytes) -> None:
    plan, line = PLANS["tax-hunan"]
    assert not fit(plan, line + rest)
    assert bulk(written([row(1)], UNSIGNED).replace("湘小骑".encode("gb18030") + b"\n", rest, 1))[0] is None


def test_columns_of_one_line_do_not_make_up_for_those_of_another() -> None:
    plan, line = PLANS["tax-hunan"]
    assert not fit(plan, line + b"A|\n" + line.replace(b"||", b"|", 1) + b"A\n")


def test_kinds_that_are_taken_for_one_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Weightless:
        def integers(self, _low: int, _high: int, size: int) -> object:
            return [0] * size

    rows = [row(1), row(2, item="1020")]
    body = written(rows, UNSIGNED)
    assert bulk(body)[1] == receipts(rows)
    monkeypatch.setattr(np.random, "default_rng", lambda _seed: Weightless())
    assert bulk(body)[0] is None


def test_a_block_of_too_many_kinds_of_lines_is_for_the_strict_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(number, item="1" * number) for number in range(1, 9)]
    body = written(rows, UNSIGNED)
    monkeypatch.setattr(statement_alike, "KINDS", 8)
    assert bulk(body)[1] == receipts(rows)
    monkeypatch.setattr(statement_alike, "KINDS", 7)
    assert bulk(body)[0] is None
