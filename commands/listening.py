"""Whether the ports that a process is to listen on are free: whoever listens there would be taken for it."""

import errno
import socket
import time
from collections.abc import Mapping

from gateway.errors import GatewayError

_EVERY = 0.1


def check_free(bind: str, ports: Mapping[str, int], patience: float = 0) -> None:
    """GatewayError `setting_invalid`, naming the setting, where nobody could listen at `bind` on one of `ports`.

    A gateway would start all the same and share the port with the one that stands: each would get some requests.
    `patience`: seconds that one which is just being ended may take to let go of it.
    """
    end = time.monotonic() + patience
    for name, port in ports.items():
        while (problem := _refused(bind, port)) is not None:
            if problem.errno != errno.EADDRINUSE or time.monotonic() >= end:
                raise GatewayError("setting_invalid", name=name, reason=_reason(problem, bind, port))
            time.sleep(_EVERY)


def _refused(bind: str, port: int) -> OSError | None:
    with socket.socket(socket.AF_INET6 if ":" in bind else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((bind, port))
        except OSError as problem:
            return problem
    return None


def _reason(problem: OSError, bind: str, port: int) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"{port} is taken; does another run stand? `make run PORT=9000 VAR_DIR=...` starts one beside it"
    return f"nobody can listen at {bind} (BIND) on {port}: {problem.strerror}"
