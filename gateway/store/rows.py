"""What the rows of the store hold, for those who read them. Rows are the driver's own; these are their types."""

from datetime import datetime


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


class ViewRow:
    """A client's view of a case."""

    id: str
    case: str
    client: str


class ListedRow(CaseRow):
    """A case in a list, with the view that it is seen through."""

    view: str


class ItemRow:
    """One insurance of a case. `start`: the ordinal of a month; `determination`: JSON."""

    case: str
    insurance: str
    status: str
    start: int
    province: str
    tax: str
    assessor: str
    determination: str
    hold_until: datetime | None
    unverified: bool
    withdrawing: bool
    acceptance_number: str | None
    registration_number: str | None
    notice_number: str | None
    cover_from: str | None
    reason: str | None


class HolderRow:
    """Who holds months of an insurance."""

    insurance: str
    case: str
    client: str
    month: int


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
    reason: str | None
    created_at: datetime
    updated_at: datetime


class EventRow:
    """One line of a timeline. `params`: JSON."""

    case: str
    number: int
    at: datetime
    code: str
    params: str


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
    levy_number: str | None
    notice_number: str | None
    tax_person_number: str | None
    assessed_fen: int | None
    voucher_number: str | None
    paid_fen: int | None
    paid_on: str | None


class ReceiptRow:
    """A receipt that was taken in."""

    party: str
    natural_key: str
    levy: str | None
    content_blind: bytes
    sealed: bytes
