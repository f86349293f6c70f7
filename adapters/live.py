"""A party at an address of its choice, for its contract test: spoken to as ever, what comes back kept in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from adapters import directory
from adapters.party import setting_name
from gateway.errors import GatewayError
from gateway.mapping.dialect_loader import dialects
from gateway.mapping.trial import Ask, Heard
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import Crossing, Dialect, Document, Now, Outcome, OutcomeKind, Party, Work

_TRIAL = "trial"


class _Handed(NamedTuple):
    """A document that is kept at once."""

    record: str

    def wait(self) -> tuple[str]:
        """Its number."""
        return (self.record,)


class _Kept:
    """A journal of one test: every document that crossed the border, in memory."""

    def __init__(self) -> None:
        self.crossings: list[Crossing] = []

    def record(self, crossing: Crossing) -> str:
        self.crossings.append(crossing)
        return str(len(self.crossings))

    def hand_in(self, crossing: Crossing) -> "_Handed":
        return _Handed(self.record(crossing))

    def flush(self) -> None:
        """Everything is kept at once."""

    def record_many(self, crossings: Iterable[Crossing]) -> Sequence[str]:
        return [self.record(each) for each in crossings]

    def answers(self) -> list[Document]:
        """What came back."""
        return [Document(each.body, each.media_type) for each in self.crossings if each.direction == "in"]


class _Sessions:
    """What the party gave us, for as long as the test lasts."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], str] = {}

    def get(self, party: str, key: str) -> str | None:
        return self._kept.get((party, key))

    def keep(self, party: str, key: str, value: str | None, until: datetime) -> None:  # noqa: ARG002 - a test ends sooner
        self._kept.pop((party, key), None)
        if value is not None:
            self._kept[party, key] = value


class _Attempt:
    """The memory of one delivery; every test begins anew, under an id that no earlier one had."""

    number = 1

    def __init__(self, now: datetime) -> None:
        self.id = f"trial-{now:%Y%m%d%H%M%S%f}"
        self._notes: dict[str, str] = {}

    def remember(self, key: str, value: str) -> None:
        self._notes[key] = value

    def recall(self, key: str) -> str | None:
        return self._notes.get(key)


def asker(
    mappings: Path, name: str, settings: Mapping[str, str], now: Now, own: Mapping[str, Callable[..., Dialect]]
) -> Ask:
    """What asks the party `name` of `mappings` at the address in `settings` (PARTY_<ID>_URL) and hears what it answers.

    `own`: makers of dialects that are not tables. GatewayError: `not_found`, `setting_invalid`, `data_invalid`.
    """
    address = setting_name(name, "URL")
    if not settings.get(address):
        raise GatewayError("setting_invalid", name=address, reason="the party has no address to be tested at")
    journal = _Kept()
    makers = {**dialects(mappings, lambda reference: settings.get(reference, "")), **own}
    only = {key: value for key, value in settings.items() if not key.endswith("_URL") or key == address}
    found = directory.load(mappings, only, makers, journal, now, _Sessions())
    if name not in found:
        raise GatewayError(
            "not_found", thing=f"party {name} that is configured (its party.yaml says `configured: false`?)"
        )
    return lambda message: _heard(found[name], message, journal, now)


def _heard(party: Party, message: Message, journal: _Kept, now: Now) -> Heard:
    journal.crossings.clear()
    name = type(message).__name__
    deadline = now() + timedelta(seconds=party.supports[name].timeout)
    if EXCHANGES[name].changes:
        work = Work(_TRIAL, _TRIAL, message, _Attempt(now()), deadline)
        [outcome] = party.deliver([work])
        answers = journal.answers()
        return Heard(
            answers, outcome.reply, None if outcome.reply is not None else _why(party, message, outcome, answers)
        )
    try:
        reply = party.ask(message, deadline)
        return Heard(journal.answers(), reply)
    except GatewayError as error:
        return Heard(journal.answers(), None, error)


def _why(party: Party, message: Message, outcome: Outcome, answers: Sequence[Document]) -> GatewayError:
    """Why a delivery ended without a reply: an outcome has the words alone, and not whether they are theirs."""
    name = type(message).__name__
    if outcome.kind is OutcomeKind.REFUSED and answers:
        return GatewayError("party_refused", party=party.id, message=name, reason=outcome.reason)
    try:
        if answers:
            party.dialect.read(answers[-1], message)
    except GatewayError as error:
        return error.of(party.id)
    return GatewayError("unreadable", party=party.id, message=name, reason=outcome.reason)
