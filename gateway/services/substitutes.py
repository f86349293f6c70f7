"""What parties get instead of characters that they cannot store, in questions that belong to no leg of a case."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol, runtime_checkable
from urllib.parse import quote

from gateway.errors import GatewayError
from gateway.mapping.converters import BEIJING
from gateway.model.messages import Message
from gateway.ports import Party

HEADER = "Kept-As"
"""The header of an answer that names them: parties, each with its substitutes as percent-encoded UTF-8."""


@runtime_checkable
class Substituting(Protocol):
    """A dialect that may write other characters than ours."""

    def instead(self, message: Message, party: str, now: datetime) -> str:
        """What of `message` the party keeps in another form on the day of `now` (`㛃→jie`); "" where nothing."""
        ...


def used(parties: Iterable[Party], questions: Mapping[str, Message], now: datetime) -> dict[str, str]:
    """By party, what it is asked with in the place of what; a question that cannot be written names itself."""
    found = {party.id: _instead(party, questions[party.id], now) for party in parties}
    return {party: instead for party, instead in found.items() if instead}


def header(kept_as: Mapping[str, str]) -> dict[str, str]:
    """The header that tells a caller of it; none where every character was kept."""
    told = ", ".join(f"{party}={quote(instead, safe='')}" for party, instead in sorted(kept_as.items()))
    return {HEADER: told} if told else {}


def _instead(party: Party, question: Message, now: datetime) -> str:
    dialect = getattr(party, "dialect", None)
    if not isinstance(dialect, Substituting):
        return ""
    try:
        return dialect.instead(question, party.id, now.astimezone(BEIJING))
    except GatewayError:
        return ""  # the party is not asked then either: its own error says so
