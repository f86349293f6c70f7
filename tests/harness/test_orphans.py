import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest

from tests.harness.orphans import unmarked
from tests.harness.proc import lives, wait_until_gone
from tests.harness.session import Shared
from tests.harness.supervisor import REPOSITORY

# One child in a session of its own, one that gave up its parent, and a PostgreSQL of the test's own.
START_AND_WAIT = """
import json, subprocess, sys
from pathlib import Path
from tests.harness.orphans import watch
from tests.harness.postgres import new_cluster
watch()
away = "import os, time\\nif os.fork(): os._exit(0)\\nos.setsid(); print(os.getpid(), flush=True); time.sleep(600)"
apart = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
gone = subprocess.Popen([sys.executable, "-c", away], stdout=subprocess.PIPE, text=True)
cluster = new_cluster(Path(sys.argv[1]))
cluster.start()
server = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
print(json.dumps([apart.pid, int(gone.stdout.readline()), server]), flush=True)
sys.stdin.read()
"""
ENDS: Mapping[str, Callable[["subprocess.Popen[str]"], None]] = {
    "is killed": lambda process: process.kill(),
    "is killed with its process group": lambda process: os.killpg(process.pid, signal.SIGKILL),
    "ends": lambda process: process.stdin.close() if process.stdin else None,
}


@pytest.mark.parametrize("how", ENDS)
def test_what_a_test_process_started_and_left_ends_when_it(how: str, shared: Shared) -> None:
    folder = shared.root / f"orphans-{os.getpid()}-{list(ENDS).index(how)}"
    command = [sys.executable, "-c", START_AND_WAIT, str(folder)]
    with subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=unmarked(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        started: list[int] = json.loads(process.stdout.readline())
        assert all(map(lives, started))
        ENDS[how](process)
        wait_until_gone(started)
        named = [line.split()[8] for line in process.stderr if line.startswith("left behind by a test process")]
    assert set(map(str, started)) <= set(named)
