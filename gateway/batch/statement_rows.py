"""Typed lines as rows of a side, with ROW_COLUMNS, in the form in which they are written as Parquet."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gateway.batch.blinds import Blinds, texts
from gateway.batch.statement_alike import Bytes
from gateway.batch.statement_typed import Days, Typed, Types
from gateway.batch.twice import Prints, prints
from gateway.model.reconciliation import ROW_COLUMNS, Book, RowState

IN_FEW_WORDS = ["region", "fund", "state"]
"""Columns that say one of a few words in every row."""
_STATES = [RowState.BOOKED.value, RowState.REVERSED.value]
_EPOCH = date(1970, 1, 1)


class Rows:
    """The rows of a block, of all kinds."""

    def __init__(self, kinds: Sequence[Typed], types: Types, blinds: Blinds) -> None:
        self._kinds = kinds
        self._types, self._blinds = types, blinds
        self._keys = [_key(kind) for kind in kinds]

    def keys(self) -> Prints:
        """The prints of their keys."""
        return _joined([prints(key) for key in self._keys])

    def traces(self) -> tuple[Prints, Prints]:
        """The prints of their trace numbers, each of its day; and the same together with the vouchers."""
        traces = [prints(kind.alike.cells("trace_number"), kind.collected_on.astype(np.uint64)) for kind in self._kinds]
        pairs = [
            prints(kind.alike.cells("voucher_number"), trace) for kind, trace in zip(self._kinds, traces, strict=True)
        ]
        return _joined(traces), _joined(pairs)

    def fen(self) -> int:
        """What they come to."""
        return sum(int(amounts.sum()) for kind in self._kinds for amounts in kind.money.values())

    def table(self) -> pa.Table:
        """Every row, with all columns but `day`."""
        every = self._kinds
        columns: dict[str, Any] = {
            "line": _joined([kind.numbers for kind in every]),
            "key": pa.chunked_array([texts(key) for key in self._keys]),
            "voucher": pa.chunked_array([texts(kind.alike.cells("voucher_number")) for kind in every]),
            "summary": pa.chunked_array([_summary(kind) for kind in every]),
            "trace": pa.chunked_array([_trace(kind) for kind in every]),
            "reverses": pa.chunked_array([_own(kind, "reverses") for kind in every]),
            "person": pa.chunked_array(
                [texts(self._blinds.of(kind.alike.cells("tax_person_number"))) for kind in every]
            ),
            "region": _words(_joined([kind.regions for kind in every]), self._types.regions),
            "fund": _words(_joined([kind.funds for kind in every]), self._types.funds),
            "month": _joined([kind.months for kind in every]),
            "accounting_month": _joined([kind.accounting_months for kind in every]),
            "adjustment": _joined([kind.adjustment for kind in every]),
            **{name: _joined([kind.money[name] for kind in every]) for name in ("amount", "late_fee", "interest")},
            "state": _words(_joined([_state(kind) for kind in every]), _STATES),
        }
        return pa.table(columns)

    def booked(self, side: Book, book: Book, day: date) -> tuple[Days, NDArray[np.bool_]]:
        """When a book booked each row of a side's statement about `day`, and which of the rows are the book's."""
        found = [_booked(kind, side, book, np.int32((day - _EPOCH).days)) for kind in self._kinds]
        return _joined([days for days, _ in found]), _joined([kept for _, kept in found])


def of_book(table: pa.Table, days: Days, kept: NDArray[np.bool_]) -> pa.Table:
    """The rows that are a book's, with ROW_COLUMNS."""
    whole = table.append_column("day", pa.array(days, pa.date32())).select([column for column, _ in ROW_COLUMNS])
    return whole if kept.all() else whole.filter(pa.array(kept))


def _booked(kind: Typed, side: Book, book: Book, day: np.int32) -> tuple[Days, NDArray[np.bool_]]:
    of_day, every = np.full(len(kind.numbers), day), np.ones(len(kind.numbers), np.bool_)
    posted_on = kind.treasury_on
    if side is not Book.RECEIPT:
        return of_day if book is not Book.TREASURY or posted_on is None else posted_on, every
    if book is Book.TREASURY:
        return (of_day, ~every) if posted_on is None else (posted_on, every)
    # What was collected earlier and comes with the day of its posting was stated before: only the posting is new.
    return kind.collected_on, every if posted_on is None else kind.collected_on >= day


def _key(kind: Typed) -> Bytes:
    """Voucher, item, month, sequence: one key in each row."""
    of = kind.alike.cells
    month = of("month")
    space, hyphen = (np.broadcast_to(np.uint8(ord(sign)), (len(month), 1)) for sign in " -")
    parts = (of("voucher_number"), space, of("item"), space, month[:, :4], hyphen, month[:, 4:], space, of("sequence"))
    return np.concatenate(parts, axis=1)


def _summary(kind: Typed) -> pa.Array:
    if not kind.alike.has("summary_number"):
        return pa.nulls(len(kind.numbers), pa.string())
    return texts(kind.alike.cells("summary_number"))


def _trace(kind: Typed) -> pa.Array:
    """A trace number comes again on another day, and is told with its voucher; that of a posting is plain."""
    own, trace = _own(kind, "trace_number"), kind.alike.of("trace_number")
    if not kind.alike.has("summary_number") or len(summary := kind.alike.of("summary_number")) != len(trace):
        return own
    posting = (summary == trace).all(axis=0)
    return pc.if_else(pa.array(posting), _summary(kind), own) if posting.any() else own


def _own(kind: Typed, column: str) -> pa.Array:
    """A number together with its voucher's."""
    if not kind.alike.has(column):
        return pa.nulls(len(kind.numbers), pa.string())
    voucher, number = kind.alike.cells("voucher_number"), kind.alike.cells(column)
    slash = np.broadcast_to(np.uint8(ord("/")), (len(number), 1))
    return texts(np.concatenate((voucher, slash, number), axis=1))


def _state(kind: Typed) -> NDArray[np.int8]:
    return np.full(len(kind.numbers), kind.alike.has("reverses"), np.int8)


def _words(places: NDArray[Any], words: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(places), pa.array(words, pa.string()))


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts)
