"""Connections that know whether a byte was written and that keep one deadline over a whole exchange.

The HTTP libraries below raise the same errors for a refused connection and for one that broke in the middle, and their
read timeout begins anew with every packet. Both matter here: the first decides whether a message may be sent again, the
second whether a party that drips bytes can hold a place for hours. So the connection itself keeps count.
"""

import http.client
import io
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Watch(threading.local):
    """The exchange under way in this thread: has a byte been written, and when must all be over (monotonic seconds)."""

    sent = False
    ends = 0.0

    def begin(self, seconds: float) -> None:
        """A new exchange that may take `seconds`."""
        self.sent = False
        self.ends = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds left, not below zero."""
        return max(0.0, self.ends - time.monotonic())

    def limit(self, sock: socket.socket) -> None:
        """Let the next operation on `sock` last no longer than what is left; TimeoutError where nothing is."""
        remaining = self.remaining
        if not remaining:
            raise TimeoutError("the deadline has passed")
        sock.settimeout(remaining)


watch = Watch()


class _Bounded(io.RawIOBase):
    """The bytes of a socket, each read within the deadline of the exchange."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        watch.limit(self._sock)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reply(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Bounded(sock))


def _note(sock: socket.socket) -> None:
    """A byte is about to be written: from here on the party may have received something."""
    watch.limit(sock)
    watch.sent = True


class Connection(HTTPConnection):
    """One connection, which notes what is written and reads within the deadline; made when something is sent."""

    response_class = _Reply

    def send(self, data: Any) -> None:
        """Write `data`; from here on the party may have received something."""
        if self.sock is None:
            self.connect()
        _note(self.sock)
        super().send(data)


class _Secure(Connection, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class WatchedAdapter(HTTPAdapter):
    """The adapter of a `requests` session whose connections are watched; it never tries a second time by itself."""

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools with watched connections in them."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
