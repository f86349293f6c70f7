"""The ordinary party keeps the order of things: write, limit, remember, post, read."""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from adapters.party import outcomes
from adapters.party.conversation import Conversation, Places
from adapters.party.inquiry import Finding, Inquiry, Ways
from adapters.party.profile import Profile
from adapters.transport.exchange import Answer, Call, Sending, Transport, UnansweredError, UnsentError
from gateway.errors import GatewayError
from gateway.mapping.dialect_table import SUBSTITUTED
from gateway.model.messages import EXCHANGES, Message
from gateway.ports import KEPT_AS, Desk, Dialect, Document, Now, Outcome, OutcomeKind, Work

_log = logging.getLogger(__name__)

SENT = "sent"
"""What an attempt remembers before the first byte goes out: when. Without this note nothing can have arrived."""
ACCEPTANCE = "acceptance_number"
"""What an attempt remembers once the party has received the work: its number, "" where it gave none."""

_PATIENCE = 1.0  # seconds a delivery waits for a place: a slow party must not hold the threads that serve the others


_PROOFS: Mapping[str, Callable[[Profile, Work], frozenset[str]]] = {
    "reference": lambda _, work: frozenset({work.attempt.id, getattr(work.message, "reference", work.attempt.id)}),
    "registered_by": lambda profile, _: frozenset({profile.user}),
}
"""Fields of a party's record that can show our hand, and what then stands in them."""


_STEPS = ("deliver", "_delivered", "_carried")
"""The steps of a delivery that an odd party may take otherwise."""


class OrdinaryParty:
    """A party that needs nothing but its profile, its dialect, a transport and the ways of its family.

    An odd one overrides `understood` or `said_of`. Whatever happens, `deliver` and `inquire` answer with outcomes and
    never raise. `harmless`: a repetition does no harm even of what changes something.
    """

    harmless = False

    def __init__(self, profile: Profile, dialect: Dialect, transport: Transport, ways: Ways, now: Now) -> None:
        self.id: str = profile.id
        self.family: str = profile.family
        self.names: Mapping[str, str] = {"zh": profile.names.zh, "en": profile.names.en}
        self.regions = profile.regions
        self.supports = profile.carried
        self.concurrency = profile.concurrency
        self.dialect = dialect
        self.profile = profile
        self._ways = ways
        self._conversation = Conversation(profile, dialect, transport, now)
        self._check_inquiries()

    def deliver(self, works: Sequence[Work]) -> Sequence[Outcome]:
        """Carry each work; one Outcome per work, in order."""
        return [self._delivered(work) for work in works]

    @property
    def together(self) -> bool:
        """Whether `deliver_each` does as `deliver`: one document a work, on a line that takes several at once."""
        as_every = all(getattr(type(self), step) is getattr(OrdinaryParty, step) for step in _STEPS)
        return as_every and self._conversation.together

    def deliver_each(self, works: Sequence[Work], desk: Desk) -> None:
        """Carry the works at once, as many as there are places; each has its outcome as `deliver` gives it."""
        patience = min(work.deadline for work in works) - self._conversation.now()
        try:
            with self._conversation.places(len(works), patience.total_seconds()) as places:
                self._carried_together(works, places, desk)
        except UnsentError as error:
            desk.done([(work, Outcome(OutcomeKind.UNREACHABLE, reason=str(error))) for work in works])

    def _carried_together(self, works: Sequence[Work], places: Places, desk: Desk) -> None:
        written = [(work, self._written_on(desk, work)) for work in works]
        if refused := [(work, outcome) for work, outcome in written if isinstance(outcome, Outcome)]:
            desk.done(refused)
        sendings = {self._sending(work, given): work for work, given in written if isinstance(given, Document)}
        if not sendings:
            return
        now = self._conversation.now().isoformat()
        try:
            desk.remember([(work.attempt, SENT, now) for work in sendings.values() if self._matters(work.message)])
        except Exception as error:  # noqa: BLE001 - as in `inquire`; nothing has been sent
            self._log_failure("delivery", next(iter(sendings.values())), error)
            lost = Outcome(OutcomeKind.UNREACHABLE, reason="the delivery failed on our side")
            desk.done([(work, lost) for work in sendings.values()])
            return

        def heard(some: Sequence[Sending]) -> None:
            desk.done([(sendings[each], self._heard(desk, sendings[each], each)) for each in some])

        self._conversation.post_each(list(sendings), places, heard)

    def _sending(self, work: Work, document: Document) -> Sending:
        name = _name(work.message)
        return Sending(document, Call(name, work.deadline, work.leg, self.supports[name].timeout))

    def _written_on(self, desk: Desk, work: Work) -> Document | Outcome:
        with desk.about(work):
            return self._written(work)

    def _heard(self, desk: Desk, work: Work, sending: Sending) -> Outcome:
        match sending.result:
            case Answer() as answer:
                with desk.about(work):
                    return self._read(work, answer)
            case UnansweredError() as error:
                return self._doubt(work.message, str(error))
            case error:
                return Outcome(OutcomeKind.UNREACHABLE, reason=str(error))

    def _read(self, work: Work, answer: Answer) -> Outcome:
        try:
            return self._kept(work, self.understood(work, answer))
        except Exception as error:  # noqa: BLE001 - as in `inquire`
            self._log_failure("delivery", work, error)
            return self._doubt(work.message, "the delivery failed on our side")

    def inquire(self, work: Work) -> Outcome:
        """Find out whether the work took effect, in the way that the party's support for its message names.

        UNCERTAIN: nothing was learned. Work that the party had acknowledged stays RECEIVED then.
        """
        try:
            return self._inquired(work)
        except Exception as error:  # noqa: BLE001 - never raises: a fault of ours must not stop the worker
            self._log_failure("inquiry", work, error)
            return self._learned(work, Outcome(OutcomeKind.UNCERTAIN, reason="the inquiry failed on our side"))

    def ask(self, query: Message, deadline: datetime) -> Message:
        """The answer to `query`.

        GatewayError: `unsupported`, `unavailable` (not sent), `deadline_passed`, `unreadable`, `party_refused`, ...
        """
        return self._conversation.asked(query, deadline)

    def collect(self) -> Iterable[Message]:
        """Nothing: the ordinary party keeps nothing for us."""
        return ()

    def check(self) -> str:
        """Reach the address and, where the family has one, ask a question that changes nothing; "" when all is well."""
        seconds = self.profile.timeouts.check
        try:
            self._conversation.reach(seconds)
            if self._ways.probe is not None and _name(self._ways.probe) in self.supports:
                self.ask(self._ways.probe, self._conversation.now() + timedelta(seconds=seconds))
        except UnsentError as error:
            return f"{self.id} cannot be reached: {error}; check its address, the network and the certificates"
        except UnansweredError as error:
            return f"{self.id} takes connections and does not answer: {error}; ask its operators"
        except GatewayError as error:
            if error.kind.code == "unavailable":
                return f"{self.id} could not be asked: {error}"
            return "" if outcomes.knows_nothing(error) else f"{self.id} answers, but not as agreed: {error}"
        return ""

    def said_of(self, work: Work) -> Mapping[str, str]:  # noqa: ARG002 - an odd party looks at it
        """What the control of a delivery says beside the usual: nothing; an odd party overrides it."""
        return {}

    def understood(self, work: Work, answer: Answer) -> Outcome:
        """What the answer to a delivery means; an odd party whose answers hold no message reads them here."""
        try:
            reply = self._conversation.read(work.message, work.attempt.id, answer)
        except GatewayError as error:
            return outcomes.of_fault(work.message, error)
        return outcomes.of_reply(work.message, reply)

    def _delivered(self, work: Work) -> Outcome:
        document = self._written(work)
        return document if isinstance(document, Outcome) else self._carried(work, document)

    def _written(self, work: Work) -> Document | Outcome:
        try:
            document = self._conversation.written(work.message, work.attempt.id, self.said_of(work))
            self._note_substitutes(work, document)
        except GatewayError as error:
            kind = OutcomeKind.UNREACHABLE if error.kind.retry_safe else OutcomeKind.REFUSED
            return Outcome(kind, reason=error.text("zh"))
        except Exception as error:  # noqa: BLE001 - as above; nothing has been sent
            self._log_failure("writing", work, error)
            return Outcome(OutcomeKind.UNREACHABLE, reason="the message could not be written, which is our fault")
        return document

    def _carried(self, work: Work, document: Document) -> Outcome:
        """Until the note is kept nothing has been sent; from there on, doubt is doubt."""
        begun = False
        seconds = self.supports[_name(work.message)].timeout
        try:
            with self._conversation.place(_PATIENCE):
                if self._matters(work.message):
                    work.attempt.remember(SENT, self._conversation.now().isoformat())
                begun = True
                call = self._conversation.call(work.message, work.deadline, seconds, work.leg)
                answer = self._conversation.post(document, call)
            return self._kept(work, self.understood(work, answer))
        except UnsentError as error:
            return Outcome(OutcomeKind.UNREACHABLE, reason=str(error))
        except UnansweredError as error:
            return self._doubt(work.message, str(error))
        except Exception as error:  # noqa: BLE001 - as above
            self._log_failure("delivery", work, error)
            reason = "the delivery failed on our side"
            return self._doubt(work.message, reason) if begun else Outcome(OutcomeKind.UNREACHABLE, reason=reason)

    def _note_substitutes(self, work: Work, document: Document) -> None:
        """What the party will keep instead of characters of ours belongs on the case."""
        kept_as = document.headers.get(SUBSTITUTED)
        if kept_as and self._matters(work.message):
            work.attempt.remember(KEPT_AS, kept_as)

    def _matters(self, message: Message) -> bool:
        return EXCHANGES[_name(message)].changes and not self.harmless

    def _doubt(self, message: Message, reason: str) -> Outcome:
        """Perhaps sent, and no answer: to be found out where it matters, else to be tried again."""
        return Outcome(OutcomeKind.UNCERTAIN if self._matters(message) else OutcomeKind.UNREACHABLE, reason=reason)

    def _inquired(self, work: Work) -> Outcome:
        if work.attempt.recall(SENT) is None:
            return Outcome(OutcomeKind.NO_EFFECT, reason="it had not been sent")
        support = self.supports.get(_name(work.message))
        if support is None or support.inquire == "nothing":
            reason = f"{self.id} has no way to tell; a person must look"
            return self._learned(work, Outcome(OutcomeKind.UNCERTAIN, reason=reason))
        if support.inquire == "resend":
            return self._learned(work, self._delivered(work))
        outcome = Outcome(OutcomeKind.NO_EFFECT)
        for name in support.inquire_with.split(","):
            outcome = self._kept(work, self._found(work, self._ways.inquiries[_name(work.message), name]))
            if outcome.kind is not OutcomeKind.NO_EFFECT:
                break
        return outcome

    def _found(self, work: Work, inquiry: Inquiry) -> Outcome:
        finding = Finding(work, work.attempt.recall(ACCEPTANCE), self._proof(work))
        try:
            reply = self._conversation.asked(inquiry.ask(finding), work.deadline, work.leg)
        except GatewayError as error:
            if inquiry.unknown is not None and outcomes.knows_nothing(error):
                return inquiry.unknown
            return self._learned(work, Outcome(OutcomeKind.UNCERTAIN, reason=str(error)))
        return self._learned(work, inquiry.judge(finding, reply))

    def _proof(self, work: Work) -> dict[str, frozenset[str]]:
        return {name: _PROOFS[name](self.profile, work) for name in self.supports[_name(work.message)].proves_ours}

    def _check_inquiries(self) -> None:
        """Find at the start what would otherwise be found when an outcome is in doubt."""
        for support in self.supports.values():
            for name in filter(None, support.inquire_with.split(",")):
                if (support.message, name) not in self._ways.inquiries:
                    raise self._unknown(f"no way is known to find out about {support.message} with {name}")
            for field in support.proves_ours:
                if field not in _PROOFS:
                    raise self._unknown(f"{field} proves nothing; what can: {', '.join(_PROOFS)}")

    def _unknown(self, reason: str) -> GatewayError:
        return GatewayError("setting_invalid", name=f"party {self.id}", reason=reason)

    def _learned(self, work: Work, outcome: Outcome) -> Outcome:
        """An inquiry that came to nothing leaves things as they were."""
        if outcome.kind not in (OutcomeKind.UNREACHABLE, OutcomeKind.UNCERTAIN):
            return outcome
        received = work.attempt.recall(ACCEPTANCE) is not None
        return replace(outcome, kind=OutcomeKind.RECEIVED if received else OutcomeKind.UNCERTAIN)

    def _kept(self, work: Work, outcome: Outcome) -> Outcome:
        if outcome.kind is OutcomeKind.RECEIVED and work.attempt.recall(ACCEPTANCE) is None:
            work.attempt.remember(ACCEPTANCE, getattr(outcome.reply, "acceptance_number", None) or "")
        return outcome

    def _log_failure(self, what: str, work: Work, error: Exception) -> None:
        # Where and of which kind, not the error's own text: that may quote the document.
        at = traceback.extract_tb(error.__traceback__)[-1]
        place = (self.id, _name(work.message), work.leg, work.case, type(error).__name__, at.name, at.lineno)
        _log.error("%s failed: party=%s message=%s leg=%s case=%s error=%s in %s:%s", what, *place)


def _name(message: Message) -> str:
    return type(message).__name__
