"""A dialect without tables, as it is spoken to a party whose columns do not keep every character."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.mapping.dialect_store import Store
from gateway.mapping.dialect_table import SUBSTITUTED, day_of
from gateway.mapping.tables import Differences
from gateway.model.messages import Message
from gateway.ports import Control, Dialect, Document


class KeptDialect:
    """Puts the party's substitutes into messages before they are written; what is read is read as before.

    What else the dialect has beside the port, it still has.
    """

    def __init__(self, inner: Dialect, differences: Differences) -> None:
        self.name = inner.name
        self.version = inner.version
        self._inner = inner
        two_bytes = differences.stores == "two_bytes"
        self._store = Store("utf-8", two_bytes=two_bytes, substitutes=differences.substitutes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def write(self, message: Message, control: Control, about: Message | None = None) -> Document:
        """As the dialect itself; GatewayError `cannot_store` naming a character that the party cannot keep."""
        kept, used = self._store.kept(message, control.receiver, day_of(control))
        document = self._inner.write(kept, control, about)
        self._store.encoded(document.body.decode(), control.receiver)
        return replace(document, headers={**document.headers, SUBSTITUTED: used}) if used else document

    def instead(self, message: Message, party: str, now: datetime) -> str:
        """What of `message` the party keeps in another form on the day of `now` (`㛃→jie`); "" where nothing."""
        return self._store.kept(message, party, now.date())[1]

    def read(self, document: Document, about: Message | None = None) -> tuple[Message, Control]:
        """As the dialect itself."""
        return self._inner.read(document, about)
