"""Messages between the gateway and provincial systems. Sources of the wire forms: facts on each dialect's table."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import Choice, CoverState, Cycle, Decision, Insurance, Scheme
from gateway.model.fields import (
    AcceptanceNumber,
    Grade,
    Mobile,
    NoticeNumber,
    Number,
    PersonNumber,
    Reason,
    Reference,
    VoucherNumber,
)
from gateway.model.person import Consent, Identity, Warrant
from gateway.model.shape import Doc
from gateway.model.values import Money, Month, Region

Unanswered = Annotated[
    tuple[Region, ...], Doc("Provinces that were asked and did not answer in time.", "未在时限内答复的省份")
]


@dataclass(frozen=True, slots=True)
class FindCover:
    """Asks which covers the person has in these months (查询参保情况)."""

    person: Identity
    insurances: tuple[Insurance, ...]
    first: Annotated[Month, Doc("First month asked about.", "起始月")]
    last: Annotated[Month, Doc("Last month asked about.", "终止月")]
    warrant: Warrant


@dataclass(frozen=True, slots=True)
class Cover:
    """One cover: scheme, place, months; open-ended while `last` is absent."""

    scheme: Annotated[Scheme, Doc("Scheme of the cover.", "险种")]
    state: Annotated[CoverState, Doc("State as the region sees it.", "参保状态")]
    region: Annotated[Region, Doc("Where the cover is held.", "参保地")]
    first: Annotated[Month, Doc("First month.", "起始月")]
    last: Annotated[Month | None, Doc("Last month, absent while it goes on.", "终止月")] = None
    registered_by: Annotated[Number | None, Doc("Who entered it, as the region records it.", "经办人")] = None
    registered_on: Annotated[date | None, Doc("When it was entered.", "经办日期")] = None
    reference: Annotated[Number | None, Doc("Reference of the request that caused it.", "业务参考号")] = None


@dataclass(frozen=True, slots=True)
class CoverFound:
    """Answer to FindCover: the region's own person number and every cover in the months asked about."""

    known: Annotated[bool, Doc("Whether the region knows the person.", "是否有此人")]
    person_number: PersonNumber | None = None
    covers: tuple[Cover, ...] = ()
    unanswered: Unanswered = ()


@dataclass(frozen=True, slots=True)
class FindWorker:
    """Asks whether the region knows this person, and under which number (查询人员)."""

    person: Identity
    warrant: Warrant


@dataclass(frozen=True, slots=True)
class WorkerFound:
    """Answer to FindWorker."""

    known: Annotated[bool, Doc("Whether the region knows the person.", "是否有此人")]
    person_number: PersonNumber | None = None
    region: Annotated[Region | None, Doc("Where the person is on record.", "所在地")] = None
    unanswered: Unanswered = ()


@dataclass(frozen=True, slots=True)
class EnrolWorker:
    """Enrol a person in one insurance from a month on (参保登记)."""

    reference: Reference
    person: Identity
    mobile: Mobile
    insurance: Annotated[Insurance, Doc("Insurance to enrol in.", "险种")]
    choice: Annotated[Choice, Doc("Place the worker chose.", "参保地选择")]
    agency: Annotated[Region, Doc("Agency that registers.", "经办机构")]
    workplace_region: Annotated[Region, Doc("Where the worker works.", "就业地")]
    registered_region: Annotated[Region, Doc("Where the worker is registered.", "户籍地")]
    start: Annotated[Month, Doc("First month of participation.", "参保起始月")]
    grade: Grade
    cycle: Annotated[Cycle, Doc("How often is paid.", "缴费周期")]
    base: Annotated[Money, Doc("Monthly contribution base in yuan.", "缴费基数")]
    consent: Consent
    supplements: Annotated[Number | None, Doc("Acceptance number that this completes.", "补正的受理编号")] = None
    material: Annotated[Reason | None, Doc("What is supplied in completion.", "补正说明")] = None


@dataclass(frozen=True, slots=True)
class EnrolmentDecided:
    """What the agency answers, at once or later (受理结果). `decision` says which of the other fields are filled."""

    decision: Annotated[Decision, Doc("The decision.", "受理决定")]
    reference: Reference | None = None
    acceptance_number: AcceptanceNumber | None = None
    person_number: PersonNumber | None = None
    registration_number: Annotated[Number | None, Doc("The region's number of the registration.", "参保登记号")] = None
    notice_number: NoticeNumber | None = None
    reason: Reason | None = None
    decided_on: Annotated[date | None, Doc("When it was decided.", "办结日期")] = None


@dataclass(frozen=True, slots=True)
class StartCover:
    """The month is paid: cover may start (待遇启动). Sent only where a dated rule says that we tell the province."""

    reference: Reference
    person: Identity
    person_number: PersonNumber
    insurance: Annotated[Insurance, Doc("Insurance paid.", "险种")]
    first: Annotated[Month, Doc("First month paid.", "起始月")]
    last: Annotated[Month, Doc("Last month paid.", "终止月")]
    amount: Annotated[Money, Doc("Amount paid in yuan.", "缴费金额")]
    paid_on: Annotated[date, Doc("When it was paid.", "缴费日期")]
    voucher_number: VoucherNumber


@dataclass(frozen=True, slots=True)
class ReverseCover:
    """What a StartCover told of was taken back (缴费冲正) or given back (退费): a message of its own that names it."""

    reference: Reference
    person: Identity
    person_number: PersonNumber
    insurance: Annotated[Insurance, Doc("Insurance that was paid.", "险种")]
    first: Annotated[Month, Doc("First month that is paid no more.", "起始月")]
    last: Annotated[Month, Doc("Last month that is paid no more.", "终止月")]
    amount: Annotated[Money, Doc("Amount that is paid no more, in yuan.", "撤销金额")]
    voucher_number: VoucherNumber
    reversal_number: Annotated[Number, Doc("Number of the reversal or correction.", "冲正流水号")]
    reversed_on: Annotated[date, Doc("When it was taken back.", "冲正日期")]
    cover_falls: Annotated[bool, Doc("Whether the cover that rests on it falls, by dated rule.", "待遇是否撤销")]
    reason: Reason


@dataclass(frozen=True, slots=True)
class WithdrawEnrolment:
    """Take an application or a registration back (撤销参保登记)."""

    reference: Reference
    person: Identity
    insurance: Annotated[Insurance, Doc("Insurance concerned.", "险种")]
    start: Annotated[Month, Doc("First month of the registration.", "参保起始月")]
    reason: Reason
    acceptance_number: AcceptanceNumber | None = None
    registration_number: Annotated[Number | None, Doc("The region's number of the registration.", "参保登记号")] = None


@dataclass(frozen=True, slots=True)
class Done:
    """It has been done, or had been done before (已办理)."""

    done: Annotated[bool, Doc("Whether the effect stands now.", "是否生效")]
    reference: Reference | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class GetProgress:
    """Asks where an application stands, by the agency's acceptance number or by our reference (办理进度)."""

    acceptance_number: AcceptanceNumber | None = None
    reference: Reference | None = None
    insurance: Annotated[Insurance | None, Doc("Insurance concerned.", "险种")] = None
    warrant: Warrant | None = None
