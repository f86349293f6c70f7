"""The same party with the same dialect, reached through a folder or an intermediate table instead of HTTP."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from adapters.directory import load
from adapters.transport.tables import table_of
from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.model.codes import Decision
from gateway.ports import Control, Document, OutcomeKind, Party
from tests.adapters.gateway_province import MAPPINGS, decided, dialect, settings
from tests.adapters.memory import NOW, MemoryJournal, now, work
from tests.adapters.people import ENROL
from tests.adapters.transport import test_folder, test_tables

_TABLE = """table:
  table: si_exchange
  id: msgid
  status: zt
  written: "0"
  answered: "2"
  withdrawn: "9"
"""


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    for part in ("dialects/gateway", "provinces/zhejiang"):
        shutil.copytree(MAPPINGS / part, tmp_path / "mappings" / part)
    return tmp_path / "mappings"


def accepted(body: bytes) -> bytes:
    """What the province answers to an enrolment: it is registered."""
    message, control = dialect().read(Document(body, "text/xml; charset=utf-8"))
    answer = Control("reply-1", control.receiver, control.sender, NOW, {"refers_to": control.message_id})
    return dialect().write(decided(Decision.ACCEPTED), answer, message).body


def loaded(mappings: Path, url: str, journal: MemoryJournal | None = None) -> Party:
    return load(mappings, settings("zhejiang", url), gateway_dialects(), journal or MemoryJournal(), now)["zhejiang"]


def test_a_party_is_reached_through_a_folder(mappings: Path, tmp_path: Path) -> None:
    for name in ("out", "in", "theirs"):
        (tmp_path / name).mkdir()
    journal = MemoryJournal()
    with test_folder.party(tmp_path, accepted):
        (outcome,) = loaded(mappings, f"folder:{tmp_path}", journal).deliver([work(ENROL)])
    assert outcome.kind is OutcomeKind.ACCEPTED
    assert [crossing.direction for crossing in journal.crossings] == ["out", "in"]


def test_a_party_is_reached_through_a_table(mappings: Path, tmp_path: Path) -> None:
    profile = mappings / "provinces" / "zhejiang" / "party.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + _TABLE, encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'theirs.db'}"
    engine = create_engine(url)
    table_of(test_tables.COLUMNS).metadata.create_all(engine)
    engine.dispose()
    with test_tables.party(url, lambda content: accepted(content.encode()).decode()):
        (outcome,) = loaded(mappings, url).deliver([work(ENROL)])
    assert outcome.kind is OutcomeKind.ACCEPTED


@pytest.mark.parametrize("url", ["folder://host/share", "folder:relative", "sqlite:///x.db", "ftp://x"])
def test_an_address_that_is_no_way_is_named_by_its_setting(mappings: Path, url: str) -> None:
    with pytest.raises(GatewayError, match="PARTY_ZHEJIANG_URL"):
        loaded(mappings, url)


def test_a_party_with_a_table_needs_the_address_of_a_database(mappings: Path) -> None:
    profile = mappings / "provinces" / "zhejiang" / "party.yaml"
    profile.write_text(profile.read_text(encoding="utf-8") + _TABLE, encoding="utf-8")
    with pytest.raises(GatewayError, match="database"):
        loaded(mappings, "http://127.0.0.1:9")
