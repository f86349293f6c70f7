"""Frozen records made at the speed of plain objects, for readers that make them by the thousand.

A frozen dataclass sets each field through `object.__setattr__`, which is most of the cost of a long row. Here a class
with the very same slots is filled by ordinary assignment, and the finished object is then told what it is.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import cache
from typing import Any

from gateway.mapping.compile import Source


@cache
def open_class(record: type, given: tuple[str, ...] | None = None) -> type:
    """A class with the slots of the frozen dataclass `record`, taking the same arguments in order, none left out.

    `given`: the fields that it takes instead, the others being None.
    """
    names = [field.name for field in fields(record)]
    taken = names if given is None else given
    source = Source(f"Open class of {record.__name__}")
    with source.block(f"def __init__(self, {', '.join(taken)}):"):
        for name in names:
            source.line(f"self.{name} = {name if name in taken else None}")
    return type(record.__name__, (), {"__slots__": tuple(names), "__init__": source.compiled("__init__")})


@cache
def rows_maker(record: type, given: tuple[str, ...]) -> Callable[[Iterable[Iterable[Any]]], tuple[Any, ...]]:
    """The function that makes records of the columns of the fields `given`, the other fields being None.

    The columns are equally long and their values checked; a record with a `__post_init__` cannot be made so.
    """
    source, names = Source(f"Maker of rows of {record.__name__}"), [field.name for field in fields(record)]
    bare = type(record.__name__, (), {"__slots__": tuple(names)})
    with source.block("def make(columns):"):
        source.line("rows = []")
        source.line("add = rows.append")
        with source.block(f"for {', '.join(given)}, in zip(*columns):"):
            source.line(f"row = {source.bind(bare, 'Bare')}()")
            for name in names:
                source.line(f"row.{name} = {name if name in given else None}")
            source.line(f"row.__class__ = {source.bind(record, 'Record')}")
            source.line("add(row)")
        source.line("return tuple(rows)")
    return source.compiled("make")


@cache
def maker(record: type) -> Callable[..., Any]:
    """The function that makes a `record` of all its fields in order; what its `__post_init__` checks is checked."""
    source = Source(f"Maker of {record.__name__}")
    names = ", ".join(field.name for field in fields(record))
    with source.block(f"def make({names}):"):
        source.line(f"made = {source.bind(open_class(record), 'Open')}({names})")
        source.line(f"made.__class__ = {source.bind(record, 'Record')}")
        if hasattr(record, "__post_init__"):
            source.line("made.__post_init__()")
        source.line("return made")
    return source.compiled("make")
