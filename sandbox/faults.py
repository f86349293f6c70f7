"""Faults scripted per party and message, and how each shows on the wire."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.http import Answer, HangUp, Reply

ANY = "*"
KINDS = frozenset(
    {
        "slow",  # answers after `seconds`
        "down",  # hangs up, nothing done; for message "*" before the body is read
        "status",  # answers with HTTP `status`, nothing done
        "timeout_after_effect",  # does it, then says nothing for `seconds` and hangs up
        "effect_missing",  # does nothing and says it did; with answer=false says nothing either
        "duplicate_reply",  # says it twice in one answer; a push is sent twice
        "error_200",  # nothing done, an error in the party's own form with HTTP 200 (`place` 1 to 3 in Hunan)
        "session_lost",  # every session is forgotten (Hunan), every cycle (Hebei), every serial given (Sichuan)
        "wrong_charset",  # does it, answers in another charset than declared
        "garbled",  # does it, the answer breaks off
        "headers_only",  # does it, the answer has its headers and no body
        "decide_later",  # received; decided after `seconds` (none: when told); how = poll or callback
        "return_once",  # sent back for more material
        "refuse",  # refused with `reason`
        "decide_in_part",  # this insurance stays undecided (province) or is refused in the batch (tax)
        "clerk",  # a window clerk registers the same person first
        "by_month",  # a voucher is pushed month by month, the last `hold` only once the receipt is pushed again
        "amount_differs",  # the amount assessed or collected is `amount`, or one yuan more
    }
)


class FaultError(ValueError):
    """A script that cannot be played; the text says why."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One scripted fault. `times`: how often it still plays, None without end. `insurance`: only for this one."""

    party: str
    message: str
    kind: str
    times: int | None = 1
    insurance: str | None = None
    seconds: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def fits(self, party: str, message: str, insurances: Iterable[str]) -> bool:
        """Whether it is about this message."""
        if self.party != party or self.message not in (message, ANY):
            return False
        return self.insurance is None or self.insurance in insurances


class Plan(dict[str, Fault]):
    """The faults that play on one message, by kind."""


def fault_from(document: Mapping[str, Any]) -> Fault:
    """Read one script; FaultError where it names nothing that can be played."""
    rest = dict(document)
    try:
        party, kind = str(rest.pop("party")), str(rest.pop("fault"))
    except KeyError as missing:
        raise FaultError(f"a fault needs {missing}") from None
    if kind not in KINDS:
        raise FaultError(f"no such fault: {kind}; there are {', '.join(sorted(KINDS))}")
    return Fault(
        party=party,
        kind=kind,
        message=str(rest.pop("message", ANY)),
        times=rest.pop("times", 1),
        insurance=rest.pop("insurance", None),
        seconds=rest.pop("seconds", None),
        options=rest,
    )


class Faults:
    """The scripts that are still to be played."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: list[Fault] = []
        self.played: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Script one more."""
        with self._lock:
            self._scripts.append(fault)

    def clear(self) -> None:
        """Script nothing."""
        with self._lock:
            self._scripts.clear()
            self.played.clear()

    def waiting(self) -> list[Fault]:
        """What is still to be played."""
        return list(self._scripts)

    def take(self, party: str, message: str, insurances: Iterable[str] = ()) -> Plan:
        """What plays on this message: at most one of each kind, each counted down."""
        plan = Plan()
        if not self._scripts:
            return plan
        known = tuple(insurances)
        with self._lock:
            for fault in [fault for fault in self._scripts if fault.fits(party, message, known)]:
                if fault.kind not in plan:
                    plan[fault.kind] = fault
                    self._count_down(fault)
        return plan

    def closed(self, party: str) -> bool:
        """Whether the whole party is down; counted down where it is."""
        if not any(fault.kind == "down" and fault.message == ANY and fault.party == party for fault in self._scripts):
            return False
        with self._lock:
            for fault in self._scripts:
                if fault.kind == "down" and fault.message == ANY and fault.party == party:
                    self._count_down(fault)
                    return True
        return False

    def _count_down(self, fault: Fault) -> None:
        self.played.append(fault)
        if fault.times is None:
            return
        place = self._scripts.index(fault)
        if fault.times <= 1:
            del self._scripts[place]
        else:
            self._scripts[place] = replace(fault, times=fault.times - 1)


@dataclass(frozen=True, slots=True)
class Voice:
    """How a party speaks: the charset it declares, the one it mistakes for it, and its error with HTTP 200."""

    charset: str
    mistaken: str
    error: Callable[[Fault], Reply]


def perform(plan: Plan, voice: Voice, act: Callable[[], Reply]) -> Answer:
    """Answer under a plan. `act` has the effect that the plan leaves it, and writes the answer."""
    if not plan:
        return act()
    answer = _spoil(plan, act()) if not (early := _early(plan, voice)) else early
    if isinstance(answer, Reply):
        answer = _misspell(plan, voice, answer)
    slow = plan.get("slow")
    return replace(answer, after=answer.after + (slow.seconds or 0)) if slow else answer


def _early(plan: Plan, voice: Voice) -> Answer | None:
    """What a plan answers before anything is done."""
    if "down" in plan:
        return HangUp()
    if status := plan.get("status"):
        return Reply(b"", "text/plain", int(status.options.get("status", 500)))
    error = plan.get("error_200")
    return voice.error(error) if error else None


def _spoil(plan: Plan, reply: Reply) -> Answer:
    missing = plan.get("effect_missing")
    if silent := plan.get("timeout_after_effect"):
        return HangUp(silent.seconds or 0)
    return HangUp(missing.seconds or 0) if missing and not missing.options.get("answer", True) else reply


def _misspell(plan: Plan, voice: Voice, reply: Reply) -> Reply:
    if "wrong_charset" in plan:
        text = reply.body.decode(voice.charset, "replace")
        return replace(reply, body=text.encode(voice.mistaken, "replace"))
    if "headers_only" in plan:
        return replace(reply, body=b"")
    if "garbled" in plan:
        return replace(reply, body=reply.body[: len(reply.body) // 2] + b"\xff\x00\xfe")
    return reply
