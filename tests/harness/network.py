"""No test speaks to anything beyond the loopback: not by address, and not by asking for the address of a name.

An audit hook sees every socket of the process, also those that libraries open, and cannot be taken out again. Programs
that a test starts get the same guard through `child_environment`. Standard library only: there it is loaded first.
"""

import ipaddress
import os
import sys
from pathlib import Path

CHILD = Path(__file__).parent / "child"
LOCAL_NAMES = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})

refused: list[str] = []


class BeyondLoopbackError(RuntimeError):
    """A test, or a program it started, wanted to leave the machine."""


def is_local(host: object) -> bool:
    """Whether `host`, a name or an address as sockets take it, stays on this machine."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    if name.lower() in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host_of(event: str, arguments: tuple[object, ...]) -> object:
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        return arguments[0]
    address = arguments[1] if len(arguments) > 1 else None  # connect, sendto, sendmsg: (socket, address)
    return address[0] if isinstance(address, tuple) else None  # a path or nothing: a socket of this machine


WATCHED = frozenset(
    {
        "socket.connect",
        "socket.sendto",
        "socket.sendmsg",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.gethostbyaddr",
    }
)


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if event not in WATCHED:
        return
    host = _host_of(event, arguments)
    if not is_local(host):
        refused.append(f"{event} to {host!r}")
        raise BeyondLoopbackError(
            f"{event} to {host!r}: tests stay on the loopback; use the sandbox or a closed local port"
        )


def install() -> None:
    """Put the guard into this process, for good."""
    sys.addaudithook(_hook)


def child_environment(**more: str) -> dict[str, str]:
    """The environment for a Python program started by a test: ours, the guard, and `more`."""
    path = [str(CHILD), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path), **more}
