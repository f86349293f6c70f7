"""What the machine says: processor time of process trees, free ports, processes that start and answer."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_PROCESSES = Path("/proc")
_START_SECONDS = 60
_STOP_SECONDS = 30
_TICKS = os.sysconf("SC_CLK_TCK")
# Of proc(5) /proc/<pid>/stat after the name in parentheses: ppid, and utime, stime, cutime, cstime.
_PARENT, _TIMES = 1, slice(11, 15)


class StartError(RuntimeError):
    """A process ended or did not answer; the text quotes the end of its log."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def cpu_seconds(root: int) -> float:
    """Processor seconds of a process and everything below it, ended children included."""
    stats = _stats()
    return sum(sum(map(int, stats[pid][_TIMES])) for pid in _family(root, stats) if pid in stats) / _TICKS


def peak_memory(root: int) -> float:
    """Megabytes that a process and everything below it have held at their most, each for itself, added up."""
    peaks = 0
    for pid in _family(root, _stats()):
        try:
            lines = (_PROCESSES / str(pid) / "status").read_text().splitlines()
        except OSError:  # it has ended meanwhile, or this is not a Linux
            continue
        peaks += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return peaks / 1024


def _family(root: int, stats: Mapping[int, list[str]]) -> set[int]:
    below, found = {root}, True
    while found:
        more = {pid for pid, fields in stats.items() if int(fields[_PARENT]) in below} - below
        below, found = below | more, bool(more)
    return below


def _stats() -> dict[int, list[str]]:
    stats: dict[int, list[str]] = {}
    if not _PROCESSES.exists():  # not a Linux: no processor times, the rest is measured
        return stats
    for entry in _PROCESSES.iterdir():
        if entry.name.isdigit():
            try:
                stats[int(entry.name)] = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
    return stats


@contextmanager
def pinned(core: int, pid: int = 0) -> Iterator[None]:
    """Inside, a process (0: this one) and what it starts run on one core alone, the last one where there are fewer."""
    if not hasattr(os, "sched_setaffinity"):  # not a Linux: whatever is measured shares all cores
        yield
        return
    before, cores = os.sched_getaffinity(pid), range(os.cpu_count() or 1)
    os.sched_setaffinity(pid, {cores[min(core, len(cores) - 1)]})
    try:
        yield
    finally:
        os.sched_setaffinity(pid, before)


def answers(address: str) -> bool:
    """Whether something answers there, whatever it says."""
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own processes
            return True
    except urllib.error.HTTPError as problem:
        problem.close()
        return True
    except OSError:
        return False


class Process:
    """A process that has been started and answers at `address`."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path, address: str) -> None:
        with log.open("ab") as out:
            given = {**os.environ, **environment}
            self._process = subprocess.Popen(command, cwd=ROOT, env=given, stdout=out, stderr=out)
        self.pid, self._log = self._process.pid, log
        end = time.monotonic() + _START_SECONDS
        while not answers(address):
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise StartError(f"{' '.join(command[1:3])} does not answer; its log ends:\n{self.last_words()}")
            time.sleep(0.1)

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-8:])

    def stop(self) -> None:
        """End it in good order; by force after half a minute."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
