"""Where each canonical field and code of a dialect's tables goes there, and which go nowhere without a reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.mapping.dialect_codes import Codes
from gateway.mapping.dialect_plan import Plan, Step
from gateway.mapping.dialect_side import Side
from gateway.mapping.dialect_tables import Tables
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.tables import CodeLine
from gateway.model.shape import shapes, text_of

_CONTROL = ("message_id", "sender", "receiver", "sent_at")


@dataclass(frozen=True, slots=True)
class Place:
    """One canonical field (`start`), code (`insurance=pension`) or control field, and where it goes there.

    `known`: seen, inferred, ours, or lossy: it goes nowhere, and `fact` says why.
    """

    title: str
    here: str
    there: str
    known: str
    fact: str


def coverage(tables: Tables) -> tuple[list[Place], list[str]]:
    """Every place of every table, and a fault for each canonical field or code that has none and no reason."""
    places: list[Place] = []
    faults: list[str] = []
    for direction, side in tables.sides():
        found, missing = _of_side(tables, direction, side)
        places += found
        faults += missing
    return places, list(dict.fromkeys(faults))


def _of_side(tables: Tables, direction: str, side: Side) -> tuple[list[Place], list[str]]:
    dialect = tables.folder.dialect
    title = f"{dialect.dialect} {dialect.version}: {side.name}, {direction}"
    lossy = {**dialect.lossy, **side.block.lossy}
    plans = [side.plan] if side.row_plan is None else [side.plan, side.row_plan]
    lines = [*_lines(plans[-1], ""), *((f"control.{name}", step) for name, step in _control(plans))]
    places = [place for here, step in lines for place in _places(title, here, step)]
    known = {here for here, _ in lines}
    wanted = [*_fields(side.record, ""), *(f"control.{name}" for name in _CONTROL)]
    nowhere = [here for here in wanted if here in lossy and (here not in known or here in side.block.lossy)]
    places += [Place(title, here, "-", "lossy", lossy[here]) for here in nowhere]
    file = side.located.file
    missing = [here for here in wanted if here not in known and here not in lossy]
    faults = [
        f"{file.path}, line {file.line(direction, 'lines')}: {here} ({direction}) has no counterpart; "
        "give it a line, or list it under `lossy:` with the reason"
        for here in missing
    ]
    faults += [
        f"{file.path}, line {file.line(direction, 'lossy', here)}: `lossy:` names {here} ({direction}), "
        f"which is no field; there are {', '.join(dict.fromkeys(wanted))}"
        for here in side.block.lossy
        if here not in wanted
    ]
    codes = tables.folder.codes_file
    return places, faults + [fault for _, step in lines for fault in _uncoded(step, codes)]


def _lines(plan: Plan, before: str) -> Iterator[tuple[str, Step]]:
    for step in plan.steps:
        if step.line.here:
            here = before + step.line.here
            yield here, step
            if step.each is not None:
                yield from _lines(step.each, f"{here}.")


def _control(plans: list[Plan]) -> Iterator[tuple[str, Step]]:
    for plan in plans:
        for step in plan.steps:
            if step.line.control and step.line.only != "write":
                yield step.line.control, step


def _fields(record: type | None, before: str) -> Iterator[str]:
    for item in shapes(record) if record is not None else ():
        if item.is_record and not item.many:
            yield from _fields(item.kind, f"{before}{item.name}.")
        else:
            yield before + item.name
            if item.is_record:
                yield from _fields(item.kind, f"{before}{item.name}.")


def _places(title: str, here: str, step: Step) -> Iterator[Place]:
    known, fact = step.line.known
    there = step.place or "(always so in this message)"
    if step.line.const is not None:
        yield Place(title, f"{here}={step.line.const}", there, known or "ours", fact or "told by the message itself")
        return
    yield Place(title, here, there, known, fact)
    if step.codes is not None:
        yield from _code_places(title, here, step, step.codes)


def _code_places(title: str, here: str, step: Step, codes: Codes) -> Iterator[Place]:
    for value, lines in codes.lines().items():
        for line in lines:
            shown = f"{here}={'(absent)' if value is None else text_of(value)}"
            yield Place(title, shown, f"{step.place}={_cells(line)}", *line.known)
    for name, reason in codes.source.lossy.items():
        yield Place(title, f"{here}={name}", "-", "lossy", reason)


def _cells(line: CodeLine) -> str:
    cells = (line.there,) if isinstance(line.there, str) else line.there
    return ",".join("*" if cell is None else cell if isinstance(cell, str) else "/".join(cell) for cell in cells)


def _uncoded(step: Step, file: RuleFile) -> Iterator[str]:
    """Canonical values of a code list in `file` that no code says, without a reason."""
    if step.codes is None:
        return
    said: Mapping[object, object] = step.codes.lines()
    for member in step.codes.members():
        if member not in said and text_of(member) not in step.codes.source.lossy:
            where = f"{file.path}, line {file.line(step.codes.name)}"
            what = f"the code list {step.codes.name} has no code for {text_of(member)}"
            yield f"{where}: {what}; give it one, or list it as lossy"
