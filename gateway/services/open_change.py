"""Open the case of a change: its items, one leg to each province concerned, the stored answer; once per key."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus
from gateway.model.handles import new_handle
from gateway.model.messages import Message
from gateway.services import advance
from gateway.services.accept import Answer
from gateway.services.once import Wish, once
from gateway.services.records import encode
from gateway.services.registrations import KINDS, copied
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies
from gateway.store.rows import ItemRow, LevyRow
from gateway.store.work import Tx

_COUNTER = "It is done at the agency's own counter. 请在经办窗口办理。"


@dataclass(frozen=True, slots=True)
class Telling:
    """What one province is told, once our reference of it is known. `insurance`: empty where it is about the person."""

    province: str
    message: Callable[[str], Message]
    insurance: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that may be made. `items`: the registrations concerned; `levy`: what a resumption begins with.

    `untold`: provinces that are concerned and cannot be told; the case says so.
    """

    kind: str
    client: str
    person: str
    payload: bytes
    items: Sequence[ItemRow]
    tellings: Sequence[Telling]
    origin: str | None = None
    levy: LevyRow | None = None
    untold: Sequence[str] = ()


def open_cases(runtime: Runtime, wish: Wish, request: bytes, decide: Callable[[Tx], Sequence[Change]]) -> Answer:
    """Open the cases that `decide` finds, once per key; the answer shows the first, which is the caller's own."""

    def opened(tx: Tx) -> str:
        mine, *_ = [_open(runtime, tx, wish, change) for change in decide(tx)]
        return mine

    return once(runtime, wish, runtime.store.work("change"), request, opened)


def check_carried(runtime: Runtime, kind: str, province: str) -> None:
    """GatewayError `unsupported` where the province does not take what a change of this kind has to tell it."""
    if not carries(runtime, kind, province):
        raise GatewayError("unsupported", party=province, message=KINDS[kind], alternative=_COUNTER)


def carries(runtime: Runtime, kind: str, province: str) -> bool:
    """Whether the province takes what a change of this kind has to tell it."""
    party = runtime.parties.get(province)
    return party is not None and KINDS[kind] in party.supports


def _open(runtime: Runtime, tx: Tx, wish: Wish, change: Change) -> str:
    case = new_handle("case", tx.now)
    status = CaseStatus.REGISTERING
    new = cases.NewCase(
        id=case,
        kind=change.kind,
        client=change.client,
        person=change.person,
        status=status.value,
        rules=runtime.law.fingerprint,
        payload=change.payload,
        origin=change.origin,
    )
    items = [_item(case, item, status) for item in change.items]
    told = ", ".join(telling.province for telling in change.tellings)
    cases.add(tx, new, items, "change_asked", change=change.kind, party=told)
    if change.levy is not None:
        levies.add(tx, replace(change.levy, case=case))
    for province in change.untold:
        cases.happened(tx, case, "not_told", party=province)
    for telling in change.tellings:
        _tell(tx, case, change.kind, telling)
    runtime.journal.tie(tx, wish.about, case=case, person=change.person)
    return _followed_by(runtime, tx, wish.asked_by, case) if wish.asked_by else case


def _followed_by(runtime: Runtime, tx: Tx, province: str, case: str) -> str:
    """The view of the province that asked; who follows the case already hears who did."""
    view = new_handle("case", tx.now)
    cases.view(tx, view, case, province)
    advance.tell(runtime, tx, case, "asked_at", party=province)
    return view


def _item(case: str, item: ItemRow, status: CaseStatus) -> ItemRow:
    """The insurance as the change has it: its own status, none of the numbers of the enrolment."""
    numberless = {"acceptance_number": None, "notice_number": None, "reason": None}
    return copied(item, case=case, status=status.value, hold_until=None, withdrawing=False, **numberless)


def _tell(tx: Tx, case: str, kind: str, telling: Telling) -> None:
    reference = f"{case}.{telling.insurance or kind}"
    message = telling.message(reference)
    name, payload = type(message).__name__, encode(message)
    legs.add(tx, legs.NewLeg(case, telling.province, name, payload, telling.insurance))
