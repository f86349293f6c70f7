import os
import re
import runpy
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from commands.run import sandbox_addresses
from gateway.store.columns import metadata
from tests.docker.compose_file import FOLDER, services
from tests.harness.network import child_environment
from tests.harness.ports import Ports
from tests.rules.tree import ROOT

PATIENCE_SECONDS = 60
HEALTHY: Callable[[str], bool] = runpy.run_path(str(FOLDER / "steps" / "healthcheck.py"))["healthy"]
DATABASE = re.compile(r"^database_url = .*$", re.MULTILINE)


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


class Container:
    """The entrypoint with the environment of a container, on this machine."""

    def __init__(self, folder: Path, database: str, **environment: str) -> None:
        made = ["sh", str(FOLDER / "secrets.sh"), str(folder / "secrets")]
        subprocess.run(made, check=True, capture_output=True)
        secrets = folder / "secrets" / "gateway.toml"
        secrets.write_text(DATABASE.sub(f'database_url = "{database}"', secrets.read_text("ascii")), "ascii")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {"SECRETS_FILE": str(secrets), "VAR_DIR": str(folder / "var"), "ENVIRONMENT": "demo"}
        self._environment = child_environment(PATH=path, **own, **environment)
        self._folder = folder

    def done(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            ["sh", str(FOLDER / "entrypoint.sh"), *command],
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def running(self, *command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
        """Keep a command going for the length of the block, what it says in a file."""
        with (self._folder / "log").open("ab") as log:
            process = subprocess.Popen(
                ["sh", str(FOLDER / "entrypoint.sh"), *command],
                env={**self._environment, **environment},
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def said(self) -> str:
        """What the processes of this container have said."""
        return (self._folder / "log").read_text(encoding="utf-8", errors="replace")


def wait_until_well(container: Container, processes: Sequence[subprocess.Popen[bytes]], urls: Sequence[str]) -> None:
    """Ask as an engine does, with the health check of the image, until all are well or one has ended."""
    end = time.monotonic() + PATIENCE_SECONDS
    for process, url in zip(processes, urls, strict=True):
        while not HEALTHY(url):
            if ended(process) or time.monotonic() > end:
                pytest.fail(f"{url} never got well; exit status {process.poll()}\n{container.said()[-3000:]}")


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process ends within a moment."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return False
    return True


def test_two_gateways_that_start_at_once_bring_an_empty_database_to_its_shape_and_stop_when_told(
    tmp_path: Path, empty_postgresql_url: str, free_ports: Ports
) -> None:
    ports = [free_ports.take(), free_ports.take()]
    container = Container(tmp_path, empty_postgresql_url, BIND="127.0.0.1", **sandbox_addresses(free_ports.take()))
    with ExitStack() as started:
        processes = [
            started.enter_context(container.running("serve", PORT=str(port), WORKER_PORT="1")) for port in ports
        ]
        wait_until_well(container, processes, [f"http://127.0.0.1:{port}/health/ready" for port in ports])
        assert set(metadata.tables) <= tables(empty_postgresql_url)
        # The signal goes to the one process that an engine knows: where a shell stood in between, nobody would hear it.
        for process in processes:
            process.terminate()
        assert [process.wait(PATIENCE_SECONDS) for process in processes] == [0, 0], container.said()[-3000:]


def test_the_worker_brings_the_database_to_its_shape_and_stops_when_told(
    tmp_path: Path, empty_postgresql_url: str, free_ports: Ports
) -> None:
    port = free_ports.take()
    container = Container(tmp_path, empty_postgresql_url, BIND="127.0.0.1", **sandbox_addresses(free_ports.take()))
    with container.running("worker", WORKER_PORT=str(port)) as process:
        wait_until_well(container, [process], [f"http://127.0.0.1:{port}/health/ready"])
        assert set(metadata.tables) <= tables(empty_postgresql_url)
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0, container.said()[-3000:]


def test_the_sandbox_needs_no_database(tmp_path: Path, free_port: int) -> None:
    container = Container(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")
    command = [str(word) for word in services()["sandbox"]["command"]]
    given = {"0.0.0.0": "127.0.0.1", "8082": str(free_port)}
    with container.running(*(given.get(word, word) for word in command)) as process:
        wait_until_well(container, [process], [f"http://127.0.0.1:{free_port}/_control/health"])
        with urllib.request.urlopen(f"http://127.0.0.1:{free_port}/_control/state") as answer:
            assert answer.status == 200
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 0, container.said()


def test_any_other_command_is_one_of_the_command_line(tmp_path: Path) -> None:
    container = Container(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")
    done = container.done("settings", "--documented", "--json")
    assert done.returncode == 0, done.stderr
    assert '"DATABASE_URL"' in done.stdout


def test_a_process_that_cannot_bring_the_database_to_its_shape_does_not_start(tmp_path: Path) -> None:
    container = Container(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:1/none")
    done = container.done("serve")
    assert done.returncode != 0
    assert not (tmp_path / "var" / "keys").exists()


def test_it_finds_its_folder_from_wherever_it_is_started(tmp_path: Path) -> None:
    container = Container(tmp_path, f"sqlite:///{tmp_path / 'gateway.db'}")
    assert container.done("migrate").stdout.strip() == "the database has the newest shape"
    assert (tmp_path / "gateway.db").exists()
    assert not (ROOT / "gateway.db").exists()
