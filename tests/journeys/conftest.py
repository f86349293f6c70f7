from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.harness.database import Databases
from tests.journeys.launcher import Launcher, launcher
from tests.journeys.system import Plan, System, standing

KINDS = ("sqlite", "postgresql")

Standing = Callable[..., Iterator[System]]


@pytest.fixture(scope="session")
def program() -> Iterator[Launcher]:
    """What starts the processes of this test process's runs."""
    with launcher() as made:
        yield made


class Runs:
    """Runs on either kind of database; the one that no test kills is kept for all that only use it."""

    def __init__(self, databases: Databases, program: Launcher, folder: Callable[[], Path], stack: ExitStack) -> None:
        self._databases = databases
        self._program = program
        self._folder = folder
        self._stack = stack
        self._kept: dict[str, System] = {}

    @contextmanager
    def new(self, kind: str, plan: Plan | None = None) -> Iterator[System]:
        """A run of one's own, not started yet."""
        folder = self._folder()
        with ExitStack() as stack:
            if kind == "sqlite":
                url = self._databases.sqlite(folder)
            else:
                url = stack.enter_context(self._databases.postgresql())
            yield stack.enter_context(standing(folder / "run", url, self._program, plan))

    def kept(self, kind: str) -> System:
        """The run that stands until the end of the session; whoever uses it leaves it running."""
        if kind not in self._kept:
            self._kept[kind] = self._stack.enter_context(self.new(kind, Plan(pay_after=None)))
        system = self._kept[kind]
        system.clock.resume()
        system.start()
        return system


@pytest.fixture(scope="session")
def runs(databases: Databases, program: Launcher, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with ExitStack() as stack:
        yield Runs(databases, program, lambda: tmp_path_factory.mktemp("journey"), stack)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of database; the test runs once on each."""
    return str(request.param)


@pytest.fixture
def system(runs: Runs, kind: str) -> Iterator[System]:
    """A run that other tests use too: one gateway, one worker, and workers who pay when they are told to."""
    made = runs.kept(kind)
    made.sandbox.forgive()
    yield made
    made.sandbox.forgive()
    made.clock.rest()
