"""A reply that is not quite as agreed is kept, counted and shown; one that cannot be read leaves doubt."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache

import pytest
from prometheus_client import REGISTRY

from adapters.directory import load
from adapters.party import OrdinaryParty
from adapters.provinces.inquiries import WAYS
from adapters.transport.exchange import Call
from gateway.mapping.contract_dialect import gateway_dialects
from gateway.mapping.dialect_loader import dialects
from gateway.model.messages import EXCHANGES, Message
from gateway.model.province import FindWorker, WorkerFound
from gateway.ports import Dialect, Document, OutcomeKind, Party
from tests.adapters.gateway_province import MAPPINGS, settings
from tests.adapters.memory import NOW, MemoryJournal, MemorySessions, now, work
from tests.adapters.people import FIND_COVER, WORKER
from tests.adapters.servers import Server, Visit, serving
from tests.adapters.spoken import Line, profile, spoken, theirs
from tests.mappings.samples import every, outcome

MAKERS: dict[str, Callable[..., Dialect]] = {**dialects(MAPPINGS, lambda _: "secret"), **gateway_dialects()}
UNREADABLE = {
    "html": ("200 OK", b"<html><body>502</body></html>"),
    "half": ("200 OK", b'<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Bo'),
    "json": ("200 OK", b'{"code": '),
    "nothing": ("200 OK", b""),
    "bytes": ("200 OK", b"\xff\xfe\x00\x81"),
    "broken": ("500 Internal Server Error", b"java.lang.NullPointerException"),
}


def counted(kind: str) -> float:
    labels = {"party": "hunan", "message": "FindWorker", "kind": kind}
    return REGISTRY.get_sample_value("gateway_odd_replies_total", labels) or 0.0


def test_a_field_that_the_table_does_not_have_is_counted_and_shown_by_name_and_never_by_value(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    own = profile("provinces/hunan")
    dialect = spoken("molss/1.0")

    def answered(document: Document, _: Call) -> Document:
        asked, _control = dialect.read(document)
        made = dialect.write(WorkerFound(known=True, person_number="43"), theirs(), asked)
        return Document(made.body.replace(b"<row ", b'<row aac999="13800001234" '), made.media_type)

    before = counted("unknown_fields")
    party = OrdinaryParty(own, dialect, Line(answered), WAYS, now)
    answer = party.ask(FindWorker(WORKER, FIND_COVER.warrant), NOW + timedelta(seconds=20))
    assert answer == WorkerFound(known=True, person_number="43")
    assert counted("unknown_fields") == before + 1
    assert "hunan answered FindWorker with something odd: unknown_fields: aac999" in caplog.text
    assert "13800001234" not in caplog.text


@cache
def parties(port: int) -> dict[str, Party]:
    """Every party that is shipped and answers, at one address."""
    names = [path.parent for path in sorted(MAPPINGS.glob("*/*/party.yaml")) if path.parts[-3] != "platforms"]
    ids = [profile(f"{each.parent.name}/{each.name}").id for each in names]
    given = {name: value for each in ids for name, value in settings(each, f"http://127.0.0.1:{port}").items()}
    return load(MAPPINGS, given, MAKERS, MemoryJournal(), now, MemorySessions())


@cache
def requests() -> dict[tuple[str, str], Message]:
    """An example of every message of every dialect that changes something."""
    found: dict[tuple[str, str], Message] = {}
    for sample in every():
        said = outcome(sample) if sample.direction == "request" else None
        for message in getattr(said, "messages", ()):
            found.setdefault((sample.dialect.partition("/")[0], type(message).__name__), message)
    for path in sorted((MAPPINGS / "dialects" / "gateway").glob("*/samples/*.request.xml")):
        dialect = gateway_dialects()[f"gateway/{path.parents[1].name}"]()
        message, _ = dialect.read(Document(path.read_bytes(), "text/xml; charset=utf-8"))
        found["gateway", type(message).__name__] = message
    return {key: message for key, message in found.items() if EXCHANGES[key[1]].changes}


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[Server, list[tuple[str, bytes]]]]:
    """A server that answers everything with what stands in the list."""
    said: list[tuple[str, bytes]] = [("200 OK", b"")]

    def answer(visit: Visit) -> None:
        while visit.read() is not None:
            status, body = said[0]
            visit.answer(body, status)

    with serving(answer) as server:
        yield server, said


@pytest.mark.parametrize("what", list(UNREADABLE))
def test_at_no_party_is_an_answer_that_cannot_be_read_a_decision(
    what: str, line: tuple[Server, list[tuple[str, bytes]]]
) -> None:
    server, said = line
    said[0] = UNREADABLE[what]
    came: dict[str, set[OutcomeKind]] = {}
    for name, party in parties(server.port).items():
        for message in party.supports:
            asked = requests().get((party.dialect.name, message))
            if asked is not None:
                (got,) = party.deliver([work(asked)])
                came.setdefault(party.dialect.name, set()).add(got.kind)
                # Where a first step failed nothing was sent yet, and that is known.
                assert got.kind in (OutcomeKind.UNCERTAIN, OutcomeKind.UNREACHABLE), (name, message, got)
    assert came.keys() >= {"gateway", "molss", "yinhai", "prm", "hosdata", "jiangsu-json", "cjb"}
    at_once = {name for name, kinds in came.items() if kinds == {OutcomeKind.UNCERTAIN}}
    assert at_once >= {"gateway", "jiangsu-json", "cjb", "prm", "levy-exchange"}
