"""What a region's records say of a person: what was paid (GetContributions), and what it has earned (GetRights).

Where a comment names an indicator code, it is the one under which the wire facts (sections 1.2 and 1.3) show the value.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import BenefitState, ContributionKind, ContributionState, CoverState, Insurance, Scheme
from gateway.model.fields import NoticeNumber, Number, PersonNumber, VoucherNumber
from gateway.model.person import Identity, Warrant
from gateway.model.province import Unanswered
from gateway.model.shape import Doc, Text, Whole
from gateway.model.values import Money, Month, Region

Known = Annotated[bool, Doc("Whether the region knows the person.", "是否有此人")]
Asked = Annotated[tuple[Insurance, ...], Doc("Insurances asked about; all of them where none is named.", "险种")]
Months = Annotated[int, Whole(min=0, max=1200)]


@dataclass(frozen=True, slots=True)
class GetContributions:
    """Asks what was paid, and is owed, for the person in these months (查询缴费记录)."""

    person: Identity
    first: Annotated[Month, Doc("First month asked about.", "起始月")]
    last: Annotated[Month, Doc("Last month asked about.", "终止月")]
    warrant: Warrant
    person_number: PersonNumber | None = None
    insurances: Asked = ()


@dataclass(frozen=True, slots=True)
class ContributionLine:
    """One line of a contribution record: a month, or some months of one base, of one scheme."""

    scheme: Annotated[Scheme, Doc("Scheme that it was paid in.", "险种")]  # AAE140
    region: Annotated[Region, Doc("Where it was paid.", "参保地")]  # AAB301, AAC301
    first: Annotated[Month, Doc("Month that it is for, or the first of several.", "费款所属期")]  # AAE003, AAE041
    state: Annotated[ContributionState, Doc("Whether the money has arrived.", "到账状态")]  # AAE017, AAE132
    last: Annotated[Month | None, Doc("Last month, absent where it is for one month.", "所属期止")] = None  # AAE042
    booked: Annotated[Month | None, Doc("Month in whose accounts it is.", "结算期")] = None  # AAE002
    kind: Annotated[ContributionKind | None, Doc("Regular, or for a past month.", "缴费类型")] = None  # AAA115
    base: Annotated[Money | None, Doc("Monthly contribution base in yuan.", "缴费基数")] = None  # AAE180, AAC040
    personal: Annotated[Money | None, Doc("Paid by the person.", "个人缴费")] = None  # AAE022, AAE064, AAE481
    employer: Annotated[Money | None, Doc("Paid by an employer.", "单位缴费")] = None  # AAE020, AAE063, AAE480
    other: Annotated[Money | None, Doc("Paid by anyone else, such as a subsidy.", "其他来源缴费")] = None  # AAE026
    interest: Annotated[Money | None, Doc("Interest in yuan.", "利息")] = None  # AAA020
    late_fee: Annotated[Money | None, Doc("Late fee in yuan.", "滞纳金")] = None  # AAA021, AAE057
    total: Annotated[Money | None, Doc("Sum as the region states it.", "合计")] = None  # AAA080
    paid_on: Annotated[date | None, Doc("When the money arrived.", "到账日期")] = None  # AAB191
    unit_number: Annotated[Number | None, Doc("The region's number of the employer.", "单位编号")] = None  # AAB001
    unit_name: Annotated[str | None, Text(max=100), Doc("Name of the employer.", "单位名称")] = None  # AAB004
    notice_number: NoticeNumber | None = None  # AAZ288
    voucher_number: VoucherNumber | None = None  # AAD009


@dataclass(frozen=True, slots=True)
class ContributionsFound:
    """Answer to GetContributions: every line that touches the months asked about, oldest first."""

    known: Known
    person_number: PersonNumber | None = None
    lines: tuple[ContributionLine, ...] = ()
    unanswered: Unanswered = ()


@dataclass(frozen=True, slots=True)
class GetRights:
    """Asks what the person has earned and may draw (查询参保权益)."""

    person: Identity
    warrant: Warrant
    person_number: PersonNumber | None = None
    insurances: Asked = ()


@dataclass(frozen=True, slots=True)
class Right:
    """What a person has earned in one scheme of one region, and what is drawn from it."""

    scheme: Annotated[Scheme, Doc("Scheme.", "险种")]  # AAE140
    region: Annotated[Region, Doc("Where the right is held.", "参保地")]  # AAB301, AAC301
    state: Annotated[CoverState, Doc("State as the region sees it.", "参保状态")]  # AAC008, AAC031
    as_of: Annotated[date | None, Doc("Day on which the region states it.", "截至日期")] = None
    enrolled: Annotated[Month | None, Doc("Month of first enrolment.", "首次参保年月")] = None  # AAC049
    paid_to: Annotated[Month | None, Doc("Last month that is paid.", "最后缴费年月")] = None  # AAE042
    months_paid: Annotated[Months | None, Doc("Months that were paid.", "实际缴费月数")] = None
    months_deemed: Annotated[Months | None, Doc("Months that count as paid.", "视同缴费月数")] = None
    balance: Annotated[Money | None, Doc("Balance of the personal account in yuan.", "个人账户余额")] = None
    benefit: Annotated[BenefitState | None, Doc("Whether a benefit is paid.", "待遇发放状态")] = None  # AAE116
    benefit_from: Annotated[Month | None, Doc("First month that a benefit can be drawn.", "待遇享受起始月")] = None
    benefit_amount: Annotated[Money | None, Doc("Monthly benefit in yuan.", "月待遇金额")] = None


@dataclass(frozen=True, slots=True)
class RightsFound:
    """Answer to GetRights."""

    known: Known
    person_number: PersonNumber | None = None
    rights: tuple[Right, ...] = ()
    unanswered: Unanswered = ()
