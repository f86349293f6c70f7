"""A dialect made of tables: the port `Dialect`, and what its doorways need beside it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.mapping.dialect_codes import overridden
from gateway.mapping.dialect_encoding import Labels, labels_of
from gateway.mapping.dialect_reading import Form, Reading, Writing
from gateway.mapping.dialect_replies import Troubles, refuse
from gateway.mapping.dialect_side import Side
from gateway.mapping.dialect_store import Store, store_of
from gateway.mapping.dialect_tables import Tables
from gateway.mapping.rulefile import RuleFile
from gateway.mapping.syntax import Syntax
from gateway.mapping.tables import Differences
from gateway.model.messages import Message
from gateway.ports import Control, Document

SUBSTITUTED = ":substituted"
"""Pseudo-header of a document in which substitutes of the party stand, and for which characters: `㛃→jie`."""
VARIANT = "variant"
"""`control.extra`: another form of the same message, as its table names it."""

Secret = Callable[[str], str]


def call_id(control: Control, message: str) -> str:
    """An id for one call: 32 characters, another one for every message, sender and moment."""
    return hashlib.sha256(f"{control.message_id}|{control.sent_at.isoformat()}|{message}".encode()).hexdigest()[:32]


def session_id(control: Control, _message: str) -> str:
    """An id for all calls about one message: 32 characters."""
    return hashlib.sha256(f"session|{control.message_id}".encode()).hexdigest()[:32]


def serial(control: Control, _message: str) -> str:
    """Twenty digits that are the same for all calls about one message."""
    return _twenty(f"serial|{control.message_id}")


def answer_serial(control: Control, _message: str) -> str:
    """Twenty digits for an answer."""
    return _twenty(f"answer|{control.message_id}|{control.sent_at.isoformat()}")


def _twenty(text: str) -> str:
    return f"{int.from_bytes(hashlib.sha256(text.encode()).digest()) % 10**20:020d}"


MADE: Mapping[str, Callable[[Control, str], str]] = {
    "call_id": call_id,
    "session_id": session_id,
    "serial": serial,
    "answer_serial": answer_serial,
}
"""What tables may name as `made`."""


class TableDialect:
    """Reads and writes every message of its tables, both sides of the call; ready for many threads once it is built.

    `secret`: the secret behind a reference (`control.extra["credential"]`, by default PARTY_<receiver>_SECRET).
    `control.extra` of what was read also lists, by place and never by value: `unknown_fields`, `unlisted` codes,
    what `differs` from the request, and how many `other_rows` there were.
    """

    def __init__(
        self, tables: Tables, syntax: Syntax, store: Store, secret: Secret, labels: Labels | None = None
    ) -> None:
        self.name = tables.folder.dialect.dialect
        self.version = tables.folder.dialect.version
        self.tables = tables
        self._syntax = syntax
        self._store = store
        self._secret = secret
        self._labels = labels
        self._troubles = Troubles(tables.folder.dialect.troubles, tables.folder.file)

    def of_party(self, differences: Differences, file: RuleFile, encoding: str = "") -> "TableDialect":
        """The dialect as one party speaks it, by the `differences` in its `file`; GatewayError `data_invalid`.

        `encoding`: the party's, where it says one.
        """
        folder = self.tables.folder
        codes = overridden(self.tables.codes, differences.codes, file)
        tables = Tables(folder, codes) if differences.codes else self.tables
        labels = labels_of(folder.dialect.encoding, encoding, folder.dialect.syntax, file)
        store = store_of(folder.dialect, differences, encoding)
        return TableDialect(tables, self._syntax, store, self._secret, labels)

    @property
    def encoding(self) -> str:
        """The encoding of its documents: `utf-8` or `gb18030`."""
        return self._store.encoding

    @property
    def syntax(self) -> Syntax:
        """The way in which its documents are written."""
        return self._syntax

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        """The document for `message`, or for the answer `message` to the request `about`.

        GatewayError: `unsupported`, `no_place`, `too_long_for_party`, `cannot_store`, `bad_character`, and
        `setting_invalid` where the party wants a password and none is set.
        """
        return self.write_many([message], control, None if about is None else [about])

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        """The message in `document`: a request or push where `about` is None, else the answer to the request `about`.

        GatewayError: `unreadable`, `unmapped`, `ambiguous_at_party`; in answers also what the party said went wrong
        (`party_refused`, `party_fault`, `authentication_needed`, `not_found`, ...). Never half an answer: one of
        several pages is `unreadable` here (`read_part`).
        """
        return self._only(document, about, whole=True)

    def read_part(self, document: Document, about: Message) -> tuple[Message, Control]:
        """As `read`, of one page; `control.extra` says `rows` and `rows_in_all` where there are more."""
        return self._only(document, about, whole=False)

    def read_pages(self, pages: Sequence[Document], about: Message) -> tuple[Message, Control]:
        """As `read`, of an answer that stands on several pages; what is wrong on one of them is wrong."""
        if len(pages) == 1:
            return self.read(pages[0], about)
        for page in pages:
            self.read_part(page, about)
        side, c = self._paged(about)
        if side.rows is None:
            raise c.unreadable("it does not stand on pages")
        found = side.read(side.rows.joined([self._parsed(page) for page in pages], c), c, (about,))
        return found[0], c.finished()

    def counted(self, page: Document, about: Message) -> tuple[int, int]:
        """How many rows a page of the answer holds and how many there are in all; GatewayError `unreadable`."""
        side, c = self._paged(about)
        return (0, 0) if side.rows is None else side.rows.counted(self._parsed(page), c)

    def write_many(
        self, messages: Sequence[Message], control: Control, abouts: Sequence[Message] | None = None
    ) -> Document:
        """One document for several messages of one kind; errors as `write`, `no_place` where it carries one."""
        if not messages:
            raise ValueError("there is nothing to write")
        first = messages[0] if abouts is None else abouts[0]
        variant = control.extra.get(VARIANT, "") if abouts is None else ""
        side = self._side(type(first).__name__, variant, reply=abouts is not None)
        if any(type(message) is not side.record for message in messages):
            raise self._unsupported(type(messages[0]).__name__)
        return self._written(side, messages, control, reply=abouts is not None, abouts=abouts or ())

    def read_many(
        self, document: Document, abouts: Sequence[Message] | None = None
    ) -> tuple[tuple[Message, ...], Control]:
        """The messages in one document, or the answers to the requests `abouts` that left in one; errors as `read`."""
        if abouts is not None:
            return self._answers(document, self._side(type(abouts[0]).__name__, "", reply=True), abouts, whole=True)
        form = self._parsed(document)
        side = self.tables.request_in(form)
        if side is None:
            raise self._unreadable("it is none of the messages of the tables")
        c = Reading(side.name, self.name, store=self._store)
        if side.variant:
            c.extra[VARIANT] = side.variant
        return tuple(side.read(form, c)), c.finished()

    def write_question(self, name: str, control: Control) -> Document:
        """The document of a question that carries no message, such as `Login`."""
        return self._written(self._question(name)[0], (), control, reply=False)

    def read_question(self, document: Document) -> tuple[str, Control]:
        """Which question a document is; GatewayError `unreadable` where it is none."""
        form = self._parsed(document)
        name = self.tables.question_in(form)
        if not name:
            raise self._unreadable("it is none of the questions of the tables")
        c = Reading(name, self.name, store=self._store)
        self.tables.questions[name][0].read(form, c)
        return name, c.finished()

    def write_answer(self, name: str, messages: Sequence[Message], control: Control) -> Document:
        """The answer to a question."""
        return self._written(self._question(name)[1], messages, control, reply=True)

    def read_answer(self, name: str, document: Document) -> tuple[tuple[Message, ...], Control]:
        """What answers a question: its messages (none for a login) and its control; errors as `read`."""
        return self._answers(document, self._question(name)[1], (), whole=True)

    def refuse(self, error: GatewayError, about: Message | None = None, control: Control | None = None) -> Document:
        """The document that says `error` in this dialect, in answer to the request `about` where it was understood."""
        form: Form = {}
        name = type(about).__name__
        if name in self.tables.replies:
            side, c = self.tables.replies[name], self._writing(name, control)
            nothing = side.no_rows(error.kind.code, c)
            if nothing is not None:
                return self._packed(nothing, control, reply=True)
            form = side.head(c)
        refused = refuse(self.tables.folder.dialect.refusals, error, form)
        return self._packed(refused, control, reply=True)

    def blank(self, document: Document) -> bytes:
        """The bytes of a document with every credential blanked."""
        if self._labels is not None:
            return self._labels.blanked(document, self._syntax.blank)
        return self._syntax.blank(document)

    def parse(self, document: Document) -> Form:
        """The groups of a document as they stand in it; GatewayError where it is not of the syntax."""
        return self._syntax.parse(document if self._labels is None else self._labels.heard(document))

    def _only(self, document: Document, about: Message | None, *, whole: bool) -> tuple[Message, Control]:
        if about is None:
            found, control = self.read_many(document)
        else:
            side = self._side(type(about).__name__, "", reply=True)
            found, control = self._answers(document, side, (about,), whole=whole)
        if len(found) != 1:
            raise self._unreadable(f"it holds {len(found)} messages, not one", about)
        return found[0], control

    def _answers(
        self, document: Document, side: Side, abouts: Sequence[Message], *, whole: bool
    ) -> tuple[tuple[Message, ...], Control]:
        about = abouts[0] if abouts else None
        c = Reading(side.name, self.name, about, closed=side.closed, whole=whole, store=self._store)
        try:
            form = self._parsed(document)
        except GatewayError as error:
            raise c.unreadable(error.params.get("reason", error.text("en"))) from error
        if side.nothing(form) is None:
            self._troubles.check(form, self.name, side.name)
        return tuple(side.read(form, c, abouts)), c.finished()

    def _written(
        self, side: Side, messages: Sequence[Message], control: Control, *, reply: bool, abouts: Sequence[Message] = ()
    ) -> Document:
        c = self._writing(side.name, control, abouts[0] if abouts else None)
        return self._packed(side.write(messages, c, abouts), control, reply=reply)

    def _writing(self, name: str, control: Control | None, about: Message | None = None) -> Writing:
        party = control.receiver if control and control.receiver else self.name
        return Writing(name, party, control, self._store, self._secret, MADE, about, day_of(control))

    def _packed(self, form: Form, control: Control | None, *, reply: bool) -> Document:
        party = control.receiver or self.name if control else self.name
        form, used = self._store.kept(form, party, day_of(control))
        text = self._syntax.text(form, reply=reply)
        text = text if self._labels is None else self._labels.declared(text)
        made = self._syntax.document(self._store.encoded(text, party, answers=reply), form, reply=reply)
        made = made if self._labels is None else self._labels.sent(made)
        return replace(made, headers={**made.headers, SUBSTITUTED: used}) if used else made

    def instead(self, message: Message, party: str, now: datetime) -> str:
        """What of `message` the party keeps in another form on the day of `now` (`㛃→jie`); "" where nothing."""
        return self._store.kept(message, party, now.date())[1]

    def _paged(self, about: Message) -> tuple[Side, Reading]:
        side = self._side(type(about).__name__, "", reply=True)
        return side, Reading(side.name, self.name, about, closed=side.closed, whole=True, store=self._store)

    def _parsed(self, document: Document) -> Form:
        form: Form = self._store.standard(self.parse(document))
        return form

    def _side(self, name: str, variant: str, *, reply: bool) -> Side:
        found: Any = self.tables.replies.get(name) if reply else self.tables.requests.get((name, variant))
        if found is None:
            raise self._unsupported(name)
        side: Side = found
        return side

    def _question(self, name: str) -> tuple[Side, Side]:
        if name not in self.tables.questions:
            raise self._unsupported(name)
        return self.tables.questions[name]

    def _unreadable(self, reason: str, about: Message | None = None) -> GatewayError:
        name = type(about).__name__ if about is not None else "a request"
        return GatewayError("unreadable", party=self.name, message=name, reason=reason)

    def _unsupported(self, name: str) -> GatewayError:
        return GatewayError("unsupported", party=self.name, message=name, alternative="")


def day_of(control: Control | None) -> date:
    """The day in Beijing on which a document leaves: that of the tables of substitutes."""
    if control is None:
        return date.max
    try:
        return control.sent_at.astimezone(BEIJING).date()
    except OverflowError:
        return control.sent_at.date()
