"""Lines told by their looks: what is taken there is what the strict reader takes of a name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.batch.statement_looks import Looks, is_plain
from gateway.mapping.statement_plan import statement_plan
from gateway.model.statement_plan import StatementPlan
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

    assert Looks(plan).fit(b"".join(line + name + b"\n" for name in names)) == all(map(is_one, names))


@pytest.mark.parametrize("length", [1, 99, 100, 101])
def test_a_name_is_as_long_as_it_may_be(length: int) -> None:
    plan, line = PLANS["tax-hunan"]
    for letter in ("张", "億", "A", "𬱖"):
        assert Looks(plan).fit(line + (letter * length).encode("gb18030") + b"\n") == (length <= 100)


def test_what_a_look_says_of_a_column_does_not_depend_on_its_letters() -> None:
    plan = PLANS["tax-hunan"][0]
    for column, pattern in zip(plan.columns, plan.patterns, strict=True):
        for text in ("1", "111111", "111111111111111111", "1" * 33, "1.11"):
            others = [text.replace("1", sign) for sign in "019-AZaz"]
            if is_plain(pattern):
                assert len({re.fullmatch(pattern, other) is None for other in others}) == 1, column


def test_lines_are_alike_whatever_stood_in_the_blocks_before() -> None:
    plan, line = PLANS["tax-hunan"]
    looks = Looks(plan)
    right, wrong = line + "张".encode("gb18030") + b"\n", line.replace(b"|10201|", b"|102_1|") + b"A\n"
    assert [looks.fit(block) for block in (right, wrong, right + right, right + wrong, right)] == [
        *(True, False, True, False, True)
    ]
    assert looks.separators == len(plan.columns)
    assert looks.fit(line + "億億".encode("gb18030") + b"\n")
    assert looks.separators == len(plan.columns) + 2


@pytest.mark.parametrize("rest", [b"A", b"A\n\n", b"\n", b"A|\n", b"A\nT|1|1.00\n"])
def test_what_is_no_row_is_not_taken(rest: bytes) -> None:
    plan, line = PLANS["tax-hunan"]
    assert not Looks(plan).fit(line + rest)
