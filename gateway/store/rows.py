"""What the rows of the store hold. What is read is the driver's own row; what is entered is made here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


def values(row: Any) -> dict[str, Any]:
    """The columns of a row that was made here; unlike `dataclasses.asdict` it copies nothing.

    `row`: one with slots and no parent, whose slots are its columns.
    """
    return {name: getattr(row, name) for name in row.__slots__}


@dataclass(kw_only=True, slots=True)
class CaseRow:
    """A case."""

    id: str
    kind: str
    client: str
    person: str
    status: str
    sealed: bytes
    rules: str
    origin: str | None
    events: int
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True, slots=True)
class ViewRow:
    """A client's view of a case."""

    id: str
    case: str
    client: str


@dataclass(kw_only=True, slots=True)
class ListedRow(CaseRow):
    """A case in a list, with the view that it is seen through."""

    view: str


@dataclass(kw_only=True, slots=True)
class ItemRow:
    """One insurance of a case. `start`: the ordinal of a month; `determination`: JSON; `reason`: sealed."""

    case: str
    insurance: str
    status: str
    start: int
    province: str
    tax: str
    assessor: str
    determination: str
    hold_until: datetime | None = None
    unverified: bool = False
    withdrawing: bool = False
    acceptance_number: str | None = None
    registration_number: str | None = None
    notice_number: str | None = None
    cover_from: str | None = None
    reason: bytes | None = None


@dataclass(kw_only=True, slots=True)
class HolderRow:
    """Which case holds a month of an insurance for a person."""

    person: str
    insurance: str
    month: int
    case: str


@dataclass(kw_only=True, slots=True)
class LegRow:
    """A leg. `due_at`: when it next wants attention, None while it waits for something else or is finished."""

    id: str
    case: str
    party: str
    message: str
    insurance: str
    occurrence: int
    state: str
    attempts: int
    inquiries: int
    fencing: int
    due_at: datetime | None
    sealed: bytes
    reply: bytes | None
    reason: bytes | None
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True, slots=True)
class SealedEventRow:
    """One line of a timeline as it is kept. `params`: JSON, sealed."""

    case: str
    number: int
    at: datetime
    code: str
    params: bytes


@dataclass(kw_only=True, slots=True)
class EventRow:
    """One line of a timeline. `params`: JSON, opened."""

    case: str
    number: int
    at: datetime
    code: str
    params: str


@dataclass(kw_only=True, slots=True)
class LevyRow:
    """A levy. `first`, `last`: ordinals of months; dates ISO; amounts in fen; `content`: JSON."""

    id: str
    case: str
    insurance: str
    tax: str
    first: int
    last: int
    fen: int
    due: str
    payable_until: str
    state: str
    content: str
    levy_number: str | None = None
    notice_number: str | None = None
    tax_person_number: str | None = None
    assessed_fen: int | None = None
    voucher_number: str | None = None
    paid_fen: int | None = None
    paid_on: str | None = None
    treasury_on: str | None = None
    accounting_month: int | None = None
    trace_number: str | None = None
    changes: int = 0
    reversals: int = 0
    provisional: bool = False
    rules: str | None = None


@dataclass(kw_only=True, slots=True)
class LevyChangeRow:
    """One line of a levy's history. `details`: JSON, sealed."""

    levy: str
    number: int
    case: str
    at: datetime
    before: str
    after: str
    message: str
    party: str
    details: bytes


@dataclass(kw_only=True, slots=True)
class NoticeRow:
    """What a bureau told of a payment after its receipt. `receipt`: the natural key of that; content sealed.

    `fen`, `day`, `told_month`: of a reversal, as it told them.
    """

    party: str
    natural_key: str
    message: str
    receipt: str
    content_blind: bytes
    sealed: bytes
    taken_at: datetime
    applied_at: datetime | None
    fen: int | None = None
    day: str | None = None
    told_month: int | None = None


@dataclass(kw_only=True, slots=True)
class RefundRow:
    """A refund. `part`: which part of the receipt (a month, or "" for whatever is whole); `content`: JSON, sealed."""

    id: str
    case: str
    origin_case: str
    levy: str | None
    party: str
    receipt: str
    part: str
    person: str
    insurance: str
    first: int
    last: int
    fen: int
    origin: str
    route: str | None
    state: str
    decided_by: str | None
    refund_number: str | None
    refunded_on: str | None
    content: bytes
    created_at: datetime
    updated_at: datetime


@dataclass(kw_only=True, slots=True)
class CreditRow:
    """What an offset leaves for the next levy, and how much of it is used, in fen."""

    id: str
    refund: str
    person: str
    insurance: str
    tax: str
    fen: int
    used_fen: int


@dataclass(kw_only=True, slots=True)
class TopUpRow:
    """The difference of one month of a levy by a publication, in fen; below 0 it was given back."""

    levy: str
    month: int
    rules: str
    case: str
    fen: int


@dataclass(kw_only=True, slots=True)
class StatedRow:
    """What a statement says of a payment whose receipt is lacking, sealed; nothing, where it does not hold it."""

    statement: str
    voucher: str
    fund: str
    sealed: bytes
    read_at: datetime


@dataclass(kw_only=True, slots=True)
class IdempotencyRow:
    """A stored answer with its request, both sealed."""

    sealed_request: bytes
    status: int
    sealed_answer: bytes


@dataclass(kw_only=True, slots=True)
class ReceiptRow:
    """A receipt that was taken in, with what it is summed up by; `state`: standing, reversed or corrected.

    `told_month`: the accounting month as the receipt told it, for notices change the other; `fen`: the whole amount.
    """

    party: str
    natural_key: str
    levy: str | None
    content_blind: bytes
    sealed: bytes
    insurance: str | None = None
    first: int | None = None
    last: int | None = None
    fen: int | None = None
    late_fee: int | None = None
    interest: int | None = None
    told_month: int | None = None
    accounting_month: int | None = None
    collected_on: str | None = None
    treasury_on: str | None = None
    trace_number: str | None = None
    state: str | None = None
    taken_at: datetime | None = None


@dataclass(kw_only=True, slots=True)
class SessionRow:
    """A session value, sealed."""

    sealed: bytes
    expires_at: datetime
