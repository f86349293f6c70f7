from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.errors import GatewayError
from gateway.mapping.converters_names import without_private_use
from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_store import Store
from gateway.mapping.dialect_table import SUBSTITUTED
from gateway.mapping.tables import Differences, Substitute
from gateway.model.codes import IdType, Purpose
from gateway.model.person import Identity, Warrant
from gateway.model.province import FindWorker
from gateway.ports import Control, Document

MOLSS = Path(__file__).parents[3] / "mappings" / "dialects" / "molss" / "1.0"
IN_FORCE = datetime(2026, 3, 1, tzinfo=UTC)
PINYIN = Differences(
    substitutes=(Substitute("㛃", "jie", "2026-02-01", "Hunan circular 2026-7, invented for this test"),)
)


def asked(name: str) -> FindWorker:
    person = Identity(IdType.RESIDENT_ID, "430102199003071015", name)
    return FindWorker(person, Warrant(Purpose.ENROLMENT_CHECK))


def written(name: str, differences: Differences = PINYIN, at: datetime = IN_FORCE) -> Document:
    dialect = load(MOLSS, differences, lambda _: "secret")
    return dialect.write(asked(name), Control("1", "gateway", "hunan", at))


def test_a_character_without_two_bytes_is_refused_by_name_and_never_becomes_a_question_mark() -> None:
    with pytest.raises(GatewayError) as raised:
        written("王𬱖")
    assert raised.value.kind.code == "cannot_store"
    assert raised.value.params == {"party": "hunan", "character": "𬱖 (U+2CC56)"}


def test_a_listed_substitute_is_written_and_the_document_says_so() -> None:
    document = written("王㛃")
    assert 'aac003="王jie"'.encode("gb18030") in document.body
    assert document.headers[SUBSTITUTED] == "㛃"


def test_a_substitute_that_is_not_in_force_yet_is_none() -> None:
    with pytest.raises(GatewayError, match="U\\+36C3"):
        written("王㛃", at=datetime(2026, 1, 31, tzinfo=UTC))


def test_a_character_that_gb18030_writes_in_two_bytes_is_written_so() -> None:
    document = written("欧阳·䶮雪")
    assert b"\xfe\x9f" in document.body
    assert SUBSTITUTED not in document.headers


def test_a_name_longer_than_its_column_in_bytes_is_refused_with_the_bound() -> None:
    assert "长".encode("gbk") * 25 in written("长" * 25).body
    with pytest.raises(GatewayError) as raised:
        written("长" * 25 + "a")
    assert raised.value.kind.code == "too_long_for_party"
    assert raised.value.params == {"party": "hunan", "field": "person.name", "max": "50"}


def test_a_store_that_keeps_everything_substitutes_nothing() -> None:
    store = Store("utf-8", two_bytes=False, substitutes=PINYIN.substitutes)
    assert store.encoded("王㛃", "card-hubei", date(2026, 3, 1)) == ("王㛃".encode(), "")
    assert store.length("王㛃") == 6


def test_private_use_forms_and_foreign_dots_are_read_as_the_standard_characters() -> None:
    assert without_private_use("欧阳‧\ue863雪") == "欧阳·䶮雪"
    assert without_private_use("Anna-Maria") == "Anna-Maria"


@pytest.mark.parametrize("other", ["买买提•艾力", "买买提．艾力", "买买提‧ 艾力", "买买提 · 艾力"])
def test_names_compare_without_regard_to_dots_width_and_spaces(other: str) -> None:
    assert compared(other) == compared("买买提·艾力")
    assert compared("Ａlan") == compared("ALAN")
    assert compared("张三") != compared("张山")
