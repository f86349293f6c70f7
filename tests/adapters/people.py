"""An invented worker and the messages about them."""

from datetime import UTC, date, datetime

from gateway.model.codes import Choice, CoverState, Cycle, IdType, Insurance, Purpose, Scheme
from gateway.model.person import Consent, Identity, Warrant
from gateway.model.province import Cover, EnrolWorker, FindCover, StartCover, WithdrawEnrolment
from gateway.model.tax import CancelLevy, DeclareLevy
from gateway.model.values import Money, Month, Region

WORKER = Identity(IdType.RESIDENT_ID, "110101199003071014", "甄一凡")
JANUARY = Month.parse("2026-01")
REFERENCE = "ref-1"

ENROL = EnrolWorker(
    reference=REFERENCE,
    person=WORKER,
    mobile="13800000000",
    insurance=Insurance.PENSION,
    choice=Choice.WORKPLACE,
    agency=Region("330106"),
    workplace_region=Region("330106"),
    registered_region=Region("430104"),
    start=JANUARY,
    grade=60,
    cycle=Cycle.MONTHLY,
    base=Money(481_200),
    consent=Consent("consent-1", datetime(2026, 1, 2, tzinfo=UTC)),
)
WITHDRAW = WithdrawEnrolment(REFERENCE, WORKER, Insurance.PENSION, JANUARY, "改在户籍地参保")
START = StartCover(
    reference=REFERENCE,
    person=WORKER,
    person_number="3300000001",
    insurance=Insurance.PENSION,
    first=JANUARY,
    last=JANUARY,
    amount=Money(96_240),
    paid_on=date(2026, 1, 10),
    voucher_number="326011000000000017",
)
DECLARE = DeclareLevy(
    reference=REFERENCE,
    person=WORKER,
    person_number="3300000001",
    insurance=Insurance.PENSION,
    agency=Region("330106"),
    first=JANUARY,
    last=JANUARY,
    amount=Money(96_240),
    due=date(2026, 1, 25),
)
CANCEL = CancelLevy(REFERENCE, "撤销参保")
FIND_COVER = FindCover(WORKER, (Insurance.PENSION,), JANUARY, JANUARY, Warrant(Purpose.ENROLMENT_CHECK, "consent-1"))


def cover(
    *,
    scheme: Scheme = Scheme.INDIVIDUAL_PENSION,
    state: CoverState = CoverState.SUSPENDED,
    first: str = "2026-01",
    last: str | None = None,
    by: str | None = "gateway",
    reference: str | None = REFERENCE,
) -> Cover:
    """A cover as a province shows it."""
    until = Month.parse(last) if last else None
    return Cover(scheme, state, Region("430104"), Month.parse(first), until, by, date(2026, 1, 5), reference)
