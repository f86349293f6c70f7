"""Single lines of a table as the steps of a column plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.mapping.dialect_codes import Codes, alternatives
from gateway.mapping.dialect_plan import Path, Step
from gateway.mapping.dialect_reader import member
from gateway.model.column_plan import PLAIN_KINDS, Canonical, CodeTable, Constant, Value
from gateway.model.shape import Shape, Text, Whole, shapes, text_of

_SAME_IN_ROWS = {  # converters of JSON numbers take a text as these do, and a row holds nothing but text
    "yuan_number": "yuan",
    "whole_number": "number",
    "month_number": "month6",
    "date_number": "date8",
    "stamp_date8_number": "stamp_date8",
}
_TEXT, _WHOLE = Text(max=4000), Whole(0, 10**9)  # bounds of a value whose field has none (gateway.mapping.converters)
ASKED = "asked."
"""Before the canonical path of what repeats a request."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a plan stands: in the list of details `within`, or in the row itself.

    `forms`: the converter of each kind of value, as the dialect has them.
    """

    forms: Mapping[str, str]
    within: str = ""

    def path(self, here: Path) -> str:
        """The canonical path from the message on."""
        return ".".join(((self.within,) if self.within else ()) + here)


def constant(step: Step, at: Whereabouts) -> Constant:
    """What the table says in every row, or what a column must say to be of the table."""
    if step.line.here:
        found = member(step)
        return Constant(found if isinstance(found, bool) else text_of(found), here=at.path(step.here), within=at.within)
    if not isinstance(step.line.const, str):
        raise step.placed.invalid("a row holds texts: this constant would stand in none")
    return Constant(step.line.const, column=step.names[0], within=at.within)


def value(step: Step, at: Whereabouts, record: type | None) -> Value:
    """What one line reads; GatewayError `data_invalid` where a column plan cannot say it."""
    line, shape = step.line, step.shape
    if line.control or line.by_shape or line.credential or shape is None or shape.many:
        raise step.placed.invalid("a column plan has no step for such a line")
    if line.about and len(step.names) > 1:
        raise step.placed.invalid("what repeats a request stands in one column")
    kind = _kind(step, shape, at.forms)
    least, most, pattern = _bounds(kind, shape)
    here = ASKED + ".".join(step.here) if line.about else at.path(step.here)
    return Value(
        here=here,
        columns=step.names,
        place=step.place,
        kind=kind,
        within=at.within,
        least=least,
        most=most,
        pattern=pattern,
        codes=step.codes.name if step.codes else "",
        required=not line.about and not line.again and _required(record, step.here),
        again=line.again,
        asked=bool(line.about),
        personal=shape.personal,
    )


def code_table(codes: Codes) -> CodeTable:
    """A code list as plain data."""
    exact: list[tuple[tuple[str, ...], Canonical]] = []
    loose: list[tuple[tuple[str | None, ...], Canonical]] = []
    for line in codes.source.codes:
        meant = _plain(codes.value(line.here))
        for cells in _combined([*alternatives(line)]):
            sure = tuple(cell for cell in cells if cell is not None)
            if len(sure) == len(cells):
                exact.append((sure, meant))
            else:
                loose.append((cells, meant))
    return CodeTable(
        exact=tuple(exact),
        loose=tuple(loose),
        has_unlisted=codes.has_unlisted,
        unlisted=_plain(codes.unlisted),
        says_nothing=codes.can_say_nothing,
    )


def _combined(cells: list[tuple[str | None, ...]]) -> list[tuple[str | None, ...]]:
    made: list[tuple[str | None, ...]] = [()]
    for options in cells:
        made = [(*before, one) for before in made for one in options]
    return made


def _plain(found: object) -> Canonical:
    return found if found is None or isinstance(found, bool) else text_of(found)


def _kind(step: Step, shape: Shape, forms: Mapping[str, str]) -> str:
    if step.codes is not None:
        return "code"
    if len(step.names) != 1:
        raise step.placed.invalid("several columns that carry one value need a code list")
    said = step.line.form or forms.get(shape.kind.__name__, "")
    name = _SAME_IN_ROWS.get(said, said)
    if name not in PLAIN_KINDS | {"text", "name"}:
        raise step.placed.invalid(f"a column plan has no kind for the converter {said}")
    return name


def _bounds(kind: str, shape: Shape) -> tuple[int, int, str]:
    if kind == "number":
        whole = shape.bounds if isinstance(shape.bounds, Whole) else _WHOLE
        return whole.min, whole.max, ""
    if kind not in ("text", "name"):
        return 0, 0, ""
    text = shape.bounds if isinstance(shape.bounds, Text) else _TEXT
    return text.min, text.max, text.pattern


def _required(record: type | None, here: Path) -> bool:
    """Whether the field and everything around it must be there, as the reader sees it."""
    needed = True
    for name in here:
        item = next(item for item in shapes(record) if item.name == name) if record else None
        if item is None:
            return False
        record, needed = item.kind, needed and item.required
    return needed
