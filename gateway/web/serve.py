"""The HTTP server: granian, one worker process that shares the fate of this one."""

import ctypes
import importlib
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from gateway.interpreter import hear_signals
from gateway.settings import Settings

PATIENCE_SECONDS = 20

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
# Its own lines go where all lines go, masked, and only those that matter.
_LOGGING: dict[str, Any] = {"loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}}}


def serve(target: str, settings: Settings, workers: int = 1) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way and return.

    `target`: an importable factory of the application, such as `app:web`; it runs in the worker process. SystemExit
    with status 1 where a worker ended by itself.
    """
    server = Granian(
        target,
        address=settings.bind,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=settings.threads,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1024,
        log_level=LogLevels.warning,
        log_dictconfig=_LOGGING,
        workers_kill_timeout=PATIENCE_SECONDS,
        factory=True,
    )
    hear_signals()
    server.serve(target_loader=partial(_load, target, os.getpid()), wrap_loader=False)


def _load(target: str, parent: int) -> Callable[..., Any]:
    """In the worker: make the application, hear of signals, and never outlive a parent that is killed."""
    hear_signals()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    module, _, factory = target.partition(":")
    made: Callable[..., Any] = getattr(importlib.import_module(module), factory)()
    return made
