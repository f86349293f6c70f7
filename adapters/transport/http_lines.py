"""Exchanges of HTTP under way at once in one thread, each on a line of its own and with a deadline of its own.

Nobody waits for a single one of them, neither while its line is opened and secured nor while it is written and read.
A thread for each exchange would hand the interpreter on at every byte that it waits for, which costs more than the
exchange itself.
"""

import http.client
import select
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

import requests
from urllib3.exceptions import HTTPError

from adapters.transport.exchange import Heard, Sending, UnansweredError, UnsentError
from adapters.transport.http_opening import READ, WRITE, Line
from adapters.transport.http_reply import Reply, UnreadableReplyError
from gateway.points import passing
from gateway.ports import Now

FAILURES = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError)
"""What goes wrong on a connection, and with what comes over it."""
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_READ_AT_ONCE = 1 << 16


class Lines:
    """The lines to one party that nobody uses at the moment, whichever thread did; `make` makes another one."""

    def __init__(self, make: Callable[[], Line], idle: float) -> None:
        self._make, self._idle_seconds = make, idle
        self._idle: deque[Line] = deque()

    def take(self) -> Line:
        """A line that may be trusted: not idle for long, not closed by the party; a new one where there is none."""
        while True:
            try:
                line = self._idle.pop()
            except IndexError:
                return self._make()
            # A server that closes an idle connection while we write to it leaves us without an answer and in doubt.
            if time.monotonic() - line.used <= self._idle_seconds and line.is_quiet:
                return line
            line.close()

    def give_back(self, line: Line) -> None:
        """Keep a line for the next exchange."""
        line.used = time.monotonic()
        self._idle.append(line)


class _Exchange:
    """One exchange on its line: what is left to be written, what has come, when it must be over, or its line open."""

    __slots__ = ("connected", "left", "line", "over", "reply", "sending")

    def __init__(self, sending: Sending, line: Line, request: bytes, reply: Reply, ends: tuple[float, float]) -> None:
        self.sending, self.line, self.reply = sending, line, reply
        self.connected, self.over = ends
        self.left = request

    @property
    def ends(self) -> float:
        """When its present part has to be done."""
        return self.over if self.line.is_open else self.connected

    def write(self) -> bool:
        """Write as much as goes; whether all is written."""
        try:
            written = self.line.sock.send(self.left)
        except _NOT_NOW:
            return False
        self.left = self.left[written:]
        return not self.left

    def read(self) -> bool:
        """Read what has come; whether the answer is whole."""
        sock = self.line.sock
        while True:
            try:
                data = sock.recv(_READ_AT_ONCE)
            except _NOT_NOW:
                return False
            if not data:
                self.reply.end()
                return True
            if self.reply.take(data):
                return True


class Exchanges:
    """Carries sendings, at most `most` at once.

    `request`: the bytes of a sending; ValueError where it cannot be one. `limit`: of an answer. `connect`: seconds.
    `by_status`: an answer whose status has come is one, whatever becomes of its body.
    """

    def __init__(
        self, party: str, lines: Lines, now: Now, request: Callable[[Sending], bytes], *, by_status: bool = False
    ) -> None:
        self._party, self._lines, self._now, self._request = party, lines, now, request
        self._by_status = by_status
        self._poll = select.poll()
        self._open: dict[int, _Exchange] = {}
        self._unreached = ""
        self._ended: list[Sending] = []

    def carry(self, sendings: Sequence[Sending], most: int, heard: Heard, *, connect: float, limit: int) -> None:
        """Carry all; each has a result when it is heard of, and is heard of as soon as it has."""
        waiting = deque(sendings)
        try:
            while waiting or self._open:
                self._begin(waiting, most, connect, limit)
                if self._open and not self._ended:
                    self._listen()
                ended, self._ended = self._ended, []
                if ended:
                    heard(ended)
        finally:
            for exchange in self._open.values():
                exchange.line.close()

    def _begin(self, waiting: deque[Sending], most: int, connect: float, limit: int) -> None:
        while waiting and len(self._open) < most and not self._unreached:
            self._begun(waiting.popleft(), connect, limit)
        if self._unreached and not self._open:
            # Nothing answers there: whoever waits need not try for as long each.
            while waiting:
                self._unsent(waiting.popleft(), self._unreached)

    def _begun(self, sending: Sending, connect: float, limit: int) -> None:
        seconds = (sending.call.deadline - self._now()).total_seconds()
        seconds = min(seconds, sending.call.seconds or seconds)
        if seconds <= 0:
            self._unsent(sending, "the deadline had passed before anything could be sent")
            return
        now = time.monotonic()
        passing(f"call.{self._party}.{sending.call.message}.before")
        try:
            request = self._request(sending)
        except ValueError as error:
            self._end(sending, UnsentError(reason(error)), error)
            return
        try:
            line = self._lines.take()
        except FAILURES as error:
            self._unreachable(sending, error)
            return
        self._go_on(_Exchange(sending, line, request, Reply(limit), (now + min(connect, seconds), now + seconds)))

    def _go_on(self, exchange: _Exchange) -> None:
        """Open the line of an exchange as far as that goes, and write once it is open."""
        line = exchange.line
        try:
            wanted = 0 if line.is_open else line.advance()
        except FAILURES as error:
            line.close()
            self._unreachable(exchange.sending, error)
            return
        number = line.sock.fileno()
        self._open[number] = exchange
        if wanted:
            self._poll.register(number, wanted)
        else:
            self._unreached = ""
            self._write(number, exchange)

    def _write(self, number: int, exchange: _Exchange) -> None:
        """From here on the party may have received something."""
        with self._failing(number):
            self._poll.register(number, READ if exchange.write() else READ | WRITE)

    def _unreachable(self, sending: Sending, error: Exception) -> None:
        result = UnsentError(reason(error))
        if not any(exchange.line.is_open for exchange in self._open.values()):
            self._unreached = str(result)
        self._end(sending, result, error)

    def _listen(self) -> None:
        """Wait until something has come on one of the lines, or the time of one of them is over."""
        first = min(exchange.ends for exchange in self._open.values())
        milliseconds = max(first - time.monotonic(), 0) * 1000
        for number, event in self._poll.poll(milliseconds + 1):
            if self._open[number].line.is_open:
                self._heard(number, event)
            else:
                self._go_on(self._leave(number))
        now = time.monotonic()
        if now >= first:
            self._expire(now)

    def _heard(self, number: int, event: int) -> None:
        with self._failing(number):
            exchange = self._open[number]
            if exchange.left and exchange.write():
                self._poll.modify(number, READ)
            if event & ~WRITE and exchange.read():
                self._whole(number, exchange)

    def _expire(self, now: float) -> None:
        for number, exchange in list(self._open.items()):
            if exchange.ends > now:
                continue
            if exchange.line.is_open:
                over = TimeoutError("the deadline has passed")
                self._fail(number, UnansweredError(str(over), timed_out=True), over)
            else:
                self._leave(number).line.close()
                self._unreachable(exchange.sending, TimeoutError("nobody took the connection in time"))

    def _whole(self, number: int, exchange: _Exchange) -> None:
        exchange.sending.result = exchange.reply.answer()
        self._leave(number)
        if exchange.reply.keeps_connection and not exchange.left:
            self._lines.give_back(exchange.line)
        else:
            exchange.line.close()
        self._over(exchange.sending)

    @contextmanager
    def _failing(self, number: int) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            self._fail(number, UnansweredError(reason(error)), error)

    def _fail(self, number: int, result: UnansweredError, cause: Exception) -> None:
        exchange = self._leave(number)
        exchange.line.close()
        if self._by_status and exchange.reply.has_status:
            exchange.sending.result = exchange.reply.so_far()
            self._over(exchange.sending)
        else:
            self._end(exchange.sending, result, cause)

    def _leave(self, number: int) -> _Exchange:
        with suppress(KeyError):  # it broke with its first byte
            self._poll.unregister(number)
        return self._open.pop(number)

    def _unsent(self, sending: Sending, reason: str) -> None:
        sending.result = UnsentError(reason)
        self._ended.append(sending)

    def _end(self, sending: Sending, result: UnsentError | UnansweredError, cause: Exception) -> None:
        result.__cause__ = cause
        sending.result = result
        self._over(sending)

    def _over(self, sending: Sending) -> None:
        passing(f"call.{self._party}.{sending.call.message}.after")
        self._ended.append(sending)


def reason(error: BaseException) -> str:
    """The innermost cause in one line. Errors of the system speak for themselves; others may quote what came."""
    cause: BaseException = error
    while (inner := cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)) is not None:
        cause = inner
    return str(cause) if isinstance(cause, OSError | UnreadableReplyError) else type(cause).__name__
