"""`python -m tests.journeys.fork_server`: imports all programs once, then becomes one of them when it is asked.

The tests here kill some two hundred processes. Starting the interpreter and importing everything costs each of them
two seconds of one core; a fork of a program that has done both runs the same command line a moment later. Orders come
in and answers go out as one JSON document a line: `program` (`app` or `sandbox`), `arguments`, `environment` and `log`
give `pid`; the end of a process gives `ended` and its exit `status` (negative: the signal).
"""

import atexit
import ctypes
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

from adapters.wsdl import contract
from gateway.errors import GatewayError
from tests.harness.forked import become

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
    """The code, the law of the demonstration, the dialects and profiles of its parties: most of what a start takes."""
    importlib.import_module("sandbox.__main__")
    app: Any = importlib.import_module("app")
    _import_what_comes_late()
    app.load_law = functools.cache(app.load_law)
    app.load_law(app.MAPPINGS, app.MAPPINGS / "demo-rules")
    # Secrets are looked up when a document is written, in the settings of the process that writes it.
    tables = _made(app.table_dialects(app.MAPPINGS, lambda reference: app.settings().parties.get(reference, "")))
    app.table_dialects = lambda _mappings, _secret: tables
    app.gateway_dialects = functools.cache(functools.partial(_made, app.gateway_dialects()))
    app.gateway_dialects()
    app.directory.read_profile = functools.cache(app.directory.read_profile)
    app.directory.described(app.MAPPINGS)
    for part in ("layouts", "load_pairings", "break_table", "repair_table"):
        setattr(app, part, functools.cache(getattr(app, part)))
        getattr(app, part)(app.MAPPINGS)
    # Where it is in use its contract is read once per process, by its place beside the party's other documents.
    for file in sorted(app.MAPPINGS.rglob("*.wsdl")):
        with suppress(GatewayError):  # whoever names one that cannot be used is told so then
            contract(file)
    doors: Any = importlib.import_module("gateway.web.doors")
    doors.ServedContract = functools.cache(doors.ServedContract)
    doors.ServedContract()
    # What is there now is never collected: no process copies its pages only to count who refers to them.
    gc.freeze()
    atexit.register(gc.unfreeze)


def _import_what_comes_late() -> None:
    """Whatever a process imports only when its command runs: a web framework, a server, a timetable, odd parties."""
    parties: Any = importlib.import_module("adapters")
    odd = [module.name for module in pkgutil.walk_packages(parties.__path__, "adapters.")]
    for name in ("gateway.web.app", "gateway.web.doors", "gateway.web.serve", "gateway.jobs.worker", *odd):
        importlib.import_module(name)


def _made(makers: Mapping[str, Callable[[], Any]]) -> Mapping[str, Callable[[], Any]]:
    """The makers, each of which has made what it makes: immutable, the same for all parties that speak it."""
    made = {name: functools.cache(maker) for name, maker in makers.items()}
    for make in made.values():
        make()
    return made


def _follow(order: dict[str, Any]) -> None:
    ours, child = os.getpid(), os.fork()
    if child == 0:
        _become(order, ours)
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


def _become(order: dict[str, Any], parent: int) -> NoReturn:
    """In the child: a program in a session of its own, with the environment and the log it was given."""

    def prepare() -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        _die_with(parent)
        _redirect(order["log"])

    become(order["environment"], prepare, lambda: _run(order["program"], order["arguments"]))


def _run(program: str, arguments: list[str]) -> int:
    if program == "sandbox":
        return int(sys.modules["sandbox.__main__"].main(arguments))
    sys.modules["app"].cli(arguments, prog_name="app.py", standalone_mode=True)
    return 0


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def _redirect(log: str) -> None:
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)


if __name__ == "__main__":
    main()
