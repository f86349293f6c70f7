from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.mapping.converters_names import without_private_use
from gateway.mapping.dialect_loader import load
from gateway.mapping.dialect_store import Store, wrong
from gateway.mapping.dialect_table import SUBSTITUTED, TableDialect
from gateway.mapping.tables import Differences, Substitute
from gateway.model.codes import IdType, Purpose
from gateway.model.person import Identity, Warrant
from gateway.model.province import FindWorker, WorkerFound
from gateway.ports import Control, Document

MOLSS = Path(__file__).parents[3] / "mappings" / "dialects" / "molss" / "1.0"
IN_FORCE = datetime(2026, 3, 1, tzinfo=UTC)
DAY = date(2026, 3, 1)
OWN_CODE = "\ue000"


def listed(character: str = "㛃", instead: str = "jie", kind: Any = "pinyin", **more: Any) -> Substitute:
    dated = {"since": date(2026, 2, 1), "because": "invented for this test", **more}
    return Substitute(character=character, instead=instead, kind=kind, **dated)


TABLE = (
    listed(until=date(2026, 12, 31)),
    listed(instead="洁", kind="agreed", since=date(2027, 1, 1)),
    listed("𬱖", OWN_CODE, "own_code"),
)
HUNAN = Differences(substitutes=TABLE)


def dialect(differences: Differences = HUNAN) -> TableDialect:
    return load(MOLSS, differences, lambda _: "secret")


def asked(name: str) -> FindWorker:
    person = Identity(IdType.RESIDENT_ID, "430102199003071015", name)
    return FindWorker(person, Warrant(Purpose.ENROLMENT_CHECK))


def control(at: datetime = IN_FORCE) -> Control:
    return Control("1", "gateway", "hunan", at)


def written(name: str, differences: Differences = HUNAN, at: datetime = IN_FORCE) -> Document:
    return dialect(differences).write(asked(name), control(at))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("王𠅤", "𠅤 (U+20164)"), ("王•艾", "• (U+2022)"), ("王\uf000", "U+F000"), ("王\ue000", "U+E000")],
)
def test_a_character_that_is_not_listed_is_refused_by_name_and_never_becomes_a_question_mark(
    name: str, shown: str
) -> None:
    with pytest.raises(GatewayError) as raised:
        written(name)
    assert raised.value.kind.code == "cannot_store"
    assert raised.value.params == {"party": "hunan", "character": shown}


def test_a_listed_substitute_is_written_and_the_document_says_so() -> None:
    document = written("王㛃")
    assert 'aac003="王jie"'.encode("gb18030") in document.body
    assert document.headers[SUBSTITUTED] == "㛃→jie"


def test_the_substitute_is_that_of_the_day_in_beijing() -> None:
    assert 'aac003="王jie"'.encode("gb18030") in written("王㛃", at=datetime(2026, 12, 31, 15, 59, tzinfo=UTC)).body
    assert 'aac003="王洁"'.encode("gb18030") in written("王㛃", at=datetime(2026, 12, 31, 16, tzinfo=UTC)).body


@pytest.mark.parametrize("at", [datetime(2026, 1, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)])
def test_a_substitute_that_is_not_in_force_yet_is_none(at: datetime) -> None:
    with pytest.raises(GatewayError, match="U\\+36C3"):
        written("王㛃", at=at)


def test_a_code_of_the_party_s_own_is_written_and_read_as_the_character_it_stands_for() -> None:
    document = written("陈𬱖")
    assert "陈".encode("gb18030") + b"\xaa\xa1" in document.body
    assert document.headers[SUBSTITUTED] == "𬱖→U+E000"
    read, _ = dialect().read(Document(document.body, document.media_type))
    assert read == asked("陈𬱖")


def test_a_private_code_that_the_party_itself_used_may_be_told_it_again_and_nobody_else() -> None:
    theirs = "王\ue001"
    told_again = dialect().write(WorkerFound(known=True), control(), asked(theirs))
    assert "王".encode("gb18030") + b"\xaa\xa2" in told_again.body
    with pytest.raises(GatewayError, match="U\\+E001"):
        written(theirs)


def test_a_substitute_is_a_value_and_never_becomes_markup() -> None:
    document = written("王㛃", Differences(substitutes=(listed(instead='<"&', kind="agreed"),)))
    assert 'aac003="王&lt;&quot;&amp;"'.encode("gb18030") in document.body


def told(name: str) -> Document:
    """What Hunan answers of a worker whom it knows as `name`."""
    answer = load(MOLSS, secret=lambda _: "secret").write(
        WorkerFound(known=True, person_number="4300000001"), control(), asked("王小")
    )
    return Document(answer.body.replace("王小".encode("gb18030"), name.encode("gb18030")), answer.media_type)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("王㛃", "王jie", True),
        ("王㛃", "王 ＪＩＥ", True),
        ("王㛃", "王洁", True),  # kept so since 2027: a record is as old as it is
        ("王㛃", "王㛃", True),
        ("王㛃", "王?", False),
        ("王㛃", "王j", False),
        ("王㛃", "王jiejie", False),
        ("㛃王㛃", "jie王洁", True),
        ("王婕", "王jie", False),
        ("陈𬱖", f"陈{OWN_CODE}", True),
        ("李䶮", "李\ue863", True),
        ("买买提·㛃", "买买提.jie", True),
    ],
)
def test_a_name_that_is_told_again_is_compared_through_the_table(ours: str, theirs: str, same: bool) -> None:
    _, control = dialect().read(told(theirs), asked(ours))
    assert control.extra.get("differs") == (None if same else "aac003")


def test_a_character_that_gb18030_writes_in_two_bytes_is_written_so() -> None:
    document = written("欧阳·䶮雪")
    assert b"\xfe\x9f" in document.body
    assert SUBSTITUTED not in document.headers


@pytest.mark.parametrize(
    ("name", "more"),
    [("长" * 25, "a"), ("㛃" + "长" * 23, "ab"), ("𬱖" + "长" * 24, "a")],
    ids=["two bytes each", "three letters for one character", "a code of its own"],
)
def test_a_name_longer_than_its_column_in_bytes_as_they_are_kept_is_refused_with_the_bound(
    name: str, more: str
) -> None:
    assert written(name).body
    with pytest.raises(GatewayError) as raised:
        written(name + more)
    assert raised.value.kind.code == "too_long_for_party"
    assert raised.value.params == {"party": "hunan", "field": "person.name", "max": "50"}


@pytest.mark.parametrize(
    ("store", "bytes_taken"),
    [
        (Store("utf-8", two_bytes=False), {"王a·": 6, "王䶮": 6, "王𬱖": 7}),
        (Store("gb18030", two_bytes=True), {"王a·": 5, "王䶮": 4, "王𬱖": 6}),
        (Store("utf-8", two_bytes=True), {"王a·": 5, "王䶮": 4, "王𬱖": 6}),
        (Store("utf-8", two_bytes=True, substitutes=TABLE), {"王㛃": 5, "王𬱖": 4}),
    ],
    ids=["UTF-8", "GBK", "GBK columns behind UTF-8", "with a table"],
)
def test_lengths_count_in_the_bytes_of_the_party_s_columns(store: Store, bytes_taken: dict[str, int]) -> None:
    assert {text: store.length(text, DAY) for text in bytes_taken} == bytes_taken


def test_columns_of_two_bytes_may_stand_behind_a_dialect_in_utf_8() -> None:
    yinhai = MOLSS.parents[1] / "yinhai" / "1.0"
    behind = load(yinhai, Differences(stores="two_bytes", substitutes=TABLE), lambda _: "secret")
    assert "王jie".encode() in behind.write(asked("王㛃"), control()).body
    assert "欧阳·䶮雪".encode() in behind.write(asked("欧阳·䶮雪"), control()).body
    with pytest.raises(GatewayError, match="U\\+20164"):
        behind.write(asked("王𠅤"), control())
    assert "王𠅤".encode() in load(yinhai, secret=lambda _: "secret").write(asked("王𠅤"), control()).body


@given(st.text(alphabet="王㛃𬱖jie洁·䶮", max_size=12))
def test_what_is_kept_of_a_name_is_always_the_same_name(name: str) -> None:
    store = Store("gb18030", two_bytes=True, substitutes=TABLE)
    for day in (DAY, date(2027, 3, 1)):
        kept, _ = store.kept({"name": [name]}, "hunan", day)
        [told] = kept["name"]
        assert store.same(told, name)
        assert store.length(name, day) == len(store.encoded(told, "hunan"))
        assert "?" not in told


@pytest.mark.parametrize(
    ("table", "field", "reason"),
    [
        ((listed("王", "wang"),), "character", "every system keeps"),
        ((listed(until=date(2026, 1, 1)),), "until", "before `since`"),
        ((listed(instead="𬱖", kind="agreed"),), "instead", "two bytes cannot keep"),
        ((listed(instead="j\x00", kind="agreed"),), "instead", "two bytes cannot keep"),
        ((listed(instead="洁"),), "instead", "Latin"),
        ((listed(instead="jie", kind="own_code"),), "instead", "private use"),
        ((listed(instead="\ue863", kind="own_code"),), "instead", "private use"),
        ((listed(), listed(since=date(2027, 1, 1))), "character", "on one day"),
        ((listed(instead=OWN_CODE, kind="own_code"), listed("𬱖", OWN_CODE, "own_code")), "instead", "one character"),
    ],
)
def test_a_table_that_could_not_be_followed_is_told_by_entry_and_field(
    table: tuple[Substitute, ...], field: str, reason: str
) -> None:
    [(index, at, why)] = wrong(table)
    assert (index, at) == (len(table) - 1, field)
    assert reason in why


def test_the_table_of_this_test_has_no_fault() -> None:
    assert list(wrong(TABLE)) == []


def test_private_use_forms_and_foreign_dots_are_read_as_the_standard_characters() -> None:
    assert without_private_use("欧阳‧\ue863雪") == "欧阳·䶮雪"
    assert without_private_use("Anna-Maria") == "Anna-Maria"
