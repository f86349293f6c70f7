"""What tax bureaus tell of a payment after its receipt, and refunds (wire facts, sections 3.2 C and 3.4).

Each names the original by its voucher, insurance, first month and sequence, and has a number of its own: nothing is
edited.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import Insurance, RefundOrigin, RefundState
from gateway.model.fields import (
    LevyNumber,
    NoticeNumber,
    Number,
    PersonNumber,
    Reason,
    Reference,
    Sequence,
    VoucherNumber,
)
from gateway.model.person import Identity
from gateway.model.shape import Doc
from gateway.model.tax import Component
from gateway.model.values import Money, Month

Covers = Annotated[Insurance, Doc("Insurance that was paid.", "险种")]
First = Annotated[Month, Doc("First month that was paid.", "费款所属期起")]
AccountingMonth = Annotated[Month, Doc("Month it is booked in (AAE002).", "费款所属期")]


@dataclass(frozen=True, slots=True)
class PostPayment:
    """The treasury has posted a payment (入库). Natural key: the posting number."""

    posting_number: Annotated[Number, Doc("Number of the posting.", "入库流水号")]
    voucher_number: VoucherNumber
    insurance: Covers
    first: First
    amount: Annotated[Money, Doc("Amount posted in yuan.", "入库金额")]
    treasury_on: Annotated[date, Doc("When the treasury posted it.", "入库日期")]
    accounting_month: AccountingMonth
    trace_number: Annotated[Number | None, Doc("The treasury's trace number.", "国库交易流水号")] = None
    sequence: Sequence | None = None


@dataclass(frozen=True, slots=True)
class ReversePayment:
    """A payment is taken back (冲正): a message of its own that names the original."""

    reversal_number: Annotated[Number, Doc("Number of the reversal itself.", "冲正流水号")]
    voucher_number: VoucherNumber
    insurance: Covers
    first: First
    amount: Annotated[Money, Doc("Amount taken back in yuan.", "冲正金额")]
    reversed_on: Annotated[date, Doc("When it was reversed.", "冲正日期")]
    accounting_month: AccountingMonth
    reason: Reason
    trace_number: Annotated[Number | None, Doc("The treasury's trace number.", "国库交易流水号")] = None
    sequence: Sequence | None = None


@dataclass(frozen=True, slots=True)
class CorrectPayment:
    """A payment is booked otherwise (更正): what is given replaces what the receipt said; the amount stays."""

    correction_number: Annotated[Number, Doc("Number of the correction itself.", "更正流水号")]
    voucher_number: VoucherNumber
    insurance: Covers
    first: First
    corrected_on: Annotated[date, Doc("When it was corrected.", "更正日期")]
    reason: Reason
    right_insurance: Annotated[Insurance | None, Doc("Insurance it is for.", "更正后险种")] = None
    right_first: Annotated[Month | None, Doc("First month it is for.", "更正后费款所属期起")] = None
    right_last: Annotated[Month | None, Doc("Last month it is for.", "更正后费款所属期止")] = None
    accounting_month: Annotated[Month | None, Doc("Month it is booked in (AAE002).", "更正后费款所属期")] = None
    treasury_on: Annotated[date | None, Doc("When the treasury posted it.", "更正后入库日期")] = None
    levy_number: LevyNumber | None = None
    notice_number: NoticeNumber | None = None
    trace_number: Annotated[Number | None, Doc("The treasury's trace number.", "国库交易流水号")] = None
    sequence: Sequence | None = None


@dataclass(frozen=True, slots=True)
class RequestRefund:
    """Ask the tax bureau to have money paid back by the treasury (申请退库). Once per payment and part of it."""

    reference: Reference
    person: Identity
    person_number: PersonNumber
    voucher_number: VoucherNumber
    insurance: Covers
    first: Annotated[Month, Doc("First month paid back.", "退费所属期起")]
    last: Annotated[Month, Doc("Last month paid back.", "退费所属期止")]
    amount: Annotated[Money, Doc("Amount to pay back in yuan.", "退费金额")]
    origin: Annotated[RefundOrigin, Doc("Why it is paid back.", "退费原因")]
    reason: Reason
    levy_number: LevyNumber | None = None
    tax_person_number: Annotated[Number | None, Doc("The bureau's number of the person.", "税务个人编号")] = None
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class RefundResult:
    """What became of a refund at the bureau. State absent: taken in, not decided."""

    found: Annotated[bool, Doc("Whether the bureau has the request.", "是否存在")]
    state: Annotated[RefundState | None, Doc("State of the refund.", "退费状态")] = None
    reference: Reference | None = None
    refund_number: Annotated[Number | None, Doc("The bureau's number of the refund.", "退费编号")] = None
    amount: Annotated[Money | None, Doc("Amount paid back in yuan.", "退费金额")] = None
    refunded_on: Annotated[date | None, Doc("When it was paid back.", "退费日期")] = None
    reason: Reason | None = None
