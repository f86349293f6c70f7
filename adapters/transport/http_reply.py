"""One answer of HTTP/1, taken as its bytes come: httptools reads it, and here stands what we take for one."""

import http.client
import io

import httptools
import urllib3

from adapters.transport.exchange import Answer

_HEAD_LIMIT = 65536
_FINAL = 200


class UnreadableReplyError(ValueError):
    """What comes is no answer of HTTP/1; its text says why, and quotes nothing of it."""


class TooLongError(UnreadableReplyError):
    """The party answers more than we read."""


class Reply:
    """The bytes of one answer of at most `limit` bytes; UnreadableReplyError or OSError where it is not one."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        # By lower-case name; repeated ones joined by a comma.
        self._headers: dict[str, str] = {}
        self._status = 0
        self._body = bytearray()
        self._came = 0
        self._whole = self._keeps = self._more = False
        self._parser = httptools.HttpResponseParser(self)
        # Old systems end lines with a line feed alone. What decides where an answer ends stays strict.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    def take(self, data: bytes) -> bool:
        """Take what has come; whether the answer is whole."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            if not self._whole:
                raise UnreadableReplyError("the answer is not one of HTTP/1") from None
            self._more = True
        self._check(len(data))
        return self._whole

    def end(self) -> None:
        """The party has closed the connection: an error unless that ends the answer."""
        if not self._came:
            raise http.client.RemoteDisconnected("the party closed the connection without an answer")
        if not self._status or not self._headers.keys().isdisjoint({"content-length", "transfer-encoding"}):
            raise http.client.RemoteDisconnected("the party closed the connection in the middle of its answer")

    def answer(self) -> Answer:
        """The whole answer; what was packed unasked is unpacked, within the limit."""
        body = bytes(self._body)
        if self._headers.get("content-encoding"):
            body = self._unpacked(body)
            self._hold_to_limit(len(body))
        return Answer(self._status, self._headers, body)

    @property
    def has_status(self) -> bool:
        """Whether its status has come, and all fields of its head."""
        return self._status >= _FINAL

    def so_far(self) -> Answer:
        """What has come of an answer that breaks off, for whoever goes by its status alone."""
        return Answer(self._status, self._headers, bytes(self._body[: self._limit]))

    def _unpacked(self, body: bytes) -> bytes:
        packed = urllib3.HTTPResponse(io.BytesIO(body), self._headers, preload_content=False)
        try:
            return bytes(packed.read(self._limit + 1, decode_content=True))
        except urllib3.exceptions.DecodeError:
            raise UnreadableReplyError("the answer is not packed in the way that its head says") from None

    @property
    def keeps_connection(self) -> bool:
        """Whether another request may follow on the connection, once the answer is whole."""
        return self._keeps and not self._more

    def _check(self, came: int) -> None:
        self._came += came
        if not self._status:
            if self._came > _HEAD_LIMIT:
                raise TooLongError(f"the head of the answer is longer than {_HEAD_LIMIT} bytes")
            return
        declared = "0" if self._whole else self._headers.get("content-length", "0")
        self._hold_to_limit(max(len(self._body), int(declared)))

    def _hold_to_limit(self, length: int) -> None:
        if length > self._limit:
            raise TooLongError(f"the answer is longer than {self._limit} bytes")

    def on_message_begin(self) -> None:
        """Called by the parser: behind a whole answer nobody asked for another."""
        self._more = self._whole

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser for each field; those behind the body are of no use."""
        if not self._status:
            known, given = name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")
            self._headers[known] = f"{self._headers[known]}, {given}" if known in self._headers else given

    def on_headers_complete(self) -> None:
        """Called by the parser before the body."""
        if not self._whole:
            self._status = self._parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        """Called by the parser for each piece."""
        if not self._whole:
            self._body += data

    def on_message_complete(self) -> None:
        """Called by the parser: an interim answer is forgotten, for the real one follows."""
        if self._whole:
            return
        if self._status < _FINAL:
            self._headers, self._status = {}, 0
            return
        self._whole, self._keeps = True, self._parser.should_keep_alive()
