"""A node of the treasury network, in two roles that are kept apart.

As the node of a social insurance organisation, the default, it takes checks and asks for them again. What only an
organisation that levies may order is refused by name unless `party.yaml` holds its code (`levy_org`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.party import OrdinaryParty
from adapters.party.inquiry import Ways
from adapters.party.profile import Profile
from adapters.transport.exchange import Transport
from adapters.treasury.signing import fault
from gateway.errors import GatewayError
from gateway.model.messages import Message
from gateway.model.treasury import ChangePostings, Deduct, DeductMany, ReverseDeduction
from gateway.ports import Dialect, Document, Now, Outcome, OutcomeKind, Work

LEVYING = (Deduct, DeductMany, ReverseDeduction, ChangePostings)
"""What only an organisation that levies may send: 1001, 1102, 1021, and 1104, 1105, 1106."""
_NAMES = frozenset(each.__name__ for each in LEVYING)


class TreasuryNode(OrdinaryParty):
    """Speaks to the treasury. `key`: shared with it; it signs what crosses in both directions."""

    key = b""

    def __init__(self, profile: Profile, dialect: Dialect, transport: Transport, ways: Ways, now: Now) -> None:
        super().__init__(profile, dialect, transport, ways, now)
        if not profile.levy_org:
            self.supports = {name: support for name, support in self.supports.items() if name not in _NAMES}

    @property
    def levy_org(self) -> str:
        """Our code as an organisation that levies; empty where we hold none."""
        return self.profile.levy_org

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
