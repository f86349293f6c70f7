"""How a process of many threads at short tasks has its interpreter run."""

import atexit
import gc
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress

# Most tasks are shorter than a turn, so a thread at its task is seldom interrupted (measured: docs/benchmarks.md).
_TURN_SECONDS = 0.02

_NUDGE = signal.SIGURG  # nobody else has a use for it, and it harms nobody who does not listen
_NUDGE_AGAIN_SECONDS = 0.02


def settle_in() -> None:
    """Call once everything is made: it stays for good, and the collector of cycles need not look through it again."""
    gc.collect()
    gc.freeze()
    # Libraries count at the end what nobody freed, and say so: what stays is let go of when the process ends.
    atexit.register(gc.unfreeze)
    sys.setswitchinterval(_TURN_SECONDS)
    _let_turns_end()


def _let_turns_end() -> None:
    """Have a thread that is woken wait for the end of the turn: it would only take the core to wait for the turn there.

    On Linux, for the threads that begin from now on (sched(7), SCHED_BATCH).
    """
    if sys.platform == "linux":
        with suppress(OSError):  # where a container may not choose, it goes on as it is
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def hear_signals() -> None:
    """Have signals acted upon at once, whichever thread the system gives them to. Call in the main thread.

    Python acts on a signal in its main thread alone, which does not notice one that another thread was given while it
    waits for a lock: a server that is told to leave then goes on until it is killed.
    """
    heard, told = socket.socketpair()
    told.settimeout(0)
    noticed = [0]

    def notice(*_: object) -> None:
        noticed[0] += 1

    signal.signal(_NUDGE, notice)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    main = threading.get_ident()
    # What it is given stays open as long as it runs.
    threading.Thread(target=_nudge, args=(heard, told, main, noticed), name="signals", daemon=True).start()


def _nudge(heard: socket.socket, _told: socket.socket, main: int, noticed: list[int]) -> None:
    """Interrupt what the main thread waits for whenever a signal has come, until it has taken notice."""
    while number := heard.recv(1):
        before = noticed[0]
        while number[0] != _NUDGE and noticed[0] == before:
            signal.pthread_kill(main, _NUDGE)
            time.sleep(_NUDGE_AGAIN_SECONDS)
