"""The test's side of the fork server: orders processes, knows which have ended and how."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

from tests.harness.network import child_environment

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0


class Launcher:
    """Starts processes of the gateway through one fork server; for one thread at a time."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.fork_server"],
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._ended: dict[int, int] = {}
        self._changed = threading.Condition()
        self._answers: SimpleQueue[int] = SimpleQueue()
        self._ordering = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()
        self._answers.get(timeout=PATIENCE)

    def start(self, program: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
        """The process id of a new process of `app` or `sandbox`, which is also the id of its group."""
        order = {"program": program, "arguments": list(arguments), "environment": dict(environment), "log": str(log)}
        assert self._server.stdin is not None
        with self._ordering:
            self._server.stdin.write(json.dumps(order) + "\n")
            self._server.stdin.flush()
            return self._answers.get(timeout=PATIENCE)

    def ended(self, pid: int, seconds: float = 0) -> int | None:
        """The exit status, once the process has ended (negative: the signal); None where it lives after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: pid in self._ended, seconds)
            return self._ended.get(pid)

    def close(self) -> None:
        """End the fork server, and with it whatever it started."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(PATIENCE)
        self._server.stdout.close()

    def _listen(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            document = json.loads(line)
            if "ended" in document:
                with self._changed:
                    self._ended[document["ended"]] = document["status"]
                    self._changed.notify_all()
            else:
                self._begun(next(iter(document.values())))

    def _begun(self, pid: int) -> None:
        # The system gives the id of one that has ended to another in the end.
        with self._changed:
            self._ended.pop(pid, None)
        self._answers.put(pid)


@contextmanager
def launcher() -> Iterator[Launcher]:
    """A launcher for the length of the block."""
    made = Launcher()
    try:
        yield made
    finally:
        made.close()


class Process:
    """One process that can be started again and again with the same command line, environment and log."""

    def __init__(self, by: Launcher, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._by = by
        self._program, *self._arguments = command
        self._environment = environment
        self.log = log
        self.pid = 0

    def start(self, **more: str) -> None:
        """Start it; `more`: what this one has in its environment beside the usual."""
        assert not self.pid or self.status() is not None, f"{self._program} {self._arguments} is running"
        self.pid = self._by.start(self._program, self._arguments, {**self._environment, **more}, self.log)

    def status(self, seconds: float = 0) -> int | None:
        """How it ended (negative: by that signal); None where it is running after `seconds`."""
        return self._by.ended(self.pid, seconds)

    def kill(self) -> None:
        """SIGKILL to the whole group, as a machine that loses its power."""
        self._signal(signal.SIGKILL)
        assert self.status(PATIENCE) is not None

    def stop(self) -> None:
        """SIGTERM, then wait until what it had begun is finished."""
        self._signal(signal.SIGTERM)
        if self.status(PATIENCE) is None:
            self.kill()

    def _signal(self, number: signal.Signals) -> None:
        if self.pid and self.status() is None:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                # Begun a moment ago it has no group of its own yet, and nobody in it. Or it has ended just now, as one
                # does that is killed at a point of its own.
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
