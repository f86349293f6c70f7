"""Lines for the elements of one direction: known columns get their field, the others a mark for somebody to decide."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.mapping.contract_shape import NUMBER, Element
from gateway.mapping.converters_json import JSON_CONVERTERS
from gateway.mapping.propose_learned import Known, form_of
from gateway.mapping.propose_text import UNDECIDED, item
from gateway.mapping.tables import CodeFile
from gateway.model.shape import Shape, shapes

_XSD_FORMS: Mapping[tuple[str, str], str] = {
    ("date", "date"): "date_iso",
    ("gYearMonth", "Month"): "month_iso",
    ("dateTime", "datetime"): "stamp_iso",
}
_NUMBERS = frozenset(("integer", "int", "long", NUMBER))
_JSON_FORMS = {
    "str": "digits",
    "int": "whole_number",
    "Money": "yuan_number",
    "Month": "month_number",
    "date": "date_number",
    "Region": "region_number",
}
"""How a JSON number is read, where no table has one in this column."""
_SHOWN = 6
SECRETS = frozenset(("pass", "pwd", "password", "passwd", "secret", "mm"))
"""Names of elements of a call that are credentials in every system seen (wire facts, section 2); mm: 密码 in pinyin."""


@dataclass
class Lists:
    """The code lists that the lines want: by name, with where each comes from and what the contract allows."""

    wanted: dict[str, tuple[CodeFile | None, str, tuple[str, ...]]] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, known: Known | None, kind: str, element: Element) -> str:
        """The name under which the list goes; one of the same name with other values gets another."""
        code = known.code if known is not None else None
        given = (code, known.at if known is not None else element.at, element.values)
        while name in self.wanted and (self.wanted[name][0], self.wanted[name][2]) != (given[0], given[2]):
            name += "_there"
        self.wanted[name] = given
        self.kinds[name] = kind
        return name


class Lines:
    """The lines of one direction of one message. `record`: its canonical record, None where that is to be decided."""

    def __init__(
        self,
        known: Mapping[str, Sequence[Known]],
        lists: Lists,
        record: type | None,
        about: type | None = None,
        message: str = "",
    ) -> None:
        self._known = known
        self._lists = lists
        self._record = record
        self._about = about
        self._message = message
        self.used: set[str] = set()

    def of(self, elements: Sequence[tuple[str, Element]], before: str, indent: int) -> Iterator[str]:
        """A line for each element that holds a value; `before`: how the places of their group begin."""
        names = {place.lower(): place for place, _ in elements}
        chosen: list[tuple[str, Element, Known | None]] = []
        done: set[str] = set()
        for place, element in elements:
            if place in done:
                continue
            known = self._best(place, names)
            chosen.append((place, element, known))
            if known is not None:
                done.update(_beside(place, column, names) for column in known.columns)
                self.used.update([known.line.here] if known.line.here else [])
        for place, element, known in chosen:
            if known is None:
                yield self._undecided(place, element, before, indent)
            else:
                columns = tuple(_beside(place, column, names) for column in known.columns)
                yield self._line(known, columns, element, before, indent)

    def missing(self) -> Iterator[tuple[str, bool]]:
        """Canonical fields that no line has, and whether each is required."""
        for path, shape, required in _fields(self._record):
            if path not in self.used and not any(path.startswith(f"{one}.") for one in self.used):
                yield path, required and shape.required

    def list_field(self) -> Shape | None:
        """The one list of records of the record, where it has one."""
        found = [item for item in shapes(self._record) if item.many and item.is_record] if self._record else []
        return found[0] if len(found) == 1 else None

    def inside(self, shape: Shape) -> "Lines":
        """The lines of the items of a list."""
        return Lines(self._known, self._lists, shape.kind, self._about, self._message)

    def _best(self, place: str, names: Mapping[str, str]) -> Known | None:
        """What most tables say of the column, of those whose field this record has; the same message counts more."""
        scores: Counter[tuple[object, ...]] = Counter()
        first: dict[tuple[object, ...], Known] = {}
        for known in self._known.get(place.rpartition(".")[2].lower(), ()):
            if not self._usable(known) or any(not _beside(place, column, names) for column in known.columns):
                continue
            line = known.line
            key = (known.columns, line.here, line.about, line.ignored, line.codes)
            first.setdefault(key, known)
            scores[key] += (1 + 4 * (known.message == self._message)) * (1 + len(known.columns))
        return first[max(scores, key=lambda key: scores[key])] if scores else None

    def _usable(self, known: Known) -> bool:
        line = known.line
        if line.here:
            return line.here not in self.used and not line.again and _shape(self._record, line.here) is not None
        if line.about:
            return _shape(self._about, line.about) is not None
        return bool(line.ignored) and self._record is not None and self._may_be_ignored(known)

    def _may_be_ignored(self, known: Known) -> bool:
        """Another message may have no use for a column that this one wants: then a person has to decide."""
        tables = (each for column in known.columns for each in self._known.get(column, ()))
        return known.message == self._message or not any(
            each.line.here or each.line.about or each.line.control for each in tables
        )

    def _line(self, known: Known, columns: tuple[str, ...], element: Element, before: str, indent: int) -> str:
        line = known.line
        made: dict[str, Any] = {
            "there": before + columns[0] if len(columns) == 1 else [before + one for one in columns]
        }
        path, record = (line.here, self._record) if line.here else (line.about, self._about)
        if line.ignored:
            made["ignored"] = line.ignored
        else:
            made["here" if line.here else "about"] = path
            shape = _shape(record, path)
            if line.by_shape and len(columns) > 1:
                made["by_shape"] = True
            elif shape is not None:
                made |= self._form(known, shape, element)
            if line.about:
                made["differs"] = "reported"
        made["inferred"] = f"{element.at}; the column as in {known.at}"
        return item(made, indent, element.words)

    def _form(self, known: Known, shape: Shape, element: Element) -> dict[str, Any]:
        if known.line.codes:
            return {"codes": self._lists.add(known.line.codes, known, known.code.kind if known.code else "", element)}
        kind = shape.kind.__name__
        form = _XSD_FORMS.get((element.kind, kind)) or form_of(known, kind, numbers=element.kind in _NUMBERS)
        if element.kind == NUMBER and form not in JSON_CONVERTERS:
            form = _JSON_FORMS.get(kind, f"{UNDECIDED} how the number is read")
        return {"as": form} if form else {}

    def _undecided(self, place: str, element: Element, before: str, indent: int) -> str:
        if element.name.lower() in SECRETS and self._about is None:
            made: dict[str, Any] = {
                "there": before + place,
                "credential": True,
                "inferred": f"{element.at}; by its name",
            }
            return item(made, indent, element.words)
        made = {"there": before + place, "here": UNDECIDED, "ours": element.at}
        return item(made, indent, f"decide: {', '.join(self._hints(element))}")

    def _hints(self, element: Element) -> Iterator[str]:
        yield element.words or element.name
        yield element.kind + (f"({element.longest})" if element.longest else "")
        if element.values:
            yield f"one of {'/'.join(element.values[:_SHOWN])}"
        free = [path for path, _ in self.missing()]
        if free:
            yield f"no element is known yet for {' '.join(free[:_SHOWN])}"


def _beside(place: str, column: str, names: Mapping[str, str]) -> str:
    """The place of another column in the group of `place`, "" where it is not there."""
    group = place.rpartition(".")[0]
    return names.get(f"{group}.{column}".lower() if group else column, "")


def _shape(record: type | None, path: str) -> Shape | None:
    found: Shape | None = None
    for name in path.split("."):
        inside = record if found is None else found.kind
        if inside is None or (found is not None and not found.is_record):
            return None
        found = next((item for item in shapes(inside) if item.name == name), None)
        if found is None:
            return None
    return found


def _fields(record: type | None, before: str = "", *, required: bool = True) -> Iterator[tuple[str, Shape, bool]]:
    for shape in shapes(record) if record is not None else ():
        if shape.is_record and not shape.many:
            yield from _fields(shape.kind, f"{before}{shape.name}.", required=required and shape.required)
        else:
            yield before + shape.name, shape, required
