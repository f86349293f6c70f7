"""What is said where the cluster that BATCH_URL names cannot be used; and a driver never outlives who started it."""

import importlib.util
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.batch import spark
from gateway.batch.engine import EngineError, Limits
from gateway.batch.engines import relations
from tests.harness.ports import Ports
from tests.harness.supervisor import REPOSITORY

BUSY = (
    "import sys, time; from gateway.batch.spark_driver import listen; listen(sys.stdin); "
    "print('busy', flush=True); time.sleep(600)"
)


@pytest.fixture(autouse=True)
def java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Java that is new enough, as far as it says, and pyspark beside it."""
    program = tmp_path / "java" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 'openjdk version \"17.0.15\"' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "java"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    return program


def refused(url: str, folder: Path) -> str:
    with pytest.raises(EngineError) as caught, relations(url, folder, Limits()):
        pass
    return str(caught.value)


def test_a_cluster_that_does_not_answer_is_named(tmp_path: Path, free_ports: Ports) -> None:
    url = f"spark://127.0.0.1:{free_ports.take()},127.0.0.1:{free_ports.take()}"
    error = refused(url, tmp_path)
    assert error.startswith(f"no Spark master answers at {url}: check BATCH_URL")


def test_without_java_the_command_that_installs_one_is_named(tmp_path: Path, java: Path) -> None:
    java.unlink()
    assert "make setup-java" in refused("spark://127.0.0.1:7077", tmp_path)


def test_without_pyspark_the_command_that_installs_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    error = refused("spark://127.0.0.1:7077", tmp_path)
    assert error.endswith("pip install --require-hashes -r requirements/spark.txt")


def test_an_address_of_something_else_is_refused(tmp_path: Path) -> None:
    assert "spark://host:port" in refused("http://127.0.0.1:7077", tmp_path)


def test_a_driver_that_ends_by_itself_is_an_error_and_no_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with socket.create_server(("127.0.0.1", free_port)):
        assert "ended by itself" in refused(f"spark://127.0.0.1:{free_port}", tmp_path)


def test_a_cluster_without_room_is_told_from_a_statement_that_fails() -> None:
    assert "no worker of the Spark cluster gave an executor" in str(spark.told("TimeoutError"))
    assert str(spark.told("ArithmeticException ARITHMETIC_OVERFLOW")).endswith("ARITHMETIC_OVERFLOW")


def test_a_driver_ends_in_the_middle_of_its_work_when_nobody_listens_any_more() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == "busy\n"
        driver.communicate()
    assert driver.returncode == 0
