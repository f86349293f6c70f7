"""Blind values of many persons at once, as gateway.batch.persons makes one: a block of all of them at a time.

That takes a twentieth of what it takes one by one.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from numpy.typing import NDArray

_BLOCK = 16
_POLYNOMIAL = 0x87
_ENDS = 0x80
_HEXADECIMAL = np.frombuffer(b"".join(f"{byte:02x}".encode() for byte in range(256)), np.uint16)


def texts(cells: NDArray[np.uint8]) -> pa.Array:
    """A column of texts that are equally long, from one in each row."""
    rows, width = cells.shape
    ends = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.Array.from_buffers(
        pa.string(), rows, [None, pa.py_buffer(ends), pa.py_buffer(np.ascontiguousarray(cells))]
    )


def _cells(column: pa.Array, width: int) -> NDArray[np.uint8]:
    """The other way: one in each row, of a column of texts that are equally long."""
    _, starts, held = column.buffers()
    if not width:
        return np.zeros((len(column), 0), np.uint8)
    first = int(np.frombuffer(starts, np.int32)[column.offset])
    return np.frombuffer(held, np.uint8, len(column) * width, first).reshape(len(column), width)


class Blinds:
    """The blind values of persons. `secret`: 32 bytes, of the party."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = Cipher(AES(secret), ECB())  # noqa: S305 - single blocks: the part of CMAC that is the cipher
        whole = int.from_bytes(self._cipher.encryptor().update(bytes(_BLOCK)))
        self._keys = [np.frombuffer(key.to_bytes(_BLOCK), np.uint8) for key in _subkeys(whole)]

    def of_texts(self, column: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Those of a column of texts, of any lengths and none of them NULL."""
        numbers = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        widths = pc.binary_length(numbers).to_numpy(zero_copy_only=False)
        if len(numbers) and (widths == widths[0]).all():
            return texts(self.of(_cells(numbers, int(widths[0]))))
        made = np.empty((len(numbers), 2 * _BLOCK), np.uint8)
        for width in np.unique(widths).tolist():
            which = np.flatnonzero(widths == width)
            made[which] = self.of(_cells(numbers.take(pa.array(which)), width))
        return texts(made)

    def of(self, numbers: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The hexadecimal digits of each; `numbers`: one in each row, equally long."""
        rows, width = numbers.shape
        blocks = max(1, -(-width // _BLOCK))
        text = np.zeros((rows, blocks * _BLOCK), np.uint8)
        text[:, :width] = numbers
        whole = width == blocks * _BLOCK
        if not whole:
            text[:, width] = _ENDS
        text[:, -_BLOCK:] ^= self._keys[0 if whole else 1]
        tag, encryptor = np.zeros((rows, _BLOCK), np.uint8), self._cipher.encryptor()
        for start in range(0, blocks * _BLOCK, _BLOCK):
            tag = _encrypted(encryptor, tag ^ text[:, start : start + _BLOCK])
        return _HEXADECIMAL[tag].view(np.uint8)


def _encrypted(encryptor: CipherContext, blocks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.frombuffer(encryptor.update(blocks.data), np.uint8).reshape(blocks.shape)


def _subkeys(whole: int) -> list[int]:
    """Twice and four times the encrypted nothing, in the field of CMAC."""
    found = []
    for _ in range(2):
        whole = (whole << 1) & ((1 << 8 * _BLOCK) - 1) ^ (_POLYNOMIAL if whole >> (8 * _BLOCK - 1) else 0)
        found.append(whole)
    return found
