"""`python -m tests.journeys.fork_server`: imports the gateway once, then becomes a process of it when it is asked.

The tests here kill some two hundred processes. Starting the interpreter and importing everything costs each of them
two seconds of one core; a fork of a program that has done both runs the same command line of `app.py` a moment later.
Orders come in and answers go out as one JSON document a line: `arguments`, `environment` and `log` give `pid`; the end
of a process gives `ended` and its exit `status` (negative: the signal).
"""

import ctypes
import functools
import importlib
import json
import os
import select
import signal
import sys
from typing import Any, NoReturn

_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


def main() -> None:
    """Serve orders until standard input ends; nothing that was started outlives this."""
    _read_what_never_changes()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake)
    _say({"ready": os.getpid()})
    while True:
        readable, _, _ = select.select([sys.stdin, woken], [], [])
        if woken in readable:
            os.read(woken, 4096)
            _report_ended()
        if sys.stdin in readable:
            order = sys.stdin.readline()
            if not order:
                return
            _follow(json.loads(order))


def _read_what_never_changes() -> None:
    """The code, and the law of the demonstration: frozen values, half of what a start takes otherwise."""
    app: Any = importlib.import_module("app")
    app.load_law = functools.cache(app.load_law)
    app.load_law(app.MAPPINGS, app.MAPPINGS / "demo-rules")


def _follow(order: dict[str, Any]) -> None:
    child = os.fork()
    if child == 0:
        _become(order)
    _say({"pid": child})


def _report_ended() -> None:
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        _say({"ended": child, "status": os.waitstatus_to_exitcode(status)})


def _say(document: dict[str, int]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _become(order: dict[str, Any]) -> NoReturn:
    """In the child: a process of the gateway in a session of its own, with the environment and the log it was given."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _die_with_parent()
        _redirect(order["log"])
        os.environ.clear()
        os.environ.update(order["environment"])
        # The points read the environment when they are imported; here that happened before there was one.
        importlib.reload(sys.modules["gateway.points"])
        sys.modules["app"].cli(order["arguments"], prog_name="app.py", standalone_mode=True)
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - nothing may return into the loop of the parent
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _redirect(log: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)


if __name__ == "__main__":
    main()
