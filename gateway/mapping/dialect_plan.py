"""From the lines of a table to steps that know their field, converter and code list; every fault named by line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.mapping.converters import CONVERTERS, Converter
from gateway.mapping.converters_json import JSON_CONVERTERS
from gateway.mapping.converters_tax import TAX_CONVERTERS
from gateway.mapping.converters_xsd import XSD_CONVERTERS
from gateway.mapping.dialect_codes import Codes
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.tables import Line
from gateway.mapping.tables_files import Folder, Placed
from gateway.model.shape import Shape, shapes

Path = tuple[str, ...]
_WHAT = ("here", "control", "about", "credential", "ignored")
_CONVERTERS = {**CONVERTERS, **JSON_CONVERTERS, **XSD_CONVERTERS, **TAX_CONVERTERS}
_CONTROL = ("message_id", "sender", "receiver", "sent_at")


@dataclass(frozen=True, slots=True)
class Step:
    """One line, resolved. `group`: the way to the columns `names`; `here`: the canonical path, as a path of names."""

    placed: Placed
    group: Path
    names: tuple[str, ...]
    here: Path = ()
    shape: Shape | None = None
    converter: Converter | None = None
    codes: Codes | None = None
    each: "Plan | None" = None

    @property
    def line(self) -> Line:
        """The line."""
        return self.placed.line

    @property
    def place(self) -> str:
        """Where it stands there, for messages."""
        return "+".join(".".join((*self.group, name)) for name in self.names)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps for one record, or for the part of a document that carries none.

    `also`: names that stand in the same place and that somebody else reads.
    """

    title: str
    record: type | None
    steps: tuple[Step, ...]
    also: Mapping[Path, frozenset[str]] = field(default_factory=dict)


class Planner:
    """Resolves the lines of one dialect."""

    def __init__(self, folder: Folder, codes: Mapping[str, Codes]) -> None:
        self._folder = folder
        self._forms = folder.dialect.forms
        self._codes = codes

    def plan(self, title: str, record: type | None, lines: Sequence[Placed], about: type | None = None) -> Plan:
        """The plan of `lines`; `about`: the record of the request that a reply answers."""
        _check_repeated(lines)
        return Plan(title, record, tuple(self._step(placed, record, about, title) for placed in lines))

    def _step(self, placed: Placed, record: type | None, about: type | None, title: str) -> Step:
        line = placed.line
        self._check(placed)
        group, names = _split(placed)
        if line.here:
            shape = self._shape(placed, record, line.here)
            here = tuple(line.here.split("."))
            if line.const is not None:
                return Step(placed, group, names, here, shape)
            if line.each:
                return Step(placed, group, names, here, shape, each=self._each(placed, shape, title))
            return Step(placed, group, names, here, shape, *self._reading(placed, shape))
        if line.about:
            shape = self._shape(placed, about, line.about)
            return Step(placed, group, names, tuple(line.about.split(".")), shape, *self._reading(placed, shape))
        if line.control:
            return Step(placed, group, names, (line.control,), None, self._of_control(placed))
        return Step(placed, group, names)

    def _check(self, placed: Placed) -> None:
        line = placed.line
        said = sum(bool(getattr(line, name)) for name in _WHAT) + (line.fill is not None)
        if said + (line.const is not None and not line.here) != 1:
            raise placed.invalid("a line says one thing: here, control, about, const, credential, fill or ignored")
        if line.there and not line.known[1]:
            raise placed.invalid("say how it is known: seen, inferred or ours, with the fact")
        if not line.there and not (line.here and line.const is not None):
            raise placed.invalid("say where it stands there")

    def _shape(self, placed: Placed, record: type | None, path: str) -> Shape:
        found: Shape | None = None
        for name in path.split("."):
            inside = record if found is None else found.kind
            found = next((item for item in shapes(inside) if item.name == name), None) if inside else None
            if found is None:
                raise placed.invalid(f"there is no canonical field {path} here")
        if found is None:
            raise placed.invalid("the path is empty")
        return found

    def _reading(self, placed: Placed, shape: Shape) -> tuple[Converter | None, Codes | None]:
        line = placed.line
        if line.codes:
            if line.codes not in self._codes:
                raise placed.invalid(f"there is no code list {line.codes}")
            return None, self._codes[line.codes]
        return self._converter(placed, line.form or self._forms.get(shape.kind.__name__, ""), shape), None

    def _of_control(self, placed: Placed) -> Converter:
        name = placed.line.control
        if name not in _CONTROL and not name.startswith("extra."):
            raise placed.invalid(f"Control has no field {name}")
        default = self._forms.get("datetime", "") if name == "sent_at" else "text"
        return self._converter(placed, placed.line.form or default, None)

    def _converter(self, placed: Placed, name: str, shape: Shape | None) -> Converter:
        if name not in _CONVERTERS:
            said = f"there is no converter {name}" if name else "no converter is named for it"
            where = "`as` of the line" if placed.line.form or not name else "`forms` of dialect.yaml"
            raise placed.invalid(f"{said} ({where}); there are {', '.join(_CONVERTERS)}")
        return _CONVERTERS[name](shape)

    def _each(self, placed: Placed, shape: Shape, title: str) -> Plan:
        if not (shape.many and shape.is_record):
            raise placed.invalid(f"{placed.line.here} is not a list of records")
        inner = list(self._folder.placed(placed.line.each, placed.file, (*placed.steps, "each")))
        return self.plan(f"{title}, {placed.line.here}", shape.kind, inner)


def _check_repeated(lines: Sequence[Placed]) -> None:
    """A field is read from one place; another that must say the same is marked `again`, and stands behind it."""
    read: set[str] = set()
    for placed in lines:
        line = placed.line
        if line.here and line.only != "write":
            if line.again != (line.here in read):
                raise placed.invalid(f"{line.here}: mark a second place `again`, and only that")
            read.add(line.here)


def _split(placed: Placed) -> tuple[Path, tuple[str, ...]]:
    ways = [tuple(column.split(".")) for column in placed.line.columns if column]
    groups = {way[:-1] for way in ways}
    if len(groups) > 1:
        raise placed.invalid("columns that carry one value stand in one place")
    return (groups.pop() if groups else ()), tuple(way[-1] for way in ways)


def constants(tells: Mapping[str, object], file: RuleFile, steps: Sequence[str | int]) -> Iterator[Placed]:
    """Lines for the constants by which a document or row is recognised; one that ends with `*` is another line's."""
    for there, value in tells.items():
        if isinstance(value, str) and value.endswith("*"):
            continue
        line = Line(there=there, const=value, ours="recognised by it")  # type: ignore[arg-type]  # the file was checked
        yield Placed(line, file, (*steps, there))
