"""No process of a run outlives the test process that started it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.harness.network import child_environment
from tests.harness.proc import descendants, wait_until_gone
from tests.journeys.launcher import ROOT

PLUGINS = ("tests.harness.session", "tests.harness.fixtures", "tests.journeys.conftest")
STANDS = """
import os, threading
from pathlib import Path

def test_stands_until_it_is_killed(runs, shared):
    with runs.new("sqlite") as system:
        system.start()
        Path("stands.new").write_text(f"{os.getpid()} {shared.root}")
        Path("stands.new").rename("stands")
        threading.Event().wait()
"""


@pytest.mark.parametrize("whom", ["the worker of a divided run", "the whole run"])
def test_no_gateway_worker_or_sandbox_outlives_a_test_process_that_is_killed(tmp_path: Path, whom: str) -> None:
    (tmp_path / "test_it.py").write_text(STANDS, encoding="utf-8")
    plugins = [word for name in PLUGINS for word in ("-p", name)]
    divided = "-n1" if whom.startswith("the worker") else "-n0"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        divided,
        "--max-worker-restart=0",
        "--rootdir=.",
        *plugins,
        "test_it.py",
    ]
    environment = child_environment(PYTHONPATH=str(ROOT))
    with (tmp_path / "said").open("wb") as said:
        run = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=said, stderr=said)
    while not (tmp_path / "stands").exists():
        assert run.poll() is None, (tmp_path / "said").read_text(encoding="utf-8")
        threading.Event().wait(0.05)
    tests, root = (tmp_path / "stands").read_text(encoding="utf-8").split()
    started = descendants(int(tests))
    # Watcher, fork server, sandbox, gateway with the process that serves, worker.
    assert len(started) == 6, started
    os.kill(int(tests), signal.SIGKILL)
    wait_until_gone(started)
    run.wait()
    assert not Path(root).exists()
