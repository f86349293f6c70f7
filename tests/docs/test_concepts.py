import re
from enum import StrEnum

import pytest

from gateway.model import codes
from gateway.ports import OutcomeKind
from gateway.rules.overlap import Outcome
from tests.rules.tree import ROOT

TEXT = (ROOT / "docs" / "concepts.md").read_text(encoding="utf-8")
ENUMERATIONS = [each for each in vars(codes).values() if isinstance(each, type) and issubclass(each, StrEnum)]
PUBLIC = [each for each in ENUMERATIONS if each is not StrEnum]
SEVEN = ("Message", "Party", "Dialect", "Person", "Case", "Leg", "Journal")
ROW = re.compile(r"^\| (?P<word>[^|]+) \| (?P<chinese>[^|]+) \| (?P<said>[^|]*) ?\|$", re.MULTILINE)


def heading(enumeration: type[StrEnum]) -> str:
    """`CaseStatus` stands under "Case status"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", enumeration.__name__).capitalize()


def section(title: str) -> str:
    found = re.search(rf"^###? {title} · [^\n]+\n(?P<body>.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/concepts.md has no section {title}"
    return found["body"]


def values(body: str) -> list[str]:
    return [row["word"].strip("`") for row in ROW.finditer(body) if row["word"].startswith("`")]


@pytest.mark.parametrize("enumeration", PUBLIC, ids=lambda each: each.__name__)
def test_every_value_of_every_public_enumeration_is_explained_in_both_languages(enumeration: type[StrEnum]) -> None:
    assert values(section(heading(enumeration))) == [member.value for member in enumeration]


@pytest.mark.parametrize(("title", "enumeration"), [("Delivery", OutcomeKind), ("Rules as data", Outcome)])
def test_every_outcome_is_explained(title: str, enumeration: type[StrEnum]) -> None:
    assert values(section(title)) == [member.value for member in enumeration]


def test_the_seven_words_are_the_seven_words_of_the_design() -> None:
    words = [row["word"].strip("*") for row in ROW.finditer(section("Seven words")) if row["word"].startswith("*")]
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    chinese = {row["word"].strip("*"): row["chinese"] for row in ROW.finditer(section("Seven words"))}
    assert words == list(SEVEN)
    assert [word for word in SEVEN if f"**{word}** ({chinese[word]})" not in design] == []


def test_no_row_is_without_its_chinese() -> None:
    rows = [row for row in ROW.finditer(TEXT) if not set(row["word"]) <= set("- ") and row["chinese"] != "中文"]
    assert len(rows) > 100
    assert [row["word"] for row in rows if not re.search(r"[一-鿿]", row["chinese"])] == []


def test_a_word_stands_once() -> None:
    plain = [row["word"] for row in ROW.finditer(TEXT) if not row["word"].startswith("`")]
    words = [word for word in plain if word not in {"---", "word", "value", "outcome", "overlap"}]
    assert len(words) == len(set(words))
