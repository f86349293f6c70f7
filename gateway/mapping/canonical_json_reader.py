"""Generates the function that reads one kind of record from decoded JSON.

The generated lines accept what is certainly right and hand everything else to the settlers of `canonical_json_faults`,
which know the reason or find that it was right after all. So there is one judgement, and the ordinary document never
waits for it.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from gateway.errors import Fault
from gateway.mapping import canonical_json_faults as faulty
from gateway.mapping.compile import Source
from gateway.mapping.schema import FORMS, codes, text_bounds, whole_bounds
from gateway.model.codes import IdType
from gateway.model.shape import Shape, shapes

Reader = Callable[[object, str, list[Fault]], Any]


def compiled(record: type) -> Reader:
    """The reader of `record`: (decoded value, pointer, faults noted so far) -> record, or None with faults added."""
    source = Source(f"JSON reader of {record.__name__}")
    written: dict[type, str] = {}
    return source.compiled(_reader(source, record, written))


def _reader(source: Source, record: type, written: dict[type, str]) -> str:
    if record in written:
        return written[record]
    items = shapes(record)
    for item in items:
        if item.is_record:
            _reader(source, item.kind, written)
    name = written[record] = f"read_{record.__name__}"
    names = tuple(item.name for item in items)
    with source.block(f"def {name}(d, at, faults):"):
        with source.block("if type(d) is not dict:"):
            source.line(f"return {source.bind(faulty.wrong_type, 'wrong_type')}(d, 'object', at, faults)")
        source.line("before, get, known = len(faults), d.get, " + str(len(items)))
        for index, item in enumerate(items):
            _field(source, item, f"a{index}", fields(record)[index].default, written)
        # A missing member and a surplus one make the right number between them, hence the second condition.
        with source.block("if len(d) != known or len(faults) != before:"):
            unknown, listed = source.bind(faulty.unknown_fields, "unknown"), source.bind(names, "names")
            source.line(f"{unknown}(d, {listed}, at, faults)")
        _build(source, record, items)
    return name


def _field(source: Source, item: Shape, to: str, default: object, written: dict[type, str]) -> None:
    source.line(f"v = get({item.name!r}, {source.bind(faulty.ABSENT, 'ABSENT')})")
    if item.required:
        _value(source, item, to, written)
        return
    with source.block(f"if v is {source.bind(faulty.ABSENT, 'ABSENT')}:"):
        source.line(f"{to} = {'()' if item.many else source.bind(default, 'default')}")
        source.line("known -= 1")
    with source.block("else:"):
        _value(source, item, to, written)


def _value(source: Source, item: Shape, to: str, written: dict[type, str]) -> None:
    at = f"at + {'/' + item.name!r}"
    if item.many:
        read = written[item.kind] if item.is_record else source.bind(faulty.settler(item), "settle")
        source.line(f"{to} = {source.bind(_list_reader(item), 'read_list')}(v, {read}, {at}, faults)")
    elif item.is_record:
        source.line(f"{to} = {written[item.kind]}(v, {at}, faults)")
    else:
        _scalar(source, item, to, f"{source.bind(faulty.settler(item), 'settle')}(v, {at}, faults)")


def _scalar(source: Source, item: Shape, to: str, settle: str) -> None:
    if item.kind in FORMS:
        with source.block("try:"):
            read = source.bind(FORMS[item.kind].read, "form")
            source.line(f"{to} = {read}(v) if type(v) is str else {settle}")
        with source.block("except ValueError:"):
            source.line(f"{to} = {settle}")
    elif item.kind in (str, int, bool):
        source.line(f"{to} = v if {_plain(source, item)} else {settle}")
    else:
        source.line(f"{to} = {source.bind(codes(item.kind), 'codes')}.get(v) if type(v) is str else None")
        with source.block(f"if {to} is None:"):
            source.line(f"{to} = {settle}")


def _plain(source: Source, item: Shape) -> str:
    """The condition under which a JSON value is certainly right as it stands."""
    if item.kind is bool:
        return "type(v) is bool"
    if item.kind is int:
        whole = whole_bounds(item)
        return f"type(v) is int and {whole.min} <= v <= {whole.max}"
    bounds = text_bounds(item)
    # What is printable holds no forbidden character; the rest (an ideographic space, say) is for the settler to decide.
    plain = f"type(v) is str and {bounds.min} <= len(v) <= {bounds.max} and v.isprintable()"
    return f"{plain} and {source.bind(re.compile(bounds.pattern).fullmatch, 'fits')}(v)" if bounds.pattern else plain


def _build(source: Source, record: type, items: tuple[Shape, ...]) -> None:
    """Build the record, or check its identity number at least where the rest cannot be built."""
    with source.block("if len(faults) == before:"):
        with source.block("try:"):
            built = ", ".join(f"a{index}" for index in range(len(items)))
            source.line(f"return {source.bind(record, 'Record')}({built})")
        with source.block("except ValueError as error:"):
            source.line(f"return {source.bind(faulty.refused_value, 'refused')}(error, at, faults)")
    places = {item.name: f"a{index}" for index, item in enumerate(items)}
    if any(item.kind is IdType and item.name == "id_type" for item in items) and "id_number" in places:
        check = source.bind(faulty.identity, "identity")
        source.line(f"{check}({places['id_type']}, {places['id_number']}, at, faults)")


def _list_reader(item: Shape) -> Callable[[object, Reader, str, list[Fault]], tuple[Any, ...]]:
    def read(value: object, one: Reader, at: str, faults: list[Fault]) -> tuple[Any, ...]:
        if not isinstance(value, list):
            faulty.wrong_type(value, "array", at, faults)
            return ()
        if not value and item.required:
            faults.append(Fault(at, "too_few", {"min": "1"}))
        before = len(faults)
        made = [one(part, f"{at}/{index}", faults) for index, part in enumerate(value)]
        if not item.is_record and len(faults) == before and len(set(made)) != len(made):
            faulty.repeated_items(made, at, faults)
        return tuple(made)

    return read
