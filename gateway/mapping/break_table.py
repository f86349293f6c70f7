"""Reads the decision table of breaks: `mappings/reconciliation/breaks.yaml`."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from gateway.mapping import rulefile
from gateway.mapping.rulefile import RuleFile
from gateway.model.reconciliation import ROW_COLUMNS, BreakClass, BreakRule, BreakTable, Finding

FILE = Path("reconciliation", "breaks.yaml")
_COLUMNS = {column for column, _ in ROW_COLUMNS}


class Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename={"break_class": "class"}):
    """A line of the file: a rule, and what its class means in both languages."""

    break_class: BreakClass
    finding: Finding
    zh: str
    en: str
    columns: tuple[str, ...] = ()


def break_table(mappings: Path) -> BreakTable:
    """The decision table; GatewayError `data_invalid` naming the line of the file."""
    return BreakTable(tuple(BreakRule(line.break_class, line.finding, line.columns) for line in lines(mappings)))


def lines(mappings: Path) -> tuple[Line, ...]:
    """The lines of the decision table, in order; GatewayError `data_invalid`."""
    file = rulefile.read(mappings / FILE)
    found = file.convert(file.data, tuple[Line, ...])
    for number, reason in _wrong(found):
        raise file.invalid(reason, number)
    _check_complete(file, found)
    return found


def _wrong(found: tuple[Line, ...]) -> Iterator[tuple[int, str]]:
    columns = Counter(column for line in found for column in line.columns)
    for number, line in enumerate(found):
        if bool(line.columns) != (line.finding is Finding.COLUMNS_DIFFER):
            yield number, f"columns belong to {Finding.COLUMNS_DIFFER}, and it needs some"
        for column in line.columns:
            if column not in _COLUMNS:
                yield number, f"there is no column {column}"
            if columns[column] > 1:
                yield number, f"the column {column} stands twice"


def _check_complete(file: RuleFile, found: tuple[Line, ...]) -> None:
    classes = [line.break_class for line in found]
    if sorted(classes) != sorted(BreakClass):
        raise file.invalid("every class stands in the table once")
    if {line.finding for line in found} != set(Finding):
        raise file.invalid("every finding stands in the table, or a break might be of no class")
