"""A column plan as queries: from cells to typed values, and the first fault of each row.

Relations, each a query over the one before: `cells` (r, n, c0, c1, ...: the row, how many columns it has, its texts),
values as their kinds read them (v0, ...), values as they are (o0, ...), canonical numbers, and `typed`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gateway.batch import identity
from gateway.batch.kinds import READ, standard, text
from gateway.batch.sql import either, literal, select
from gateway.model.column_plan import (
    PLAIN_KINDS,
    Canonical,
    CodeTable,
    ColumnPlan,
    Constant,
    Identified,
    Present,
    Value,
)
from gateway.model.column_plan import Step as PlanStep

Folded = Callable[[str, str], str]
"""SQL of a cell (c0, ...) as it is compared: `plain` is half width and trimmed, `number` without space, in capitals."""

# What Python takes off the ends of a text (str.strip).
_WHITE = "".join(map(chr, (*range(9, 14), *range(28, 33), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))))
_WHITE += "".join(map(chr, (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)))
_EMPTY, _UNLISTED = -1, 0  # beside the line of a code table, counted from 1


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row is refused. `column`: the place as the reader names it, "" for the row; `code`: of the catalogue."""

    column: str
    code: str
    reason: str


def row_faults(plan: ColumnPlan) -> tuple[Fault, Fault]:
    """The faults of a row that has no columns yet: its bytes, and how many columns there are."""
    cut = ", or a column ends in the middle of a character" if plan.widths else ""
    wanted = f"{sum(plan.widths)} bytes" if plan.widths else f"{len(plan.columns)} columns"
    return (
        Fault("", "unreadable", f"its bytes are not in {plan.encoding}{cut}"),
        Fault("", "unreadable", f"it does not have {wanted}"),
    )


class Query:
    """The queries of one plan; `folded` says how a cell is compared in the rows at hand."""

    def __init__(self, plan: ColumnPlan) -> None:
        self.plan = plan
        self._cell = {column: f"c{index}" for index, column in enumerate(plan.columns)}
        self._known = {
            step.here: index
            for index, step in enumerate(plan.steps)
            if (isinstance(step, Value) and not step.again) or (isinstance(step, Constant) and step.here)
        }
        self._numbers = {step.number: index for index, step in enumerate(plan.steps) if isinstance(step, Identified)}
        self._inside = f"{self._cell[plan.filled]} <> ''" if plan.filled else "TRUE"

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Every fault that a row can have; `typed.fault` counts them from 1, and is 0 where there is none."""
        return (*row_faults(self.plan), *(fault for _, fault in self._tested()))

    @cached_property
    def noted(self) -> tuple[tuple[str, str], ...]:
        """Columns whose codes may be unlisted without being an error, and the column of `typed` that says so."""
        return tuple((step.place, f"u{index}") for index, step in self._coded() if self._table(step).has_unlisted)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The canonical paths that come out, in the order of the plan."""
        return tuple(self._known)

    def typed(self, source: str, folded: Folded, marker: str) -> str:
        """The query of `typed`: r, fault, every output by its canonical path, and which codes were unlisted.

        `marker`: what stands instead of the cells of a row whose bytes cannot be read, "" where there is none.
        """
        read = select(dict(self._values(folded)), source, all_of_it=True)
        meant = select(dict(self._meant()), read, all_of_it=True)
        if self._numbers:
            meant = select(dict(self._lengthened()), meant, all_of_it=True)
            meant = select(dict(self._canonical()), meant, all_of_it=True)
        wrong = either([(f"c0 = {literal(marker)}", "1")], "2") if marker else "2"
        tested = [(f"n <> {len(self.plan.columns)}", wrong)]
        tested += [(condition, str(number)) for number, (condition, _) in enumerate(self._tested(), start=3)]
        return select({"r": "r", "fault": either(tested, "0"), **self._out()}, meant)

    @cached_property
    def folds(self) -> tuple[tuple[str, str], ...]:
        """Cells that are compared folded, and how: `plain` or `number`."""
        values = [step for step in self.plan.steps if isinstance(step, Value) and step.kind in PLAIN_KINDS]
        plain = {(self._cell[step.columns[0]], "plain"): None for step in values}
        return (*plain, *((self._cell[self._value(here).columns[0]], "number") for here in self._numbers))

    def _value(self, here: str) -> Value:
        found = self.plan.steps[self._known[here]]
        if not isinstance(found, Value):
            raise TypeError("an identity number is read, and not a constant")
        return found

    def _table(self, step: Value) -> CodeTable:
        return self.plan.codes[step.codes]

    def _coded(self) -> Iterator[tuple[int, Value]]:
        for index, step in enumerate(self.plan.steps):
            if isinstance(step, Value) and step.kind == "code" and not step.asked:
                yield index, step

    def _values(self, folded: Folded) -> Iterator[tuple[str, str]]:
        for index, identified in self._identified():
            yield f"g{index}", folded(self._cell[self._value(identified.number).columns[0]], "number")
        for index, step in enumerate(self.plan.steps):
            if not isinstance(step, Value):
                continue
            cells = [self._cell[column] for column in step.columns]
            if step.kind == "code":
                yield f"v{index}", _line_of(self._table(step), cells)
                continue
            if step.kind == "name":
                made = text(cells[0], step, standard(cells[0], self.plan.folds))
            else:
                made = READ[step.kind](folded(cells[0], "plain") if step.kind in PLAIN_KINDS else cells[0], step)
            yield f"v{index}", either([(f"{cells[0]} <> ''", made)], "NULL")

    def _meant(self) -> Iterator[tuple[str, str]]:
        for index, step in enumerate(self.plan.steps):
            if isinstance(step, Constant) and step.here:
                yield f"o{index}", literal(step.value)
            elif isinstance(step, Value):
                yield (
                    f"o{index}",
                    _meaning(self._table(step), f"v{index}", step) if step.kind == "code" else f"v{index}",
                )

    def _lengthened(self) -> Iterator[tuple[str, str]]:
        for index, step in self._identified():
            read = either([(f"{self._o(step.number)} IS NOT NULL", f"g{index}")], "NULL")
            yield f"l{index}", identity.lengthened(read, self._o(step.id_type))

    def _canonical(self) -> Iterator[tuple[str, str]]:
        for index, step in self._identified():
            yield f"i{index}", identity.canonical(f"l{index}", self._o(step.id_type))

    def _identified(self) -> Iterator[tuple[int, Identified]]:
        for index, step in enumerate(self.plan.steps):
            if isinstance(step, Identified):
                yield index, step

    def _o(self, here: str) -> str:
        return f"o{self._known[here]}"

    def _out(self) -> Mapping[str, str]:
        made: dict[str, str] = {}
        for here, index in self._known.items():
            found = f"i{self._numbers[here]}" if here in self._numbers else f"o{index}"
            made[here] = either([(self._inside, found)], "NULL") if self.plan.steps[index].within else found
        for index, step in self._coded():
            if self._table(step).has_unlisted:
                made[f"u{index}"] = self._guarded(step.within, _not_listed(self._table(step), f"v{index}", step))
        return made

    def _guarded(self, within: str, condition: str) -> str:
        return f"({self._inside} AND {condition})" if within else f"({condition})"

    def _tested(self) -> Iterator[tuple[str, Fault]]:
        for index, step in enumerate(self.plan.steps):
            for condition, fault in self._tests(index, step):
                yield self._guarded(step.within, condition), fault

    def _tests(self, index: int, step: PlanStep) -> Iterator[tuple[str, Fault]]:
        if isinstance(step, Value):
            yield from self._of_value(index, step)
        elif isinstance(step, Constant):
            if step.column:
                said = f"{self._cell[step.column]} <> {literal(step.value)}"
                yield said, Fault(step.column, "unreadable", "it does not say what it says in this message")
        elif isinstance(step, Present):
            present = " OR ".join(f"{self._o(here)} IS NOT NULL" for here in step.any_of)
            yield f"({present}) AND {self._o(step.needed)} IS NULL", Fault(step.place, "unreadable", "it is missing")
        else:
            both = f"{self._o(step.number)} IS NOT NULL AND {self._o(step.id_type)} IS NOT NULL"
            yield f"{both} AND i{index} IS NULL", Fault(step.place, "unreadable", "the identity number is wrong")

    def _of_value(self, index: int, step: Value) -> Iterator[tuple[str, Fault]]:
        if step.asked:
            return
        empty = f"{self._cell[step.columns[0]]} = ''"
        if step.kind == "code":
            yield from _of_code(self._table(step), index, step)
        else:
            if step.required:
                yield empty, Fault(step.place, "unreadable", "it is missing")
            yield f"NOT {empty} AND v{index} IS NULL", Fault(step.place, "unreadable", "it does not have the form")
        if step.again:
            differing = f"o{index} IS NOT NULL AND o{index} IS DISTINCT FROM {self._o(step.here)}"
            yield differing, Fault(step.place, "unreadable", "it says something else than what it repeats")


def _of_code(table: CodeTable, index: int, step: Value) -> Iterator[tuple[str, Fault]]:
    missing = Fault(step.place, "unreadable", "it is missing")
    alone, tells = len(step.columns) == 1, table.has_unlisted and not table.says_nothing
    if alone and step.required and not tells:
        yield f"v{index} = {_EMPTY}", missing
    if not table.has_unlisted:
        yield f"v{index} = {_UNLISTED}", Fault(step.place, "unmapped", "the code is not listed")
    if not alone and step.required:
        yield f"o{index} IS NULL", missing


def _line_of(table: CodeTable, cells: list[str]) -> str:
    """Which line of a code table the cells are."""
    if len(cells) > 1:
        return either(_matches((*table.exact, *table.loose), cells), str(_UNLISTED))
    (cell,), codes = cells, [code for (code,), _ in table.exact]
    # As it stands first, for taking white space off costs more; in a list, for the engine would take it off for each.
    bare = _matches(table.exact, cells) if all(code == code.strip() for code in codes) else []
    among = f"list_position([{', '.join(map(literal, codes))}], trim({cell}, {literal(_WHITE)}))"
    anything = str(len(codes) + 1 if table.loose else _UNLISTED)
    trimmed = f"coalesce(nullif({among}, 0), {anything})" if codes else anything
    return either([(f"{cell} = ''", str(_EMPTY)), *bare], trimmed)


def _matches(lines: Sequence[tuple[Sequence[str | None], Canonical]], cells: list[str]) -> list[tuple[str, str]]:
    made = []
    for number, (wanted, _) in enumerate(lines, start=1):
        parts = [f"{cell} = {literal(want)}" for cell, want in zip(cells, wanted, strict=True) if want is not None]
        made.append((" AND ".join(parts) or "TRUE", str(number)))
    return made


def _meaning(table: CodeTable, line: str, step: Value) -> str:
    tells = len(step.columns) == 1 and not table.says_nothing
    kind = "BOOLEAN" if any(isinstance(value, bool) for _, value in (*table.exact, *table.loose)) else "VARCHAR"
    cases = [
        (f"{line} = {number}", literal(value))
        for number, (_, value) in enumerate((*table.exact, *table.loose), start=1)
    ]
    if table.has_unlisted and not step.asked:
        cases += [(f"{line} = {_UNLISTED}", literal(table.unlisted))]
        cases += [(f"{line} = {_EMPTY}", literal(table.unlisted))] if tells else []
    return f"CAST({either(cases, 'NULL')} AS {kind})"


def _not_listed(table: CodeTable, line: str, step: Value) -> str:
    """Whether a code meant what every unlisted one means."""
    empty = len(step.columns) == 1 and not table.says_nothing
    return f"{line} IN ({_UNLISTED}, {_EMPTY})" if empty else f"{line} = {_UNLISTED}"
