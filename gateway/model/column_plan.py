"""Column plans (列方案): how a file of rows without a header is read by columns, as plain data and nothing else.

A table of a dialect compiles into one (`gateway.mapping.column_plan`), and any engine can run it (`gateway.batch`):
what goes between them is text, numbers and tuples, so that neither side knows the other, and a plan can be written to
disk and sent to another machine. Steps stand in the order in which the compiled reader of the table takes them: the
first one that a row fails is the error of the row.
"""

from dataclasses import dataclass

PLAIN_KINDS = frozenset(
    {
        "number", "digits", "id_number", "yuan", "month6", "first_day", "last_day",
        "date8", "date_iso", "date14", "stamp14", "stamp_date8", "region",
    }
)  # fmt: skip
"""Kinds that are compared in half width and without white space around them."""
KINDS = PLAIN_KINDS | {"text", "name", "code"}
"""Every kind of value; what each reads is written at the converter of that name."""

Canonical = str | bool | None


@dataclass(frozen=True, slots=True)
class CodeTable:
    """Cells to canonical values. A cell is None where it matches whatever stands there; exact lines go first.

    Around the cell of a table with one column white space says nothing. `unlisted`: what any other code means, where
    `has_unlisted`; else it is the error `unmapped`. `says_nothing`: there is a code for the absence of a value.
    """

    exact: tuple[tuple[tuple[str, ...], Canonical], ...]
    loose: tuple[tuple[tuple[str | None, ...], Canonical], ...] = ()
    has_unlisted: bool = False
    unlisted: Canonical = None
    says_nothing: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """One value, in one column or in several together.

    `here`: the canonical path, the name of the column that comes out. `place`: the columns as the reader names them in
    errors. `within`: the list of details that it belongs to, read only in rows where the column `filled` of the plan
    holds something. `least`, `most`: bounds of the length of a text, or of a whole number; `pattern`: of a text.
    `required`: an empty cell is an error. `again`: it must say what another value with the same `here` says.
    `asked`: it repeats what a request said; what cannot be read is then absent and no error. `personal`: it identifies
    a person.
    """

    here: str
    columns: tuple[str, ...]
    place: str
    kind: str
    within: str = ""
    least: int = 0
    most: int = 0
    pattern: str = ""
    codes: str = ""
    required: bool = False
    again: bool = False
    asked: bool = False
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """What every row says (`here`), or what a column must say (`column`)."""

    value: str | bool
    here: str = ""
    column: str = ""
    within: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """`needed` must be there where any of `any_of` is: the parts of a record that may be absent as a whole."""

    needed: str
    place: str
    any_of: tuple[str, ...]
    within: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """The value `number` is an identity number of the kind in `id_type`, and comes out in canonical form (GB 11643).

    `place`: the record that both belong to, as the reader names it in errors.
    """

    number: str
    id_type: str
    place: str
    within: str = ""


Step = Value | Constant | Present | Identified


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How the rows of one file are read.

    `separator`: the character between the columns; "" where they are of fixed `widths`, in bytes of `encoding`
    (`utf-8` or `gb18030`) and filled up with spaces on the right. `folds`: characters of a name that stand for another.
    """

    party: str
    message: str
    encoding: str
    columns: tuple[str, ...]
    separator: str
    widths: tuple[int, ...]
    steps: tuple[Step, ...]
    codes: dict[str, CodeTable]
    folds: tuple[tuple[str, str], ...] = ()
    filled: str = ""
