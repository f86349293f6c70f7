from dataclasses import dataclass, field
from datetime import datetime

import pytest

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.record import RecordedTransport
from gateway.ports import Crossing, Document
from tests.adapters.memory import NOW, MemoryJournal, now

OUT = Document(b"<a pwd='secret'/>", "text/xml")


@dataclass
class Inner:
    """A transport that notes what it carried and when."""

    journal: MemoryJournal
    fails: Exception | None = None
    journalled_before: list[int] = field(default_factory=list)

    def post(self, document: Document, call: Call) -> Answer:
        self.journalled_before.append(len(self.journal.crossings))
        if self.fails:
            raise self.fails
        return Answer(200, {"content-type": "text/html;charset=GBK"}, b"<b pwd='secret'/>")

    def reach(self, deadline: datetime) -> None:
        raise NotImplementedError


def blank(document: Document) -> bytes:
    return document.body.replace(b"secret", b"")


def test_what_leaves_is_in_the_journal_before_it_leaves_and_what_comes_before_it_is_read() -> None:
    journal = MemoryJournal()
    inner = Inner(journal)
    answer = RecordedTransport(inner, "hunan", journal, now, blank).post(OUT, Call("FindCover", NOW, "leg_1"))
    assert answer.body == b"<b pwd='secret'/>"
    assert inner.journalled_before == [1]
    assert journal.crossings == [
        Crossing("out", "hunan", "FindCover", "text/xml", b"<a pwd=''/>", NOW, "leg_1"),
        Crossing("in", "hunan", "FindCover", "text/html;charset=GBK", b"<b pwd=''/>", NOW, "leg_1"),
    ]


def test_what_cannot_be_recorded_is_not_sent() -> None:
    journal = MemoryJournal(refuses="out")
    inner = Inner(journal)
    with pytest.raises(UnsentError, match="journal"):
        RecordedTransport(inner, "hunan", journal, now).post(OUT, Call("FindCover", NOW))
    assert inner.journalled_before == []


def test_an_answer_that_cannot_be_recorded_was_not_read() -> None:
    journal = MemoryJournal(refuses="in")
    with pytest.raises(UnansweredError, match="journal"):
        RecordedTransport(Inner(journal), "hunan", journal, now).post(OUT, Call("FindCover", NOW))


def test_a_failed_exchange_keeps_its_kind_and_its_outgoing_record() -> None:
    journal = MemoryJournal()
    with pytest.raises(UnsentError, match="refused"):
        RecordedTransport(Inner(journal, UnsentError("refused")), "hunan", journal, now).post(OUT, Call("A", NOW))
    assert [crossing.direction for crossing in journal.crossings] == ["out"]
