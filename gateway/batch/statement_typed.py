"""Lines of one kind as what they say: each column held to its pattern and bounds, and typed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gateway.batch.statement_alike import Alike, Whole
from gateway.batch.statement_cells import check_numbers, check_plain, fen, told
from gateway.batch.statement_terms import DoubtError
from gateway.model.statement_plan import StatementPlan
from gateway.model.values import Month

Days = NDArray[np.int32]
"""Counted from 1970."""

RECORD = "record"
_MONEY = ("amount", "late_fee", "interest")
_PLAIN = re.compile(r"\[0-9A-Za-z-\]\{1,([0-9]+)\}")
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Typed:
    """What lines of one kind say. `numbers`: of the rows in the file.

    `funds`, `regions`: places in the lists of that name of `Types`; `treasury_on`: None where the column is empty.
    """

    alike: Alike
    numbers: Whole
    months: NDArray[np.int32]
    accounting_months: NDArray[np.int32]
    collected_on: Days
    treasury_on: Days | None
    funds: NDArray[np.int32]
    regions: NDArray[np.int32]
    adjustment: NDArray[np.bool_]
    money: Mapping[str, Whole]


class Types:
    """What the rows of a file may say; `day`: that it is about."""

    def __init__(self, plan: StatementPlan, day: date, today: date) -> None:
        self._plan = plan
        self.funds, self.regions = [here for _, here in plan.codes], list[str]()
        self._lock = Lock()
        funds = {there: at for at, (there, _) in enumerate(plan.codes)}
        read: dict[str, Callable[[str], Any]] = {
            "month": _month(plan.first, plan.last_month(day)),
            "accounting_month": _month(plan.first, Month.of(day) + 1),
            "collected_on": _day(plan.first.first_day, day),
            "treasury_on": _day(plan.first.first_day, today),
            "insurance": funds.__getitem__,
            "agency": self._region,
            "adjustment": plan.yes.__eq__,
        }
        self._plain: dict[str, int] = {}
        self._made: dict[str, Callable[[bytes], Any]] = {}
        for column, pattern in zip(plan.columns, plan.patterns, strict=True):
            if plain := _PLAIN.fullmatch(pattern):
                self._plain[column] = int(plain[1])
            elif column not in {"number", "name", *_MONEY}:
                self._made[column] = _held_to(pattern, read.get(column, bool))
        self._others = self._made.keys() - read.keys()

    def typed(self, alike: Alike, before: int) -> Typed:
        """What some lines say; DoubtError where it is not plainly right. `before`: rows before those of the block."""
        numbers = alike.numbers + before + 1
        self._check(alike, numbers)
        return Typed(
            alike,
            numbers,
            months=self._told(alike, "month", np.int32),
            accounting_months=self._told(alike, "accounting_month", np.int32),
            collected_on=(collected_on := self._told(alike, "collected_on", np.int32)),
            treasury_on=self._posted(alike, collected_on),
            funds=self._told(alike, "insurance", np.int32),
            regions=self._told(alike, "agency", np.int32),
            adjustment=self._told(alike, "adjustment", np.bool_)
            if alike.has("adjustment")
            else _none(numbers, np.bool_),
            money=self._money(alike),
        )

    def _check(self, alike: Alike, numbers: Whole) -> None:
        """What is not typed, and that nothing is absent."""
        said, wanted = alike.of(RECORD), np.frombuffer(self._plan.record.encode(), np.uint8)
        if len(said) != len(wanted) or (said != wanted[:, None]).any():
            raise DoubtError
        if any(not alike.has(column) for column in self._plan.columns[:-1] if column not in self._plan.optional):
            raise DoubtError
        check_numbers(alike.of("number"), numbers)
        for column, longest in self._plain.items():
            if len(cell := alike.of(column)) > longest:
                raise DoubtError
            check_plain(cell)
        for column in self._others:
            if alike.has(column):
                self._told(alike, column, np.bool_)

    def _posted(self, alike: Alike, collected_on: Days) -> Days | None:
        if not alike.has("treasury_on"):
            return None
        found = self._told(alike, "treasury_on", np.int32)
        if (found < collected_on).any():
            raise DoubtError
        return found

    def _money(self, alike: Alike) -> Mapping[str, Whole]:
        found = {
            column: fen(alike.of(column)) if alike.has(column) else _none(alike.numbers, np.int64) for column in _MONEY
        }
        wrong = np.greater if alike.has("reverses") else np.less
        if any(wrong(amounts, 0).any() for amounts in found.values()):
            raise DoubtError
        return found

    def _told(self, alike: Alike, column: str, kind: DTypeLike) -> NDArray[Any]:
        return told(alike.of(column), self._made[column], kind)

    def _region(self, text: str) -> int:
        with self._lock:
            if text not in self.regions:
                self.regions.append(text)
            return self.regions.index(text)


def _held_to(pattern: str, read: Callable[[str], Any]) -> Callable[[bytes], Any]:
    """What a value says, read once; DoubtError for one that does not match."""
    fits = re.compile(pattern, re.ASCII).fullmatch

    @cache
    def make(value: bytes) -> Any:
        text = value.decode("latin-1")
        if not fits(text):
            raise DoubtError
        try:
            return read(text)
        except ValueError:
            raise DoubtError from None

    return make


def _day(first: date, last: date) -> Callable[[str], int]:
    def read(text: str) -> int:
        day = date.fromisoformat(text)
        if not first <= day <= last:
            raise ValueError("not within the bounds")
        return day.toordinal() - _EPOCH

    return read


def _month(first: Month, last: Month) -> Callable[[str], int]:
    def read(text: str) -> int:
        month = Month.of(date(int(text[:4]), int(text[4:]), 1))
        if not first <= month <= last:
            raise ValueError("not within the bounds")
        return month.ordinal

    return read


def _none(like: Whole, kind: DTypeLike) -> NDArray[Any]:
    return np.zeros(len(like), kind)
