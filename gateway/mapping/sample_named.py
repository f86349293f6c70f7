"""What an example document says of itself by the name of its file."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import GatewayError

_PARTS = 3  # name, direction, ending: find-cover.request.xml, with a situation between them where there are several


@dataclass(frozen=True, slots=True)
class Example:
    """One example: the call that it is of, its direction and situation, as its file name says them."""

    path: Path
    name: str
    direction: str
    situation: str


def example(path: Path) -> Example:
    """What `NAME[.SITUATION].request.xml` or `NAME[.SITUATION].reply.json` says of itself; `data_invalid` otherwise."""
    parts = path.name.split(".")
    if len(parts) < _PARTS or parts[-2] not in ("request", "reply"):
        reason = "the name of an example says what it is: find-cover.request.xml, find-cover.none.reply.json"
        raise GatewayError("data_invalid", file=str(path), line="1", reason=reason)
    return Example(path, parts[0], parts[-2], ".".join(parts[1:-2]))


def source_of(examples: Iterable[Example]) -> str:
    """The files of examples, for people."""
    return ", ".join(each.path.name for each in examples)


def invalid(path: Path, reason: str) -> GatewayError:
    """An example cannot be used."""
    return GatewayError("data_invalid", file=str(path), line="1", reason=reason)
