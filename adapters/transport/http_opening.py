"""One connection to a party, opened without waiting: the socket, the next address where one fails, the TLS handshake.

Only the look-up of the name waits, for as long as the system's resolver does. Trust is what the libraries give their
own connections: TLS 1.2 and later, the name in the certificate checked, the platform's list of authorities unless
another is named.
"""

import errno
import os
import select
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

READ, WRITE = select.POLLIN, select.POLLOUT
_PORTS = {"http": 80, "https": 443}
_UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)


@dataclass(frozen=True, slots=True)
class Trust:
    """Files: whom we believe (the platform's list where empty), the certificate that shows who we are, its key."""

    authorities: str = ""
    certificate: str = ""
    key: str = ""

    def context(self) -> ssl.SSLContext:
        """What connections are secured with; files that were changed since are read anew. OSError, ssl.SSLError."""
        files = (self.authorities or DEFAULT_CA_BUNDLE_PATH, self.certificate, self.key)
        return _context(files, tuple(_stamp(file) for file in files))


class Line:
    """One connection to `url`; ValueError for an address that is none. `used`: when it last served (monotonic)."""

    __slots__ = ("_host", "_left", "_port", "_trust", "is_open", "sock", "used")

    def __init__(self, url: str, trust: Trust) -> None:
        self.sock: Any = None
        self.is_open, self.used = False, 0.0
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("the address is not one of http or https")
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._trust = trust if parts.scheme == "https" else None
        self._left: deque[Any] | None = None

    def __del__(self) -> None:
        """Lines that are idle when their party is let go of are given up with it."""
        self.close()

    @property
    def is_quiet(self) -> bool:
        """Whether it stands and nothing has come that nobody asked for."""
        if isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
            return False
        coming = select.poll()
        coming.register(self.sock, READ)
        return not coming.poll(0)

    def advance(self) -> int:
        """Go on with opening; what to wait for before the next time (READ, WRITE), 0 where it is open.

        OSError (ssl.SSLError, gaierror) where no address takes the connection, or the handshake fails.
        """
        if self.sock is None:
            return self._next()
        if not isinstance(self.sock, ssl.SSLSocket):
            failed = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if failed:
                self.close()
                return self._next(OSError(failed, os.strerror(failed)))
            if self._trust is None:
                self.is_open = True
                return 0
            self.sock = self._trust.context().wrap_socket(
                self.sock, server_hostname=self._host, do_handshake_on_connect=False
            )
        return self._shaken()

    def close(self) -> None:
        """Give the connection up."""
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def _next(self, failure: OSError | None = None) -> int:
        """Begin with the next address."""
        if self._left is None:
            self._left = deque(socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM))
        while self._left:
            family, kind, protocol, _, address = self._left.popleft()
            try:
                self.sock = socket.socket(family, kind, protocol)
                self.sock.settimeout(0)
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                failed = self.sock.connect_ex(address)
            except OSError as error:  # a family that this machine does not have
                failed, failure = error.errno or errno.EADDRNOTAVAIL, error
            if failed in _UNDER_WAY:
                return WRITE
            failure = OSError(failed, os.strerror(failed))
            self.close()
        raise failure or OSError(errno.EADDRNOTAVAIL, "the name has no address")

    def _shaken(self) -> int:
        try:
            self.sock.do_handshake()
        except ssl.SSLWantReadError:
            return READ
        except ssl.SSLWantWriteError:
            return WRITE
        self.is_open = True
        return 0


def _stamp(file: str) -> tuple[int, int]:
    if not file:
        return 0, 0
    found = Path(file).stat()
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=64)
def _context(files: tuple[str, str, str], _stamps: tuple[tuple[int, int], ...]) -> ssl.SSLContext:
    authorities, certificate, key = files
    made = create_urllib3_context()
    made.verify_mode, made.check_hostname = ssl.CERT_REQUIRED, True
    made.load_verify_locations(authorities)
    if certificate:
        made.load_cert_chain(certificate, key or None)
    return made
