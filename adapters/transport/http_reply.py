"""One answer of HTTP/1, taken as its bytes come (RFC 9112): its head; its body by length, in chunks or to the end."""

import http.client
import io
import re
from collections.abc import Mapping

import urllib3

from adapters.transport.exchange import Answer

_HEAD_LIMIT = 65536
_CHUNK_LINE_LIMIT = 1024
_STATUS = re.compile(rb"HTTP/1\.(\d) +(\d{3})(?!\d)")
_BEGINS = b"HTTP/1."
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]+)[ \t]*(?:;.*)?\r?\n")
_NO_BODY = frozenset({http.client.NO_CONTENT, http.client.NOT_MODIFIED})


class TooLongError(ValueError):
    """The party answers more than we read."""


class Reply:
    """The bytes of one answer of at most `limit` bytes; http.client.HTTPException or ValueError where it is not one."""

    __slots__ = ("_body", "_data", "_headers", "_keeps", "_left", "_limit", "_start", "_status")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = bytearray()
        self._status = 0
        self._headers: Mapping[str, str] = {}
        self._start = 0
        # Bytes of the body that are known to come; None: in chunks, or until the connection ends.
        self._left: int | None = None
        self._body: bytearray | None = None
        self._keeps = False

    def take(self, data: bytes) -> bool:
        """Take what has come; whether the answer is whole."""
        self._data += data
        if not self._status and not self._read_head():
            return False
        if self._left is not None:
            return len(self._data) - self._start >= self._left
        if self._body is not None:
            return self._read_chunks(self._body)
        self._check(len(self._data) - self._start)
        return False

    def end(self) -> None:
        """The party has closed the connection: IncompleteRead or RemoteDisconnected unless that ends the answer."""
        if not self._data:
            raise http.client.RemoteDisconnected("the party closed the connection without an answer")
        if not self._status or self._left is not None or self._body is not None:
            raise http.client.IncompleteRead(b"")

    def answer(self) -> Answer:
        """The whole answer; what was packed unasked is unpacked, within the limit."""
        if self._body is not None:
            body = bytes(self._body)
        else:
            body = bytes(self._data[self._start : None if self._left is None else self._start + self._left])
        if self._headers.get("content-encoding"):
            packed = urllib3.HTTPResponse(io.BytesIO(body), dict(self._headers), preload_content=False)
            body = bytes(packed.read(self._limit + 1, decode_content=True))
            self._check(len(body))
        return Answer(self._status, self._headers, body)

    @property
    def keeps_connection(self) -> bool:
        """Whether another request may follow on the connection, once the answer is whole."""
        framed = self._body is not None or self._left is not None
        ends = self._start + (self._left or 0)
        return self._keeps and framed and len(self._data) == ends

    def _read_head(self) -> bool:
        while not self._status:
            self._begins_well()
            found = _HEAD_ENDS.search(self._data)
            if found is None:
                if len(self._data) > _HEAD_LIMIT:
                    raise http.client.LineTooLong("header")
                return False
            head, self._start = bytes(self._data[: found.start()]), found.end()
            said = _STATUS.match(head)
            if said is None:
                raise http.client.BadStatusLine("not HTTP/1")
            if said[2].startswith(b"1"):
                # An interim answer; the real one follows.
                del self._data[: self._start]
                continue
            self._status, self._headers = int(said[2]), _headers(head)
            self._frame(minor=int(said[1]))
        return True

    def _begins_well(self) -> None:
        begin = self._data[: len(_BEGINS)]
        if begin != _BEGINS[: len(begin)]:
            raise http.client.BadStatusLine("not HTTP/1")

    def _frame(self, minor: int) -> None:
        """How the body ends (RFC 9112 section 6.3), and whether the connection stays."""
        connection = self._headers.get("connection", "").lower()
        self._keeps = "close" not in connection if minor else "keep-alive" in connection
        length = self._headers.get("content-length", "").partition(",")[0].strip()
        if self._status in _NO_BODY:
            self._left = 0
        elif self._headers.get("transfer-encoding", "").lower() == "chunked":
            self._body = bytearray()
        elif length.isdecimal() and length.isascii():
            self._left = int(length)
            self._check(self._left)

    def _read_chunks(self, body: bytearray) -> bool:
        while True:
            line = _CHUNK_SIZE.match(self._data, self._start)
            if line is None:
                if b"\n" in self._data[self._start :] or len(self._data) - self._start > _CHUNK_LINE_LIMIT:
                    raise ValueError("a chunk has no size")
                return False
            size = int(line[1], 16)
            self._check(len(body) + size)
            if not size:
                return self._read_trailers(line.end() - 1)
            end = line.end() + size
            if len(self._data) < end + 2:
                return False
            if self._data[end : end + 2] != b"\r\n":
                raise ValueError("a chunk does not end where it should")
            body += self._data[line.end() : end]
            self._start = end + 2

    def _read_trailers(self, line_end: int) -> bool:
        """What stands behind the last chunk, whose line ends at `line_end`: fields of no use, and a blank line."""
        found = _HEAD_ENDS.search(self._data, line_end)
        if found is None:
            return False
        self._start = found.end()
        return True

    def _check(self, length: int) -> None:
        if length > self._limit:
            raise TooLongError(f"the answer is longer than {self._limit} bytes")


def _headers(head: bytes) -> dict[str, str]:
    """Header fields by lower-case name, repeated ones joined by a comma, folded lines unfolded (section 5.2)."""
    found: dict[str, str] = {}
    name = ""
    for line in head.decode("latin-1").replace("\r\n", "\n").split("\n")[1:]:
        if line[:1] in (" ", "\t"):
            if name:
                found[name] += " " + line.strip(" \t")
            continue
        given, colon, value = line.partition(":")
        if colon:
            name, value = given.strip().lower(), value.strip(" \t")
            found[name] = f"{found[name]}, {value}" if name in found else value
    return found
