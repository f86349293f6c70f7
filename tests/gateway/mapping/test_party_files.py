import re
from pathlib import Path

import pytest

from tests.commands.provinces import copied, given, told


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """A copy in which somebody is at work on the party of a card centre."""
    made = copied(tmp_path)
    with (made / "cards" / "hebei" / "party.yaml").open("a", encoding="utf-8") as file:
        file.write(": half a line [\n")
    return made


def test_one_party_is_checked_whatever_stands_in_the_file_of_another(mappings: Path) -> None:
    assert "1 dialect(s)" in told(mappings, "check", "jiangsu")
    assert "0 finding(s)" in told(mappings, "party", "check", "jiangsu", "--samples")
    assert "statements of tax-hunan:" in told(mappings, "check", "tax-hunan")


@pytest.mark.parametrize("asked", [("check",), ("check", "card-hebei"), ("check", "nobody")])
def test_the_file_that_cannot_be_read_is_named_where_it_is_meant_or_may_be(
    mappings: Path, asked: tuple[str, ...]
) -> None:
    done = given(mappings, *asked)
    assert done.exit_code == 2
    assert re.search(r"^data_invalid: .*cards/hebei/party.yaml:\d+: ", done.output, re.MULTILINE)


def test_a_party_that_is_nowhere_is_told_those_that_there_are(tmp_path: Path) -> None:
    done = given(copied(tmp_path), "check", "nobody")
    assert done.exit_code == 2
    assert "There is no such party nobody (there are beijing, card-hebei" in done.output
