"""Canonical records as JSON: strict decoding, and readers and writers made from the one list of fields."""

import json
import re
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec

from gateway.errors import Fault, GatewayError
from gateway.mapping import canonical_json_reader, canonical_json_writer
from gateway.mapping.canonical_json_faults import pointer

Record = TypeVar("Record")

DEPTH = 32  # levels of arrays and objects; the deepest canonical record has four
LISTED = 100  # faults that one answer lists; whoever sends more has a systematic fault
_SHOWN = 40
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"|([\[{]|[\]}]|-?Infinity|NaN|-?[0-9]{4000,})', re.DOTALL)


class _DuplicateError(Exception):
    """A member stands twice."""


class _NumberError(Exception):
    """A number that JSON does not have."""


def decode(body: bytes) -> object:
    """The JSON document in `body` (RFC 8259, UTF-8 without a mark): dict, list, str, int, float, bool or None.

    GatewayError `invalid_json` (with line and column), `duplicate_key`; never a number that is not one, never more than
    DEPTH levels.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise _invalid("the bytes are not UTF-8", *_place(body[: error.start].decode())) from None
    if text.count("[") + text.count("{") > DEPTH:
        _check_depth(text)
    try:
        return _decode(text)
    except _DuplicateError as error:
        raise GatewayError("duplicate_key", name=str(error)[:_SHOWN]) from None
    except json.JSONDecodeError as error:
        raise _invalid(error.msg, error.lineno, error.colno) from None
    except (_NumberError, ValueError):
        raise _invalid("this is not a number of JSON", *_odd_number(text)) from None


def reader(record: type[Record]) -> Callable[[bytes], Record]:
    """The function that reads a `record` from the bytes of a JSON document.

    It raises GatewayError: as `decode`, or `faults` with every fault of the document, each with its JSON pointer.
    """
    read = value_reader(record)
    return lambda body: read(decode(body))


def value_reader(record: type[Record]) -> Callable[[object], Record]:
    """As `reader`, from a document that `decode` gave."""
    kind: type = record
    read = _compiled_reader(kind)

    def read_value(document: object) -> Record:
        faults: list[Fault] = []
        made: Record = read(document, "", faults)
        if faults:
            raise GatewayError("faults", faults=faults[:LISTED], count=str(len(faults)))
        return made

    return read_value


def writer(record: type[Record]) -> Callable[[Record], dict[str, Any]]:
    """The function that writes a `record` as plain JSON values, in the order of its fields, absent ones left out."""
    kind: type = record
    return _compiled_writer(kind)


def encoder(record: type[Record]) -> Callable[[Record], bytes]:
    """The function that writes a `record` as the bytes of a compact JSON document."""
    write, encode = writer(record), msgspec.json.Encoder().encode
    return lambda value: encode(write(value))


def differences(first: object, second: object, at: str = "") -> list[str]:
    """The JSON pointers at which two decoded documents differ (changed, added, removed); never what stands there."""
    if isinstance(first, dict) and isinstance(second, dict):
        names = sorted(first.keys() | second.keys())
        pairs = [(pointer(at, name), first.get(name, _NOTHING), second.get(name, _NOTHING)) for name in names]
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = [(f"{at}/{index}", one, two) for index, (one, two) in enumerate(zip(first, second, strict=True))]
    else:
        return [] if type(first) is type(second) and first == second else [at]
    return [found for place, one, two in pairs for found in differences(one, two, place)]


_NOTHING = object()
_compiled_reader = cache(canonical_json_reader.compiled)
_compiled_writer = cache(canonical_json_writer.compiled)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        raise _DuplicateError(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]  # add() is asked for its None
    return made


def _not_a_number(_name: str) -> object:
    raise _NumberError


_decode = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_not_a_number).decode


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKENS.finditer(text):
        if token[1] and token[1] in "[{":
            depth += 1
            if depth > DEPTH:
                raise _invalid(f"more than {DEPTH} levels", *_position(text, token.start()))
        elif token[1] and token[1] in "]}":
            depth -= 1


def _odd_number(text: str) -> tuple[int, int]:
    odd = (token.start() for token in _TOKENS.finditer(text) if token[1] and token[1] not in "[]{}")
    return _position(text, next(odd, 0))


def _place(readable: str) -> tuple[int, int]:
    return _position(readable, len(readable))


def _position(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _invalid(reason: str, line: int, column: int) -> GatewayError:
    return GatewayError("invalid_json", reason=reason, line=str(line), column=str(column))
