"""A worker asks at a counter for a change of what stands elsewhere; the province tells us in its own dialect."""

from datetime import date
from typing import Any

import pytest

from gateway.model.codes import Decision, EndCause, IdType, Insurance
from gateway.model.messages import Message
from gateway.model.person import Consent, Identity
from gateway.model.province import EnrolmentDecided, GetProgress
from gateway.model.province_changes import ChangeDetails, CorrectIdentity, EndEnrolment, ReportDeath, SuspendEnrolment
from gateway.model.values import Month, parse_instant
from tests.gateway.web.door import NUMBER, Gate
from tests.gateway.web.spoken import CALLERS, calling
from tests.gateway.web.test_changes import registered

__all__ = ["registered"]

WORKER = Identity(IdType.RESIDENT_ID, NUMBER, "湘小骑")
RIGHT = Identity(IdType.RESIDENT_ID, "110101199003071014", "湘小骑")
CONSENT = Consent("c-2", parse_instant("2026-11-09T08:00:00+08:00"))
DECEMBER = Month.parse("2026-12")
OF_PENSION = (
    SuspendEnrolment("hn-1", WORKER, Insurance.PENSION, DECEMBER, "本人申请", CONSENT),
    EndEnrolment("hn-1", WORKER, Insurance.PENSION, DECEMBER, EndCause.MOVED, CONSENT),
)
OF_WORKER = (
    ChangeDetails("hn-1", WORKER, CONSENT, mobile="13900005678"),
    CorrectIdentity("hn-1", WORKER, RIGHT, "户口簿", CONSENT),
    ReportDeath("hn-1", WORKER, date(2026, 11, 8), "证明 7"),
)
# Hunan's own dialect has no form for a change; that of its resident scheme none for another insurance.
ASKED = [
    (party, message)
    for party in CALLERS
    for message in (*OF_PENSION, *OF_WORKER)
    if party != "hunan" and (party != "hunan-resident" or message in OF_WORKER)
]


@pytest.mark.parametrize(
    ("party", "message"), ASKED, ids=lambda each: each if isinstance(each, str) else each.__class__.__name__
)
def test_a_change_is_taken_in_told_on_and_followed_in_the_dialect_of_whoever_asked(
    registered: Gate, party: str, message: Message
) -> None:
    registered.enrol()
    registered.carry_due()
    zhejiang: Any = registered.runtime.parties["zhejiang"]
    with calling(registered, party, zhejiang, scopes=("soap:ask", "soap:tell")) as province:
        taken = province.ask(message)
        assert isinstance(taken, EnrolmentDecided)
        assert (taken.decision, taken.reference) == (Decision.RECEIVED, "hn-1")
        registered.carry_due()
        told = next(work.message for work in zhejiang.delivered if type(work.message) is type(message))
        assert (told.person, told.reference != "hn-1") == (WORKER, True)
        assert province.ask(GetProgress(acceptance_number=taken.acceptance_number)) == EnrolmentDecided(
            Decision.ACCEPTED, acceptance_number=taken.acceptance_number
        )
