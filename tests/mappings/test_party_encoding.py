"""A party may have another encoding than its dialect: the same documents, in its bytes and labelled by them."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.directory import load
from adapters.party import read_profile
from gateway.errors import GatewayError
from gateway.mapping import rulefile
from gateway.mapping.check import check
from gateway.mapping.dialect_loader import dialects
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.tables import NO_DIFFERENCES
from gateway.model.person import Warrant
from gateway.model.province import FindWorker, WorkerFound
from gateway.ports import Document
from gateway.security.charset import misdeclared
from tests.adapters.memory import NOW, MemoryJournal, MemorySessions, now
from tests.adapters.people import FIND_COVER, WORKER
from tests.adapters.servers import Visit, serving
from tests.adapters.spoken import theirs
from tests.mappings.folders import MAPPINGS
from tests.mappings.samples import Sample, made, read
from tests.mappings.test_encodings import REQUESTS, named

NAME = "王㙍乙"  # two characters of two bytes, and one that GB18030 alone has
PARTY = rulefile.read(MAPPINGS / "provinces" / "hunan" / "party.yaml")
OTHER = {"utf-8": "gb18030", "gb18030": "utf-8"}
ADDRESS = {"PARTY_JIANGSU_SECRET": "secret"}

in_every_dialect = pytest.mark.parametrize("sample", REQUESTS, ids=[sample.dialect for sample in REQUESTS])


def elsewhere(sample: Sample) -> tuple[TableDialect, str]:
    """The dialect of a sample as a party speaks it that has the other encoding, and which that is."""
    dialect = made()[sample.dialect]
    encoding = OTHER[dialect.encoding]
    return dialect.of_party(NO_DIFFERENCES, PARTY, encoding), encoding


@in_every_dialect
def test_what_is_written_is_in_the_bytes_of_the_party_and_says_so(sample: Sample) -> None:
    dialect, encoding = elsewhere(sample)
    said = read(sample)
    name = "王甲乙" if dialect._store._two_bytes else NAME
    message = named(said.messages[0], name)
    control = replace(said.control, sent_at=datetime(2026, 1, 5, tzinfo=UTC))
    document = dialect.write(message, control)
    assert name in document.body.decode(encoding)
    assert misdeclared(document.body, document.media_type.lower().partition("charset=")[2].split(";")[0]) is None
    assert dialect.read(document)[0] == message
    assert made()[sample.dialect].read(document)[0] == message


@in_every_dialect
def test_what_says_nothing_of_its_encoding_is_in_that_of_the_party(sample: Sample) -> None:
    dialect, _ = elsewhere(sample)
    said = read(sample)
    message = named(said.messages[0], "王甲乙")
    written = dialect.write(message, replace(said.control, sent_at=datetime(2026, 1, 5, tzinfo=UTC)))
    body = written.body.partition(b"?>")[2] if written.body.startswith(b"<?xml") else written.body
    kind = written.media_type.partition(";")[0]
    assert dialect.read(Document(body, kind, written.headers))[0] == message
    assert b"not-a-secret" not in dialect.blank(written)


@pytest.fixture
def jiangsu(tmp_path: Path) -> Path:
    for part in ("dialects/jiangsu-json", "provinces/jiangsu"):
        shutil.copytree(MAPPINGS / part, tmp_path / part)
    change(tmp_path, ("encoding: utf-8", "encoding: GBK"), ("charset=UTF-8", "charset=GBK"))
    return tmp_path


def change(mappings: Path, *pairs: tuple[str, str]) -> Path:
    path = mappings / "provinces" / "jiangsu" / "party.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


def test_one_line_of_a_party_file_is_enough(jiangsu: Path) -> None:
    """Its system speaks GBK, and its answers do not say so."""
    dialect = made()["jiangsu-json/1.0"]
    asked = FindWorker(WORKER, Warrant(FIND_COVER.warrant.purpose, "c-1"))
    answer = dialect.write(WorkerFound(known=True, person_number="3200000001"), theirs(), asked)
    heard: list[bytes] = []

    def visit(it: Visit) -> None:
        request = it.read()
        assert request is not None
        assert request.headers["content-type"] == "application/json;charset=GBK"
        heard.append(request.body)
        it.answer(answer.body.decode().encode("gb18030"), media_type="application/json")

    with serving(visit) as server:
        given = {**ADDRESS, "PARTY_JIANGSU_URL": server.url}
        makers = dialects(jiangsu, lambda _: "secret")
        party = load(jiangsu, given, makers, MemoryJournal(), now, MemorySessions())["jiangsu"]
        found = party.ask(asked, NOW + timedelta(seconds=20))
    assert found == WorkerFound(known=True, person_number="3200000001")
    assert WORKER.name.encode("gb18030") in heard[0]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("encoding: GBK", "encoding: latin-1", "there are utf-8 and gb18030"),
        ("encoding: GBK", "encoding: utf-8", "it says gbk, and the encoding is utf-8"),
    ],
)
def test_an_encoding_that_is_not_written_or_contradicts_itself_is_named(
    jiangsu: Path, old: str, new: str, reason: str
) -> None:
    with pytest.raises(GatewayError, match=reason):
        read_profile(change(jiangsu, (old, new)))


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("  codes: {insurence: {kind: Insurance, codes: []}}\n", "insurence"),
        ('  codes: {insurance: {kind: Insurance, codes: [{there: "110", here: pension, ours: t}]}}\n', "no code for"),
    ],
)
def test_the_check_looks_at_what_a_party_does_differently(jiangsu: Path, new: str, reason: str) -> None:
    line = len(
        change(jiangsu, ("supports:", f"differences:\n{new}supports:"))
        .read_text("utf-8")
        .partition("codes:")[0]
        .splitlines()
    )
    for report in (check(jiangsu, "jiangsu"), check(jiangsu)):
        faults = [fault for fault in report.faults if reason in fault]
        assert faults
        assert all("party.yaml" in fault and str(line) in fault for fault in faults)
