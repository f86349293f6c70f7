import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from tests.harness.database import Databases
from tests.harness.postgres import running_cluster
from tests.harness.session import Shared
from tests.harness.supervisor import REPOSITORY, supervisor_lock

RUN_AND_WAIT = """
import json, tempfile, threading
from pathlib import Path
from tests.harness.locks import try_hold
from tests.harness.supervisor import alive_lock, ensure_server
root = Path(tempfile.mkdtemp(prefix="gateway-tests-"))
root.chmod(0o711)
alive = try_hold(alive_lock(root))
cluster = ensure_server(root)
print(json.dumps({"root": str(root), "url": cluster.url()}), flush=True)
threading.Event().wait()
"""


def setting(url: str, name: str) -> str:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return str(connection.execute(text("SELECT current_setting(:name)"), {"name": name}).scalar_one())


def test_the_server_of_the_run_is_a_postgresql_that_trades_durability_for_speed(shared: Shared) -> None:
    url = shared.server_url()
    assert int(setting(url, "server_version_num")) >= 13_00_00
    if shared.given is None:
        assert setting(url, "fsync") == "off"


def test_all_workers_of_a_run_share_one_server(shared: Shared, databases: Databases) -> None:
    assert shared.server_url() == shared.server_url()
    with databases.postgresql(migrated=False) as url:
        assert setting(url, "data_directory") == setting(shared.server_url(), "data_directory")


def test_a_durable_server_keeps_what_was_committed_through_a_power_cut(shared: Shared, tmp_path: Path) -> None:
    with running_cluster(shared.root / f"durable-{os.getpid()}", durable=True) as cluster:
        assert setting(cluster.url(), "fsync") == "on"
        with create_engine(cluster.url(), poolclass=NullPool).begin() as connection:
            connection.execute(text("CREATE TABLE kept AS SELECT 'committed' AS value"))
        cluster.stop("immediate")
        cluster.start()
        with create_engine(cluster.url(), poolclass=NullPool).connect() as connection:
            assert connection.execute(text("SELECT value FROM kept")).scalar_one() == "committed"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_no_server_stays_behind_when_a_test_run_is_killed(end: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", RUN_AND_WAIT], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        told = json.loads(run.stdout.readline())
        root = Path(told["root"])
        supervisor = supervisor_lock(root).open("ab")
        connection = create_engine(told["url"], poolclass=NullPool).connect()
        run.send_signal(end)
    with supervisor:
        fcntl.flock(supervisor, fcntl.LOCK_EX)  # the supervisor lets go when everything is gone
    assert not root.exists()
    with pytest.raises(OperationalError):
        connection.execute(text("SELECT 1"))
    connection.close()
