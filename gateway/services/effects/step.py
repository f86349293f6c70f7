"""One settled leg, with all that its effect needs."""

from dataclasses import dataclass

from gateway.model.codes import CaseStatus, Insurance, LegState
from gateway.model.messages import Message
from gateway.ports import Outcome
from gateway.services import advance, withdraw
from gateway.services.runtime import Runtime
from gateway.store import cases
from gateway.store.rows import CaseRow, LegRow
from gateway.store.work import Tx


@dataclass(frozen=True, slots=True)
class Step:
    """A leg that was just settled: its row as it was claimed, what was asked, what came of it, the state it has now."""

    runtime: Runtime
    tx: Tx
    case: CaseRow
    leg: LegRow
    asked: Message
    outcome: Outcome
    state: LegState

    @property
    def insurance(self) -> Insurance:
        """The insurance that the leg serves."""
        return Insurance(self.leg.insurance)

    @property
    def reply(self) -> Message:
        """The answer that the outcome rests on; LookupError where a party called something accepted without one."""
        if self.outcome.reply is None:
            raise LookupError(f"{self.leg.party} accepted {self.leg.message} without an answer")
        return self.outcome.reply

    @property
    def newly(self) -> bool:
        """Whether the leg's state is another than before the claim (a repeated poll tells nobody anything)."""
        return self.state.value != self.leg.state

    def move(self, to: CaseStatus, event: str, **params: str) -> None:
        """Move the leg's insurance on."""
        advance.move(self.runtime, self.tx, self.case.id, self.insurance, to, event, party=self.leg.party, **params)

    def tell(self, event: str, **params: str) -> None:
        """Write a line on the timeline without moving anything."""
        about = {"insurance": self.leg.insurance} if self.leg.insurance else {}
        advance.tell(self.runtime, self.tx, self.case.id, event, party=self.leg.party, **about, **params)

    def to_person(self) -> None:
        """Hand the insurance to a person, with both records side by side on the leg."""
        self.move(CaseStatus.NEEDS_PERSON, "leg_needs_person", leg=self.leg.id, reason=self.outcome.reason)

    def unfinished(self) -> None:
        """Nothing is decided yet: say once that nobody knows, and let a withdrawal that waited for this leg go on."""
        if self.newly and self.state is LegState.UNCERTAIN:
            self.tell("leg_uncertain", leg=self.leg.id, message=self.leg.message)
        if self.state in (LegState.PENDING, LegState.RECEIVED):
            withdraw.go_on(self.runtime, self.tx, self.case, cases.item(self.tx, self.case.id, self.leg.insurance))
