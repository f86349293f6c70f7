"""The contract test of a dialect: its samples said anew, to the sample player or to the party itself, and what came."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gateway.errors import GatewayError
from gateway.mapping.dialect_table import TableDialect
from gateway.mapping.places import places, plain
from gateway.mapping.player import NotTheSampleError, SamplePlayer
from gateway.mapping.samples import Entry, Samples
from gateway.mapping.syntax import declared_charset
from gateway.mapping.trace import ABSENT, Traced, Tracer
from gateway.mapping.trial_words import expected, shown, told
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Control, Document
from gateway.security.charset import misdeclared

READ = "an answer that can be read"
"""What is expected where an answer cannot be read."""
_BROKEN = frozenset(("unreadable", "unmapped", "party_fault"))
"""Errors of answers that agree with nothing, though samples show them: a fault of theirs says nothing of the form."""
REFUSALS = frozenset(("not_found", "party_refused", "ambiguous_at_party", "insufficient_scope"))
"""Errors of answers that a party may give to any question."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as agreed: the message, where in it, what was expected there and what was found."""

    message: str
    sample: str
    field: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One exchange of the test. `findings`: none where all is as agreed; `note`: why it was left out, else ""."""

    message: str
    sample: str
    findings: tuple[Finding, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a party answered: the documents that came back, the message in the last one, or the error that it is."""

    documents: Sequence[Document]
    reply: Message | None = None
    error: GatewayError | None = None


Ask = Callable[[Message], Heard]
_ODD = {
    "unknown_fields": ("no field of this name", "it is there"),
    "unlisted": ("a code that is listed", "it is there"),
    "differs": ("what the request says", "something else"),
}
"""What is noted of an answer that was read: what is expected in that place, and what was found where no value is."""


class Trial:
    """The test of one dialect with its samples; `mappings`: the folder that rules are named from."""

    def __init__(self, dialect: TableDialect, samples: Samples, mappings: Path, now: datetime) -> None:
        self._dialect = dialect
        self._samples = samples
        self._tracer = Tracer(dialect.tables.folder, mappings)
        self._now = now

    def played(self, party: str, carried: Collection[str]) -> Iterator[Exchanged]:
        """Every request sample that the party takes, written anew and put to the sample player; every reply read."""
        player = SamplePlayer(self._samples)
        for entry in self._samples.requests():
            replies = self._samples.replies(entry)
            if not replies:
                yield Exchanged(entry.message, entry.file, note="no reply to it among the samples")
            elif not self._takes(entry, carried):
                yield Exchanged(entry.message, entry.file, note="not a message that the party takes")
                continue
            for _ in replies:
                yield self._one_played(player, entry, party)

    def asked(self, ask: Ask, carried: Collection[str], *, changes: bool) -> Iterator[Exchanged]:
        """Every request sample whose message the party takes, sent to it; what changes something only if `changes`."""
        for entry in self._samples.requests():
            message = self._message(entry)
            name = type(message).__name__
            if message is None or name not in carried:
                yield Exchanged(entry.message, entry.file, note="not a message that the party takes")
            elif EXCHANGES[name].changes and not changes:
                yield Exchanged(name, entry.file, note="it changes something; sent with --changes only")
            else:
                heard = ask(message)
                said = f"it says {heard.error.kind.code}" if heard.error is not None and heard.documents else ""
                yield Exchanged(name, entry.file, tuple(self._compared(entry, message, heard)), said)

    def _takes(self, entry: Entry, carried: Collection[str]) -> bool:
        """Whether a request goes to the party: one of its messages, or a question that goes before them."""
        try:
            document = self._samples.document(entry)
            if self._dialect.tables.question_in(self._dialect.parse(document)):
                return True
            return type(self._dialect.read_many(document)[0][0]).__name__ in carried
        except GatewayError:
            return True  # that it cannot be read is what the test has to say

    def _one_played(self, player: SamplePlayer, entry: Entry, party: str) -> Exchanged:
        try:
            request = self._again(entry, party)
            answered = player.turn(player.recognised(request))
        except NotTheSampleError as error:
            told = [
                Finding(entry.message, entry.file, f"request {each.place}", each.expected, each.found)
                for each in error.differences
            ]
            return Exchanged(entry.message, entry.file, tuple(told))
        except GatewayError as error:
            wrong = Finding(entry.message, entry.file, "request", "it can be read and written", str(error))
            return Exchanged(entry.message, entry.file, (wrong,))
        return Exchanged(entry.message, answered.file, tuple(self._read(entry, answered)))

    def _again(self, entry: Entry, party: str) -> Document:
        """The request of a sample, written from what it says, with another id and time where those may differ."""
        document = self._samples.document(entry)
        question = self._dialect.tables.question_in(self._dialect.parse(document))
        if question:
            return self._dialect.write_question(question, self._fresh(self._dialect.read_question(document)[1], party))
        messages, control = self._dialect.read_many(document)
        return self._dialect.write_many(messages, self._fresh(control, party))

    def _fresh(self, control: Control, party: str) -> Control:
        control = replace(control, receiver=party)
        return replace(control, message_id="trial-1", sent_at=self._now) if self._samples.index.substitutes else control

    def _read(self, entry: Entry, reply: Entry) -> Iterator[Finding]:
        """Whether a reply is read as its index says."""
        expected = reply.error or READ
        try:
            self._replied(entry, self._samples.document(reply))
            found = READ
        except GatewayError as error:
            found = error.kind.code
            if found != reply.error:
                yield from self._wrong(entry, reply.file, self._samples.document(reply), error, ours=True)
                return
        if found != expected:
            yield Finding(entry.message, reply.file, "reply", expected, found)

    def _replied(self, entry: Entry, document: Document) -> None:
        asked = self._samples.document(entry)
        question = self._dialect.tables.question_in(self._dialect.parse(asked))
        if question:
            self._dialect.read_answer(question, document)
            return
        messages, _ = self._dialect.read_many(asked)
        if len(messages) > 1:
            self._dialect.read_many(document, messages)
        else:
            self._dialect.read_part(document, messages[0])

    def _message(self, entry: Entry) -> Message | None:
        """The one message of a request sample, None where it is a question or a bundle."""
        try:
            messages, _ = self._dialect.read_many(self._samples.document(entry))
        except GatewayError:
            return None
        return messages[0] if len(messages) == 1 else None

    def _compared(self, entry: Entry, message: Message, heard: Heard) -> Iterator[Finding]:
        name = type(message).__name__
        if not heard.documents:
            yield Finding(name, entry.file, "(connection)", "an answer", str(heard.error or "none"))
            return
        document = heard.documents[-1]
        yield from self._encoding(entry, name, document)
        if heard.error is not None:
            known = {reply.error for reply in self._samples.replies(entry)} - _BROKEN
            if heard.error.kind.code not in known | REFUSALS:
                yield from self._wrong(entry, entry.file, document, heard.error)
            return
        yield from self._shape(entry, name, document)
        _, control = self._dialect.read_part(document, message)
        for kind, (words, plainly) in _ODD.items():
            for each in filter(None, control.extra.get(kind, "").split(",")):
                place, _, said = each.partition("=")
                yield Finding(name, entry.file, place, words, shown(said) or plainly)

    def _encoding(self, entry: Entry, name: str, document: Document) -> Iterator[Finding]:
        """Whether the bytes are in the encoding that they are said to be in, where the samples' are."""
        wrong = misdeclared(document.body, declared_charset(document))
        samples = (self._samples.document(each).body for each in self._samples.replies(entry))
        if wrong is not None and not any(misdeclared(each) for each in samples):
            yield Finding(name, entry.file, "(encoding)", f"bytes in {wrong[0]}, as it says", f"bytes in {wrong[1]}")

    def _shape(self, entry: Entry, name: str, document: Document) -> Iterator[Finding]:
        """Places that every good sample has which has their group, and that this answer has not, in groups it has."""
        replies = [each for each in self._samples.replies(entry) if not each.error]
        good = [_grouped(self._samples.document(each)) for each in replies]
        for group, found in _grouped(document).items():
            shown_there = [each[group] for each in good if group in each]
            always = set.intersection(*map(set, shown_there)) if shown_there else set()
            for place in sorted(always - found):
                yield Finding(name, entry.file, place, "it is there, as in every sample", ABSENT)

    def _wrong(
        self, entry: Entry, sample: str, document: Document, error: GatewayError, *, ours: bool = False
    ) -> Iterator[Finding]:
        """Every field of an answer that cannot be read, or the error itself where each by itself can.

        `ours`: whether the answer is a sample, of which nothing has to stay out of the report.
        """
        side = self._dialect.tables.replies.get(type(self._message(entry)).__name__)
        lines: list[Traced] = []
        if side is not None:
            try:
                lines = list(self._tracer.traced(side, self._dialect.parse(document)))
            except GatewayError:
                lines = []
        wrong = [line for line in lines if line.wrong]
        for line in wrong:
            found = f"{line.wrong} ({len(line.said)} characters)" if line.personal else shown(line.said)
            yield Finding(entry.message, sample, line.there, expected(line.wanted), found)
        if not wrong:
            yield Finding(
                entry.message,
                sample,
                error.params.get("field", "(answer)"),
                READ,
                str(error) if ours else told(error, document),
            )


def _grouped(document: Document) -> dict[str, set[str]]:
    """The places of a document, by the group that they stand in."""
    made: dict[str, set[str]] = {}
    for place in map(plain, places(document)):
        made.setdefault(place.rpartition(".")[0], set()).add(place)
    return made
