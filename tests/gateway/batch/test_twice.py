"""What stands twice: told by prints, whatever memory there is to sort them in."""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.batch.twice import Kept, prints


def print_of(text: bytes, seed: int = 0) -> int:
    return int(prints(np.frombuffer(text, np.uint8).reshape(1, -1), seed)[0])


@pytest.mark.parametrize("memory", [8, 100, 1 << 20])
@given(parts=st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9), max_size=30), max_size=5))
def test_as_many_differ_as_there_are(memory: int, parts: list[list[int]]) -> None:
    with TemporaryDirectory() as folder, Kept(Path(folder) / "prints", memory) as kept:
        for part in parts:
            kept.add(np.array(part, np.uint64))
        assert kept.distinct() == len({one for part in parts for one in part})


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=30))
def test_texts_that_differ_have_other_prints_and_equal_ones_the_same(texts: list[bytes]) -> None:
    assert len({print_of(text) for text in texts}) == len(set(texts))


def test_what_belongs_to_a_text_and_how_long_it_is_count() -> None:
    assert print_of(b"1") != print_of(b"1", 1)
    assert print_of(b"1") != print_of(b"1\x00")
    assert print_of(b"12345678") != print_of(b"87654321")
