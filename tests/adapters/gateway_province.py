"""A province on the loopback that speaks the gateway contract and answers what a test tells it to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from adapters.directory import load
from gateway.errors import GatewayError
from gateway.mapping.contract_dialect import GatewayDialect, gateway_dialects
from gateway.model.codes import Decision
from gateway.model.messages import Message
from gateway.model.province import EnrolmentDecided
from gateway.ports import Control, Dialect, Document, Party
from tests.adapters.memory import NOW, MemoryJournal, now
from tests.adapters.people import REFERENCE
from tests.adapters.servers import Request, Server, Visit, always, serving

MAPPINGS = Path(__file__).parents[2] / "mappings"
Replies = Callable[[Message, Control], Message | GatewayError]


@cache
def dialect() -> GatewayDialect:
    """One dialect for all tests of a process."""
    return GatewayDialect()


@dataclass
class Heard:
    """What the province was told."""

    server: Server
    messages: list[tuple[Message, Control]] = field(default_factory=list)


@contextmanager
def province(replies: Replies, *, refers_to: str = "") -> Iterator[Heard]:
    """Serve `replies`; an error is answered as a fault. `refers_to`: what answers wrongly claim to answer."""
    heard: Heard

    def respond(visit: Visit, request: Request) -> None:
        if request.method == "HEAD":
            visit.answer(b"", "405 Method Not Allowed")
            return
        message, control = dialect().read(Document(request.body, request.headers["content-type"]))
        heard.messages.append((message, control))
        reply = replies(message, control)
        if isinstance(reply, GatewayError):
            fault = dialect().write_fault(reply)
            visit.answer(fault.body, "500 Internal Server Error", fault.media_type)
            return
        refers = {"refers_to": refers_to or control.message_id}
        answer = dialect().write(reply, Control("reply-1", control.receiver, control.sender, NOW, refers), message)
        visit.answer(answer.body, media_type=answer.media_type)

    with serving(always(respond)) as server:
        heard = Heard(server)
        yield heard


def settings(party: str, url: str) -> Mapping[str, str]:
    """What a deployment says of one party."""
    name = party.upper().replace("-", "_")
    return {f"PARTY_{name}_URL": url, f"PARTY_{name}_SECRET": "secret of tests"}


def party(url: str, journal: MemoryJournal | None = None, speaks: Dialect | None = None) -> Party:
    """The shipped party `zhejiang` at `url`."""
    makers = {**gateway_dialects(), "gateway/1.2": lambda: speaks or dialect()}
    return load(MAPPINGS, settings("zhejiang", url), makers, journal or MemoryJournal(), now)["zhejiang"]


def decided(decision: Decision, **fields: Any) -> EnrolmentDecided:
    """A decision about the worker of these tests."""
    return EnrolmentDecided(decision, REFERENCE, **fields)
