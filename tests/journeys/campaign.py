"""Many journeys at once, looked after like the people behind them would: they pay, or they change their minds."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.security.signing import load_signing_keys
from gateway.store.journal_verify import verify
from tests.journeys.journey import Journey
from tests.journeys.system import System


@dataclass(frozen=True)
class Way:
    """A kind of journey. `decided`, `read`: how province and tax bureau tell of a later decision; "": at once."""

    name: str
    province: str
    ends: str = "completed"
    decided: str = ""
    read: str = ""


# Together they pass every point that enrolments pass: both assessing modes, both ways of being told, both endings.
WAYS = (
    Way("agency mode, decided later and called back", "zhejiang", decided="callback"),
    Way("gateway mode, decided later and asked for", "hunan", decided="poll", read="callback"),
    Way("agency mode, withdrawn", "tianjin", ends="withdrawn"),
    Way("gateway mode, withdrawn", "hunan", ends="withdrawn"),
)


@dataclass
class Campaign:
    """The journeys of one run. The system's sandbox must not pay by itself."""

    system: System
    begun: list[tuple[Way, Journey]] = field(default_factory=list)
    _done: set[str] = field(default_factory=set)

    def begin(self, way: Way) -> Journey:
        """Send one more worker on their way."""
        for party, message, how in (
            (way.province, "EnrolWorker", way.decided),
            (f"tax-{way.province}", "DeclareLevy", way.read),
        ):
            if how:
                self.system.sandbox.fault(party, message, "decide_later", seconds=0.3, how=how)
        # Neither a token nor a session of the journey before: each is taken anew.
        self.system.platform.sign_out()
        self.system.sandbox.fault("hunan", "FindCover", "session_lost")
        journey = Journey.begin(self.system, way.province)
        self.begun.append((way, journey))
        return journey

    def tend(self) -> bool:
        """Let everybody do what is theirs to do now; whether all journeys have ended."""
        present = self.system.ledger.cases()
        open_ones = [(way, journey) for way, journey in self.begun if present[journey.case] != way.ends]
        for way, journey in open_ones:
            if journey.case not in self._done and present[journey.case] == "awaiting_payment":
                self._act(way, journey)
                self._done.add(journey.case)
        return not open_ones

    def finish(self) -> None:
        """Wait until every journey has ended and nothing is left to be carried."""
        self.system.until(self.tend, "that every journey ends")
        self.system.wait_until_settled()

    def assert_ended_well(self) -> None:
        """Every journey ended as it was meant to, with every effect exactly once or none at all."""
        state = self.system.sandbox.state()
        for way, journey in self.begun:
            if way.ends == "completed":
                journey.assert_completed_once("received", state=state)
            else:
                journey.assert_without_effect(state)
            journey.assert_told_in_order(state)

    def _act(self, way: Way, journey: Journey) -> None:
        if way.ends == "completed":
            journey.pay_at_once()
        else:
            path, body = f"/v1/cases/{journey.case}/withdraw", {"reason": "改在户籍地参保"}
            answer = self.system.platform.call("POST", path, body)
            assert answer.status == 202, answer.body.decode()


def assert_journal_holds(system: System) -> None:
    """The journal proves itself: no change, no removal, no insertion, no reordering."""
    private = load_signing_keys(system.keys.seals)[0].private
    assert isinstance(private, Ed25519PrivateKey)
    report = verify(system.engine, private.public_key(), system.keys.outside_seal)
    assert report.ok, report.problems
    assert report.records > 0
