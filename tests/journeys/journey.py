"""One worker's way through a run, and what must be true at its end whatever happened on the way."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gateway.model.codes import LegState
from gateway.security.webhooks import public_of
from gateway.security.webhooks import verify as verify_webhook
from tests.journeys.counterparties import Trace
from tests.journeys.people import Person
from tests.journeys.provinces import PROVINCES
from tests.journeys.system import System

_PAID, _CANCELLED = "02", "03"
_DECIDED = {LegState.ACCEPTED.value, LegState.CANCELLED.value, LegState.REFUSED.value}
_SINCE_SIGNED = timedelta(days=4)


@dataclass(frozen=True)
class Journey:
    """A case of one insurance, with the person behind it and the province it leads to."""

    system: System
    person: Person
    province: str
    case: str

    @classmethod
    def begin(cls, system: System, province: str, person: Person | None = None, key: str | None = None) -> "Journey":
        """Enrol a person (a new one where nobody is named)."""
        person = person or system.people.next()
        return cls(system, person, province, system.enrol(province, person, key))

    @property
    def tax(self) -> str:
        """The tax bureau of the province."""
        return f"tax-{self.province}"

    def view(self) -> dict[str, Any]:
        """The case as its platform sees it."""
        return self.system.case(self.case)

    def until(self, *statuses: str) -> dict[str, Any]:
        """The case once it has one of `statuses`."""
        return self.system.wait_until(self.case, *statuses)

    def until_leg(self, message: str, *states: str) -> None:
        """Until the newest leg that carries `message` has one of `states`."""

        def there() -> bool:
            legs = self.system.ledger.legs(self.case, message)
            return bool(legs) and legs[-1].state in states

        self.system.until(there, f"{message} of {self.case} {' or '.join(states)}")

    def pay(self, **options: Any) -> None:
        """The worker pays what the case says is to be paid."""
        view = self.until("awaiting_payment")
        for instruction in view["payment_instructions"]:
            self.system.sandbox.pay(self.tax, levy_number=self._levy_number(instruction["number"]), **options)

    def pay_at_once(self) -> None:
        """The worker pays whatever is levied, at the bureau where it is, under the number that the gateway knows."""
        for levy in self.system.ledger.levies(self.case):
            kind = "levy_number" if levy.levy_number else "notice_number"
            self.system.sandbox.pay(levy.tax, **{kind: getattr(levy, kind)})

    def complete(self) -> dict[str, Any]:
        """Pay, and wait until the case is complete and everything about it is settled."""
        self.pay()
        view = self.until("completed")
        self.until_settled()
        return view

    def until_settled(self) -> None:
        """Until no leg of the case wants anything any more, webhooks included."""

        def settled() -> bool:
            return all(leg.due_at is None for leg in self.system.ledger.legs(self.case))

        self.system.until(settled, f"that all legs of {self.case} are settled")

    def trace(self, state: Mapping[str, Any] | None = None) -> Trace:
        """What the parties hold of it."""
        return self.system.sandbox.of(self.person.number, self.system.ledger.references(self.case), state)

    def events(self) -> list[str]:
        """The timeline, by code."""
        return [line["event"] for line in self.view()["timeline"]]

    # what must hold; `state`: that of the sandbox, where many are looked at

    def assert_completed_once(self, *also: str, state: Mapping[str, Any] | None = None) -> None:
        """Complete, every effect exactly once, nothing left to do. `also`: kinds that may be there besides."""
        assert self.system.ledger.status(self.case) == "completed", self.system.ledger.described()
        trace = self.trace(state)
        counted = Counter({key: number for key, number in trace.effects.items() if key[1] not in also})
        assert counted == PROVINCES[self.province].effects
        assert [(party, len(entry["bookings"])) for party, entry in trace.ours] == [(self.province, 1)]
        assert [(party, levy["state"]) for party, levy in trace.levies] == [(self.tax, _PAID)]
        self.assert_nothing_left()

    def assert_without_effect(self, state: Mapping[str, Any] | None = None) -> None:
        """Nothing of it stands at any party: no participation, and no levy that could be paid."""
        trace = self.trace(state)
        assert trace.ours == []
        assert {levy["state"] for _, levy in trace.levies} <= {_CANCELLED}
        self.assert_nothing_left()

    def assert_nothing_left(self) -> None:
        """Every leg is decided, and none waits for a person."""
        legs = self.system.ledger.legs(self.case)
        assert [(leg.party, leg.message, leg.state) for leg in legs if leg.state not in _DECIDED] == []

    def assert_told_in_order(self, state: Mapping[str, Any] | None = None) -> None:
        """The platform was told everything, signed by us, at least once, nothing before what happened earlier."""
        legs = sorted(self.system.ledger.legs(self.case, "CaseChanged"), key=lambda leg: leg.occurrence)
        ids = [leg.id for leg in legs]
        deliveries = (state or self.system.sandbox.state())["parties"]["demo-platform"]["webhooks"]
        told = [each for each in deliveries if each["headers"].get("webhook-id") in ids]
        assert list(dict.fromkeys(each["headers"]["webhook-id"] for each in told)) == ids
        assert ids
        for each in told:
            self._assert_signed(each["headers"], each["body"].encode())

    def _assert_signed(self, headers: Mapping[str, str], body: bytes) -> None:
        public = public_of(self.system.keys.webhooks.read_text().strip())
        verify_webhook([public], headers, body, self.system.clock(), _SINCE_SIGNED)

    def _levy_number(self, quoted: str) -> str:
        (number,) = {
            levy["levy_number"]
            for _, levy in self.trace().levies
            if quoted in (levy["levy_number"], levy["notice_number"])
        }
        return str(number)
