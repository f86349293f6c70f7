"""What a bureau tells of a payment after its receipt: posted, reversed, corrected. Each takes effect once."""

from typing import Any

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus, Insurance, LevyState
from gateway.model.levy import RECEIPTED
from gateway.model.messages import EXCHANGES, Message
from gateway.model.tax import Receipt, ReceiptTaken
from gateway.model.tax_payments import CorrectPayment, PostPayment, ReversePayment
from gateway.model.values import Money
from gateway.rules.possible_payment import check_notice
from gateway.rules.same_receipt import natural_key
from gateway.services import account, advance, parts, paying, reopen
from gateway.services.afresh import afresh
from gateway.services.determine import local_day
from gateway.services.levy_words import cause
from gateway.services.records import decode, encode
from gateway.services.runtime import Runtime
from gateway.store import cases, levies, payments
from gateway.store.rows import CaseRow, LevyRow, NoticeRow, ReceiptRow
from gateway.store.work import Tx

_NUMBERS = {
    PostPayment: "posting_number",
    ReversePayment: "reversal_number",
    CorrectPayment: "correction_number",
}


def take(runtime: Runtime, party: str, message: Message, about: str = "") -> ReceiptTaken:
    """Take a notice in once, and let it take effect as soon as its receipt has a levy.

    GatewayError `duplicate_notice` where its number came with other content; `unknown_payment` for a correction to
    other months of a payment that is not known; `payment_impossible`. `about`: what it was journalled under.
    """
    if isinstance(message, PostPayment | ReversePayment | CorrectPayment):
        check_notice(message, local_day(runtime.now()))

    def taken() -> ReceiptTaken:
        with runtime.store.work("payment_notice") as tx:
            if not _seen(tx, party, message):
                _taken(runtime, tx, party, message, about)
        return ReceiptTaken(message.voucher_number, taken=True)

    return afresh(taken, GatewayError("unavailable", reason="what this notice touches keeps changing"))


def take_ours(runtime: Runtime, tx: Tx, case: CaseRow, party: str, message: CorrectPayment) -> None:
    """A correction that we ordered ourselves was made; once by its number. The caller has locked the case."""
    if not _seen(tx, party, message):
        named = _natural_key(message), type(message).__name__
        row = payments.add(tx, party, *named, natural_key(message), encode(message), **plain_columns(message))
        _apply(runtime, tx, case, row, message)


def moved(runtime: Runtime, party: str, message: CorrectPayment) -> Receipt | None:
    """The payment as a correction to another insurance or other months says it: a receipt of its own."""
    if not _moves(message):
        return None
    with runtime.store.reading() as tx:
        row = levies.receipt(tx, party, natural_key(message))
        if row is None:
            return None
        was = decode(Receipt, levies.receipt_content(tx, row))
    first = message.right_first or was.first
    return Receipt(
        voucher_number=was.voucher_number,
        amount=was.amount,
        insurance=message.right_insurance or was.insurance,
        first=first,
        last=message.right_last or max(first, was.last),
        accounting_month=message.accounting_month or was.accounting_month,
        collected_on=was.collected_on,
        levy_number=message.levy_number,
        notice_number=message.notice_number,
        treasury_on=message.treasury_on or was.treasury_on,
        components=was.components,
        sequence=message.sequence,
    )


def apply_waiting(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, receipt: str) -> None:
    """Let what was told of a receipt before it had its levy take effect; the caller has locked the case."""
    for row in payments.waiting(tx, levy.tax, receipt):
        _apply(runtime, tx, case, row, decode(EXCHANGES[row.message].request, payments.content(tx, row)))


def plain_columns(message: Message) -> dict[str, Any]:
    """What a reversal says that the ledger's export reads of its row."""
    if not isinstance(message, ReversePayment):
        return {}
    month = message.accounting_month.ordinal
    return {"fen": message.amount.fen, "day": message.reversed_on.isoformat(), "told_month": month}


def _taken(runtime: Runtime, tx: Tx, party: str, message: Message, about: str) -> None:
    key = natural_key(message)
    receipt = levies.receipt(tx, party, key)
    if receipt is None and isinstance(message, CorrectPayment) and _moves(message):
        raise GatewayError("unknown_payment", voucher=message.voucher_number)
    named = _natural_key(message), type(message).__name__
    row = payments.add(tx, party, *named, key, encode(message), **plain_columns(message))
    if receipt is None or receipt.levy is None:
        return
    file = cases.lock_file(tx, levies.get(tx, receipt.levy).case)
    case = cases.get(file, levies.get(file, receipt.levy).case)
    runtime.journal.tie(file, about, case=case.id, person=case.person)
    _apply(runtime, file, case, row, message)
    file.write()


def _seen(tx: Tx, party: str, message: Message) -> bool:
    row = payments.notice(tx, party, _natural_key(message))
    if row is None:
        return False
    if row.content_blind != tx.keyring.blind("payment_notice", encode(message).decode()):
        raise GatewayError("duplicate_notice", party=party, number=_number(message))
    return True


def _apply(runtime: Runtime, tx: Tx, case: CaseRow, row: NoticeRow, message: Any) -> None:
    receipt = levies.receipt(tx, row.party, row.receipt)
    if receipt is None or receipt.levy is None:
        return
    levy = levies.get(tx, receipt.levy)
    match message:
        case PostPayment():
            _posted(runtime, tx, case, levy, receipt, message)
        case ReversePayment():
            _reversed(runtime, tx, case, levy, receipt, message)
        case CorrectPayment():
            _corrected(runtime, tx, case, levy, receipt, message)
    payments.applied(tx, row)


def _posted(runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, receipt: ReceiptRow, message: PostPayment) -> None:
    if _differs(receipt, message):
        advance.tell(runtime, tx, case.id, "posting_differs", **_amounts(receipt, message), **_whose(levy))
        return
    given = _given(message)
    levies.change_receipt(tx, receipt, **given)
    if receipt.state != "reversed":
        account.posted(runtime, tx, cases.item(tx, case.id, levy.insurance), receipt, message)
    if paying.pays(levy, receipt) and levy.state in RECEIPTED:
        if _all_posted(tx, levy):
            levies.change(tx, levy.id, LevyState.POSTED, cause(message, levy.tax), **given)
        day = message.treasury_on.isoformat()
        advance.tell(runtime, tx, case.id, "posted", insurance=levy.insurance, amount=str(message.amount), day=day)


def _reversed(
    runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, receipt: ReceiptRow, message: ReversePayment
) -> None:
    if _differs(receipt, message):
        amounts, insurance = _amounts(receipt, message), Insurance(levy.insurance)
        advance.move(runtime, tx, case.id, insurance, CaseStatus.NEEDS_PERSON, "reversal_differs", **amounts)
        return
    levies.change_receipt(tx, receipt, state="reversed")
    account.reversed_payment(runtime, tx, receipt, message)
    reopen.without_payment(runtime, tx, receipt, message)
    if paying.pays(levy, receipt):
        parts.taken_back(runtime, tx, case, levy, message, "payment_reversed")


def _corrected(
    runtime: Runtime, tx: Tx, case: CaseRow, levy: LevyRow, receipt: ReceiptRow, message: CorrectPayment
) -> None:
    if _moves(message):
        levies.change_receipt(tx, receipt, state="corrected")
        account.moved_payment(runtime, tx, receipt, message)
        if paying.pays(levy, receipt):
            parts.taken_back(runtime, tx, case, levy, message, "payment_moved")
        return
    given = _given(message)
    levies.change_receipt(tx, receipt, **given)
    if paying.pays(levy, receipt) and levy.state in RECEIPTED:
        levies.change(tx, levy.id, LevyState.CORRECTED, cause(message, levy.tax), **given)
        advance.tell(runtime, tx, case.id, "payment_corrected", reason=message.reason, **_whose(levy))


def _differs(receipt: ReceiptRow, message: PostPayment | ReversePayment) -> bool:
    return receipt.fen is not None and message.amount.fen != receipt.fen


def _amounts(receipt: ReceiptRow, message: PostPayment | ReversePayment) -> dict[str, str]:
    return {"theirs": str(message.amount), "ours": str(Money(receipt.fen or 0))}


def _whose(levy: LevyRow) -> dict[str, str]:
    return {"insurance": levy.insurance, "party": levy.tax}


def _given(message: PostPayment | CorrectPayment) -> dict[str, Any]:
    """The dates and numbers that a notice gives."""
    given: dict[str, Any] = {}
    if message.accounting_month is not None:
        given["accounting_month"] = message.accounting_month.ordinal
    if message.treasury_on is not None:
        given["treasury_on"] = message.treasury_on.isoformat()
    if message.trace_number is not None:
        given["trace_number"] = message.trace_number
    return given


def _all_posted(tx: Tx, levy: LevyRow) -> bool:
    """Whether the treasury has posted all parts of a payment."""
    whole = paying.whole(tx, levy)
    return whole is not None and whole.treasury_on is not None and whole.treasury_on <= local_day(tx.now)


def _moves(message: CorrectPayment) -> bool:
    """Whether it is for another insurance or other months by now; a longer or shorter time is the same payment."""
    right = message.right_insurance or message.insurance, message.right_first or message.first
    return right != (message.insurance, message.first)


def _number(message: Message) -> str:
    return str(getattr(message, _NUMBERS[type(message)]))


def _natural_key(message: Message) -> str:
    return f"{type(message).__name__}/{_number(message)}"
