"""Orders of a deployment that levies itself: a levy is deducted through the treasury network, and taken back by it.

Natural key of an order: organisation, day, number; it stands in the leg, so it is the same on every try (wire facts,
3.4). A deduction that fails is ordered again on the next day under a new number, until the last day to pay.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol, runtime_checkable

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus, Insurance
from gateway.model.tax import Receipt
from gateway.model.treasury import Deduct, Deduction, ReverseDeduction, TaxItem
from gateway.model.values import MORE_THAN_ANY_MONTH, Money, Month
from gateway.ports import Party
from gateway.services import advance
from gateway.services.determine import CHINA, local_day
from gateway.services.records import decode, encode
from gateway.services.renew import enrolment_of
from gateway.services.runtime import Runtime
from gateway.store import legs, levies, persons, serials
from gateway.store.rows import CaseRow, ItemRow, LevyRow, RefundRow
from gateway.store.work import Tx

DEDUCT, REVERSE = "Deduct", "ReverseDeduction"
_OPENS = 9  # o'clock: when a deduction of another day is ordered
_ITEM = "社会保险费"


@runtime_checkable
class LevyNode(Party, Protocol):
    """A treasury through which a deployment levies itself, where it holds a code for that."""

    @property
    def levy_org(self) -> str:
        """Our code as an organisation that levies; empty where we hold none."""
        ...

    @property
    def treasury_code(self) -> str:
        """The code of the treasury itself."""
        ...


def node(runtime: Runtime, tax: str) -> LevyNode | None:
    """The treasury through which levies of this tax party are collected by us; None where a bureau collects them."""
    party = runtime.parties.get(tax)
    return party if party is not None and party.family == "treasury" and isinstance(party, LevyNode) else None


def deduct(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow, nth: int = 0) -> str:
    """Order the deduction of a levy, `nth` days after the first; the handle of its leg.

    Empty where something is lacking for it (an agreement, our code), which is a person's to see to.
    """
    try:
        message = _deduction(runtime, tx, case, item, levy, local_day(tx.now) + timedelta(days=min(nth, 1)))
    except GatewayError as problem:
        reason, insurance = problem.text("zh"), Insurance(levy.insurance)
        advance.move(runtime, tx, case.id, insurance, CaseStatus.NEEDS_PERSON, "not_sent", reason=reason)
        return ""
    due_at = tx.now if nth == 0 else _morning_of(message.entrusted_on)
    occurrence = levy.first + MORE_THAN_ANY_MONTH * nth
    new = legs.NewLeg(case.id, levy.tax, DEDUCT, encode(message), levy.insurance, occurrence, due_at)
    return legs.add(tx, new)


def ordered(tx: Tx, case: str, insurance: str, occurrence: int) -> tuple[LevyRow, int]:
    """The levy that a leg of `deduct` is about, and how many deductions of it came before."""
    nth, first = divmod(occurrence, MORE_THAN_ANY_MONTH)
    return next(row for row in levies.of_item(tx, case, insurance) if row.first == first), nth


def receipt(levy: LevyRow, message: Deduct) -> Receipt:
    """The receipt of a deduction that the treasury made: its voucher is one of ours."""
    made = message.deduction
    return Receipt(
        voucher_number=made.voucher_number,
        amount=made.amount,
        insurance=Insurance(levy.insurance),
        first=Month(levy.first),
        last=Month(levy.last),
        accounting_month=Month.of(message.entrusted_on),
        collected_on=message.entrusted_on,
        reference=levy.id,
    )


def reverse(runtime: Runtime, tx: Tx, case: CaseRow, row: RefundRow) -> bool:
    """Order the reversal of the payment that a refund is about; whether it can be reversed.

    That is all of a payment that we deducted, before the treasury has posted it: a reversal names the whole of it.
    """
    treasury, paid = node(runtime, row.party), levies.receipt(tx, row.party, row.receipt)
    original = order_of(tx, row.origin_case, row.insurance, row.receipt)
    if treasury is None or original is None or paid is None or paid.fen != row.fen or paid.treasury_on is not None:
        return False
    today = local_day(tx.now)
    number = f"{serials.following(tx, scope(row.party, today)):08d}"
    key = original.entrusted_on, original.deduction.trace_number
    message = ReverseDeduction(treasury.levy_org, today, number, *key, row.origin)
    legs.add(tx, legs.NewLeg(case.id, row.party, REVERSE, encode(message), row.insurance))
    return True


def order_of(tx: Tx, case: str, insurance: str, receipt: str) -> Deduct | None:
    """The deduction of a case that a receipt, by its natural key, is of; None where we ordered none."""
    voucher = receipt.partition("/")[0]
    told = (legs.payload(tx, leg) for leg in legs.named(tx, case, DEDUCT, insurance))
    orders = (decode(Deduct, kept) for kept in told)
    return next((each for each in orders if each.deduction.voucher_number == voucher), None)


def scope(party: str, day: date) -> str:
    """What the numbers of our orders are counted in."""
    return f"{party}/{day}"


def _deduction(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow, day: date) -> Deduct:
    treasury = node(runtime, levy.tax)
    if treasury is None or DEDUCT not in treasury.supports:
        org = treasury.levy_org if treasury else ""
        raise GatewayError("levy_org_needed", party=levy.tax, message=DEDUCT, org=org or "-")
    enrolment = enrolment_of(tx, case)
    agreement, identity = enrolment.contribution.agreement, enrolment.worker.identity
    if agreement is None:
        raise GatewayError("agreement_missing", insurance=levy.insurance, party=levy.tax)
    number = serials.following(tx, scope(levy.tax, day))
    amount, due = Money(levy.fen), date.fromisoformat(levy.due)
    region = (treasury.regions or ("00",))[0][:2]
    first, last = Month(levy.first).first_day, (Month(levy.last) + 1).first_day - timedelta(days=1)
    made = Deduction(
        trace_number=f"{number:08d}",
        bank=agreement.bank,
        account=agreement.account,
        amount=amount,
        voucher_number=f"{region}{day:%y%m%d}{number:010d}",
        billed_on=day,
        payer_number=persons.local_number(tx, case.person, item.province) or identity.id_number,
        payer_name=identity.name,
        protocol=agreement.protocol,
        items=(TaxItem(Insurance(levy.insurance), _ITEM, first, last, due, amount),),
    )
    return Deduct(treasury.levy_org, day, made)


def _morning_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, _OPENS, tzinfo=CHINA).astimezone(UTC)


def may_be_tried_again(tx: Tx, levy: LevyRow) -> bool:
    """Whether a deduction of tomorrow still pays the levy in time."""
    return (local_day(tx.now) + timedelta(days=1)).isoformat() <= levy.payable_until
