"""The generator's files, in which each class of break is known: every one is found with its class, and no other."""

import csv
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench import statements
from bench.database import Server
from bench.inside.reconciliation import reconciliation
from bench.inside.reconciliation_run import engine, floor
from bench.options import Options

NOWHERE = Server("none", lambda: "")


@pytest.mark.parametrize("seed", range(6))
def test_every_injected_break_is_found_with_its_class_and_no_other(tmp_path: Path, seed: int) -> None:
    statements.write(tmp_path, 400 + seed, seed)
    with (tmp_path / "truth.csv").open(newline="") as truth:
        assert Counter(kind for _, kind in csv.reader(truth)) == dict.fromkeys(statements.BREAKS, 1)
    assert engine(tmp_path)["wrong"] == 0


def test_a_break_that_the_truth_does_not_tell_is_counted_as_wrong(tmp_path: Path) -> None:
    statements.write(tmp_path, 200, 1)
    truth = (tmp_path / "truth.csv").read_text().splitlines(keepends=True)
    (tmp_path / "truth.csv").write_text("".join(truth[1:]))
    assert engine(tmp_path)["wrong"] == 1


def test_the_floor_reads_both_files_to_their_end(tmp_path: Path) -> None:
    statements.write(tmp_path, 300, 1)
    assert floor(tmp_path)["rows"] >= 2 * 280


def test_the_engine_stands_beside_the_floor_and_a_peer_that_is_not_there_is_named() -> None:
    figures = reconciliation(NOWHERE, Options(rows=300))
    assert figures[0].value == 0
    whole = figures[1]
    assert set(whole.beside) >= {"floor: decode, split and type both files"}
    told = " ".join([*whole.beside, *whole.notes])
    assert "datacompy" in told
    assert ("not installed" in told) == (not (find_spec("datacompy") and find_spec("pandas")))
