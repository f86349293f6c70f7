"""Table dialects as shipped, with a secret, for parties that are played in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from adapters.party import Profile, read_profile
from adapters.transport.exchange import Answer, Call
from gateway.mapping.dialect_loader import dialects
from gateway.mapping.dialect_table import TableDialect
from gateway.ports import Control, Document
from tests.adapters.gateway_province import MAPPINGS
from tests.adapters.memory import NOW

_MAKERS = dialects(MAPPINGS, lambda _: "secret")


def spoken(dialect: str) -> TableDialect:
    """A dialect by "<name>/<version>"."""
    return _MAKERS[dialect]()


def profile(folder: str) -> Profile:
    """The profile of a shipped party, by family and name."""
    return read_profile(MAPPINGS / folder / "party.yaml")


def theirs(**extra: str) -> Control:
    """The control of an answer."""
    return Control("", "", "", NOW, extra)


@dataclass
class Line:
    """A transport to a party that is played.

    `breaks`: by the name of a call, whether the connection breaks `before` or `after` it took effect, a time each.
    """

    answer: Callable[[Document, Call], Document]
    breaks: dict[str, list[tuple[str, Exception]]] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def post(self, document: Document, call: Call) -> Answer:
        """What the party answers, unless the connection breaks."""
        self.seen.append(call.message)
        planned = self.breaks.get(call.message)
        when, error = planned.pop(0) if planned else ("", None)
        if error is not None and when == "before":
            raise error
        answer = self.answer(document, call)
        if error is not None:
            raise error
        return Answer(200, {"content-type": answer.media_type}, answer.body)

    def reach(self, deadline: datetime) -> None:
        """Nobody tries the connection."""
        raise AssertionError(deadline)
