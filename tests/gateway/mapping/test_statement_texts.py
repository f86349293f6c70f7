"""What a text and a month of a statement may be, in every form; what may not is named with its line and byte."""

import pytest

from gateway.errors import GatewayError
from gateway.mapping.statement_layout import Layout
from gateway.model.values import Month
from tests.gateway.mapping.statements import layout, read, row, written


def codes(body: bytes, of: Layout) -> list[tuple[str, int, int, str]]:
    return [(fault.code, fault.line, fault.byte, fault.field) for fault in read(body, of)[0].faults]


def test_the_first_month_that_was_ever_paid_for_and_the_whole_of_next_year_are_taken() -> None:
    of = layout("tax-hunan", "none")
    months = [Month.parse("1951-03"), Month.parse("2027-12")]
    assert codes(written([row(number, month=month) for number, month in enumerate(months, 1)], of), of) == []


@pytest.mark.parametrize("sign", "\t\x0b\x1c\x85\u2028\u2029")
@pytest.mark.parametrize("party", ["tax-hunan", "tax-guangdong"])
def test_what_ends_a_line_for_who_reads_it_stands_in_no_name(party: str, sign: str) -> None:
    of, name = layout(party, "none"), row(1).name
    other = name[0] + sign + name[2]
    before, after = name.encode(of.encoding), other.encode(of.encoding)
    body = written([row(1)], of).replace(before, after)
    assert codes(body, of) == [("statement_value", 2, body.index(after), "name")]
    with pytest.raises(GatewayError, match="end of a line"):
        written([row(1, name=other)], of)


def test_a_tab_in_a_name_of_a_fixed_width_is_named() -> None:
    of, name = layout("tax-zhejiang", "none"), row(1).name
    before, after = name.encode(of.encoding), (name[0] + "\t\t" + name[2]).encode(of.encoding)
    body = written([row(1)], of).replace(before, after)
    assert codes(body, of) == [("statement_value", 2, body.index(after), "name")]
