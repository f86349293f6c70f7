"""All tables of one dialect, compiled at start."""

from collections.abc import Iterator, Mapping

from gateway.mapping.dialect_codes import Codes
from gateway.mapping.dialect_plan import Planner
from gateway.mapping.dialect_reading import Form
from gateway.mapping.dialect_side import Side
from gateway.mapping.tables_files import Folder, Located
from gateway.mapping.trades import Trade
from gateway.model.messages import EXCHANGES

_RECORDS: Mapping[str, type] = {
    record.__name__: record for item in EXCHANGES.values() for record in (item.request, item.reply)
} | {Trade.__name__: Trade}


class Tables:
    """Requests by (message, variant), their replies by message; questions that carry no message by their name."""

    def __init__(self, folder: Folder, codes: Mapping[str, Codes]) -> None:
        self.folder = folder
        self.codes = codes
        self._planner = Planner(folder, codes)
        self.requests: dict[tuple[str, str], Side] = {}
        self.replies: dict[str, Side] = {}
        self.questions: dict[str, tuple[Side, Side]] = {}
        for located in folder.tables:
            (self._add_message if located.table.message else self._add_question)(located)
        # What is recognised whole goes before what is recognised by its beginning.
        self._in_order = sorted(self.requests.values(), key=_by_beginning)

    def sides(self) -> Iterator[tuple[str, Side]]:
        """Every compiled direction, with its name."""
        for side in self.requests.values():
            yield "request", side
        for side in self.replies.values():
            yield "reply", side
        for request, reply in self.questions.values():
            yield from (("request", request), ("reply", reply))

    def request_in(self, form: Form) -> Side | None:
        """The table whose constants stand in a document; None where none do."""
        return next((side for side in self._in_order if side.fits(form)), None)

    def question_in(self, form: Form) -> str:
        """The question whose constants stand in a document; "" where none do."""
        return next((name for name, (side, _) in self.questions.items() if side.fits(form)), "")

    def _add_message(self, located: Located) -> None:
        table, file = located.table, located.file
        exchange = EXCHANGES.get(table.message)
        if exchange is None:
            raise file.invalid(f"there is no message {table.message}", "message")
        if (table.message, table.variant) in self.requests:
            raise file.invalid(f"another file has the table of {located.name}", "message")
        side = Side(self.folder, located, "request", self._planner, (exchange.request, None))
        self.requests[table.message, table.variant] = side
        if bool(table.variant) == (table.reply is not None):
            raise file.invalid("the table of a message has a reply, and that of a variant shares it", "variant")
        if table.reply is not None:
            types = exchange.reply, exchange.request
            self.replies[table.message] = Side(self.folder, located, "reply", self._planner, types)

    def _add_question(self, located: Located) -> None:
        table = located.table
        if table.reply is None:
            raise located.file.invalid("a question has a reply")
        record = _RECORDS.get(table.reply.record)
        if table.reply.record and record is None:
            raise located.file.invalid(f"there is no record {table.reply.record}", "reply", "record")
        request = Side(self.folder, located, "request", self._planner, (None, None))
        self.questions[table.question] = request, Side(self.folder, located, "reply", self._planner, (record, None))


def _by_beginning(side: Side) -> bool:
    return any(isinstance(value, str) and value.endswith("*") for value in side.block.tells.values())
