"""Dated values and the book they are looked up in: most specific region first, then the deployment's layer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from hashlib import sha256
from itertools import pairwise
from typing import Any, Generic, Literal, TypeVar

from gateway.errors import GatewayError
from gateway.model.codes import Insurance

T = TypeVar("T")

NATIONAL = ""
_ANSWERS_KEPT = 16_384
PayerKind = Literal["", "individual", "unit", "platform"]
PAYER_KINDS: tuple[PayerKind, ...] = ("", "individual", "unit", "platform")


class Grade(StrEnum):
    """How well a value is known (docs/rules-data.md): read, reported, one weak source, computed, or made up."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    INVENTED = "invented"


class Layer(IntEnum):
    """Where a value came from; the higher one wins in the same region."""

    SHIPPED = 0
    DEPLOYMENT = 1


class State(StrEnum):
    """How a value stands on the day asked about (design section 7); `missing` is an error, not a state."""

    FINAL = "final"
    PROVISIONAL = "provisional"


@dataclass(frozen=True, slots=True)
class Parameter(Generic[T]):
    """The name of a dated value and the type of its content."""

    name: str
    content: type[T]


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """One dated value with its source.

    `region`: 2, 4 or 6 digits, "" for the whole country. `insurance`, `payer_kind`: "" for any; `subject`: an exact
    further key (a scheme of a pair). `valid_to` is the last day, None while open. `carry_forward`: the instrument by
    which the value goes on provisionally once its period has passed.
    """

    parameter: str
    content: Any
    valid_from: date
    instrument: str
    grade: Grade
    valid_to: date | None = None
    region: str = NATIONAL
    insurance: str = ""
    payer_kind: PayerKind = ""
    subject: str = ""
    carry_forward: str = ""
    note: str = ""
    layer: Layer = Layer.SHIPPED
    file: str = ""
    line: int = 0

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What two values must share to be about the same thing."""
        return self.parameter, self.region, self.insurance, self.payer_kind, self.subject

    @property
    def weight(self) -> tuple[int, int]:
        """Order among values of one region: the deployment's before the shipped, the particular before the general."""
        return self.layer, bool(self.insurance) + bool(self.payer_kind)


@dataclass(frozen=True, slots=True, eq=False)
class Found(Generic[T]):
    """The value, its content in its own type, and how it stands; one object per value and state."""

    value: Value
    content: T
    state: State = State.FINAL

    @property
    def provisional(self) -> bool:
        """Whether the published period has passed and the value is only carried on."""
        return self.state is State.PROVISIONAL

    @property
    def invented(self) -> bool:
        """Whether the value was made up for a demonstration."""
        return self.value.grade is Grade.INVENTED


class Rulebook:
    """All dated values of a deployment, immutable, with the fingerprint that cases keep."""

    __slots__ = ("_answers", "_index", "fingerprint", "values")

    def __init__(self, values: Iterable[Value]) -> None:
        self.values: tuple[Value, ...] = tuple(values)
        _refuse_overlaps(self.values)
        self.fingerprint = _fingerprint(self.values)
        self._index = _index(self.values)
        self._answers: dict[tuple[str, str, date, str, str, str], Found[Any] | None] = {}

    def find(
        self,
        parameter: Parameter[T],
        region: str,
        on: date,
        *,
        insurance: str = "",
        payer_kind: PayerKind = "",
        subject: str = "",
    ) -> Found[T]:
        """The value that holds in `region` (six digits, or "" for the country) on `on`.

        GatewayError `parameter_missing` names parameter, region and date.
        """
        found = self.look(parameter, region, on, insurance=insurance, payer_kind=payer_kind, subject=subject)
        if found is None:
            name = "/".join(part for part in (parameter.name, insurance, subject) if part)
            raise GatewayError("parameter_missing", parameter=name, region=region or "CN", date=on.isoformat())
        return found

    def look(
        self,
        parameter: Parameter[T],
        region: str,
        on: date,
        *,
        insurance: str = "",
        payer_kind: PayerKind = "",
        subject: str = "",
    ) -> Found[T] | None:
        """As `find`, but None where nothing is known: only for what may rightly be absent."""
        # The same few questions are asked for every enrolment; the book never changes.
        asked = parameter.name, region, on, insurance, payer_kind, subject
        if asked in self._answers:
            return self._answers[asked]
        if len(self._answers) >= _ANSWERS_KEPT:
            self._answers.clear()
        return self._answers.setdefault(asked, self._search(*asked))

    def _search(
        self, name: str, region: str, on: date, insurance: str, payer_kind: PayerKind, subject: str
    ) -> Found[Any] | None:
        regions = self._index.get((name, insurance, payer_kind, subject))
        if regions is None:
            return None
        for code in (region, region[:4], region[:2], NATIONAL):
            for first, last, found in regions.get(code, ()):
                if first <= on <= last:
                    return found
        return None


_Span = tuple[date, date, Found[Any]]
_Index = Mapping[tuple[str, str, str, str], Mapping[str, tuple[_Span, ...]]]


def _spans(values: Sequence[Value], found: Mapping[Value, tuple[Found[Any], Found[Any]]]) -> tuple[_Span, ...]:
    """The values of one region for one question, first choice first; carried-on ones come behind all in force."""
    ordered = sorted(values, key=lambda value: (value.weight, value.valid_from), reverse=True)
    final = [(value.valid_from, value.valid_to or date.max, found[value][0]) for value in ordered]
    carried = [
        (value.valid_to, date.max, found[value][1])
        for value in ordered
        if value.carry_forward and value.valid_to is not None
    ]
    return (*final, *carried)


def _index(values: Sequence[Value]) -> _Index:
    """Spread values without a qualifier over every question they answer, so that a look-up never has to widen one."""
    index: defaultdict[tuple[str, str, str, str], defaultdict[str, list[Value]]]
    index = defaultdict(lambda: defaultdict(list))
    for value in values:
        for insurance in [value.insurance] if value.insurance else ["", *(each.value for each in Insurance)]:
            for payer_kind in [value.payer_kind] if value.payer_kind else PAYER_KINDS:
                index[value.parameter, insurance, payer_kind, value.subject][value.region].append(value)
    found = {value: (Found(value, value.content), Found(value, value.content, State.PROVISIONAL)) for value in values}
    return {key: {region: _spans(each, found) for region, each in regions.items()} for key, regions in index.items()}


def _refuse_overlaps(values: Sequence[Value]) -> None:
    groups: defaultdict[tuple[Layer, tuple[str, ...]], list[Value]] = defaultdict(list)
    for value in values:
        groups[value.layer, value.key].append(value)
    for group in groups.values():
        group.sort(key=lambda value: value.valid_from)
        for earlier, later in pairwise(group):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise _overlap(earlier, later)


def _overlap(earlier: Value, later: Value) -> GatewayError:
    about = "/".join(part for part in later.key if part)
    reason = (
        f"{about} from {later.valid_from} overlaps the value of {earlier.file}:{earlier.line}, valid from "
        f"{earlier.valid_from} to {earlier.valid_to or 'further notice'}; end one the day before the other begins"
    )
    return GatewayError("data_invalid", file=later.file, line=str(later.line), reason=reason)


def _fingerprint(values: Sequence[Value]) -> str:
    """SHA-256 over what the values say, whatever file or order they came in."""
    lines = sorted(
        repr((*value.key, value.valid_from, value.valid_to, value.content, value.instrument, value.grade.value,
              value.carry_forward, int(value.layer)))
        for value in values
    )  # fmt: skip
    return sha256("\n".join(lines).encode()).hexdigest()
