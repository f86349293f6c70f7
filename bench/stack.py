"""The running system under measurement: prepared as `make run` prepares it, then started process by process."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.machine import ROOT, Process, StartError, cpu_seconds, free_port

PARTIES = (
    *("zhejiang", "beijing", "tianjin", "guangdong", "hunan"),
    *("tax-zhejiang", "tax-beijing", "tax-tianjin", "tax-guangdong", "tax-hunan"),
    *("card-hubei", "demo-platform"),
)
_END_SECONDS = 60
# `run` says this when keys, settings, database and processes are there, before its demo worker is through.
_PREPARED = "[4/5]"
_SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$", re.MULTILINE)


class Stack:
    """One VAR_DIR with its database, its ports, and what runs on them now."""

    def __init__(self, folder: Path, database: str) -> None:
        self._folder, self.database = folder, database
        self.gateways = [free_port()]
        self.worker, self.sandbox = free_port(), free_port()
        self.workers = [self.worker]
        self._running: dict[str, Process] = {}
        self._shared = {
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": database,
            "PORT": str(self.gateways[0]),
            "WORKER_PORT": str(self.worker),
            "SANDBOX_PORT": str(self.sandbox),
            "ONCE": "",
        }

    def prepare(self) -> None:
        """Keys, settings and tables by `app.py run`, which is ended before its demo is."""
        # A shell's background jobs ignore SIGINT, and so would their children; a handler is not inherited.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        command = [sys.executable, "-u", "app.py", "run"]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **self._shared},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            said = []
            for line in process.stdout or ():
                said.append(line)
                if line.startswith(_PREPARED):
                    process.send_signal(signal.SIGINT)
                    break
            else:
                raise StartError("`app.py run` did not get ready:\n" + "".join(said))
            process.communicate(timeout=_END_SECONDS)

    def serve(self, gateways: int) -> None:
        """Start gateways; the first has the port that the outside knows."""
        public = f"http://127.0.0.1:{self.gateways[0]}"
        self.gateways += [free_port() for _ in range(gateways - 1)]
        for number, port in enumerate(self.gateways, 1):
            given = {"PORT": str(port), "PUBLIC_URL": public}
            self._start(f"gateway {number}", ["app.py", "serve"], f"http://127.0.0.1:{port}/health/ready", given)

    def play(self, *options: str) -> None:
        """Start the sandbox."""
        self._start("sandbox", ["app.py", "sandbox", *options], f"http://127.0.0.1:{self.sandbox}/_control/health")

    def carry(self, workers: int = 1) -> None:
        """Start workers; the first has the port that the settings name."""
        self.workers += [free_port() for _ in range(workers - 1)]
        for number, port in enumerate(self.workers, 1):
            given = {"WORKER_PORT": str(port)}
            self._start(f"worker {number}", ["app.py", "worker"], f"http://127.0.0.1:{port}/health/ready", given)

    def dismiss(self) -> None:
        """End the workers."""
        for name in [name for name in self._running if name.startswith("worker")]:
            self._running.pop(name).stop()

    def _start(self, name: str, command: Sequence[str], address: str, given: Mapping[str, str] | None = None) -> None:
        log = self._folder / f"{name.replace(' ', '-')}.log"
        self._running[name] = Process([sys.executable, *command], {**self._shared, **(given or {})}, log, address)

    def pids(self, kind: str) -> list[int]:
        """The processes whose names begin with `kind`."""
        return [process.pid for name, process in self._running.items() if name.startswith(kind)]

    def token(self, client: str = "demo-platform") -> str:
        """A bearer token of one of the demo's clients."""
        command = [sys.executable, "app.py", "token", client]
        environment = {**os.environ, **self._shared}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StartError(f"no token: {done.stderr.strip()}")
        return done.stdout.strip()

    def slow(self, seconds: float) -> None:
        """From now on every party answers after `seconds`."""
        faults = [{"party": party, "fault": "slow", "times": None, "seconds": seconds} for party in PARTIES]
        address = f"http://127.0.0.1:{self.sandbox}/_control/faults"
        _ask(urllib.request.Request(address, json.dumps({"faults": faults}).encode(), method="POST"))

    def metrics(self) -> "Metrics":
        """What the workers' /metrics say now: what each has counted; the queue, which is one, by the first."""
        said = [_ask(urllib.request.Request(f"http://127.0.0.1:{port}/metrics")) for port in self.workers]
        return Metrics("\n".join([said[0], *("\n".join(_counters(text)) for text in said[1:])]))

    def stages(self) -> dict[str, float]:
        """Processor seconds that the gateways have spent in each stage of their work."""
        spent: Counter[str] = Counter()
        for port in self.gateways:
            spent.update(Metrics(_ask(urllib.request.Request(f"http://127.0.0.1:{port}/metrics"))).stages)
        return dict(spent)

    def cpu(self) -> dict[str, float]:
        """Processor seconds of each running process, its children included."""
        return {name: cpu_seconds(process.pid) for name, process in self._running.items()}

    def of_gateways(self, spent: Mapping[str, float]) -> dict[str, float]:
        """What the gateways have of something that is counted by process."""
        return {name: used for name, used in spent.items() if name.startswith("gateway")}

    def stop(self) -> None:
        """End everything that was started here."""
        for process in reversed(list(self._running.values())):
            process.stop()
        self._running.clear()


class Metrics:
    """The worker's counters at one moment."""

    def __init__(self, text: str) -> None:
        self._samples = [match.groupdict() for match in _SAMPLE.finditer(text)]

    def sum(self, name: str, **labels: str) -> float:
        """The sum of every sample of that name that carries these labels."""
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        fits = [
            float(sample["value"] or 0)
            for sample in self._samples
            if sample["name"] == name and all(one in (sample["labels"] or "") for one in wanted)
        ]
        return sum(fits)

    @property
    def stages(self) -> dict[str, float]:
        """Processor seconds by stage."""
        mine = [sample for sample in self._samples if sample["name"] == "gateway_stage_cpu_seconds_total"]
        return {(sample["labels"] or "").partition('"')[2].rstrip('"'): float(sample["value"] or 0) for sample in mine}

    @property
    def delivered(self) -> float:
        """Legs that a party answered."""
        return self.sum("gateway_leg_outcomes_total", outcome="accepted")

    @property
    def journeys(self) -> float:
        """Cases whose last leg, the notice of payment to the province, has been answered."""
        return self.sum("gateway_leg_outcomes_total", message="StartCover", outcome="accepted")

    @property
    def due(self) -> float:
        """Legs that wait to be carried now."""
        return self.sum("gateway_legs_due")

    @property
    def queue_age(self) -> float:
        """Seconds that the leg due longest has been waiting."""
        return self.sum("gateway_queue_age_seconds")


def _counters(text: str) -> Iterator[str]:
    return (line for line in text.splitlines() if "_total" in line)


def _ask(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own processes
        return answer.read().decode()


@contextmanager
def stack(database: str) -> Iterator[Stack]:
    """A prepared stack in a folder of its own; what it started ends with the block."""
    with TemporaryDirectory(prefix="bench-") as folder:
        made = Stack(Path(folder), database)
        made.prepare()
        try:
            yield made
        finally:
            made.stop()
