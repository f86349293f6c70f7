"""A whole run: sandbox, gateways and workers as processes of their own on one database, and a clock for all of them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import Engine

from commands.bootstrap import Keys, prepare
from commands.run import leave_settings
from gateway import settings as settings_of
from gateway.model.values import Month
from gateway.store.work import connect
from tests.harness.network import child_environment
from tests.harness.ports import reserved_ports
from tests.journeys.caller import Caller
from tests.journeys.clock import Clock, ticking
from tests.journeys.counterparties import Sandbox
from tests.journeys.launcher import Launcher, Process
from tests.journeys.ledger import Ledger
from tests.journeys.people import People, Person, enrolment

PATIENCE = 120.0
LEASE = 6
_LOOK_AGAIN = 0.03
_IDLE_LOOKS = 5
_AHEAD = timedelta(seconds=0.3)
_FAR = timedelta(hours=2)


@dataclass(frozen=True)
class Plan:
    """How large a run is, and whether its workers pay by themselves (seconds after the levy can be paid)."""

    gateways: int = 1
    workers: int = 1
    pay_after: float | None = 0.1


class System:
    """The processes of one run with everything that tests need of them."""

    def __init__(self, folder: Path, database_url: str, launcher: Launcher, plan: Plan, stack: ExitStack) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.database_url = database_url
        self.people = People()
        self._ports = stack.enter_context(reserved_ports())
        self._stack = stack
        self.clock: Clock = stack.enter_context(ticking(folder / "now"))
        self.port, self._sandbox_port = self._ports.take(), self._ports.take()
        self.url = f"http://127.0.0.1:{self.port}"
        self.keys = self._prepare()
        self.engine: Engine = connect(database_url)
        stack.callback(self.engine.dispose)
        self.ledger = Ledger(self.engine)
        self.sandbox = self._start_sandbox(launcher, plan.pay_after)
        ports = [self.port, *(self._ports.take() for _ in range(plan.gateways - 1))]
        self.gateways = [self._process(launcher, "serve", f"gateway-{n}", PORT=port) for n, port in enumerate(ports)]
        self.workers = [
            self._process(launcher, "worker", f"worker-{n}", WORKER_PORT=self._ports.take())
            for n in range(plan.workers)
        ]
        self.urls = [f"http://127.0.0.1:{port}" for port in ports]
        self.platform, self.operator = self.caller("demo-platform"), self.caller("demo-operator")

    @property
    def gateway(self) -> "Served":
        """The first gateway."""
        return self.gateways[0]

    @property
    def worker(self) -> "Served":
        """The first worker."""
        return self.workers[0]

    @property
    def processes(self) -> list["Served"]:
        """Every gateway and worker."""
        return [*self.gateways, *self.workers]

    @property
    def month(self) -> Month:
        """The month of the run's clock."""
        return Month.of(self.clock())

    def caller(self, client: str) -> Caller:
        """A client of the first gateway."""
        return Caller(self.url, self.url, self.var, self.clock, client)

    def start(self) -> None:
        """Start every gateway and worker that does not run, and wait until all are ready."""
        for process in self.processes:
            if not process.running:
                process.start()
        for process in self.processes:
            process.wait_until_ready()

    def stop(self) -> None:
        """End every gateway and worker in good order."""
        for process in self.processes:
            process.stop()

    # what a platform does

    def enrol(self, province: str, person: Person | None = None, key: str | None = None, **more: Any) -> str:
        """Enrol somebody (a new person where nobody is named) in `province`, and insist on an answer; the case."""
        answer = self.platform.call("POST", "/v1/enrolments", self.request(province, person, **more), key)
        assert answer.status == 202, answer.body.decode()
        return str(answer.document["case"])

    def request(self, province: str, person: Person | None = None, **more: Any) -> dict[str, Any]:
        """The body that enrols a person in `province` from this month on."""
        return enrolment(person or self.people.next(), province, str(self.month), **more)

    def case(self, handle: str) -> dict[str, Any]:
        """The case as its platform sees it."""
        answer = self.platform.call("GET", f"/v1/cases/{handle}")
        assert answer.status == 200, answer.body.decode()
        view: dict[str, Any] = answer.document
        return view

    # waiting

    def until(self, condition: Callable[[], Any], what: str = "it", *, skipping: bool = True) -> Any:
        """What `condition` gives once it is true. Where all legs only wait for their time, the clock is moved there."""
        end = time.monotonic() + PATIENCE
        pause, idle = threading.Event(), 0
        while not (found := condition()):
            assert time.monotonic() < end, f"{what} did not happen within {PATIENCE} s\n{self.ledger.described()}"
            pause.wait(_LOOK_AGAIN)
            wait = self.ledger.idle_for(self.clock()) if skipping else None
            idle = idle + 1 if wait is not None and _AHEAD < wait < _FAR else 0
            if idle >= _IDLE_LOOKS and wait is not None:
                self.clock.skip(wait.total_seconds())
                idle = 0
        return found

    def wait_until(self, handle: str, *statuses: str) -> dict[str, Any]:
        """The case once it has one of `statuses`."""

        def there() -> dict[str, Any] | None:
            return self.case(handle) if self.ledger.status(handle) in statuses else None

        found: dict[str, Any] = self.until(there, f"{handle} {' or '.join(statuses)}")
        return found

    def wait_until_settled(self) -> None:
        """Until no leg wants anything any more: all that was to happen has happened, webhooks included."""
        self.until(lambda: not self.ledger.unsettled(), "that all legs are settled")

    # inside

    def _prepare(self) -> Keys:
        self.environment = child_environment(
            VAR_DIR=str(self.var),
            PORT=str(self.port),
            SANDBOX_PORT=str(self._sandbox_port),
            PUBLIC_URL=self.url,
            NOW_FILE=str(self.clock.file),
            LEASE_SECONDS=str(LEASE),
            DATABASE_URL=self.database_url,
        )
        settings = settings_of.read(self.environment)
        keys = prepare(settings)
        leave_settings(settings, keys)
        del self.environment["DATABASE_URL"]
        (self.var / "log").mkdir()
        return keys

    def _start_sandbox(self, launcher: Launcher, pay_after: float | None) -> Sandbox:
        command = ["sandbox", "--port", str(self._sandbox_port), "--callback", self.url]
        if pay_after is not None:
            command += ["--pay-after", str(pay_after)]
        process = Process(launcher, command, self.environment, self.folder / "sandbox.log")
        process.start()
        self._stack.callback(process.stop)
        url = f"http://127.0.0.1:{self._sandbox_port}"
        assert _wait_for(f"{url}/_control/health", process.status), process.log.read_text(encoding="utf-8")
        return Sandbox(url)

    def _process(self, launcher: Launcher, command: str, name: str, **ports: int) -> "Served":
        environment = self.environment | {setting: str(port) for setting, port in ports.items()}
        port = ports.get("WORKER_PORT") or ports["PORT"]
        made = Served(Process(launcher, ["app", command], environment, self.var / "log" / f"{name}.log"), name, port)
        self._stack.callback(made.process.kill)
        return made


class Served:
    """A gateway or worker, with the port at which it says how it is."""

    def __init__(self, process: Process, name: str, port: int) -> None:
        self.process = process
        self.name = name
        self.port = port

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return bool(self.process.pid) and self.process.status() is None

    def start(self, **more: str) -> None:
        """Start it; it may not be ready yet."""
        self.process.start(**more)

    def wait_until_ready(self) -> bool:
        """Until it is ready (True) or has ended before it was (False)."""
        return _wait_for(f"http://127.0.0.1:{self.port}/health/ready", self.process.status)

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()

    def stop(self) -> None:
        """SIGTERM, and wait."""
        self.process.stop()

    def log(self) -> str:
        """All that it has said."""
        return self.process.log.read_text(encoding="utf-8", errors="replace") if self.process.log.exists() else ""


def _wait_for(address: str, status: Callable[[], int | None]) -> bool:
    end, pause = time.monotonic() + PATIENCE, threading.Event()
    while status() is None:
        try:
            if requests.get(address, timeout=5).ok:
                return True
        except (requests.ConnectionError, requests.Timeout):
            pass
        assert time.monotonic() < end, f"{address} does not answer"
        pause.wait(_LOOK_AGAIN)
    return False


@contextmanager
def standing(folder: Path, database_url: str, launcher: Launcher, plan: Plan | None = None) -> Iterator[System]:
    """A run for the length of the block: its sandbox stands, its gateways and workers are to be started."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        yield System(folder, database_url, launcher, plan or Plan(), stack)
