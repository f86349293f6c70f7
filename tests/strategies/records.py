"""Any canonical record, made from its shapes: every bound is reached, every optional field comes and goes."""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from string import ascii_uppercase
from typing import Any, TypeVar

from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from gateway.model.codes import IdType
from gateway.model.shape import Shape, Text, Whole, shapes
from gateway.model.values import Money, Month, Region

Record = TypeVar("Record")

# Characters that both JSON and XML carry, weighted towards those that break careless writers.
_CHARACTERS = st.one_of(
    st.sampled_from("&<>\"'\r\n\t ]]>·䶮𠮷éИ�Ａ０\u3000\ue863\u2028\u00a0"),
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
)
_LARGEST_FEN = 10**17 - 1


def records(record: type[Record]) -> st.SearchStrategy[Record]:
    """Any `record`; identity numbers are synthetic, with right check digits, in every form of their type."""
    kind: type = record
    return _records(kind)


@cache  # a strategy is put together and validated once: that takes longer than drawing from it
def _records(kind: type) -> st.SearchStrategy[Any]:
    made: dict[str, st.SearchStrategy[Any]] = {
        item.name: _field(item, default=field.default) for item, field in zip(shapes(kind), fields(kind), strict=True)
    }
    if "id_number" not in made:
        return st.builds(kind, *made.values())
    whole = st.sampled_from(IdType).flatmap(lambda form: st.tuples(st.just(form), identity_numbers(form)))
    others = [strategy for name, strategy in made.items() if name not in ("id_type", "id_number")]
    return st.builds(lambda pair, *rest: kind(*pair, *rest), whole, *others)


_BIRTHS = st.dates(date(1900, 1, 1), date(2010, 12, 31))
_LETTERS = st.text(ascii_uppercase, min_size=3, max_size=3)
_AREAS = {
    IdType.RESIDENT_ID: st.integers(100_000, 799_999),
    IdType.HMT_PERMIT: st.sampled_from((810_000, 820_000, 830_000)),
    IdType.PERMANENT_RESIDENCE: st.integers(900_000, 999_999),
}


@cache
def identity_numbers(kind: IdType) -> st.SearchStrategy[str]:
    """A number of `kind` as it may be written: 15 digits, lower-case x and full width included; nobody's."""
    return _identity_numbers(kind)


@st.composite
def _identity_numbers(draw: Callable[[st.SearchStrategy[Any]], Any], kind: IdType) -> str:
    born = draw(_BIRTHS)
    serial = draw(st.integers(0, 999))
    if kind is IdType.PERMANENT_RESIDENCE and draw(st.booleans()):
        return f"{draw(_LETTERS)}{draw(st.integers(0, 9999)):04d}{born:%y%m%d}{serial % 100:02d}"
    area = draw(_AREAS[kind])
    if kind is IdType.RESIDENT_ID and born.year < 2000 and draw(st.booleans()):
        return f"{area}{born:%y%m%d}{serial:03d}"
    body = f"{area}{born:%Y%m%d}{serial:03d}"
    number = body + mod_11_2.calc_check_digit(body)
    written: str = draw(st.sampled_from((number, number.lower(), number.translate(_FULL_WIDTH))))
    return written


_FULL_WIDTH = {ord(half): ord(half) + 0xFEE0 for half in "0123456789X"}


def instants() -> st.SearchStrategy[datetime]:
    """Any instant with an offset of whole minutes, as RFC 3339 can write it."""
    offsets = st.integers(-13 * 60, 13 * 60).map(
        lambda minutes: timezone(timedelta(minutes=minutes)) if minutes else UTC
    )
    return st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31), timezones=offsets)  # noqa: DTZ001 - zones are drawn


_KINDS: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    Money: st.integers(-_LARGEST_FEN, _LARGEST_FEN).map(Money),
    Month: st.integers(1000 * 12, 9999 * 12 + 11).map(Month),
    Region: st.integers(100_000, 999_999).map(str).map(Region),
    date: st.dates(date(1000, 1, 1)),
    datetime: instants(),
}


def _field(item: Shape, *, default: object) -> st.SearchStrategy[Any]:
    """Any value of a field; one that is absent is the default."""
    one = records(item.kind) if item.is_record else _one(item)
    if item.many:
        return st.lists(one, min_size=item.required, max_size=4, unique=not item.is_record).map(tuple)
    return one if item.required else st.just(default) | one


def _one(item: Shape) -> st.SearchStrategy[Any]:
    if item.kind in _KINDS:
        return _KINDS[item.kind]
    if isinstance(item.bounds, Whole):
        return st.integers(item.bounds.min, item.bounds.max)
    if item.kind is not str:
        return st.sampled_from(item.kind)
    bounds = item.bounds if isinstance(item.bounds, Text) else Text()
    if bounds.pattern:
        return st.from_regex(f"(?a:{bounds.pattern})", fullmatch=True)
    return st.text(_CHARACTERS, min_size=bounds.min, max_size=bounds.max)
