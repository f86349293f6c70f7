"""Code lists compiled: columns of others to one canonical value, and back by the code that was chosen for writing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.tables import CodeFile, CodeLine
from gateway.model import codes as lists

Cells = tuple[str | None, ...]
Here = str | bool | None
_SHOWN = 40
_ANY = object()


class UnmappedError(ValueError):
    """A code that the list does not have; `found` and `known` for the error that names both."""

    def __init__(self, found: str, known: str) -> None:
        self.found = found
        self.known = known
        super().__init__("the code is not listed")


class Codes:
    """One list. A cell is None where nothing stands; `unlisted` is what an unknown code means, where that is agreed."""

    def __init__(self, name: str, source: CodeFile, file: RuleFile, at: Sequence[str | int]) -> None:
        self.name = name
        self.source = source
        self.given = source.given
        self._file = file
        self._at = tuple(at)
        self._exact: dict[Cells, Any] = {}
        self._loose: list[tuple[tuple[Any, ...], Any]] = []
        self._written: dict[tuple[Cells, Any], Cells] = {}
        self._known = ", ".join(dict.fromkeys(_shown(line) for line in source.codes))
        for index, line in enumerate(source.codes):
            self._add(line, index)
        self._check_chosen()
        self.has_unlisted = bool(source.unlisted)
        self.unlisted = self.value(source.unlisted, "unlisted") if source.unlisted else None

    def read(self, cells: Cells) -> Any:
        """What the cells mean; UnmappedError where that is not listed."""
        try:
            return self._exact[cells]
        except (KeyError, TypeError):
            for pattern, value in self._loose:
                if all(cell is _ANY or cell == found for cell, found in zip(pattern, cells, strict=True)):
                    return value
        raise UnmappedError(",".join(str(cell or "")[:_SHOWN] for cell in cells), self._known)

    def read_one(self, cell: object) -> Any:
        """As `read`, of a list with one column."""
        if type(cell) is not str:
            raise ValueError("it is not a text")
        return self.read((cell.strip(),))

    def write(self, value: object, given: Cells = ()) -> Cells:
        """The columns that say `value` beside the `given` ones; ValueError where none do."""
        try:
            return self._written[given, value]
        except KeyError:
            raise ValueError("it has no code for this value") from None

    def write_one(self, value: object) -> str | None:
        """As `write`, of a list with one column."""
        return self.write(value)[0]

    @property
    def known(self) -> str:
        """Every code of the list, for people."""
        return self._known

    @property
    def can_say_nothing(self) -> bool:
        """Whether there is a code for the absence of a value."""
        return any(line.here is None for line in self.source.codes)

    def value(self, text: Here, *steps: str | int) -> Any:
        """The canonical value of one entry; GatewayError `data_invalid` where the list has none such."""
        if text is None or isinstance(text, bool):
            if text is None or self.source.kind == "bool":
                return text
        elif self.source.kind != "bool" and text in {member.value for member in self.members()}:
            return next(member for member in self.members() if member.value == text)
        raise self._fault(f"{text} is not a value of {self.source.kind}", *steps)

    def members(self) -> list[Any]:
        """Every canonical value that the list is about."""
        if self.source.kind == "bool":
            return [True, False]
        kind = getattr(lists, self.source.kind, None)
        if kind is None:
            raise self._fault(f"there is no canonical list {self.source.kind}", "kind")
        return list(kind)

    def lines(self) -> Mapping[Any, list[CodeLine]]:
        """The lines of each canonical value."""
        made: dict[Any, list[CodeLine]] = {}
        for line in self.source.codes:
            made.setdefault(self.value(line.here), []).append(line)
        return made

    def _fault(self, reason: str, *steps: str | int) -> GatewayError:
        return self._file.invalid(reason, *self._at, *steps)

    def _add(self, line: CodeLine, index: int) -> None:
        value = self.value(line.here, "codes", index, "here")
        known = bool(line.seen) + bool(line.inferred) + bool(line.ours)
        if known != 1:
            raise self._fault("say once how it is known: seen, inferred or ours", "codes", index)
        for cells in product(*alternatives(line)):
            pattern = tuple(_ANY if cell is None else cell for cell in cells)
            if _ANY in pattern:
                self._loose.append((pattern, value))
            elif cells in self._exact:
                raise self._fault(f"{cells} stands twice", "codes", index, "there")
            else:
                self._exact[cells] = value
            key = cells[: self.given], value
            if line.write or key not in self._written:
                self._written[key] = cells[self.given :]

    def _check_chosen(self) -> None:
        """Several codes of one meaning need one that is chosen for writing, or the first would be by accident."""
        for index, line in enumerate(self.source.codes):
            rivals = [
                other for other in self.source.codes if other.here == line.here and _meets(line, other, self.given)
            ]
            if len(rivals) > 1 and sum(other.write for other in rivals) != 1:
                raise self._fault(f"several codes mean {line.here}: mark the one to write", "codes", index)


def alternatives(line: CodeLine) -> Iterator[tuple[str | None, ...]]:
    """For each column of a code the cells that mean it; None: whatever stands there or nothing."""
    cells = (line.there,) if isinstance(line.there, str) else line.there
    for cell in cells:
        yield cell if isinstance(cell, tuple) else (cell,)


def _meets(first: CodeLine, second: CodeLine, given: int) -> bool:
    """Whether both could be written beside the same given columns."""
    pairs = list(zip(alternatives(first), alternatives(second), strict=True))[:given]
    return all(set(one) & set(two) for one, two in pairs)


def _shown(line: CodeLine) -> str:
    parts = ("/".join("*" if cell is None else cell or '""' for cell in cells) for cells in alternatives(line))
    return ",".join(parts)


def all_codes(sources: Mapping[str, CodeFile], file: RuleFile) -> Mapping[str, Codes]:
    """Every list of a `codes.yaml`; GatewayError `data_invalid`."""
    return {name: Codes(name, source, file, (name,)) for name, source in sources.items()}


def overridden(base: Mapping[str, Codes], own: Mapping[str, CodeFile], file: RuleFile) -> Mapping[str, Codes]:
    """The lists with those that one party has of its own (`differences.codes` of its file)."""
    unknown = sorted(own.keys() - base.keys())
    if unknown:
        reason = f"there is no code list {unknown[0]} to differ from; there are {', '.join(sorted(base))}"
        raise file.invalid(reason, "differences", "codes", unknown[0])
    return {**base, **{name: Codes(name, source, file, ("differences", "codes", name)) for name, source in own.items()}}
