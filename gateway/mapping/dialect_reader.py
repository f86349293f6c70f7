"""Generates the function that reads one plan: (group, reading) -> record."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from gateway.mapping.compile import Source
from gateway.mapping.dialect_codes import UnmappedError
from gateway.mapping.dialect_plan import Path, Plan, Step
from gateway.mapping.dialect_reading import Reading
from gateway.model.shape import Shape, shapes

Reader = Callable[[Mapping[str, Any], Reading], Any]

_EMPTY = "is None or v == ''"


def reader(plan: Plan) -> Reader:
    """The reader of `plan`; it raises GatewayError `unreadable` or `unmapped` and nothing else."""
    return _Reader(plan).compiled()


class _Reader:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._source = Source(f"reader of {plan.title}")
        self._groups: dict[Path, str] = {(): "d"}
        self._leaves: dict[Path, str] = {}
        self._places: dict[Path, str] = {}
        self._unmapped = self._source.bind(UnmappedError, "Unmapped")

    def compiled(self) -> Reader:
        line = self._source.line
        with self._source.block("def read(d, c):"):
            for way, known in self._known().items():
                group, bound = self._group(way), self._source.bind(frozenset(known), "known")
                if "*" in known and way:
                    continue
                line(f"if not {group}.keys() <= {bound}: c.unknown({group}.keys() - {bound})")
            for index, step in enumerate(self._plan.steps):
                if step.line.only != "write":
                    self._step(step, f"a{index}")
            line("return " + (self._build(self._plan.record, ()) if self._plan.record else "None"))
        return self._source.compiled("read")

    def _known(self) -> dict[Path, set[str]]:
        """Every name that may stand in each group, the names of groups inside it too."""
        known: dict[Path, set[str]] = {(): set()}
        for way, names in ((step.group, step.names) for step in self._plan.steps):
            for depth in range(len(way)):
                known.setdefault(way[:depth], set()).add(way[depth])
            known.setdefault(way, set()).update(names)
        for way, also in self._plan.also.items():
            known.setdefault(way, set()).update(also)
        return known

    def _group(self, way: Path) -> str:
        if way not in self._groups:
            parent = self._group(way[:-1])
            name = self._groups[way] = f"g{len(self._groups)}"
            self._source.line(f"{name} = c.group({parent}, {way[-1]!r})")
        return self._groups[way]

    def _get(self, step: Step, name: str) -> str:
        return f"{self._group(step.group)}.get({name!r})"

    def _step(self, step: Step, to: str) -> None:
        line = step.line
        if line.const is not None:
            self._const(step, to)
        elif line.each:
            self._each(step, to)
        elif line.by_shape:
            self._by_shape(step, to)
        elif len(step.names) > 1:
            self._joint(step, to)
        elif line.control:
            self._control(step)
        elif line.about:
            self._about(step)
        elif line.here and step.shape is not None:
            (self._many if step.shape.many else self._leaf)(step, to)

    def _keep(self, step: Step, to: str) -> None:
        self._leaves[step.here] = to
        self._places[step.here] = step.place

    def _convert(self, step: Step) -> str:
        """The name of the function that reads one value of the step."""
        if step.codes:
            return self._source.bind(step.codes.read_one, "code")
        if step.converter is None:
            raise step.placed.invalid("nothing reads this value")
        return self._source.bind(step.converter.read, "read")

    def _guarded(self, step: Step, to: str, expression: str) -> None:
        line, place = self._source.line, repr(step.place)
        line(f"try: {to} = {expression}")
        if step.codes and step.codes.has_unlisted:
            unlisted = self._source.bind(step.codes.unlisted, "unlisted")
            with self._source.block(f"except {self._unmapped} as e:"):
                line(f"{to} = {unlisted}")
                line(f"c.note('unlisted', {place} + '=' + e.found)")
        line(f"except ValueError as e: raise c.refused({place}, e) from None")

    def _leaf(self, step: Step, to: str) -> None:
        line = self._source.line
        line(f"v = {self._get(step, step.names[0])}")
        with self._source.block(f"if v {_EMPTY}:"):
            if step.codes and step.codes.has_unlisted and not step.codes.can_say_nothing:
                line(f"{to} = {self._source.bind(step.codes.unlisted, 'unlisted')}")
                line(f"c.note('unlisted', {step.place + '='!r})")
            elif self._required(step.here) and not step.line.again:
                line(f"raise c.missing({step.place!r})")
            else:
                line(f"{to} = None")
        with self._source.block("else:"):
            self._guarded(step, to, f"{self._convert(step)}(v)")
        if step.line.again:
            line(f"if {to} is not None and {to} != {self._leaves[step.here]}: raise c.differing({step.place!r})")
        else:
            self._keep(step, to)

    def _many(self, step: Step, to: str) -> None:
        line = self._source.line
        line(f"v = {self._get(step, step.names[0])}")
        line("v = () if v is None else v if type(v) is list else (v,)")
        self._guarded(step, to, f"tuple([{self._convert(step)}(one) for one in v])")
        self._keep(step, to)

    def _each(self, step: Step, to: str) -> None:
        inner = self._source.bind(reader(step.each), "each") if step.each else ""
        line = self._source.line
        line(f"v = {self._get(step, step.names[0])}")
        optional = step.shape is not None and not step.shape.required
        with self._source.block("if v is None:"):
            line(f"{to} = ()" if optional else f"raise c.missing({step.place!r})")
        with self._source.block("else:"):
            line(f"{to} = tuple([{inner}(row, c) for row in c.rows(v, {step.place!r})])")
        self._keep(step, to)

    def _cells(self, step: Step) -> str:
        for index, name in enumerate(step.names):
            self._source.line(f"v{index} = {self._get(step, name)}")
        return ", ".join(f"'' if v{index} is None else v{index}" for index in range(len(step.names)))

    def _joint(self, step: Step, to: str) -> None:
        if step.codes is None:
            raise step.placed.invalid("several columns that carry one value need a code list")
        read = self._source.bind(step.codes.read, "codes")
        self._guarded(step, to, f"{read}(({self._cells(step)}))")
        if self._required(step.here):
            self._source.line(f"if {to} is None: raise c.missing({step.place!r})")
        self._keep(step, to)

    def _by_shape(self, step: Step, to: str) -> None:
        """The one of several columns whose content has the form of the field; two that have it say nothing."""
        if step.converter is None:
            raise step.placed.invalid("what is told by its shape needs a converter")
        fits = self._source.bind(_fitting(step.converter.read), "fitting")
        self._source.line(f"v = {fits}(({self._cells(step)},))")
        self._source.line(f"{to} = v[0] if len(v) == 1 else None")
        self._source.line(f"if len(v) > 1 or (not v and ({' or '.join(f'v{i}' for i in range(len(step.names)))})):")
        self._source.line(f"    raise c.unreadable({step.place + ': which of them it is cannot be told'!r})")
        if self._required(step.here):
            self._source.line(f"if {to} is None: raise c.missing({step.place!r})")
        self._keep(step, to)

    def _const(self, step: Step, to: str) -> None:
        if step.line.here:
            self._source.line(f"{to} = {self._source.bind(member(step), 'const')}")
            self._keep(step, to)
            return
        const = self._source.bind(step.line.const, "const")
        self._source.line(f"v = {self._get(step, step.names[0])}")
        self._source.line(f"if v is None: raise c.missing({step.place!r})")
        self._source.line(f"if type(v) is not type({const}) or v != {const}:")
        self._source.line(f"    raise c.unreadable({step.place + ' does not say what it says in this message'!r})")

    def _control(self, step: Step) -> None:
        line, name = self._source.line, step.line.control
        line(f"v = {self._get(step, step.names[0])}")
        with self._source.block("if not (v is None or v == ''):"):
            self._guarded(step, "v", f"{self._convert(step)}(v)")
            if name.startswith("extra."):
                with self._source.block(f"if v != {step.line.default!r}:"):
                    line(f"c.extra[{name.removeprefix('extra.')!r}] = v")
            else:
                line(f"c.control[{name!r}] = v")

    def _about(self, step: Step) -> None:
        """What is told again of the request: refused or reported where it is something else."""
        line, asked = self._source.line, "c.about." + ".".join(step.here)
        line(f"v = {self._get(step, step.names[0])}")
        with self._source.block(f"if not (v is None or v == '') and c.about is not None and {asked} is not None:"):
            line(f"try: v = {self._convert(step)}(v)")
            line("except ValueError: v = None")
            same = f"v == {asked}" if step.shape and step.shape.kind is not str else f"c.store.same(v, {asked})"
            if step.line.differs == "refused":
                line(f"if v is None or not {same}: raise c.differing({step.place!r})")
            else:
                line(f"if v is None or not {same}: c.note('differs', {step.place!r})")

    def _required(self, here: Path) -> bool:
        """Whether the field and everything around it must be there."""
        record, needed = self._plan.record, True
        for name in here:
            item = next(item for item in shapes(record) if item.name == name)
            record, needed = item.kind, needed and item.required
        return needed

    def _build(self, record: type, path: Path) -> str:
        """The expression that makes `record`, after the lines that its parts need."""
        parts = [self._part(item, default.default, (*path, item.name)) for item, default in _items(record)]
        made, line = f"r{len(self._leaves)}_{len(path)}_{'_'.join(path)}", self._source.line
        bound = self._source.bind(record, record.__name__)
        with self._source.block("try:"):
            line(f"{made} = {bound}({', '.join(parts)})")
        line(f"except ValueError as e: raise c.refused({'.'.join(path) or record.__name__!r}, e) from None")
        return made

    def _part(self, item: Shape, default: object, here: Path) -> str:
        if here in self._leaves:
            return self._leaves[here]
        inside = [leaf for leaf in self._leaves if leaf[: len(here)] == here]
        if item.is_record and not item.many and inside:
            return self._build(item.kind, here) if item.required else self._perhaps(item, here, inside)
        if item.required:
            raise self._plan.steps[0].placed.invalid(f"no line reads {'.'.join(here)}, which must be there")
        return self._source.bind(() if item.many else default, "default")

    def _perhaps(self, item: Shape, here: Path, inside: list[Path]) -> str:
        """A record that is there where any of its parts is."""
        made = f"o_{'_'.join(here)}"
        with self._source.block(f"if {' and '.join(f'{self._leaves[leaf]} is None' for leaf in inside)}:"):
            self._source.line(f"{made} = None")
        with self._source.block("else:"):
            for part in shapes(item.kind):
                leaf = (*here, part.name)
                if part.required and leaf in self._leaves:
                    self._source.line(f"if {self._leaves[leaf]} is None: raise c.missing({self._places[leaf]!r})")
            self._source.line(f"{made} = {self._build(item.kind, here)}")
        return made


def _items(record: type) -> list[tuple[Shape, Any]]:
    return list(zip(shapes(record), fields(record), strict=True))


def member(step: Step) -> Any:
    """The canonical value that a line says wherever its table applies."""
    kind = step.shape.kind if step.shape else str
    if kind in (bool, str):
        return step.line.const
    try:
        return kind(step.line.const)
    except ValueError:
        raise step.placed.invalid(f"{step.line.const} is not a value of {step.line.here}") from None


def _fitting(read: Callable[[Any], Any]) -> Callable[[tuple[Any, ...]], list[Any]]:
    def fitting(cells: tuple[Any, ...]) -> list[Any]:
        found = []
        for cell in cells:
            try:
                found.append(read(cell))
            except ValueError:
                continue
        return found

    return fitting
