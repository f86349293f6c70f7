"""What stands of a person at the provinces: each registration of ours, and what has been changed of it since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from gateway.errors import GatewayError
from gateway.model.codes import CaseStatus, Insurance, LegState
from gateway.model.levy import OWED
from gateway.model.values import Month
from gateway.services.runtime import Runtime
from gateway.store import cases, legs, levies, standing
from gateway.store.rows import CaseRow, ItemRow, LegRow
from gateway.store.work import Tx

ENROLMENT = "enrolment"
KINDS: Mapping[str, str] = {
    "suspension": "SuspendEnrolment",
    "resumption": "ResumeEnrolment",
    "ending": "EndEnrolment",
    "details": "ChangeDetails",
    "identity": "CorrectIdentity",
    "death": "ReportDeath",
}
"""The kinds of case that change a registration, each with the message that tells the province."""

REFUND, TOP_UP = "refund", "top_up"
OF_MONEY = frozenset({REFUND, TOP_UP})
"""The kinds of case that are about money alone: nobody asks for them, and nobody withdraws them."""

State = Literal["standing", "suspended", "ended"]
_AFTER: Mapping[str, State] = {
    "suspension": "suspended",
    "resumption": "standing",
    "ending": "ended",
    "death": "ended",
}
_ON_OFFER: Mapping[State, tuple[str, ...]] = {
    "standing": ("suspension", "ending"),
    "suspended": ("resumption", "ending"),
    "ended": (),
}
_ASKED_FOR = {"suspension": "suspend", "resumption": "resume", "ending": "end"}
_REGISTERED = frozenset({CaseStatus.AWAITING_PAYMENT.value, CaseStatus.UNPAID.value, CaseStatus.COMPLETED.value})
_THROUGH = frozenset({LegState.ACCEPTED.value, LegState.REFUSED.value, LegState.CANCELLED.value})


@dataclass(frozen=True, slots=True)
class Registration:
    """One insurance of an enrolment that its province has registered. `changes`: those that concern it, in order."""

    case: CaseRow
    item: ItemRow
    state: State
    changes: tuple["Made", ...]

    @property
    def insurance(self) -> Insurance:
        """Its insurance."""
        return Insurance(self.item.insurance)


@dataclass(frozen=True, slots=True)
class Made:
    """A change: its case, the insurance and province concerned, and the leg that tells that province."""

    case: CaseRow
    item: ItemRow
    leg: LegRow

    @property
    def under_way(self) -> bool:
        """Whether nobody can say yet what becomes of it."""
        return self.leg.state not in _THROUGH


def of_person(tx: Tx, person: str) -> list[Registration]:
    """Every registration of the person through this gateway, ended ones too."""
    rows = standing.of_person(tx, person)
    made = [each for row in rows if row.kind in KINDS for each in _made(tx, row)]
    return [
        _registration(row, item, made)
        for row in rows
        if row.kind == ENROLMENT
        for item in cases.items(tx, row.id)
        if item.status in _REGISTERED or (item.registration_number and item.status == CaseStatus.NEEDS_PERSON.value)
    ]


def one(tx: Tx, case: CaseRow, insurance: Insurance) -> Registration:
    """The registration of one insurance of a case; GatewayError `not_standing` where there is none."""
    for registration in of_person(tx, case.person):
        if registration.case.id == case.id and registration.insurance is insurance:
            return registration
    raise GatewayError("not_standing", insurance=insurance.value, state=case.status)


def changes_on_offer(runtime: Runtime, tx: Tx, case: CaseRow) -> set[str]:
    """What may be asked for of a case's registrations, where their provinces take it: `suspend`, `resume`, `end`."""
    return {
        _ASKED_FOR[kind]
        for each in of_person(tx, case.person)
        if each.case.id == case.id and not any(made.under_way for made in each.changes)
        for kind in _ON_OFFER[each.state]
        if (party := runtime.parties.get(each.item.province)) and KINDS[kind] in party.supports
    }


def check_free(registration: Registration, *kinds: str) -> None:
    """GatewayError `change_under_way` where a change of one of `kinds` is not through yet."""
    for made in registration.changes:
        if made.under_way and made.case.kind in kinds:
            raise GatewayError("change_under_way", case=made.case.id)


def levied_to(tx: Tx, registration: Registration) -> Month | None:
    """The last month that somebody owes or has paid under the registration; None where nothing is."""
    of_it = [registration.case.id, *(made.case.id for made in registration.changes if made.case.kind == "resumption")]
    owed = [levy for case in of_it for levy in levies.of_item(tx, case, registration.item.insurance)]
    months = [levy.last for levy in owed if levy.state in OWED]
    return Month(max(months)) if months else None


def copied(item: ItemRow, **changes: Any) -> ItemRow:
    """An item with other values; what is read is the driver's own row, which knows nothing of replacing."""
    return ItemRow(**{each.name: getattr(item, each.name) for each in fields(ItemRow)} | changes)


def _made(tx: Tx, row: CaseRow) -> Sequence[Made]:
    told = {leg.party: leg for leg in legs.named(tx, row.id, KINDS[row.kind])}
    return [Made(row, item, told[item.province]) for item in cases.items(tx, row.id) if item.province in told]


def _registration(case: CaseRow, item: ItemRow, made: Sequence[Made]) -> Registration:
    mine = tuple(each for each in made if _concerns(each, case, item))
    state: State = "standing"
    for each in mine:
        if each.leg.state == LegState.ACCEPTED.value:
            state = _AFTER.get(each.case.kind, state)
    return Registration(case, item, state, mine)


def _concerns(made: Made, case: CaseRow, item: ItemRow) -> bool:
    """A change of one enrolment concerns it alone; one of the person, all that the province had of them by then."""
    if made.case.origin is not None:
        return made.case.origin == case.id and made.item.insurance == item.insurance
    return made.item.province == item.province and made.case.created_at >= case.created_at
