import pytest

from gateway.model.codes import IdType
from gateway.model.names import PRIVATE_USE, compared, standard
from gateway.model.person import Consent, Identity
from gateway.model.platform import Worker
from gateway.model.platform_changes import Correction
from gateway.model.values import parse_instant

NUMBER = "430102199003071015"


@pytest.mark.parametrize(
    ("private", "character"),
    [("\ue863", "䶮"), ("\ue819", "⺄"), ("\ue81e", "龴"), ("\ue864", "龻"), ("\ue816", "𠂇"), ("\ue855", "𤇾")],
)
def test_every_code_of_the_old_private_area_has_its_standard_character(private: str, character: str) -> None:
    assert standard(f"王{private}") == f"王{character}"
    assert compared(private) == compared(character)


def test_the_old_private_area_is_folded_whole_and_nothing_beside_it() -> None:
    assert sorted(PRIVATE_USE) == list(range(0xE815, 0xE865))
    assert all(not 0xE000 <= ord(character) <= 0xF8FF for character in PRIVATE_USE.values())
    assert standard("王•李．Ａ \ue000") == "王•李．Ａ \ue000"


@pytest.mark.parametrize("made", [Identity, Worker, Correction], ids=lambda kind: kind.__name__)
def test_a_name_is_in_standard_characters_wherever_it_enters(made: type) -> None:
    consent = Consent("c", parse_instant("2026-01-02T00:00:00Z"))
    more = {Worker: ("13800000000",), Correction: ("户口簿", consent)}.get(made, ())
    assert made(IdType.RESIDENT_ID, NUMBER, "李\ue863", *more).name == "李䶮"


@pytest.mark.parametrize(
    "other", ["买买提•艾力", "买买提．艾力", "买买提‧ 艾力", "买买提 · 艾力", "买买提・艾力", "买买提.艾力"]
)
def test_names_compare_without_regard_to_dots_width_and_spaces(other: str) -> None:
    assert compared(other) == compared("买买提·艾力")
    assert compared("Ａlan") == compared("ALAN")
    assert compared("张三") != compared("张山")
