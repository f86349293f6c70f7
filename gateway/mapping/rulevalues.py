"""Rules files into dated values: one entry may stand for several regions and insurances."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Literal

import msgspec

from gateway.mapping.rulefile import RuleFile, read
from gateway.model.codes import Insurance
from gateway.rules.dated import NATIONAL, Grade, Layer, Value
from gateway.rules.parameters import PARAMETERS
from gateway.rules.regions import Regions

_PREFIX_LENGTHS = (0, 2, 4, 6)
_Steps = tuple[str | int, ...]


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"valid_from": "from", "valid_to": "to"}):
    parameter: str
    content: dict[str, Any]
    valid_from: date
    instrument: str
    grade: Grade
    valid_to: date | None = None
    region: str | list[str] = NATIONAL
    insurance: Insurance | list[Insurance] | None = None
    payer_kind: Literal["", "individual", "unit", "platform"] = ""
    subject: str | list[str] = ""
    carry_forward: str = ""
    note: str = ""


class _Defaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What entries of a file have in common; an entry that says it itself is followed."""

    values: list[dict[str, Any]]
    defaults: dict[str, Any] = {}


def values_of(path: Path, layer: Layer, regions: Regions) -> Iterator[Value]:
    """The values that a file states; GatewayError `data_invalid` naming the line."""
    file = read(path)
    sheet = file.convert(file.data, _Defaults)
    for number, raw in enumerate(sheet.values):
        at = ("values", number)
        entry = file.convert({**sheet.defaults, **raw}, _Entry, *at)
        _check(file, entry, regions, at)
        yield from _values(file, entry, layer, at)


def _check(file: RuleFile, entry: _Entry, regions: Regions, at: tuple[str, int]) -> None:
    if entry.parameter not in PARAMETERS:
        known = ", ".join(sorted(PARAMETERS))
        raise file.invalid(f'there is no parameter "{entry.parameter}"; known: {known}', *at, "parameter")
    if entry.valid_to is not None and entry.valid_to < entry.valid_from:
        raise file.invalid("`to` lies before `from`", *at, "to")
    if entry.carry_forward and entry.valid_to is None:
        raise file.invalid("`carry_forward` needs `to`: what is open-ended does not run out", *at, "carry_forward")
    if not entry.instrument.strip():
        raise file.invalid("`instrument` is empty: name the source, or say that there is none", *at, "instrument")
    for prefix in _listed(entry.region):
        if prefix and (len(prefix) not in _PREFIX_LENGTHS or prefix not in regions):
            reason = f'"{prefix}" is no region: give 2, 4 or 6 digits of a code in regions.yaml, "" for the country'
            raise file.invalid(reason, *at, "region")
        if len(prefix) > len("33") and prefix.endswith("00"):
            raise file.invalid(f'write "{prefix}" without the zeroes at its end', *at, "region")


def _values(file: RuleFile, entry: _Entry, layer: Layer, at: tuple[str, int]) -> Iterator[Value]:
    content = file.convert(entry.content, PARAMETERS[entry.parameter].content, *at, "content")
    _refuse_unknown(file, entry.content, msgspec.to_builtins(content), (*at, "content"))
    many = product(_listed(entry.region), _listed(entry.insurance or ""), _listed(entry.subject))
    for region, insurance, subject in many:
        yield Value(
            parameter=entry.parameter,
            content=content,
            valid_from=entry.valid_from,
            valid_to=entry.valid_to,
            instrument=entry.instrument,
            grade=entry.grade,
            region=region,
            insurance=str(insurance),
            payer_kind=entry.payer_kind,
            subject=subject,
            carry_forward=entry.carry_forward,
            note=entry.note,
            layer=layer,
            file=str(file.path),
            line=file.line(*at),
        )


def _listed(one_or_more: str | list[Any]) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def _refuse_unknown(file: RuleFile, given: Any, taken: Any, steps: _Steps) -> None:
    """A dataclass takes what it knows and drops the rest: whatever was given and not taken is a mistake."""
    if isinstance(given, dict):
        for key, value in given.items():
            if key not in taken:
                raise file.invalid(f'unknown key "{key}"; known: {", ".join(taken)}', *steps, key)
            _refuse_unknown(file, value, taken[key], (*steps, key))
    elif isinstance(given, list):
        for number, (value, counterpart) in enumerate(zip(given, taken, strict=True)):
            _refuse_unknown(file, value, counterpart, (*steps, number))
