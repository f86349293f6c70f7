"""Messages between the gateway and tax bureaus (wire facts, section 3)."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import Insurance, LevyState, Payer
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
from gateway.model.shape import Doc, Text
from gateway.model.values import Money, Month, Region


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a levy or receipt and who pays it: rate, fixed, supplement, late fee or interest."""

    name: Annotated[str, Text(max=40), Doc("Kind of component.", "费用组成")]
    payer: Annotated[Payer, Doc("Who pays this share.", "缴费主体")]
    amount: Annotated[Money, Doc("Amount in yuan.", "金额")]


@dataclass(frozen=True, slots=True)
class DeclareLevy:
    """Declare a levy to the tax bureau (申报应征). Subject: one person, one insurance, these months."""

    reference: Reference
    person: Identity
    person_number: PersonNumber
    insurance: Annotated[Insurance, Doc("Insurance levied.", "险种")]
    agency: Annotated[Region, Doc("Agency that the levy is for.", "经办机构")]
    first: Annotated[Month, Doc("First month covered.", "费款所属期起")]
    last: Annotated[Month, Doc("Last month covered.", "费款所属期止")]
    amount: Annotated[Money, Doc("Sum of the components in yuan.", "应缴金额")]
    due: Annotated[date, Doc("Last day of payment.", "缴款期限")]
    components: tuple[Component, ...] = ()


@dataclass(frozen=True, slots=True)
class CancelLevy:
    """Cancel a levy that has not been paid (作废应征)."""

    reference: Reference
    reason: Reason
    levy_number: LevyNumber | None = None
    notice_number: NoticeNumber | None = None


@dataclass(frozen=True, slots=True)
class FindLevy:
    """Find a levy by the number of either side (查询应征)."""

    reference: Reference | None = None
    levy_number: LevyNumber | None = None
    notice_number: NoticeNumber | None = None


@dataclass(frozen=True, slots=True)
class LevyResult:
    """What the tax bureau says of a levy. `found` is false where it has none; the other fields are then absent."""

    found: Annotated[bool, Doc("Whether the bureau has the levy.", "是否存在")]
    state: Annotated[LevyState | None, Doc("State of the levy.", "应征状态")] = None
    reference: Reference | None = None
    levy_number: LevyNumber | None = None
    notice_number: NoticeNumber | None = None
    tax_person_number: Annotated[Number | None, Doc("The bureau's number of the person.", "税务个人编号")] = None
    insurance: Annotated[Insurance | None, Doc("Insurance levied.", "险种")] = None
    first: Annotated[Month | None, Doc("First month covered.", "费款所属期起")] = None
    last: Annotated[Month | None, Doc("Last month covered.", "费款所属期止")] = None
    amount: Annotated[Money | None, Doc("Amount in yuan.", "应缴金额")] = None
    due: Annotated[date | None, Doc("Last day of payment.", "缴款期限")] = None
    voucher_number: VoucherNumber | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment that the tax bureau collected (缴费凭证). Natural key: voucher, insurance, first month and sequence."""

    voucher_number: VoucherNumber
    amount: Annotated[Money, Doc("Amount collected in yuan.", "实缴金额")]
    insurance: Annotated[Insurance, Doc("Insurance paid.", "险种")]
    first: Annotated[Month, Doc("First month covered (AAE003).", "对应费款所属期起")]
    last: Annotated[Month, Doc("Last month covered.", "对应费款所属期止")]
    accounting_month: Annotated[Month, Doc("Month it is booked in (AAE002).", "费款所属期")]
    collected_on: Annotated[date, Doc("When it was collected.", "扣款日期")]
    levy_number: LevyNumber | None = None
    notice_number: NoticeNumber | None = None
    reference: Reference | None = None
    treasury_on: Annotated[date | None, Doc("When the treasury booked it.", "入库日期")] = None
    components: tuple[Component, ...] = ()
    sequence: Sequence | None = None

    def fen_of(self, component: str) -> int:
        """How much of it is of one kind of component, in fen."""
        return sum(each.amount.fen for each in self.components if each.name == component)


@dataclass(frozen=True, slots=True)
class ReceiptTaken:
    """Our answer to a receipt; the same receipt again gets the same answer."""

    voucher_number: VoucherNumber
    taken: Annotated[bool, Doc("Whether it was taken in.", "是否接收")]
    reason: Reason | None = None
