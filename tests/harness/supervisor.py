"""The process that keeps one PostgreSQL for all workers of a test run, and ends it when the run ends or dies.

`python -m tests.harness.supervisor ROOT`: starts the server in ROOT/postgres, says `ready` (or why not), then sleeps
on the lock that the test run holds. The system frees it when the run is over, also after a kill, so no server stays.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.harness.locks import held, wait_until_free
from tests.harness.orphans import unmarked
from tests.harness.postgres import Cluster, PostgresUnavailableError, find_binaries, new_cluster, unprivileged_owner

REPOSITORY = Path(__file__).resolve().parents[2]
_children: list[subprocess.Popen[str]] = []  # kept, so that no half-dead child is collected in the middle of a test


def alive_lock(root: Path) -> Path:
    """Held by the test run as long as it lives."""
    return root / "alive.lock"


def supervisor_lock(root: Path) -> Path:
    """Held by the supervisor until everything is gone."""
    return root / "supervisor.lock"


def cluster_of(root: Path) -> Cluster:
    """The cluster of a test run, as seen by those who only use it."""
    return Cluster(root / "postgres", find_binaries(), unprivileged_owner())


def ensure_server(root: Path) -> Cluster:
    """The running server of this test run; the first worker that asks starts it, the others wait for that."""
    ready = root / "ready"
    with held(root / "start.lock"):
        if not ready.exists():
            _spawn(root)
            ready.touch()
    return cluster_of(root)


def _spawn(root: Path) -> None:
    command = [sys.executable, "-m", "tests.harness.supervisor", str(root)]
    # Not this test process's alone: it serves all of them, and ends when the lock of the run is free.
    child = subprocess.Popen(
        command, cwd=REPOSITORY, env=unmarked(), stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    _children.append(child)
    assert child.stdout is not None
    with child.stdout as said:
        first = said.readline().strip()
        if first != "ready":
            raise PostgresUnavailableError(first + said.read())


def main(root: Path) -> int:
    """Serve until the test run is over."""
    with held(supervisor_lock(root)):
        try:
            cluster = new_cluster(root / "postgres")
            cluster.start()
        except PostgresUnavailableError as error:
            sys.stdout.write(str(error))
            return 1
        sys.stdout.write("ready\n")
        sys.stdout.close()
        wait_until_free(alive_lock(root))
        cluster.stop("immediate")
        shutil.rmtree(root, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
