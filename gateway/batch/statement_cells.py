"""What a column says in lines of one kind: checked and typed for all of them at once, a byte of each at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gateway.batch.statement_alike import Bytes, Whole
from gateway.batch.statement_terms import DoubtError

_ZERO, _MINUS, _POINT = b"0-."
_NINE = 9
_CENTS = 3  # with the point
_LEAST, _MOST = 4, 15  # bytes of an amount without its sign
_ROUNDS = 8  # values that are looked for one by one; more of them are sorted
_SIGNS = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PLAIN = np.isin(np.arange(256), np.frombuffer(_SIGNS, np.uint8))


def check_plain(cell: Bytes) -> None:
    """DoubtError where anything else stands there than letters, digits and hyphens."""
    if not (cell - _ZERO <= _NINE).all() and not _PLAIN[cell].all():
        raise DoubtError


def check_numbers(cell: Bytes, expected: Whole) -> None:
    """DoubtError where a number is not the one expected, in digits of which the first is no zero."""
    if (cell[0] == _ZERO).any() or (_number(cell) != expected).any():
        raise DoubtError


def fen(cell: Bytes) -> Whole:
    """Amounts in yuan with two decimals, as fen; DoubtError for another form: a zero in front, nothing with a sign."""
    if (cell == cell[:, :1]).all():
        return np.full(cell.shape[1], _fen(cell[:, :1])[0])
    taken = cell[0] == _MINUS
    if not taken.any() or taken.all():
        return _fen(cell)
    found = np.empty(cell.shape[1], np.int64)
    found[taken], found[~taken] = _fen(cell[:, taken]), _fen(cell[:, ~taken])
    return found


def told(cell: Bytes, make: Callable[[bytes], Any], kind: DTypeLike) -> NDArray[Any]:
    """What `make` says of each value, asked once for each that there is: a column of few values."""
    found, left = np.empty(cell.shape[1], kind), np.arange(cell.shape[1])
    for _ in range(_ROUNDS):
        same = (cell == cell[:, :1]).all(axis=0)
        found[left[same]] = make(cell[:, 0].tobytes())
        if same.all():
            return found
        cell, left = cell[:, ~same], left[~same]
    texts = np.ascontiguousarray(cell.T).view(f"S{len(cell)}").ravel()
    values, which = np.unique(texts, return_inverse=True)
    if (np.strings.str_len(values) != len(cell)).any():
        raise DoubtError  # bytes of nothing at the end, which texts of this kind lose
    found[left] = np.array([make(value) for value in values.tolist()], kind)[which]
    return found


def _fen(cell: Bytes) -> Whole:
    if cell[0, 0] == _MINUS:
        found = _fen_above(cell[1:])
        if not found.all():
            raise DoubtError
        return -found
    return _fen_above(cell)


def _fen_above(cell: Bytes) -> Whole:
    if not _LEAST <= len(cell) <= _MOST or (cell[-_CENTS] != _POINT).any():
        raise DoubtError
    if len(cell) > _LEAST and (cell[0] == _ZERO).any():
        raise DoubtError
    return _number(np.concatenate((cell[:-_CENTS], cell[1 - _CENTS :])))


def _number(cell: Bytes) -> Whole:
    """Digits as numbers; DoubtError for anything else."""
    digits = cell - _ZERO
    if (digits > _NINE).any():
        raise DoubtError
    found: Whole = digits[0].astype(np.int64)
    for place in digits[1:]:
        found *= 10
        found += place
    return found
