"""From the bytes of a file to UTF-8, with the C library's own tables where it has them, beside other work.

Of GB18030 the C library takes the two-byte characters, which are those of GBK; a text with any other is decoded
by Python.
"""

import ctypes
from dataclasses import dataclass

_TABLE = b"GBK"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in UTF-8: the first `size` bytes of `held`."""

    held: bytes | bytearray
    size: int

    def start(self, size: int) -> bytes:
        """Its first bytes."""
        return bytes(self.held[: min(size, self.size)])


def room_for(raw: bytes | bytearray) -> int:
    """How many bytes a text may take in UTF-8: two of GBK are three, at the most."""
    return len(raw) * 3 // 2 + 1


def to_utf_8(raw: bytes | bytearray, encoding: str, room: bytearray | None = None) -> Text:
    """The same text in UTF-8; UnicodeDecodeError where the bytes are not in `encoding`.

    `room`: where it may be put, as much as `room_for` says, for memory that is used again costs less than new.
    """
    if raw.isascii():
        return Text(raw, len(raw))
    if encoding == "gb18030":
        room = bytearray(room_for(raw)) if room is None else room
        if (size := _converted(raw, room)) is not None:
            return Text(room, size)
    decoded = raw.decode(encoding).encode()
    return Text(decoded, len(decoded))


def _converted(raw: bytes | bytearray, room: bytearray) -> int | None:
    """The bytes of the text by the C library; None where it has no such function or table, or not such a character."""
    if _ICONV is None:
        return None
    handle = _ICONV.iconv_open(b"UTF-8", _TABLE)
    if handle in (None, _FAILED):
        return None
    given = ctypes.c_char_p(raw) if isinstance(raw, bytes) else (ctypes.c_char * len(raw)).from_buffer(raw)
    made = (ctypes.c_char * len(room)).from_buffer(room)
    left, free = ctypes.c_size_t(len(raw)), ctypes.c_size_t(len(room))
    source = ctypes.cast(given, ctypes.c_void_p) if isinstance(raw, bytes) else ctypes.c_void_p(ctypes.addressof(given))
    target = ctypes.c_void_p(ctypes.addressof(made))
    wrong = _ICONV.iconv(handle, *map(ctypes.byref, (source, left, target, free)))
    _ICONV.iconv_close(handle)
    return None if wrong or left.value else len(room) - free.value


def _library() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None)
    if not hasattr(library, "iconv_open"):
        return None
    library.iconv_open.restype = ctypes.c_void_p
    library.iconv_open.argtypes = [ctypes.c_char_p] * 2
    library.iconv.restype = ctypes.c_size_t
    sizes = ctypes.POINTER(ctypes.c_size_t)
    places = ctypes.POINTER(ctypes.c_void_p)
    library.iconv.argtypes = [ctypes.c_void_p, places, sizes, places, sizes]
    library.iconv_close.argtypes = [ctypes.c_void_p]
    return library


_FAILED = ctypes.c_void_p(-1).value
_ICONV = _library()
