"""Lines and columns are those of `gateway.mapping.syntax_rows`, wherever the parts of a file end."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.batch.feed import parts
from gateway.mapping.syntax_rows import lines_of
from gateway.model.column_plan import ColumnPlan

ROWS = ColumnPlan("test", "Rows", "gb18030", ("a", "b"), "|", (), (), {})
TEXTS = st.text(st.sampled_from("ab|億\r\n\n𠮷\x00!\u2028"), max_size=60)


def read(content: bytes, size: int) -> list[str]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "file.txt"
        file.write_bytes(content)
        found = []
        for part in parts(file, ROWS, line_limit=60 * 4, size=size):
            text = part.text.replace(part.returns, "\r") if part.returns else part.text
            lines = text.split("\n")[:-1]
            assert len(lines) == part.lines
            assert all(line.startswith(part.separator) for line in lines)
            assert part.delimiter not in part.text
            found += [line.removeprefix(part.separator) for line in lines]
    return found


@given(TEXTS, st.integers(240, 300))
def test_the_lines_of_a_file_are_those_that_a_reader_of_the_whole_text_sees(text: str, size: int) -> None:
    assert read(text.encode("gb18030"), size) == lines_of(text)


@pytest.mark.parametrize("end", ["", "\r", "\r\r", "\n\r", "\r\n", "\r\r\n", "\n\n"])
def test_the_last_line_ends_as_any_other_or_not_at_all(end: str) -> None:
    assert read(f"a|b\r\na|b{end}".encode(), 240) == lines_of(f"a|b\r\na|b{end}")


@given(st.lists(st.sampled_from(["a|b", "億|", "", "\r", "x" * 100]), min_size=1, max_size=30))
def test_the_byte_at_which_a_line_begins_is_its_place_in_the_file(lines: list[str]) -> None:
    content = "".join(f"{line}\n" for line in lines).encode("gb18030")
    wanted, at = [], 0
    for line in content.split(b"\n")[:-1]:
        wanted.append(at)
        at += len(line) + 1
    with TemporaryDirectory() as folder:
        file = Path(folder) / "file.txt"
        file.write_bytes(content)
        found = [
            start for part in parts(file, ROWS, line_limit=120, size=120) for start in part.starts([*range(part.lines)])
        ]
    assert found == wanted
