"""What a killed process leaves is removed a day later, and nothing that somebody still writes, or that counts."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway.services.left_over import AGE, sweep
from gateway.services.runtime import Runtime
from tests.gateway.services.conftest import World
from tests.gateway.services.reconciled import reconciling
from tests.rules.tree import ROOT

WRITING = """
import sys, time
from pathlib import Path
from gateway.batch.row_files import beside
from gateway.batch.unfinished import unfinished

into = Path(sys.argv[1])
with beside(into / "statements" / "tax-hunan" / "st_1.receipt.parquet") as rows:
    (rows / "rows.parquet").write_bytes(b"half")
    (into / "runs").mkdir()
    with unfinished(into / "runs" / "rec_1") as result:
        (result / "tallies.parquet").write_bytes(b"half")
        print("written", flush=True)
        time.sleep(600)
"""


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return reconciling(world, tmp_path)


def killed_while_writing(into: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITING, str(into)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.kill()


def written_at(folder: Path, at: datetime) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (at.timestamp(), at.timestamp()))


def there(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_what_a_killed_process_was_writing_goes_after_a_day_and_not_before(world: World, runtime: Runtime) -> None:
    var = runtime.settings.var / "reconciliation"
    var.mkdir(parents=True)
    killed_while_writing(var)
    assert len(there(var)) == 2
    written_at(var, world.clock.at - AGE + timedelta(seconds=1))
    assert (sweep(runtime), len(there(var))) == (0, 2)
    world.clock.forward(seconds=2)
    assert sweep(runtime) == 2
    assert (there(var), sweep(runtime)) == (set(), 0)


def test_one_file_written_lately_keeps_the_whole_folder(world: World, runtime: Runtime) -> None:
    var = runtime.settings.var / "reconciliation"
    var.mkdir(parents=True)
    killed_while_writing(var)
    written_at(var, world.clock.at - 2 * AGE)
    (fresh,) = var.rglob("tallies.parquet")
    os.utime(fresh, (world.clock.at.timestamp(), world.clock.at.timestamp()))
    assert sweep(runtime) == 1
    assert fresh.is_file()


def test_what_counts_stays_however_old_it_is(world: World, runtime: Runtime) -> None:
    var = runtime.settings.var
    kept = {
        "reconciliation/runs/rec_1/rows.parquet",
        "reconciliation/ledger/tax-hunan/2026-11-16.0.parquet",
        "statements/tax-hunan/.fetched.json",
        "statements/tax-hunan/.0123456789abcdef01234567.fetching",
        "statements/tax-hunan/20261116-01.txt",
        "differences/tax-hunan/out/20261116.txt",
        "vault/.key",
    }
    left = {
        "reconciliation/ledger/tax-hunan/.2026-11-16.1.parquet.abc/given-0.parquet",
        "statements/tax-hunan/.fetched.json.tmp",
        "differences/tax-hunan/out/.20261116.txt.part",
    }
    for name in kept | left:
        (var / name).parent.mkdir(parents=True, exist_ok=True)
        (var / name).write_bytes(b"x")
    written_at(var, world.clock.at - 40 * AGE)
    assert sweep(runtime) == 3
    assert {name for name in there(var) if name in kept | left} == kept
