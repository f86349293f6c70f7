"""Which rule made what: every value of a document beside its canonical field, with the line that leads to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.mapping.dialect_codes import Codes, alternatives
from gateway.mapping.dialect_plan import Plan, Step
from gateway.mapping.dialect_reading import Form
from gateway.mapping.dialect_rows import at
from gateway.mapping.dialect_side import Side
from gateway.mapping.tables_files import Folder
from gateway.model.shape import text_of

ABSENT = "(absent)"
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Traced:
    """One value. `there` and `said`: place and text in their document; `here` and `meant`: field and value of ours.

    `rule`: file and line of the table, below the mappings; for a code that of the code too. `wanted`: the form that the
    rule takes; `wrong`: why it cannot read what stands there, "" where it can; `personal`: it says who somebody is.
    """

    there: str
    said: str
    here: str
    meant: str
    rule: str
    wanted: str = ""
    wrong: str = ""
    personal: bool = False


class Tracer:
    """Follows documents of one dialect. `mappings`: the folder that rules are named from."""

    def __init__(self, folder: Folder, mappings: Path) -> None:
        self._folder = folder
        self._mappings = mappings.resolve()

    def traced(self, side: Side, form: Form) -> Iterator[Traced]:
        """Every line of the table of `side` with what stands at its place in `form`."""
        yield from self._plan(side.plan, form, "")
        if side.row_plan is None or side.block.rows is None:
            return
        place = side.block.rows.there
        found = at(form, place.split("."))
        if side.block.rows.take == "itself":
            yield from self._plan(side.row_plan, found if isinstance(found, dict) else {}, f"{place}.")
        for count, row in enumerate(found if isinstance(found, list) else ()):
            yield from self._plan(side.row_plan, row, f"{place}[{count}].")

    def _plan(self, plan: Plan, group: Mapping[str, Any], before: str, here: str = "") -> Iterator[Traced]:
        for step in plan.steps:
            if step.each is not None:
                yield from self._each(step, group, before, f"{here}{step.line.here}")
            else:
                yield self._step(step, group, before, here)

    def _each(self, step: Step, group: Mapping[str, Any], before: str, here: str) -> Iterator[Traced]:
        if step.each is None:
            return
        if step.names == ("*",):  # details stand in the columns of the row itself
            yield from self._plan(step.each, group, before, f"{here}[].")
            return
        rows = at(group, (*step.group, *step.names))
        for count, row in enumerate(rows if isinstance(rows, list) else ()):
            yield from self._plan(step.each, row, f"{before}{step.place}[{count}].", f"{here}[{count}].")

    def _step(self, step: Step, group: Mapping[str, Any], before: str, here: str) -> Traced:
        said = [at(group, (*step.group, name)) for name in step.names]
        named, meant, wrong = _meaning(step, said)
        shown = _HIDDEN if step.line.credential else "+".join(_shown(one) for one in said) if said else ABSENT
        there = before + step.place if step.names else "(every document of this table)"
        named = f"{here}{named}" if step.line.here else named
        personal = step.shape is not None and step.shape.personal
        return Traced(there, shown, named, meant, self._rule(step, said), _wanted(step), wrong, personal)

    def _rule(self, step: Step, said: list[Any]) -> str:
        placed = step.placed
        rule = f"{self._named(placed.file.path)}:{placed.file.line(*placed.steps)}"
        index = _code_line(step.codes, said) if step.codes is not None else None
        if step.codes is None or index is None:
            return rule
        file = self._folder.codes_file
        return f"{rule} {file.path.name}:{file.line(step.codes.name, 'codes', index)}"

    def _named(self, path: Path) -> str:
        resolved = path.resolve()
        return str(resolved.relative_to(self._mappings) if resolved.is_relative_to(self._mappings) else path)


def _meaning(step: Step, said: list[Any]) -> tuple[str, str, str]:
    """The canonical field of a step, what the step reads at its place, and why it cannot."""
    line = step.line
    if line.const is not None:
        return line.here or "(constant)", _meant(line.const), ""
    if line.credential:
        return "(credential)", _HIDDEN, ""
    if line.ignored:
        return "(not read)", line.ignored, ""
    if line.fill is not None:
        return "(filled in)", str(line.fill), ""
    field = line.here or (f"control.{line.control}" if line.control else f"of the request: {line.about}")
    meant, wrong = _read(step, said)
    return field, meant, wrong


def _wanted(step: Step) -> str:
    if step.codes is not None:
        return f"one of {step.codes.known}"
    return step.converter.shown if step.converter is not None else ""


def _read(step: Step, said: list[Any]) -> tuple[str, str]:
    """What the rule reads; where it cannot, why not."""
    present = [one for one in said if one not in (None, "")]
    if not present and (step.codes is None or not step.codes.can_say_nothing):
        return ABSENT, ""
    try:
        if step.codes is not None and len(said) > 1:
            return _meant(step.codes.read(tuple("" if one is None else one for one in said))), ""
        if step.codes is not None:
            values = present[0] if present and isinstance(present[0], list) else present or [""]
            return ", ".join(_meant(step.codes.read_one(one)) for one in values), ""
        return _converted(step, present), ""
    except ValueError as error:
        if step.codes is not None and step.codes.has_unlisted:
            return f"{_meant(step.codes.unlisted)} (the code is not listed)", ""
        return f"UNREADABLE: {error}", str(error)


def _converted(step: Step, present: list[Any]) -> str:
    if step.converter is None:
        return ABSENT
    if step.line.only == "write":
        return "(only written)"
    values = present[0] if isinstance(present[0], list) else present[:1]
    return ", ".join(_meant(step.converter.read(one)) for one in values)


def _meant(value: Any) -> str:
    return ABSENT if value is None else text_of(value)


def _shown(value: Any) -> str:
    if value is None:
        return ABSENT
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def _code_line(codes: Codes, said: list[Any]) -> int | None:
    """Which line of the list a code was read by."""
    cells = tuple("" if one is None else one for one in said)
    for index, line in enumerate(codes.source.codes):
        patterns = [tuple(cell) for cell in alternatives(line)]
        if len(patterns) == len(cells) and all(
            None in pattern or cell in pattern for pattern, cell in zip(patterns, cells, strict=True)
        ):
            return index
    return None
