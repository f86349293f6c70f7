"""From the bytes of a file to UTF-8, with the C library's own tables where it has them, beside other work.

Of GB18030 the C library takes the two-byte characters, which are those of GBK and agree with ours; where a text has any
other, it is decoded as the strict reader decodes it.
"""

import ctypes

_TABLE = b"GBK"
_WIDEST = 2  # bytes of UTF-8 for a byte of GBK, at the most


def to_utf_8(raw: bytes, encoding: str) -> bytes:
    """The same text in UTF-8; UnicodeDecodeError where the bytes are not in `encoding`."""
    if raw.isascii():
        return raw
    if encoding == "gb18030" and (found := _converted(raw)) is not None:
        return found
    return raw.decode(encoding).encode()


def _converted(raw: bytes) -> bytes | None:
    """The text by the C library; None where it has no such function or table, or does not know a character."""
    if _ICONV is None:
        return None
    handle = _ICONV.iconv_open(b"UTF-8", _TABLE)
    if handle in (None, _FAILED):
        return None
    made = ctypes.create_string_buffer(len(raw) * _WIDEST)
    left, room = ctypes.c_size_t(len(raw)), ctypes.c_size_t(len(made))
    source = ctypes.c_void_p(ctypes.cast(ctypes.c_char_p(raw), ctypes.c_void_p).value)
    target = ctypes.c_void_p(ctypes.addressof(made))
    wrong = _ICONV.iconv(handle, *map(ctypes.byref, (source, left, target, room)))
    _ICONV.iconv_close(handle)
    return None if wrong or left.value else ctypes.string_at(made, len(made) - room.value)


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
