"""Examples that are rows without a header: how their columns are told apart, found out from several lines.

Joined columns: the one character (TAB, bar, comma) that every line holds as often. Fixed width: lines of one length in
GBK bytes, cut where the filling of a column ends in every line, where Chinese characters begin or end in every line,
and around identity numbers. A cut that the lines do not show is not found: every width is for a person to confirm.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from gateway.mapping.contract_shape import Called, ContractShape, Element, Encoding
from gateway.mapping.sample_forms import named
from gateway.mapping.sample_named import Example, invalid, source_of
from gateway.mapping.syntax_rows import lines_of
from gateway.model.codes import IdType
from gateway.model.identifiers import normalise
from gateway.security.charset import decode

ENDINGS = frozenset((".txt", ".dat", ".csv"))
"""How names of files end that hold rows."""
_SEPARATORS = ("\t", "|", ",")
_SPACE, _DIGIT, _LETTER, _WIDE, _INSIDE = " 0AW-"
_LEAST = 2
_NUMBER = 18  # characters of an identity number (GB 11643)


def of_rows(examples: Sequence[Example]) -> ContractShape:
    """The shape of all examples together; GatewayError `data_invalid` where lines have no columns in common."""
    bodies = {each: each.path.read_bytes() for each in examples}
    lines = {each: lines_of(decode(body)) for each, body in bodies.items()}
    layouts: dict[str, Mapping[str, Any]] = {}
    called = []
    for name in dict.fromkeys(each.name for each in examples):
        sides = {}
        for direction in ("request", "reply"):
            found = [(each, line) for each in examples for line in lines[each] if _of(each) == (name, direction)]
            sides[direction], layouts[f"{direction} {name}"] = _side(found, direction) if found else (Element(""), {})
        at = next(each.path.name for each in examples if each.name == name)
        called.append(Called(name, "", sides["request"], sides["reply"], at, {"call.rows": name}))
    encoding: Encoding = "utf-8" if all(_is_utf_8(body) for body in bodies.values()) else "gb18030"
    ends = "crlf" if any(b"\r\n" in body for body in bodies.values()) else "lf"
    made = ContractShape(source_of(examples), "rows", "", qualified=False, operations=tuple(called), encoding=encoding)
    return replace(made, layouts={name: each for name, each in layouts.items() if each}, around={"ends": ends})


def _of(each: Example) -> tuple[str, str]:
    return each.name, each.direction


def _side(found: Sequence[tuple[Example, str]], direction: str) -> tuple[Element, Mapping[str, Any]]:
    lines, at = [line for _, line in found], found[0][0].path.name
    separator = next((each for each in _SEPARATORS if _joins(each, lines)), "")
    if separator:
        rows = [line.split(separator) for line in lines]
        columns = named(rows, at)
        layout: dict[str, Any] = {"columns": [each.name for each in columns], "separator": separator}
    else:
        cuts = _cuts(_encoded(lines), found[0][0])
        cells = [[row[start:end] for start, end in pairwise(cuts)] for row in _encoded(lines)]
        rows = [[cell.decode("gb18030").strip(" ") for cell in row] for row in cells]
        columns = named(rows, at)
        layout = {
            "widths": {each.name: end - start for each, (start, end) in zip(columns, pairwise(cuts), strict=True)}
        }
    group = Element("asked", inside=columns) if direction == "request" else Element("row", many=True, inside=columns)
    return Element("", inside=(group,)), layout


def _joins(separator: str, lines: Sequence[str]) -> bool:
    return separator in lines[0] and len({line.count(separator) for line in lines}) == 1


def _encoded(lines: Sequence[str]) -> list[bytes]:
    return [line.encode("gb18030", "surrogatepass") for line in lines]


def _cuts(rows: Sequence[bytes], of: Example) -> list[int]:
    """Where columns begin, and where the last one ends."""
    lengths = {len(row) for row in rows}
    if len(lengths) > 1 or len(rows) < _LEAST:
        reason = (
            "its lines are not joined by one character; for columns of a fixed width give two lines or more, all of "
            f"one length in GBK bytes (these have {', '.join(map(str, sorted(lengths)))})"
        )
        raise invalid(of.path, reason)
    kinds = [_kinds(row) for row in rows]
    whole = max(lengths)
    numbers = [
        at for at in range(whole - _NUMBER + 1) if all(map(_is_number, (row[at : at + _NUMBER] for row in rows)))
    ]
    inside = {at for start in numbers for at in range(start, start + _NUMBER + 1)}
    found = {at for at in range(1, whole) if at not in inside and _is_cut(kinds, at)}
    return sorted({0, whole} | found | {at for start in numbers for at in (start, start + _NUMBER)})


def _is_number(cell: bytes) -> bool:
    """Whether it is an identity number with its check digit: those of every line in one place are a column."""
    try:
        return bool(normalise(IdType.RESIDENT_ID, cell.decode("ascii")))
    except ValueError:
        return False


def _is_cut(kinds: Sequence[str], at: int) -> bool:
    """Whether in every line a filling ends here, or Chinese characters begin or end; a full column has no filling."""
    ends = []
    for row in kinds:
        before, after = _WIDE if row[at - 1] == _INSIDE else row[at - 1], row[at]
        if after == _INSIDE:
            return False
        ends.append((before == _SPACE, after != _SPACE, _changes(before, after)))
    filled = all(space for space, _, _ in ends) and any(begun for _, begun, _ in ends)
    return filled or all((space and begun) or changes for space, begun, changes in ends)


def _changes(one: str, other: str) -> bool:
    """Whether Chinese characters begin or end; letters and digits may well be one column."""
    return one != other and _WIDE in (one, other) and _SPACE not in (one, other)


def _kinds(row: bytes) -> str:
    """A kind for each byte; another one for the bytes inside a character."""
    made = []
    for character in row.decode("gb18030"):
        width = len(character.encode("gb18030"))
        made.append(_kind(character) + _INSIDE * (width - 1))
    return "".join(made)


def _kind(character: str) -> str:
    if character == " ":
        return _SPACE
    if re.fullmatch("[0-9Xx.-]", character):  # a check digit and the point of an amount belong to their number
        return _DIGIT
    if character.isascii():
        return _LETTER
    return _WIDE


def _is_utf_8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
