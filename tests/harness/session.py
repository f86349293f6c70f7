"""What all processes of one test run share: a directory, and the PostgreSQL that is given or started."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness.locks import held, try_hold
from tests.harness.orphans import remove_afterwards, watch
from tests.harness.supervisor import alive_lock, ensure_server, supervisor_lock


@dataclass(frozen=True)
class Shared:
    """`root`: a directory of this run, passable for the server's user. `given`: the caller's PostgreSQL, if any."""

    root: Path
    given: str | None

    @property
    def name(self) -> str:
        """A short name that no other run has, for databases on a shared server."""
        return self.root.name.rpartition("-")[2]

    def server_url(self) -> str:
        """A URL of the server on which databases may be created; starts the server where none was given."""
        return self.given or ensure_server(self.root).url()

    @contextmanager
    def folder(self, prefix: str) -> Iterator[Path]:
        """A folder with the databases of the run, for what writes much and waits for it; gone after the block."""
        with tempfile.TemporaryDirectory(prefix=f"{prefix}-", dir=self.root, ignore_cleanup_errors=True) as folder:
            yield Path(folder)


MEMORY = Path("/dev/shm")  # noqa: S108 - only a folder of its own is made there, as in /tmp
ROOM = 4 << 30
KEY = pytest.StashKey[Shared]()


def given_postgresql() -> str | None:
    """DATABASE_URL where it names a PostgreSQL, as a psycopg URL; taken out of the environment, so that no code under
    test meets it by accident.
    """
    url = os.environ.pop("DATABASE_URL", "")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
        return None
    return f"postgresql+psycopg://{rest}"


def in_memory() -> Path | None:
    """The system's folder of files in memory, where databases of tests need not wait for a disk; None: the usual one.

    Whoever names a folder for temporary files (TMPDIR) has chosen. The files of the tests themselves lie there too, a
    hundred thousand in a run, and are gone after it: to look at those of a failed test, give ARGS=--basetemp=FOLDER.
    """
    free = shutil.disk_usage(MEMORY).free if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) else 0
    return MEMORY if free >= ROOM and "TMPDIR" not in os.environ else None


class Host:
    """The process that owns the run (the controller of a divided one): makes what is shared and clears it away."""

    def __init__(self, config: pytest.Config) -> None:
        root = Path(tempfile.mkdtemp(prefix="gateway-tests-", dir=in_memory()))
        root.chmod(0o711)
        remove_afterwards(root)
        self.shared = Shared(root, given_postgresql())
        config.stash[KEY] = self.shared
        if root.parent == MEMORY and config.option.basetemp is None:
            config.option.basetemp = root / "t"
        self._alive = try_hold(alive_lock(root))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: pytest.Session) -> None:
        """Tell a worker where the shared things are."""
        node.workerinput["shared"] = (str(self.shared.root), self.shared.given)  # type: ignore[attr-defined]  # of xdist

    def pytest_unconfigure(self) -> None:
        """Let the server go, wait until it is gone, and leave nothing behind."""
        if self._alive is not None:
            self._alive.close()
        if supervisor_lock(self.shared.root).exists():
            with held(supervisor_lock(self.shared.root)):
                pass
        shutil.rmtree(self.shared.root, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Own the run, or take over what its owner made; either way nothing that is started from here stays behind."""
    # A run starts hundreds of programs of one tree: translated once, and not by each of them (half of its time).
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False  # the tests themselves, too: each worker would rewrite all their assertions
    watch()
    told = getattr(config, "workerinput", {}).get("shared")
    if told is None:
        config.pluginmanager.register(Host(config), "gateway-test-host")
    else:
        config.stash[KEY] = Shared(Path(told[0]), told[1])
