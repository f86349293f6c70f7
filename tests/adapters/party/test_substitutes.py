"""A party that cannot store a character: what it is sent, what the attempt remembers, what is refused."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.directory import load
from adapters.party import OrdinaryParty, read_profile
from adapters.provinces.inquiries import WAYS
from adapters.transport.exchange import Call
from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.mapping.dialect_loader import dialects
from gateway.mapping.dialect_table import SUBSTITUTED
from gateway.model.codes import Decision
from gateway.model.messages import Message
from gateway.model.province import CoverFound, EnrolmentDecided, FindWorker, WorkerFound
from gateway.ports import KEPT_AS, Control, Dialect, Document, OutcomeKind
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import NOW, MemoryAttempt, MemoryJournal, MemorySessions, now, work
from tests.adapters.people import ENROL, FIND_COVER, REFERENCE, WORKER
from tests.adapters.spoken import Line, profile, spoken, theirs

HUNAN = profile("provinces/hunan")
SPOKEN = spoken("molss/1.0").of_party(HUNAN.differences, rulefile.read(MAPPINGS / "provinces/hunan/party.yaml"))
DECIDED = EnrolmentDecided(Decision.ACCEPTED, REFERENCE, person_number="4300000001")


def named(message: Any, name: str) -> Any:
    return replace(message, person=replace(WORKER, name=name))


def hunan(answer: Message, change: Callable[[bytes], bytes] = bytes) -> tuple[OrdinaryParty, list[bytes]]:
    """Hunan with a line to somebody who gives one answer, and what that somebody heard."""
    heard: list[bytes] = []

    def answered(document: Document, _: Call) -> Document:
        heard.append(document.body)
        asked, _control = SPOKEN.read(document)
        made = SPOKEN.write(answer, theirs(), asked)
        return replace(made, body=change(made.body))

    return OrdinaryParty(HUNAN, SPOKEN, Line(answered), WAYS, now), heard


def test_what_is_kept_instead_is_sent_and_remembered_before_the_first_byte() -> None:
    attempt = MemoryAttempt()
    notes: list[dict[str, str]] = []

    def noted(body: bytes) -> bytes:
        notes.append(dict(attempt.notes))
        return body

    party, heard = hunan(DECIDED, noted)
    (outcome,) = party.deliver([work(named(ENROL, "甄㛃"), attempt)])
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert 'aac003="甄jie"'.encode("gb18030") in heard[0]
    assert notes[0][KEPT_AS] == attempt.recall(KEPT_AS) == "㛃→jie"


def test_a_question_changes_nothing_that_is_kept_so_that_nothing_is_remembered() -> None:
    attempt = MemoryAttempt()
    party, _ = hunan(CoverFound(known=False))
    party.deliver([work(named(FIND_COVER, "甄㛃"), attempt)])
    assert attempt.notes == {}


def test_a_character_that_is_not_listed_refuses_the_leg_by_name_and_nothing_is_sent() -> None:
    attempt = MemoryAttempt()
    party, heard = hunan(DECIDED)
    (outcome,) = party.deliver([work(named(ENROL, "甄𠅤"), attempt)])
    assert (outcome.kind, heard, attempt.notes) == (OutcomeKind.REFUSED, [], {})
    assert "𠅤 (U+20164)" in outcome.reason


@pytest.mark.parametrize(("ours", "odd"), [("甄㛃", 0), ("甄芸", 1)])
def test_the_name_that_comes_back_is_compared_through_the_table(
    ours: str, odd: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    party, heard = hunan(
        WorkerFound(known=True), lambda body: body.replace("甄芸".encode("gb18030"), "甄jie".encode("gb18030"))
    )
    party.ask(FindWorker(replace(WORKER, name=ours), FIND_COVER.warrant), NOW + timedelta(seconds=20))
    assert len(heard) == 1
    assert sum("differs: aac003" in record.getMessage() for record in caplog.records) == odd
    assert ours not in caplog.text


def test_the_differences_of_a_party_are_its_own() -> None:
    """Another party of the dialect, and the dialect itself, go on as their tables say."""
    given = {"PARTY_HUNAN_URL": "http://127.0.0.1:9", "PARTY_HUNAN_SECRET": "secret"}
    makers = dialects(MAPPINGS, lambda _: "secret")
    shared = makers["molss/1.0"]()
    found = load(MAPPINGS, given, {**makers, "molss/1.0": lambda: shared}, MemoryJournal(), now, MemorySessions())
    control = Control("1", "gateway", "hunan", NOW)
    assert "甄jie".encode("gb18030") in found["hunan"].dialect.write(named(FIND_COVER, "甄㛃"), control).body
    with pytest.raises(GatewayError, match="U\\+36C3"):
        shared.write(named(FIND_COVER, "甄㛃"), control)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for part in ("dialects/gateway", "dialects/molss", "provinces/zhejiang", "provinces/hunan"):
        shutil.copytree(MAPPINGS / part, tmp_path / part)
    return tmp_path


def edited(path: Path, old: str, new: str) -> int:
    """Change a file; the line of the change."""
    before, found, after = path.read_text(encoding="utf-8").partition(old)
    assert found
    path.write_text(before + new + after, encoding="utf-8")
    return before.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("instead: jie", "instead: 洁洁", "pinyin is written in Latin letters"),
        ("since: 2027-07-01", "since: 2027-06-30", "in force on one day"),
        ("since: 2026-01-01", "since: never", "date"),
        ("character: •", "character: 王", "GBK has it"),
    ],
)
def test_a_wrong_table_is_named_with_its_line(copied: Path, old: str, new: str, reason: str) -> None:
    path = copied / "provinces" / "hunan" / "party.yaml"
    line = edited(path, old, new)
    with pytest.raises(GatewayError, match=reason) as caught:
        read_profile(path)
    assert caught.value.kind.code == "data_invalid"
    assert caught.value.params["file"] == str(path)
    assert caught.value.params["line"] == str(line)


@pytest.mark.parametrize(
    ("party", "old", "new", "reason"),
    [
        ("hunan", "  substitutes:", "  codes: {insurence: {kind: Insurance, codes: []}}\n  substitutes:", "insurence"),
        ("zhejiang", "supports:", "differences: {codes: {a: {kind: Insurance, codes: []}}}\nsupports:", "of tables"),
    ],
)
def test_differences_that_no_table_has_stop_the_start_with_file_and_line(
    copied: Path, party: str, old: str, new: str, reason: str
) -> None:
    path = copied / "provinces" / party / "party.yaml"
    edited(path, old, new)
    given = {f"PARTY_{party.upper()}_URL": "http://127.0.0.1:9", f"PARTY_{party.upper()}_SECRET": "secret"}
    makers: dict[str, Callable[..., Dialect]] = {**dialects(copied, lambda _: "secret"), **gateway_dialects()}
    with pytest.raises(GatewayError, match=reason) as caught:
        load(copied, given, makers, MemoryJournal(), now, MemorySessions())
    assert caught.value.params["file"] == str(path)


def test_a_party_of_our_own_contract_may_keep_something_else_too(copied: Path) -> None:
    listed = "{character: 㛃, instead: jie, kind: pinyin, since: 2026-01-01, because: this test}"
    new = f"differences: {{stores: two_bytes, substitutes: [{listed}]}}\nsupports:"
    edited(copied / "provinces" / "zhejiang" / "party.yaml", "supports:", new)
    given = {"PARTY_ZHEJIANG_URL": "http://127.0.0.1:9", "PARTY_ZHEJIANG_SECRET": "secret"}
    dialect = load(copied, given, gateway_dialects(), MemoryJournal(), now)["zhejiang"].dialect
    control = Control("1", "gateway", "zhejiang", NOW)
    document = dialect.write(named(ENROL, "甄㛃"), control)
    assert "<name>甄jie</name>".encode() in document.body
    assert document.headers[SUBSTITUTED] == "㛃→jie"
    assert dialect.read(document)[0] == named(ENROL, "甄jie")
    assert dialect.write(ENROL, control) == gateway_dialects()["gateway/1.2"]().write(ENROL, control)
    with pytest.raises(GatewayError, match="U\\+20164"):
        dialect.write(named(ENROL, "甄𠅤"), control)


@pytest.mark.parametrize("encoding", ["gbk", "GB2312", "cp936"])
def test_a_party_of_gbk_is_read_as_gb18030(copied: Path, encoding: str) -> None:
    path = copied / "provinces" / "hunan" / "party.yaml"
    edited(path, "encoding: gb18030", f"encoding: {encoding}")
    assert read_profile(path).encoding == "gb18030"
