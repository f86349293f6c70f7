from pathlib import Path

import pytest

from tests.rules.tree import code_files, shown

# Names that say where something was put because nobody knew what it was.
EMPTY_WORDS = frozenset({"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"})


def says_nothing(path: Path) -> bool:
    return any(not EMPTY_WORDS.isdisjoint(Path(part).stem.lower().split("_")) for part in path.parts)


def test_every_module_is_named_for_what_it_is() -> None:
    assert [shown(path) for path in code_files() if says_nothing(Path(shown(path)))] == []


@pytest.mark.parametrize(
    "name", ["gateway/utils.py", "gateway/xml_helpers.py", "gateway/common/money.py", "manager.py"]
)
def test_an_empty_word_is_found(name: str) -> None:
    assert says_nothing(Path(name))


@pytest.mark.parametrize("name", ["gateway/model/commons.py", "gateway/model/person.py"])
def test_a_word_of_the_field_is_not(name: str) -> None:
    assert not says_nothing(Path(name))
