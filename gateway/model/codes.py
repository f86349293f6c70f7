"""The closed lists of the canonical language. A change of one is a change of the public interface (CHANGELOG)."""

from collections.abc import Mapping
from enum import StrEnum


class IdType(StrEnum):
    """Kind of identity document (证件类型)."""

    RESIDENT_ID = "resident_id"
    HMT_PERMIT = "hmt_permit"
    PERMANENT_RESIDENCE = "permanent_residence"


class Insurance(StrEnum):
    """Insurance (险种). `pension` is the employee scheme, entered as an individual."""

    PENSION = "pension"
    RESIDENT_PENSION = "resident_pension"
    MEDICAL = "medical"
    RESIDENT_MEDICAL = "resident_medical"
    UNEMPLOYMENT = "unemployment"
    MATERNITY = "maternity"
    OCCUPATIONAL_INJURY = "occupational_injury"


class Choice(StrEnum):
    """Where the worker wants to enrol: where they work (就业地) or where they are registered (户籍地)."""

    WORKPLACE = "workplace"
    REGISTERED = "registered"


class Cycle(StrEnum):
    """How often the contribution is paid (缴费周期)."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    YEARLY = "yearly"

    @property
    def months(self) -> int:
        """Months that one payment covers."""
        return {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}[self.value]


class Scheme(StrEnum):
    """Scheme behind a cover found elsewhere: the same insurance as an employee or as an individual is told apart."""

    EMPLOYEE_PENSION = "employee_pension"
    INDIVIDUAL_PENSION = "individual_pension"
    PUBLIC_PENSION = "public_pension"
    RESIDENT_PENSION = "resident_pension"
    EMPLOYEE_MEDICAL = "employee_medical"
    INDIVIDUAL_MEDICAL = "individual_medical"
    RESIDENT_MEDICAL = "resident_medical"
    UNEMPLOYMENT = "unemployment"
    MATERNITY = "maternity"
    WORK_INJURY = "work_injury"
    OCCUPATIONAL_INJURY = "occupational_injury"


OWN_SCHEME: Mapping[Insurance, Scheme] = {
    Insurance.PENSION: Scheme.INDIVIDUAL_PENSION,
    Insurance.RESIDENT_PENSION: Scheme.RESIDENT_PENSION,
    Insurance.MEDICAL: Scheme.INDIVIDUAL_MEDICAL,
    Insurance.RESIDENT_MEDICAL: Scheme.RESIDENT_MEDICAL,
    Insurance.UNEMPLOYMENT: Scheme.UNEMPLOYMENT,
    Insurance.MATERNITY: Scheme.MATERNITY,
    Insurance.OCCUPATIONAL_INJURY: Scheme.OCCUPATIONAL_INJURY,
}
"""The scheme in which a region shows an insurance that was taken up as an individual."""


class CaseStatus(StrEnum):
    """Status of a case and of each insurance in it (业务件状态)."""

    ACCEPTED = "accepted"
    CHECKING = "checking"
    WAITING = "waiting"
    REGISTERING = "registering"
    AWAITING_PAYMENT = "awaiting_payment"
    COMPLETED = "completed"
    UNPAID = "unpaid"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NEEDS_PERSON = "needs_person"


class LegState(StrEnum):
    """State of a leg (环节状态)."""

    PENDING = "pending"
    HELD = "held"
    SENDING = "sending"
    RECEIVED = "received"
    UNCERTAIN = "uncertain"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    NEEDS_PERSON = "needs_person"


class Decision(StrEnum):
    """What an agency answers to an application (受理决定)."""

    ACCEPTED = "accepted"
    RECEIVED = "received"
    RETURNED = "returned"
    REFUSED = "refused"


class CoverState(StrEnum):
    """State of a person's cover in one scheme, as a region sees it (参保状态)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"
    DRAWING = "drawing"
    UNKNOWN = "unknown"


class EndCause(StrEnum):
    """Why a participation ends (终止原因)."""

    ASKED = "asked"
    EMPLOYED = "employed"
    MOVED = "moved"
    EMIGRATED = "emigrated"
    DUPLICATE = "duplicate"


class BenefitState(StrEnum):
    """Whether a benefit is being paid (待遇发放状态)."""

    NONE = "none"
    PAID = "paid"
    PAUSED = "paused"
    ENDED = "ended"
    UNKNOWN = "unknown"


class ContributionKind(StrEnum):
    """What a line of a contribution record is for (缴费类型)."""

    REGULAR = "regular"
    BACK_PAYMENT = "back_payment"
    OTHER = "other"


class ContributionState(StrEnum):
    """Whether the money of a line has arrived (到账状态)."""

    PAID = "paid"
    OWED = "owed"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


class LevyState(StrEnum):
    """State of a levy (应征状态); what may follow which stands in `gateway.model.levy`."""

    PREVIEW = "preview"
    ASSESSED = "assessed"
    DECLARED = "declared"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    LOCKED = "locked"
    UNPAID = "unpaid"
    PAID = "paid"
    RECEIPTED = "receipted"
    POSTED = "posted"
    CORRECTED = "corrected"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


class RefundOrigin(StrEnum):
    """Why money is given back (退费原因)."""

    TAX_ERROR = "tax_error"
    PAYER_ERROR = "payer_error"
    OVERLAP = "overlap"
    PREPAID = "prepaid"
    DEATH = "death"
    CLEARING = "clearing"


class RefundRoute(StrEnum):
    """The way on which money goes back (退费渠道)."""

    TREASURY = "treasury"
    AGENCY = "agency"
    OFFSET = "offset"


class RefundState(StrEnum):
    """State of a refund (退费状态)."""

    OPENED = "opened"
    ASKED = "asked"
    DECIDED = "decided"
    PAID = "paid"
    REFUSED = "refused"


class RefundVerdict(StrEnum):
    """What somebody says of a refund (退费审核意见)."""

    GRANT = "grant"
    REFUSE = "refuse"
    PAID = "paid"


class Payer(StrEnum):
    """Who pays a share of a levy (缴费主体)."""

    WORKER = "worker"
    PLATFORM = "platform"
    GOVERNMENT = "government"


class CheckKind(StrEnum):
    """What a check of the treasury lists (国库对账类别): vouchers posted, refunds, corrections."""

    TICKETS = "tickets"
    REFUNDS = "refunds"
    CORRECTIONS = "corrections"


class PostingKind(StrEnum):
    """How a posting of the treasury is changed (国库更改类别): refund (退库), correction (更正), exemption (免抵调)."""

    REFUND = "refund"
    CORRECTION = "correction"
    EXEMPTION = "exemption"


class TransactionState(StrEnum):
    """What became of a transaction at the treasury (国库交易状态)."""

    DONE = "done"
    PENDING = "pending"
    FAILED = "failed"
    REVERSED = "reversed"
    UNKNOWN = "unknown"


class TradeState(StrEnum):
    """What a region's record has of a trade that we told it of (明细对账状态). `theirs_only`: we did not name it."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ABSENT = "absent"
    THEIRS_ONLY = "theirs_only"


class PackageState(StrEnum):
    """What we have of a package that the treasury says it sent (对账包核对结果)."""

    EQUAL = "equal"
    DIFFERENT = "different"
    INCOMPLETE = "incomplete"
    ABSENT = "absent"


class CardState(StrEnum):
    """State of a social security card (卡状态)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LOST = "lost"
    PROVISIONALLY_LOST = "provisionally_lost"
    LOCKED = "locked"
    NOT_USABLE = "not_usable"


class Purpose(StrEnum):
    """Why a person's data is asked for (查询用途)."""

    ENROLMENT_CHECK = "enrolment_check"
    TRANSFER = "transfer"
    BENEFIT = "benefit"
    CASE_HANDLING = "case_handling"
