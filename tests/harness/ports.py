"""Free TCP ports on the loopback that no other test process takes meanwhile."""

import itertools
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from tests.harness.locks import try_hold

# Below the range from which the kernel serves outgoing connections (32768 on Linux, 49152 elsewhere): a port found free
# here is not taken by somebody's client a moment later.
FIRST, LAST = 20_000, 32_000


def _directory() -> Path:
    directory = Path(tempfile.gettempdir()) / f"gateway-test-ports-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _reserve(directory: Path, port: int) -> IO[bytes] | None:
    lock = try_hold(directory / str(port))
    if lock is None or _is_free(port):
        return lock
    lock.close()
    return None


class Ports:
    """Gives out ports one by one; all are reserved until the block that made it ends."""

    def __init__(self, reservations: ExitStack) -> None:
        self._reservations = reservations
        start = FIRST + (os.getpid() * 61) % (LAST - FIRST)
        self._candidates = itertools.chain(range(start, LAST), range(FIRST, start))

    def take(self) -> int:
        """A port that nobody listens on and no other test process was given."""
        directory = _directory()
        for port in self._candidates:
            lock = _reserve(directory, port)
            if lock is not None:
                self._reservations.enter_context(lock)
                return port
        raise RuntimeError(f"no free port between {FIRST} and {LAST} on 127.0.0.1")


@contextmanager
def reserved_ports() -> Iterator[Ports]:
    """Reserve ports for the length of the block."""
    with ExitStack() as reservations:
        yield Ports(reservations)
