"""The signature of a statement: of the whole file, or of each line."""

from dataclasses import replace

import pytest

from gateway.mapping.statement_signature import Signature
from tests.gateway.mapping.statements import KEY, LAYOUTS, TERMS, at, layout, read, row, written


def test_the_signature_is_hmac_over_sm3() -> None:
    # RFC 2104 over GB/T 32905, worked out with another implementation of SM3.
    signature = Signature(b"k")
    assert signature.of_line(b"abc", b"").hex() == "af684d81732e81f6a9c5dd0aa68f27667b36debcebe29e094a654c3d496a898a"


@pytest.mark.parametrize("party", [each for each in LAYOUTS if layout(each).sign == "trailer"])
def test_one_changed_byte_breaks_the_signature_of_the_file(party: str) -> None:
    body = written([row(1), row(2)], layout(party)).replace(b"10201", b"10202", 1)
    checked, _ = read(body, layout(party))
    assert [(each.code, each.byte) for each in checked.faults] == [("statement_signature", body.index(b"<CA>") + 4)]


@pytest.mark.parametrize("party", [each for each in LAYOUTS if layout(each).sign == "line"])
def test_one_changed_line_breaks_its_signature_and_no_other(party: str) -> None:
    body = written([row(1), row(2), row(3)], layout(party)).replace(b"10201", b"10202", 1)
    checked, _ = read(body, layout(party))
    assert [(each.code, each.line, each.byte) for each in checked.faults] == [
        ("statement_signature", 2, at(body, b"<CA>", 2)[1] + 4)
    ]


def test_a_line_that_was_taken_out_is_found_by_the_signature_of_the_next() -> None:
    of = layout("tax-tianjin")
    body = b"\n".join(
        written([row(1), row(2), row(3)], of).split(b"\n")[:2] + written([row(1), row(2), row(3)], of).split(b"\n")[3:]
    )
    assert "statement_signature" in [each.code for each in read(body, of)[0].faults]


@pytest.mark.parametrize("party", LAYOUTS)
def test_another_key_and_no_signature_are_both_refused(party: str) -> None:
    of = layout(party)
    checked, _ = read(written([row(1)], of), of, replace(TERMS, key=b"other"))
    assert {each.code for each in checked.faults} == {"statement_signature"}
    checked, _ = read(written([row(1)], replace(of, sign="none")), of)
    assert "statement_signature" in {each.code for each in checked.faults}


def test_nothing_stands_behind_the_signature() -> None:
    of = layout("tax-hunan")
    lines = written([row(1)], of).split(b"\n")
    body = b"\n".join([*lines[:-1], lines[2], b""])
    assert "statement_structure" in [each.code for each in read(body, of)[0].faults]


def test_the_key_is_part_of_the_terms_and_not_of_the_file() -> None:
    assert KEY not in written([row(1)], layout("tax-hunan"))
