"""Blind values of persons: the standard's own examples, and many at once as one by one."""

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.batch.blinds import Blinds
from gateway.batch.engine import Limits, engine
from gateway.batch.persons import BLIND_DIGITS, person_blind
from tests.rules.tree import ROOT

SECRET = bytes(range(32))
# NIST SP 800-38B, appendix D.3 (AES-256).
KEY = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
TEXT = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef"
    "f69f2445df4f9b17ad2b417be66c3710"
)
EXAMPLES = [
    (0, "028962f61b7bf89efc6b551f4667d983"),
    (16, "28a7023f452e8f82bd4bf28d8c37c35c"),
    (40, "aaf3d8f1de5640c232f5b169b9c911e6"),
    (64, "e1992190549f6ed5696a2c056c315410"),
]


@pytest.mark.parametrize(("length", "tag"), EXAMPLES)
def test_the_examples_of_the_standard_come_out(length: int, tag: str) -> None:
    numbers = np.frombuffer(TEXT[:length], np.uint8).reshape(1, length)
    assert Blinds(KEY).of(numbers).tobytes().decode() == tag
    assert len(tag) == BLIND_DIGITS


@given(st.lists(st.text("0123456789-ABCDEFX", max_size=50), max_size=9))
def test_many_at_once_are_as_one_by_one(numbers: list[str]) -> None:
    made = Blinds(SECRET).of_texts(pa.array(numbers, pa.string()))
    assert made.to_pylist() == [person_blind(SECRET, number) for number in numbers]
    part = Blinds(SECRET).of_texts(pa.array(["1", "22", *numbers, "333"], pa.string()).slice(1, len(numbers) + 1))
    assert part.to_pylist() == [person_blind(SECRET, number) for number in ["22", *numbers]]


def test_the_engine_makes_them_of_a_column_and_of_nothing_none(tmp_path: object) -> None:
    assert isinstance(tmp_path, type(ROOT))
    with engine(tmp_path, Limits()) as running:
        with (
            running.knowing(Blinds(SECRET).of_texts) as one,
            running.knowing(Blinds(KEY).of_texts) as other,
        ):
            found = list(running.rows("SELECT", one, "(n),", other, "(n) FROM (VALUES ('1'), (NULL), ('22')) AS t(n)"))
        assert found == [
            (person_blind(SECRET, "1"), person_blind(KEY, "1")),
            (None, None),
            (person_blind(SECRET, "22"), person_blind(KEY, "22")),
        ]
        assert not list(
            running.rows("SELECT 1 FROM duckdb_functions() WHERE function_name IN", f"('{one}', '{other}')")
        )


def test_a_process_that_reads_no_statement_does_not_hold_what_handles_columns() -> None:
    said = "import app, sys; print(sorted({'numpy', 'pyarrow'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
