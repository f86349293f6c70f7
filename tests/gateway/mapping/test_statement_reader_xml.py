"""Statements in XML: what only such a file can have wrong."""

import pytest

from tests.gateway.mapping.statements import at, broken, layout, read, replaced, row, written


def test_entities_and_declarations_in_xml_are_refused() -> None:
    of = layout("tax-beijing", "none")
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb">]>'
    for line in (1, 2, 3):
        checked, _ = read(broken(of, lambda lines, line=line: lines.insert(line, bomb)), of)  # type: ignore[misc]  # a lambda with a default
        assert checked.faults
        assert checked.faults[0].line == line + 1


@pytest.mark.parametrize("end", [b"&#9;", b"&#10;", b"&#13;", b"&#x2028;"])
def test_the_end_of_a_line_that_xml_says_inside_a_name_is_named(end: bytes) -> None:
    of = layout("tax-beijing", "none")
    name = row(1).name.encode()
    checked, _ = read(broken(of, replaced(4, name, name[:3] + end + name[3:])), of)
    assert [(each.code, each.line, each.field) for each in checked.faults] == [("statement_value", 4, "name")]


def test_a_line_that_xml_begins_or_ends_with_is_missed_alone() -> None:
    of = layout("tax-beijing", "none")
    for gone, line in ((1, 2), (-1, 7)):
        checked, found = read(broken(of, lambda lines, gone=gone: lines.pop(gone)), of)  # type: ignore[misc]  # a lambda with a default
        assert [(each.code, each.line) for each in checked.faults] == [("statement_structure", line)]
        assert len(found) == 3


def test_a_line_that_begins_with_a_comment_is_no_empty_line() -> None:
    of = layout("tax-beijing", "none")
    checked, _ = read(broken(of, lambda lines: lines.__setitem__(4, b"<!-- --> " + lines[4])), of)
    (first, *_) = checked.faults
    assert (first.code, first.line, first.found) == ("statement_structure", 5, "a line that begins with no record")


def test_a_fault_of_xml_is_named_with_the_byte_it_stands_at() -> None:
    of = layout("tax-beijing", "none")
    name = row(2).name.encode()
    for before, after, place in (
        (name, name[:3] + b"&" + name[3:], 10),  # where the reference ends that was begun
        (b' ZNJ="', b" ZNJ='", 0),
        (b' MXXH="1"', b' MXXH=1"', 6),
        (b'"/>', b'">', 2),
    ):
        body = broken(of, replaced(5, before, after))
        checked, _ = read(body, of)
        line, byte = at(body, after, 5)
        (fault,) = [each for each in checked.faults if each.code == "statement_line"]
        assert "line 1" not in fault.found
        if place:
            assert (fault.line, fault.byte) == (line, byte + place)
        else:  # the quote that is missing is missed behind it
            assert fault.line == line
            assert fault.byte > byte


def test_a_document_on_one_line_is_told_where_its_first_line_should_have_ended() -> None:
    of = layout("tax-beijing", "none")
    body = written([row(1)], of).replace(b"\n", b"") + b"\n"
    checked, _ = read(body, of)
    first = checked.faults[0]
    assert (first.line, first.byte, first.expected) == (1, body.index(b"<statement>"), "the end of the line")
