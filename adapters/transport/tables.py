"""Intermediate tables: a document is a row that we write, its answer stands in the same row once the party says so.

The party and the gateway share one table of a database (中间表) and move rows along its status column. A row that
still has the status that we wrote has not been taken, and can be taken back.
"""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import Column, Engine, LargeBinary, MetaData, String, Table, Text, create_engine, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from adapters.transport.exchange import Answer, Call, UnansweredError, UnsentError
from adapters.transport.patience import place_name, seconds_left, waited_for
from gateway.points import passing
from gateway.ports import Document, Now

_OK = 200
_NAME, _STATUS = 200, 20


class Columns(Struct, frozen=True, forbid_unknown_fields=True):
    """What the columns of the table are called, and the values of its status column.

    `binary`: documents stand in it as bytes, else as text. `taken` is the party's own affair: any other status than
    these means that it is at work.
    """

    table: str = "exchange"
    id: str = "id"
    message: str = "message"
    content: str = "content"
    status: str = "status"
    answer: str = "answer"
    written: str = "written"
    answered: str = "answered"
    withdrawn: str = "withdrawn"
    binary: bool = False


class TableTransport:
    """Carries documents as rows of one table of the database at `url`; text in it is `encoding` outside."""

    def __init__(self, party: str, url: str, now: Now, columns: Columns | None = None, encoding: str = "utf-8") -> None:
        self._party = party
        self._now = now
        self._columns = columns or Columns()
        self._encoding = encoding
        self._engine: Engine = create_engine(url, pool_pre_ping=True)
        self._table = table_of(self._columns)

    def post(self, document: Document, call: Call) -> Answer:
        """Write the row of `document` and wait for its answer. A row that was not taken is taken back: UnsentError."""
        seconds = seconds_left(call, self._now)
        name = place_name(document, call)
        passing(f"call.{self._party}.{call.message}.before")
        try:
            self._write(name, call.message, document.body)
            body = waited_for(lambda: self._answered(name), seconds)
        finally:
            passing(f"call.{self._party}.{call.message}.after")
        if body is None:
            raise self._without_answer(name)
        return Answer(_OK, {"content-type": document.media_type}, body)

    def reach(self, deadline: datetime) -> None:  # noqa: ARG002 - of the protocol; the driver has a patience of its own
        """Make sure that the table can be read; UnsentError."""
        try:
            with self._engine.connect() as connection:
                connection.execute(select(self._table.c[self._columns.id]).limit(1)).all()
        except SQLAlchemyError as error:
            raise UnsentError(f"the table {self._columns.table} cannot be read ({_cause(error)})") from error

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def _write(self, name: str, message: str, body: bytes) -> None:
        begun = False
        try:
            row = self._row(name, message, body)
            with self._engine.connect() as connection:
                connection.execute(insert(self._table).values(row))
                begun = True
                connection.commit()
        except IntegrityError:
            self._write_again(name)
        except (SQLAlchemyError, UnicodeError) as error:
            if begun:
                # Whether the commit arrived is not known; the row may be there and be taken.
                raise UnansweredError(f"the row may be there ({_cause(error)})") from error
            raise UnsentError(f"the row could not be written ({_cause(error)})") from error

    def _row(self, name: str, message: str, body: bytes) -> dict[str, bytes | str]:
        names = self._columns
        content = body if names.binary else body.decode(self._encoding)
        return {names.id: name, names.message: message, names.content: content, names.status: names.written}

    def _write_again(self, name: str) -> None:
        """The same document about the same leg was there before: where it was taken back it is put there anew."""
        self._moved(name, self._columns.withdrawn, self._columns.written)

    def _answered(self, name: str) -> bytes | None:
        names = self._columns
        answer, status = self._table.c[names.answer], self._table.c[names.status]
        try:
            with self._engine.connect() as connection:
                row = connection.execute(select(status, answer).where(self._table.c[names.id] == name)).one()
        except SQLAlchemyError:
            # The database is away for a moment: whether there is an answer will be seen when it is back.
            return None
        return self._outside(row[1]) if row[0] == names.answered else None

    def _without_answer(self, name: str) -> UnsentError | UnansweredError:
        try:
            back = self._moved(name, self._columns.written, self._columns.withdrawn)
        except SQLAlchemyError as error:
            return UnansweredError(f"whether the row was taken cannot be seen ({_cause(error)})", timed_out=True)
        if back:
            return UnsentError("the party did not take the row in time; it was taken back")
        return UnansweredError("the party took the row and has not answered", timed_out=True)

    def _moved(self, name: str, before: str, after: str) -> bool:
        """Change the status of a row that has the status `before`; whether it had."""
        names, there = self._columns, self._table.c
        change = update(self._table).where(there[names.id] == name, there[names.status] == before)
        with self._engine.begin() as connection:
            return connection.execute(change.values({names.status: after})).rowcount == 1

    def _outside(self, answer: bytes | str | None) -> bytes:
        if answer is None:
            return b""
        return answer.encode(self._encoding) if isinstance(answer, str) else answer


def table_of(columns: Columns) -> Table:
    """The table as it is described, for a database that has none yet."""
    content = LargeBinary if columns.binary else Text
    return Table(
        columns.table,
        MetaData(),
        Column(columns.id, String(_NAME), primary_key=True),
        Column(columns.message, String(_NAME), nullable=False),
        Column(columns.content, content, nullable=False),
        Column(columns.status, String(_STATUS), nullable=False),
        Column(columns.answer, content),
    )


def _cause(error: BaseException) -> str:
    # The text of the driver may quote a statement with its values.
    return type(error.__cause__ or error).__name__
