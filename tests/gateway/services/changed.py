"""Registrations that can be changed: enrolled, paid for, at provinces that take every change."""

import json
from datetime import date
from typing import Any

from gateway.model.codes import Decision, EndCause, Insurance
from gateway.model.identifiers import lengthen
from gateway.model.person import Consent
from gateway.model.platform import Contribution
from gateway.model.platform_changes import Correction, Death, Details, Ending, Resumption, Suspension
from gateway.model.province import EnrolmentDecided
from gateway.model.values import Month, parse_instant
from gateway.ports import Outcome, OutcomeKind, Support, Work
from gateway.services.accept import Answer
from gateway.services.once import Wish
from gateway.services.receive import receive
from gateway.services.registrations import KINDS
from gateway.store import reservations
from gateway.store.idempotency import Key
from tests.gateway.services.accepting import accept
from tests.gateway.services.conftest import World, accepted
from tests.gateway.services.test_accept import enrolment, key
from tests.gateway.services.test_journey import assessed, begin, receipt, view

CONSENT = Consent("c-2", parse_instant("2026-11-09T08:00:00+08:00"))
RIGHT = lengthen("430102950307018")
PENSION = Insurance.PENSION


def month(text: str) -> Month:
    return Month.parse(text)


def suspension(first: str = "2026-12") -> Suspension:
    return Suspension(PENSION, month(first), "本人申请", CONSENT)


def resumption(first: str = "2027-01", grade: int = 100, cycle: str = "quarterly") -> Resumption:
    contribution = Contribution(grade, type(enrolment().contribution.cycle)(cycle))
    return Resumption(PENSION, month(first), contribution, CONSENT)


def ending(last: str = "2026-12", cause: EndCause = EndCause.MOVED) -> Ending:
    return Ending(PENSION, month(last), cause, CONSENT)


def details(**changed: Any) -> Details:
    return Details(CONSENT, **(changed or {"mobile": "13900005678"}))


def correction(number: str = RIGHT, name: str = "湘小骑") -> Correction:
    return Correction(enrolment().worker.id_type, number, name, "户口簿", CONSENT)


def death(died_on: str = "2026-11-08") -> Death:
    return Death(date.fromisoformat(died_on), "证明 7")


def made(work: Work) -> Outcome:
    return accepted(EnrolmentDecided(Decision.ACCEPTED, reference=work.message.reference))


def refused(work: Work) -> Outcome:
    reply = EnrolmentDecided(Decision.REFUSED, reference=work.message.reference, reason="材料不符")
    return Outcome(OutcomeKind.REFUSED, reply=reply, reason="材料不符")


def taken_in(work: Work) -> Outcome:
    reply = EnrolmentDecided(Decision.RECEIVED, reference=work.message.reference, acceptance_number="SL-7")
    return Outcome(OutcomeKind.RECEIVED, reply=reply)


def able(world: World) -> World:
    """Both provinces take every change and make it at once."""
    for province in (world.zhejiang, world.hunan):
        for message in KINDS.values():
            province.supports[message] = Support(message, inquire="query")
            province.answers(message, made)
    return world


def wish(handle: str, header: str = "c1", client: str | None = "demo-platform") -> Wish:
    return Wish(Key(client or "op", "POST", f"/v1/changes/{handle}", header), client, handle, "en")


def paid(world: World, **changes: object) -> str:
    """An enrolment in Zhejiang whose first month is paid; its case."""
    assessed(able(world))
    case = begin(world, **changes)
    world.carry_due()
    receive(world.runtime, "tax-zhejiang", receipt(world, case))
    world.carry_due()
    assert view(world, case)["status"] == "completed"
    return case


def another(world: World, header: str = "k2", **changes: object) -> str:
    """A further enrolment; its case."""
    return opened(accept(world.runtime, key(header), enrolment(**changes), "en"))


def opened(answer: Answer) -> str:
    return str(json.loads(answer.body)["case"])


def worker(world: World, case: str) -> str:
    return str(view(world, case)["worker"])


def reserved(world: World, case: str) -> list[int]:
    """The ordinals of the months that the case's worker has reserved."""
    with world.runtime.store.reading() as tx:
        return sorted(row.month for row in reservations.months(tx, worker(world, case)))


def told(world: World, message: str) -> list[Any]:
    """What the provinces were told by this message."""
    both = (*world.zhejiang.delivered, *world.hunan.delivered)
    return [work.message for work in both if type(work.message).__name__ == message]
