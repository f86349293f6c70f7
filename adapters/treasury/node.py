"""A node of the treasury network, in two roles that are kept apart.

As the node of a social insurance organisation, the default, it takes checks and asks for them again. What only an
organisation that levies may order is refused by name unless `party.yaml` holds its code (`levy_org`).
Deductions that are due at once go out together, as many in a package as `bundle` of `Deduct` says.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.party import OrdinaryParty
from adapters.party import outcomes as of_party
from adapters.party.inquiry import Ways
from adapters.party.ordinary import SENT
from adapters.party.profile import Profile
from adapters.transport.exchange import Transport, UnansweredError, UnsentError
from adapters.treasury.packages import PACKAGE, message_id, outcomes, package, packages
from adapters.treasury.signing import fault
from gateway.errors import GatewayError
from gateway.model.messages import Message
from gateway.model.treasury import ChangePostings, Deduct, DeductMany, ReverseDeduction
from gateway.ports import Desk, Dialect, Document, Now, Outcome, OutcomeKind, Work

LEVYING = (Deduct, DeductMany, ReverseDeduction, ChangePostings)
"""What only an organisation that levies may send: 1001, 1102, 1021, and 1104, 1105, 1106."""
_NAMES = frozenset(each.__name__ for each in LEVYING)
_ONE, _MANY = Deduct.__name__, DeductMany.__name__
_PATIENCE = 1.0


class TreasuryNode(OrdinaryParty):
    """Speaks to the treasury. `key`: shared with it; it signs what crosses in both directions."""

    key = b""

    def __init__(self, profile: Profile, dialect: Dialect, transport: Transport, ways: Ways, now: Now) -> None:
        super().__init__(profile, dialect, transport, ways, now)
        if not profile.levy_org:
            self.supports = {name: support for name, support in self.supports.items() if name not in _NAMES}
        if self.together:
            # Legs are claimed by the places of a party, and a package takes one place.
            self.concurrency = profile.concurrency * self._bundle

    @property
    def levy_org(self) -> str:
        """Our code as an organisation that levies; empty where we hold none."""
        return self.profile.levy_org

    @property
    def treasury_code(self) -> str:
        """The code of the treasury, which changes of what it posted name."""
        return self.profile.treasury_code

    @property
    def together(self) -> bool:
        """Whether deductions that are due at once go out in packages."""
        return _MANY in self.supports and self._bundle > 1

    @property
    def _bundle(self) -> int:
        return self.supports[_ONE].bundle if _ONE in self.supports else 1

    def deliver_each(self, works: Sequence[Work], desk: Desk) -> None:
        """Carry deductions in packages, and what cannot be in one as `deliver` does."""
        ours = [work for work in works if self._refusal(work.message) is None]
        desk.done([(work, self._refused(work)) for work in works if self._refusal(work.message) is not None])
        for some in packages(ours, self._bundle):
            desk.done(outcomes(some, self._packed(some, desk)) if len(some) > 1 else [self._alone(some[0], desk)])

    def _alone(self, work: Work, desk: Desk) -> tuple[Work, Outcome]:
        with desk.about(work):
            if work.attempt.recall(PACKAGE):
                work.attempt.remember(PACKAGE, "")
            return work, self._delivered(work)

    def _packed(self, works: Sequence[Work], desk: Desk) -> Outcome:
        """What became of a package: of all of it the same, unless its answer tells of each payment."""
        message, begun = package(works), False
        number, deadline = message_id(message), min(work.deadline for work in works)
        try:
            document = self._conversation.written(message, number)
            with self._conversation.place(_PATIENCE):
                now = self._conversation.now().isoformat()
                notes = ((SENT, now), (PACKAGE, message.package_number))
                desk.remember([(work.attempt, key, value) for work in works for key, value in notes])
                begun = True
                call = self._conversation.call(message, deadline, self.supports[_MANY].timeout, works[0].leg)
                answer = self._conversation.post(document, call)
            reply = self._conversation.read(message, number, answer)
            return of_party.of_reply(message, reply)
        except UnsentError as error:
            return Outcome(OutcomeKind.UNREACHABLE, reason=str(error))
        except UnansweredError as error:
            return Outcome(OutcomeKind.UNCERTAIN, reason=str(error))
        except GatewayError as error:
            return of_party.of_fault(message, error) if begun else Outcome(OutcomeKind.REFUSED, reason=error.text("zh"))
        except Exception as error:  # noqa: BLE001 - as in `OrdinaryParty`: a fault of ours must not stop the worker
            self._log_failure("delivery", works[0], error)
            kind = OutcomeKind.UNCERTAIN if begun else OutcomeKind.UNREACHABLE
            return Outcome(kind, reason="the delivery failed on our side")

    def deliver(self, works: Sequence[Work]) -> Sequence[Outcome]:
        """As every party; an order to levy by one that does not levy is refused, and nothing is sent."""
        return [self._delivered(work) if self._refusal(work.message) is None else self._refused(work) for work in works]

    def inquire(self, work: Work) -> Outcome:
        """As every party; what was never ours to order cannot have been sent."""
        if self._refusal(work.message) is None:
            return super().inquire(work)
        return replace(self._refused(work), kind=OutcomeKind.NO_EFFECT)

    def ask(self, query: Message, deadline: datetime) -> Message:
        """As every party; GatewayError `levy_org_needed` for an order to levy by one that does not levy."""
        if (error := self._refusal(query)) is not None:
            raise error
        return super().ask(query, deadline)

    def admits(self, document: Document) -> str | None:
        """Why a push is not this treasury's own; None where its signature shows that it is."""
        return fault(self.key, document.body)

    def _refused(self, work: Work) -> Outcome:
        error = self._refusal(work.message)
        return Outcome(OutcomeKind.REFUSED, reason=error.text("zh") if error is not None else "")

    def _refusal(self, message: Message) -> GatewayError | None:
        if not isinstance(message, LEVYING):
            return None
        held = self.profile.levy_org
        if held and message.org == held:
            return None
        return GatewayError("levy_org_needed", party=self.id, message=type(message).__name__, org=message.org)
