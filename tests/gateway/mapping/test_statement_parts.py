"""The parts that statements are read with: lines of bounded length, repetitions sorted on disk, layouts as data."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.statement_layout import layout_of, layouts
from gateway.mapping.statement_lines import lines
from gateway.mapping.statement_repeats import Repeats
from gateway.mapping.statement_values import shown
from tests.gateway.mapping.statements import chunks
from tests.rules.tree import ROOT


@given(
    texts=st.lists(st.binary(max_size=12).map(lambda text: text.replace(b"\n", b"")), max_size=12),
    size=st.integers(1, 40),
)
def test_lines_are_the_same_however_the_file_is_cut_into_chunks(texts: Sequence[bytes], size: int) -> None:
    body = b"".join(text + b"\n" for text in texts)
    found = list(lines(chunks(body, size), longest=5))
    assert [line.number for line in found] == list(range(1, len(texts) + 1))
    for line, text in zip(found, texts, strict=True):
        assert body[line.start : line.start + len(text)] == text
        assert (line.body, line.long) == (text[:5], len(text) > 5)
        assert line.ended or line.long


def test_what_follows_the_last_end_of_line_is_a_line_without_one() -> None:
    assert [(line.body, line.ended) for line in lines([b"a\nb"], 9)] == [(b"a", True), (b"b", False)]


@given(
    noted=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xy")), max_size=40),
    run=st.integers(1, 50),
)
def test_repetitions_are_found_whether_or_not_they_fit_into_memory(noted: list[tuple[str, str]], run: int) -> None:
    repeats, first, wanted = Repeats(run), dict[str, tuple[int, str]](), []
    for line, (key, owner) in enumerate(noted):
        repeats.note(key, owner, line, 10 * line)
        begun, owned = first.setdefault(key, (line, owner))
        if owner != owned:
            wanted.append((line, 10 * line, begun))
    assert sorted(repeats.found()) == wanted
    repeats.close()


@pytest.mark.parametrize(
    ("text", "look"),
    [
        ("1,234.5", '"9,999.9"'),
        ("１２.３４", '"９９.９９"'),
        ("-0.00", '"-0.00"'),
        ("1e3", '"9A9"'),
        ("湘小骑 430102", '"字字字 999999"'),
        ("", "nothing"),
        ("\x00", '"?"'),
        ("9" * 30, '"' + "9" * 24 + '…"'),
    ],
)
def test_a_value_is_told_by_its_look(text: str, look: str) -> None:
    assert shown(text) == look


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """A copy of the layouts with one party."""
    shutil.copytree(ROOT / "mappings" / "statements", tmp_path / "statements")
    shutil.copytree(ROOT / "mappings" / "tax" / "hunan", tmp_path / "tax" / "hunan")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("tax/hunan/statement.yaml", "layout: separated", "layout: other", "there is no layout other"),
        ("tax/hunan/statement.yaml", "sign: trailer", "sign: wax", "'wax'"),
        ("tax/hunan/statement.yaml", "hour: 6", "hour: 24", "hour 0 to 23"),
        ("statements/separated.yaml", "item, ", "", "the field item has no column"),
        ("statements/separated.yaml", "item, ", "item, colour, ", "there is no field colour"),
        ("statements/separated.yaml", 'separator: "|"', 'separator: "||"', "one ASCII character"),
        ("statements/separated.yaml", "form: separated", "form: fixed", "width in bytes"),
    ],
)
def test_a_layout_that_cannot_be_is_named_with_its_file_and_line(
    mappings: Path, file: str, before: str, after: str, said: str
) -> None:
    path = mappings / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(GatewayError) as found:
        layouts(mappings)
    assert found.value.kind.code == "data_invalid"
    assert said in str(found.value)


def test_an_element_has_no_place_for_the_signature_of_its_line(mappings: Path) -> None:
    path = mappings / "tax" / "hunan" / "statement.yaml"
    changed = path.read_text("utf-8").replace("layout: separated", "layout: xml").replace("sign: trailer", "sign: line")
    path.write_text(changed, "utf-8")
    with pytest.raises(GatewayError, match="no place for a signature"):
        layouts(mappings)


def test_a_bureaus_codes_are_its_own() -> None:
    beijing = layout_of(ROOT / "mappings", "tax-beijing").values["D"]["insurance"]
    assert beijing.read("110") == "pension"
    with pytest.raises(ValueError, match="not one of the codes"):
        beijing.read("pension")


def test_a_party_without_statements_is_told_with_those_that_have_some() -> None:
    with pytest.raises(GatewayError, match=r"there are agency-hunan, .* tax-beijing, tax-guangdong"):
        layout_of(ROOT / "mappings", "hunan")
