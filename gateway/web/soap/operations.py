"""The operations that our contract and the dialects of provinces serve, each with its scope and kinds of caller."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.errors import GatewayError
from gateway.model.messages import Message
from gateway.services.ask import ask
from gateway.services.changes_asked import take_change
from gateway.services.receive import receive
from gateway.services.registrations import KINDS
from gateway.services.runtime import Runtime
from gateway.web.clients import Kind


@dataclass(frozen=True, slots=True)
class Asked:
    """How an operation is called. `about`: what its document was journalled under.

    `whole`: the caller's form cannot name regions that stayed silent, so that it is given no answer without them.
    `kept_as`: is told by party what it was asked with in the place of characters that it cannot store.
    """

    about: str
    whole: bool = False
    kept_as: dict[str, str] = field(default_factory=dict)


Verb = Callable[[Runtime, str, Message, Asked], Message]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what it takes to call it, and the verb that answers.

    `anew`: answered anew each time, also under a message_id that was used before: our own records say how it is now,
    and nobody else has to be asked for it.
    """

    name: str
    scope: str
    kinds: frozenset[Kind]
    verb: Verb
    anew: bool = False


def operation(name: str, *, scope: str, kinds: set[Kind], anew: bool = False) -> Callable[[Verb], Operation]:
    """Declare the operation that answers the message `name`."""
    return lambda verb: Operation(name, scope, frozenset(kinds), verb, anew)


@operation("FindWorker", scope="soap:ask", kinds={"province"})
def find_worker(runtime: Runtime, party: str, message: Message, asked: Asked) -> Message:
    """Ask which region knows the person."""
    return ask(runtime, party, message, whole=asked.whole, kept_as=asked.kept_as)


@operation("FindCover", scope="soap:ask", kinds={"province"})
def find_cover(runtime: Runtime, party: str, message: Message, asked: Asked) -> Message:
    """Ask which covers the person has elsewhere."""
    return ask(runtime, party, message, whole=asked.whole, kept_as=asked.kept_as)


@operation("GetProgress", scope="soap:ask", kinds={"province"}, anew=True)
def get_progress(runtime: Runtime, party: str, message: Message, asked: Asked) -> Message:
    """Ask where one of the caller's applications stands."""
    return ask(runtime, party, message, whole=asked.whole, kept_as=asked.kept_as)


@operation("GetRights", scope="soap:ask", kinds={"province"})
def get_rights(runtime: Runtime, party: str, message: Message, asked: Asked) -> Message:
    """Ask what the person has earned in other regions, and may draw."""
    return ask(runtime, party, message, whole=asked.whole, kept_as=asked.kept_as)


@operation("GetContributions", scope="soap:ask", kinds={"province"})
def get_contributions(runtime: Runtime, party: str, message: Message, asked: Asked) -> Message:
    """Ask what was paid for the person in other regions."""
    return ask(runtime, party, message, whole=asked.whole, kept_as=asked.kept_as)


@operation("EnrolmentDecided", scope="soap:tell", kinds={"province"})
def enrolment_decided(runtime: Runtime, party: str, message: Message, asked: Asked) -> Message:
    """Tell of a decision that was taken later."""
    return receive(runtime, party, message, about=asked.about)


def change(runtime: Runtime, party: str, message: Message, asked: Asked) -> Message:
    """Take in a change that a worker asks for at the caller's counter."""
    return take_change(runtime, party, message, asked.about)


_ASKED = (find_worker, find_cover, get_progress, get_rights, get_contributions, enrolment_decided)
_CHANGES = tuple(operation(name, scope="soap:tell", kinds={"province"})(change) for name in KINDS.values())

OPERATIONS: Mapping[str, Operation] = {each.name: each for each in (*_ASKED, *_CHANGES)}


def served(name: str) -> Operation:
    """The operation of this name; GatewayError `unsupported` for a message of the contract that only provinces take."""
    found = OPERATIONS.get(name)
    if found is None:
        alternative = f"Served here: {', '.join(OPERATIONS)}."
        raise GatewayError("unsupported", party="gateway", message=name, alternative=alternative)
    return found
