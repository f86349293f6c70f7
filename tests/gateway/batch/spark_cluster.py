"""A standalone cluster of Apache Spark on the loopback: a master and two workers, each a process, with small heaps."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.harness.ports import Ports

WORKERS = 2
_LOOK_AGAIN = 0.05
_ENDS_WITHIN = 20.0
# Processes that live for a minute: compiling them well would take longer than they run, and so would looking through
# the code of Spark itself for what no compiler writes.
_SHORT_LIVED = (
    "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData"
    " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
# Java that Spark writes for a statement is worth its compilation from some ten thousand rows on; ours are hundreds.
_DEFAULTS = f"""
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.memory 512m
spark.driver.extraJavaOptions {_SHORT_LIVED}
spark.executor.memory 512m
spark.executor.extraJavaOptions {_SHORT_LIVED}
spark.sql.shuffle.partitions 2
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.parquet.compression.codec uncompressed
spark.broadcast.compress false
spark.shuffle.compress false
spark.shuffle.spill.compress false
spark.locality.wait 0s
spark.scheduler.minRegisteredResourcesRatio 1.0
spark.scheduler.maxRegisteredResourcesWaitingTime 120s
"""


def environment(folder: Path) -> Mapping[str, str]:
    """What a driver and the processes of the cluster are started with: how a deployment tunes Spark, by its files."""
    conf = folder / "conf"
    conf.mkdir(parents=True, exist_ok=True)
    (conf / "spark-defaults.conf").write_text(_DEFAULTS, encoding="ascii")
    return {
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        "SPARK_DAEMON_MEMORY": "192m",
        "SPARK_DAEMON_JAVA_OPTS": _SHORT_LIVED,
    }


@contextmanager
def cluster(folder: Path, ports: Ports) -> Iterator[str]:
    """The address of a cluster that stands until the block ends; its logs lie in `folder`."""
    port = ports.take()
    url = f"spark://127.0.0.1:{port}"
    with ExitStack() as running:
        master = ("master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        _await(port, running.enter_context(_daemon(folder, *master)), folder)
        for number in range(WORKERS):
            place = ("--host", "127.0.0.1", "--webui-port", "0", "--work-dir", str(folder / f"worker-{number}"))
            running.enter_context(_daemon(folder, "worker.Worker", "--cores", "1", "--memory", "600m", *place, url))
        yield url


@contextmanager
def _daemon(folder: Path, name: str, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """One of Spark's own long-running programs; what it started ends with it, and it with this test process."""
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [program, f"org.apache.spark.deploy.{name}", *arguments],
            env={**os.environ, **environment(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(port: int, master: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Wait for the master: a worker that comes too early waits ten seconds before it tries again."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert master.poll() is None, (folder / "master.Master.log").read_text(errors="replace")
            time.sleep(_LOOK_AGAIN)
        else:
            return
