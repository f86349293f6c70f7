"""Take in a payment: find its levy, let the cover start by its rule, and never drop money."""

from typing import Any

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus, Insurance, LevyState, RefundOrigin
from gateway.model.levy import PAYABLE, RECEIPTED
from gateway.model.tax import Receipt, ReceiptTaken
from gateway.model.values import Month
from gateway.rules.parts import agrees
from gateway.rules.possible_payment import check_levy, check_receipt
from gateway.rules.same_receipt import natural_key, plain_key, same_receipt
from gateway.services import account, advance, parts, paying, plans, refunds, withdraw
from gateway.services.afresh import afresh
from gateway.services.determine import gateway_tells, local_day, may_reopen, starts
from gateway.services.levy_words import cause
from gateway.services.payment_notices import apply_waiting
from gateway.services.records import decode, encode
from gateway.services.registrations import OF_MONEY
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, reservations
from gateway.store.rows import CaseRow, ItemRow, LevyRow
from gateway.store.work import Tx

# The province has registered it, so it can be told at once; before that the registration itself sees to it.
_REGISTERED = (CaseStatus.AWAITING_PAYMENT.value, CaseStatus.UNPAID.value)


def receipt(runtime: Runtime, party: str, message: Receipt, about: str = "") -> ReceiptTaken:
    """Book a receipt once; GatewayError `duplicate_receipt` where the same voucher comes and says otherwise.

    `payment_impossible` for what nobody can have paid, or not for the levy that it names. `unavailable` where it could
    not be booked: nobody is told that it was taken before it is. `about`: what it was journalled under.
    """

    def booked() -> ReceiptTaken:
        with runtime.store.work("receipt") as tx:
            if not _seen(tx, party, message):
                _book(runtime, tx, party, message, about)
        return ReceiptTaken(message.voucher_number, taken=True)

    check_receipt(message, local_day(runtime.now()))
    # A twin that was booked while we looked is there to compare with the next time.
    return afresh(booked, GatewayError("unavailable", reason="what this payment touches keeps changing"))


def collected(runtime: Runtime, tx: Tx, case: CaseRow, levy: str, message: Receipt) -> None:
    """Book the receipt of a payment that we collected ourselves; the caller has locked the case."""
    party, key = levies.get(tx, levy).tax, natural_key(message)
    if levies.receipt(tx, party, key) is None:
        columns = plain_columns(message)
        levies.add_receipt(tx, levies.ReceiptKey(party, key), levy=levy, content=encode(message), **columns)
        _apply(runtime, tx, case, levy, message)


def plain_columns(message: Receipt) -> dict[str, Any]:
    """What a receipt is found and summed up by, and what the ledger's export reads of its row."""
    return {
        "levy_number": message.levy_number,
        "notice_number": message.notice_number,
        "insurance": message.insurance.value,
        "first": message.first.ordinal,
        "last": message.last.ordinal,
        "fen": message.amount.fen,
        "late_fee": message.fen_of("late_fee"),
        "interest": message.fen_of("interest"),
        "told_month": message.accounting_month.ordinal,
        "accounting_month": message.accounting_month.ordinal,
        "collected_on": message.collected_on.isoformat(),
        "treasury_on": message.treasury_on.isoformat() if message.treasury_on else None,
        "trace_number": None,
        "state": "standing",
    }


def _seen(tx: Tx, party: str, message: Receipt) -> bool:
    row = levies.receipt(tx, party, natural_key(message))
    if row is None:
        return _seen_without_sequence(tx, party, message)
    same = row.content_blind == tx.keyring.blind("receipt", encode(message).decode())
    if not same and not same_receipt(decode(Receipt, levies.receipt_content(tx, row)), message):
        raise GatewayError("duplicate_receipt", party=party, receipt=message.voucher_number)
    return True


def _seen_without_sequence(tx: Tx, party: str, message: Receipt) -> bool:
    """Whether it was kept before sequences were: under the key of a first row, and nothing else in it."""
    row = None if natural_key(message) == plain_key(message) else levies.receipt(tx, party, plain_key(message))
    kept = decode(Receipt, levies.receipt_content(tx, row)) if row else None
    return kept is not None and kept.sequence is None and same_receipt(kept, message)


def _book(runtime: Runtime, tx: Tx, party: str, message: Receipt, about: str) -> None:
    levy = levies.by_numbers(
        tx,
        party,
        reference=message.reference,
        levy_number=message.levy_number,
        notice_number=message.notice_number,
    )
    if levy is not None:
        check_levy(message, Insurance(levy.insurance), Month(levy.first), Month(levy.last))
        if parts.repeats(tx, levy, message):
            raise GatewayError("duplicate_receipt", party=party, receipt=message.voucher_number)
    levies.add_receipt(
        tx,
        levies.ReceiptKey(party, natural_key(message)),
        levy=levy.id if levy else None,
        content=encode(message),
        **plain_columns(message),
    )
    # Without a levy it is kept all the same: the levy may learn the number it names later (`book_waiting`).
    if levy is not None:
        file = cases.lock_file(tx, levy.case)
        cases.read_ahead(file, [levy.case])
        levies.read_ahead(file, [levy.case])
        case = cases.get(file, levy.case)
        runtime.journal.tie(file, about, case=case.id, person=case.person)
        _apply(runtime, file, case, levy.id, message)
        file.write()


def book_waiting(runtime: Runtime, tx: Tx, case: CaseRow, levy_handle: str) -> None:
    """Book the receipts that came before a levy knew the number they name; the caller has locked the case."""
    levy = levies.get(tx, levy_handle)
    for row in levies.waiting_receipts(tx, levy):
        if row.insurance not in {None, levy.insurance}:
            # Not of this levy, whatever number it bears: the day's reconciliation shows it.
            continue
        levies.give_to(tx, row, levy.id)
        _apply(runtime, tx, case, levy.id, decode(Receipt, levies.receipt_content(tx, row)))


def _apply(runtime: Runtime, tx: Tx, case: CaseRow, levy_handle: str, message: Receipt) -> None:
    # Read under the case's lock: a withdrawal may have been faster.
    levy = levies.get(tx, levy_handle)
    item = cases.item(tx, levy.case, levy.insurance)
    if parts.is_excess(tx, levy, message):
        _refund(runtime, tx, case, levy, message, "paid_twice")
    elif levy.state in RECEIPTED:
        parts.taken(runtime, tx, case, item, levy, message)
    elif levy.state in PAYABLE and _in_time(levy, message):
        _paid(runtime, tx, case, item, levy, message)
    else:
        _too_late(runtime, tx, case, item, levy, message)
    apply_waiting(runtime, tx, case, levies.get(tx, levy.id), natural_key(message))


def _in_time(levy: LevyRow, message: Receipt) -> bool:
    return message.collected_on.isoformat() <= levy.payable_until


def _paid(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow, message: Receipt) -> None:
    insurance = Insurance(item.insurance)
    whole = parts.taken(runtime, tx, case, item, levy, message)
    if whole is None:
        return
    _note(runtime, tx, case, item, levy, whole)
    if case.kind in OF_MONEY:
        _topped_up(runtime, tx, case, item, whole)
        return
    withdraw.overtaken(runtime, tx, case, insurance)
    if item.status == CaseStatus.UNPAID.value:
        advance.move(runtime, tx, case.id, insurance, CaseStatus.AWAITING_PAYMENT, "month_reopened", party=levy.tax)
    advance.tell(runtime, tx, case.id, "paid", insurance=insurance.value, amount=str(whole.amount), party=levy.tax)
    if item.status in _REGISTERED:
        pass_on(tx, case, item, levies.get(tx, levy.id))


def _topped_up(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, message: Receipt) -> None:
    insurance, amount = Insurance(item.insurance), str(message.amount)
    if item.status == CaseStatus.REGISTERING.value:
        # The receipt overtook the bureau's own answer about the levy.
        advance.move(runtime, tx, case.id, insurance, CaseStatus.AWAITING_PAYMENT, "paid_before", amount=amount)
    advance.move(runtime, tx, case.id, insurance, CaseStatus.COMPLETED, "topped_up", amount=amount)


def pass_on(tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow) -> None:
    """See that the province knows of a paid levy: by telling it, or by asking where the tax bureau tells it."""
    if gateway_tells(item):
        plans.tell_province(tx, case, item, levy)
    else:
        plans.check_cover(tx, case, item, levy)


def _note(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow, whole: Receipt) -> None:
    """Enter a payment that is whole: in one receipt, or in parts that are one receipt by now."""
    said = cause(whole, levy.tax)
    levies.change(
        tx,
        levy.id,
        LevyState.RECEIPTED,
        said,
        voucher_number=whole.voucher_number,
        paid_on=whole.collected_on.isoformat(),
        paid_fen=whole.amount.fen,
        accounting_month=whole.accounting_month.ordinal,
        treasury_on=whole.treasury_on.isoformat() if whole.treasury_on else None,
    )
    if whole.treasury_on is not None and whole.treasury_on <= local_day(tx.now):
        # A later day is what the bureau expects; the posting itself is told when it is there.
        levies.change(tx, levy.id, LevyState.POSTED, said)
    if case.kind not in OF_MONEY:
        since = starts(runtime.law, item, whole)
        cases.change_item(tx, case.id, item.insurance, cover_from=since.isoformat())
    if not agrees(whole, paying.owed(levy)):
        advance.tell(runtime, tx, case.id, "receipt_differs", insurance=item.insurance, paid=str(whole.amount))


def _too_late(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow, message: Receipt) -> None:
    """Money for what was withdrawn or is past its limit: it re-opens the month by rule, or is refunded."""
    withdrawn = item.status == CaseStatus.WITHDRAWN.value
    if case.kind in OF_MONEY or not may_reopen(runtime.law, item, message.collected_on, withdrawn=withdrawn):
        _refund(runtime, tx, case, levy, message, "refund_needed")
    elif not withdrawn:
        _paid(runtime, tx, case, item, levy, message)
    elif reservations.holders(tx, [case.person], [Insurance(item.insurance)]):
        _refund(runtime, tx, case, levy, message, "refund_needed")
    else:
        _enrol_again(runtime, tx, case, item, levy, message)


def _enrol_again(runtime: Runtime, tx: Tx, case: CaseRow, item: ItemRow, levy: LevyRow, message: Receipt) -> None:
    whole = parts.taken(runtime, tx, case, item, levy, message)
    if whole is None:
        return
    months = Month(levy.first), Month(levy.last)
    reservations.reserve(tx, case.person, Insurance(item.insurance), *months, case.id)
    _note(runtime, tx, case, item, levy, whole)
    cases.change_item(tx, case.id, item.insurance, acceptance_number=None, registration_number=None, notice_number=None)
    insurance = Insurance(item.insurance)
    advance.move(runtime, tx, case.id, insurance, CaseStatus.REGISTERING, "month_reopened", party=levy.tax)
    plans.register(runtime, tx, case, cases.item(tx, case.id, insurance))


def _refund(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, message: Receipt, event: str) -> None:
    """A case of its own sees to the money; the insurance stays where it stands."""
    origin = RefundOrigin.PAYER_ERROR if event == "paid_twice" else RefundOrigin.PREPAID
    item = cases.item(tx, case.id, levy.insurance)
    account.collected(runtime, tx, item, levy, message, excess=event == "paid_twice")
    parts.mark(tx, levy, natural_key(message), paying.EXCESS)
    claim = refunds.Claim.whole(levy, natural_key(message), message, origin, waits=True)
    opened = refunds.open_refund(runtime, tx, case, claim)
    about = {"amount": str(message.amount), "party": item.tax, "refund": opened}
    advance.move(runtime, tx, case.id, Insurance(item.insurance), CaseStatus.NEEDS_PERSON, event, **about)
