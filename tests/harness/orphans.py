"""What a test process started ends with it, however it ends: a watcher outside looks for what is left, and ends it.

Run as a program: sleeps on its standard input, which the system closes when the test process is over or killed, then
ends every process whose environment carries the mark it was given, and removes the folders that it was told of. The
mark goes down to children and their children, also to those in a session of their own. Standard library only: one is
started for each process of a test run.
"""

import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "STARTED_BY_TEST_PROCESS"
PROCESSES = Path("/proc")
_PATIENCE = 30.0
_LOOK_AGAIN = 0.02
_ENDS_BY_ITSELF = 0.1
# They are asked before they are killed: a PostgreSQL that is killed leaves its shared memory behind.
_ASKED_FOR = 3.0
# Between fork and exec a process does not carry the mark yet: nobody is left only when nobody was seen several times.
_QUIET_LOOKS = 3

_watchers: list[int] = []  # our ends of their pipes, closed by nobody but the system


def unmarked() -> dict[str, str]:
    """Our environment for what may outlive this process: what is shared with other processes of the run."""
    return {name: value for name, value in os.environ.items() if name != MARK}


def watch() -> None:
    """From now on whatever this process starts ends with it at the latest."""
    mark = secrets.token_hex(8)
    command = [sys.executable, "-S", "-E", __file__, mark]
    end, ours = os.pipe()
    os.posix_spawn(sys.executable, command, unmarked(), file_actions=[(os.POSIX_SPAWN_DUP2, end, 0)])
    os.close(end)
    _watchers.append(ours)
    os.environ[MARK] = mark


def remove_afterwards(folder: Path) -> None:
    """Have a folder removed after this process, where it is still there and no supervisor sees to it."""
    for watcher in _watchers:
        os.write(watcher, f"{folder}\n".encode())


def carrying(mark: str) -> Iterator[int]:
    """The processes that were started with this mark; none where the system has no proc(5)."""
    wanted = f"{MARK}={mark}".encode()
    for folder in PROCESSES.glob("[0-9]*"):
        with suppress(OSError):  # gone meanwhile, or somebody else's
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)


def end_all(mark: str) -> None:
    """End processes until nobody carries the mark any more, and name each on standard error."""
    known: set[int] = set()
    quiet, began = 0, time.monotonic()
    while quiet < _QUIET_LOOKS and (passed := time.monotonic() - began) < _PATIENCE:
        found = set(carrying(mark))
        for pid in found - known:
            _name(pid)
            _send(pid, signal.SIGTERM)
        for pid in found & known if passed > _ASKED_FOR else ():
            _send(pid, signal.SIGKILL)
        known |= found
        quiet = 0 if found else quiet + 1
        time.sleep(_LOOK_AGAIN)


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(OSError):
        os.kill(pid, number)


def _name(pid: int) -> None:
    with suppress(OSError):
        command = (PROCESSES / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        sys.stderr.write(f"left behind by a test process, and ended: {pid} {command[:200]}\n")


if __name__ == "__main__":
    os.setsid()  # what ends a whole process group leaves the watcher to its work
    folders = sys.stdin.read().splitlines()
    time.sleep(_ENDS_BY_ITSELF)
    end_all(sys.argv[1])
    for each in folders:
        if not (Path(each) / "supervisor.lock").exists():
            shutil.rmtree(each, ignore_errors=True)
