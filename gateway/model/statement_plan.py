"""How a file of statement rows is read in bulk: a layout as far as an engine can take it (gateway.batch.statement)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from gateway.model.statement import StatementFoot, StatementHead
from gateway.model.values import Month


@dataclass(frozen=True, slots=True)
class StatementPlan:
    """A layout of separated columns, the first of which says what record a line is.

    `record`: what that one says of a row; `columns`: of a row, without it; `quotes`: whether a column may stand in
    quotes; `patterns`: what the whole of each column matches, and never more than the strict reader takes; `optional`:
    columns that may be empty; `day_form`: as strptime has it; `codes`: (theirs, ours) of the insurance; `first`:
    nothing lies before that month; `last_month`: that what is collected until a day may cover; `yes`: the code of the
    adjustment flag. `head`, `foot`: the record that stands in a line, None where anything is wrong with it; `is_name`:
    whether a name is one, which stands last.
    """

    party: str
    encoding: str
    separator: str
    longest: int
    signed: bool
    quotes: bool
    record: str
    columns: tuple[str, ...]
    patterns: tuple[str, ...]
    optional: frozenset[str]
    day_form: str
    codes: tuple[tuple[str, str], ...]
    first: Month
    last_month: Callable[[date], Month]
    yes: str
    head: Callable[[bytes, date], StatementHead | None]
    foot: Callable[[bytes], StatementFoot | None]
    is_name: Callable[[str], bool]
