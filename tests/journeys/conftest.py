from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.harness.database import Databases
from tests.harness.session import Shared
from tests.journeys.launcher import Launcher, launcher
from tests.journeys.spoken import rules_in, stand
from tests.journeys.system import Plan, System
from tests.journeys.system import standing as run_in

KINDS = ("sqlite", "postgresql")

HERE = Path(__file__).parent

Standing = Callable[..., Iterator[System]]


@pytest.fixture(scope="session")
def program() -> Iterator[Launcher]:
    """What starts the processes of this test process's runs."""
    with launcher() as made:
        yield made


class Runs:
    """Runs on either kind of database; the one that no test kills is kept for all that only use it."""

    def __init__(self, databases: Databases, program: Launcher, shared: Shared, stack: ExitStack) -> None:
        self._databases = databases
        self._program = program
        self._shared = shared
        self._stack = stack
        self._kept: dict[str, System] = {}

    @contextmanager
    def new(self, kind: str, plan: Plan | None = None) -> Iterator[System]:
        """A run of one's own, not started yet."""
        with ExitStack() as stack:
            folder = stack.enter_context(self._shared.folder("journey"))
            if kind == "sqlite":
                url = self._databases.sqlite(folder)
            else:
                url = stack.enter_context(self._databases.postgresql())
            yield stack.enter_context(run_in(folder / "run", url, self._program, plan))

    def kept(self, kind: str) -> System:
        """The run that stands until the end of the session; whoever uses it leaves it running."""
        if kind not in self._kept:
            self._kept[kind] = self._stack.enter_context(self.new(kind, Plan(pay_after=None)))
        system = self._kept[kind]
        system.clock.resume()
        system.start()
        return system

    def rest(self) -> None:
        """End the gateways and workers of the runs that stand: looking for work takes time while there is none."""
        for system in self._kept.values():
            system.stop()
            system.clock.rest()


KEY = pytest.StashKey[Runs]()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Let what stands rest where this test process goes on with other tests than journeys."""
    if KEY in item.config.stash and nextitem is not None and not nextitem.path.is_relative_to(HERE):
        item.config.stash[KEY].rest()


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, databases: Databases, program: Launcher, shared: Shared) -> Iterator[Runs]:
    with ExitStack() as stack:
        made = request.config.stash[KEY] = Runs(databases, program, shared, stack)
        yield made
        del request.config.stash[KEY]


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


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rules by which every dialect is spoken."""
    return rules_in(tmp_path_factory.mktemp("rules") / "demo")


@pytest.fixture(scope="module")
def standing(runs: Runs, rules: Path) -> Iterator[System]:
    """A run of the module's own in which every dialect is spoken, and workers pay when they are told to."""
    with runs.new("sqlite", Plan(pay_after=None)) as made:
        yield stand(made, rules)
