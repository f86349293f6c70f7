"""What still holds of an insurance that was determined for another day, or by other rules: the decision alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal

from gateway.errors import GatewayError
from gateway.model.codes import Insurance, LevyState
from gateway.model.platform import Enrolment
from gateway.model.values import Month
from gateway.rules.cover import MONTH_LOCK, closure
from gateway.rules.law import Application, Law
from gateway.services.determine import MONTH_LOCKED, ItemPlan, determine_again, local_day, question_of
from gateway.services.offsets import offset_of
from gateway.services.records import content_of
from gateway.store.rows import ItemRow, LevyRow

_MONTH_OVER = frozenset({"start_in_past", MONTH_LOCKED})
# The law says no to this person or choice. Whatever else may be wrong (a value or an office unknown) a person can mend.
_SAYS_NO = frozenset(
    {"not_eligible", "depends_on", "grade_not_offered", "wage_needed", "cycle_not_offered", "place_not_allowed"}
)


class Sending(Enum):
    """What is about to be sent of an insurance."""

    REGISTRATION = "registration"
    COMPLETION = "completion"
    DECLARATION = "declaration"
    LOOK_UP = "look_up"

    @property
    def lodged(self) -> bool:
        """Whether the agency has the application already: whether and where is then no longer ours to determine."""
        return self is not Sending.REGISTRATION


# Whose door has to be open; questions can always be asked.
_DOORS: Mapping[Sending, Literal["registration", "payment"]] = {
    Sending.REGISTRATION: "registration",
    Sending.COMPLETION: "registration",
    Sending.DECLARATION: "payment",
}


class Finding(Enum):
    """What came of determining anew."""

    HOLDS = "holds"
    CHANGED = "changed"
    REFUSED = "refused"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Matter:
    """An insurance of a case as it stands. `others`: the insurances of the case that go on beside it."""

    item: ItemRow
    levy: LevyRow
    enrolment: Enrolment
    others: frozenset[Insurance]
    accepted_on: date

    @property
    def kept(self) -> Mapping[str, Any]:
        """What was determined, as the case keeps it."""
        return content_of(self.item.determination)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`plan`: today's determination; `reason`: why nothing may be sent; `not_before`: when a shut door opens again."""

    finding: Finding
    plan: ItemPlan | None = None
    reason: str = ""
    not_before: datetime | None = None


AS_IT_WAS = Verdict(Finding.HOLDS)


def holds(law: Law, item: ItemRow, sending: Sending, now: datetime) -> bool:
    """Whether what was determined is of today and of these rules, and the door is open: there is nothing to do."""
    kept = content_of(item.determination)
    mine = kept.get("on") == local_day(now).isoformat() and kept.get("rules") == law.fingerprint
    return mine and _opens(law, item, sending, now) is None


def weigh(law: Law, matter: Matter, sending: Sending, now: datetime) -> Verdict:
    """What may be sent at `now` of an insurance that was determined earlier. Pure.

    Money that was declared or paid is not determined anew. A month that is over is refused or given to a person as its
    `month_lock` says; so is, once the agency has it, everything that does not hold any more.
    """
    opens = _opens(law, matter.item, sending, now)
    if matter.levy.state != LevyState.PREVIEW.value:
        return Verdict(Finding.HOLDS, not_before=opens)
    try:
        plan = determine_again(law, _application(matter), now, _lodged(matter) if sending.lodged else None)
        _check_still(matter, plan, sending, local_day(now))
    except GatewayError as error:
        return Verdict(_says(law, matter, sending, error), reason=_reason(error))
    finding = Finding.HOLDS if _terms_of(plan) == _terms(matter) else Finding.CHANGED
    return Verdict(finding, plan, not_before=opens)


def _opens(law: Law, item: ItemRow, sending: Sending, now: datetime) -> datetime | None:
    """When the door opens that is shut at `now`; None where it is open."""
    door = _DOORS.get(sending)
    shut = closure(question_of(law, item, local_day(now)), door, now) if door else None
    return shut.ends if shut else None


def _application(matter: Matter) -> Application:
    asked, mine = Application.of(matter.enrolment), (Insurance(matter.item.insurance),)
    return replace(asked, insurances=mine, held=asked.held | matter.others)


def _lodged(matter: Matter) -> date:
    asked = matter.kept.get("asked")
    return date.fromisoformat(asked) if asked else matter.accepted_on


def _check_still(matter: Matter, plan: ItemPlan, sending: Sending, today: date) -> None:
    """GatewayError where others are responsible by now, or the month to be declared cannot be paid any more."""
    now, before = (plan.province, plan.tax), (matter.item.province, matter.item.tax)
    if now != before:
        insurance = matter.item.insurance
        raise GatewayError("office_changed", insurance=insurance, now=", ".join(now), before=", ".join(before))
    limit = plan.levy.payable_until
    if sending is Sending.DECLARATION and limit < today:
        raise GatewayError("month_expired", month=str(plan.levy.last), last=limit.isoformat())


def _terms_of(plan: ItemPlan) -> tuple[object, ...]:
    levy = plan.levy
    dates = levy.due.isoformat(), levy.payable_until.isoformat()
    return _compared(json.loads(plan.kept), plan.assessor, levy.amount.fen, dates, levy.kept)


def _terms(matter: Matter) -> tuple[object, ...]:
    levy = matter.levy
    gross = levy.fen + offset_of(levy.content)
    return _compared(matter.kept, matter.item.assessor, gross, (levy.due, levy.payable_until), levy.content)


def _compared(
    kept: Mapping[str, Any], assessor: str, fen: int, dates: tuple[str, str], content: str
) -> tuple[object, ...]:
    """All that a leg carries or a caller sees of a determination, but for its words."""
    public = {name: value for name, value in kept["public"].items() if name != "explanation"}
    where = kept["region"], kept["base"], kept["told_by"], assessor
    return public, where, fen, dates, json.loads(content)["components"]


def _says(law: Law, matter: Matter, sending: Sending, error: GatewayError) -> Finding:
    codes = {fault.code for fault in error.faults} or {error.kind.code}
    if sending.lodged or not codes <= _MONTH_OVER | _SAYS_NO:
        return Finding.UNDECIDED
    if codes & _MONTH_OVER:
        month = Month(matter.item.start).first_day
        lock = question_of(law, matter.item, month).look(MONTH_LOCK)
        return Finding.REFUSED if lock is not None and lock.content.missed == "refuse" else Finding.UNDECIDED
    return Finding.REFUSED


def _reason(error: GatewayError) -> str:
    said = error.faults or (error,)
    return " / ".join(" ".join(each.text(language) for each in said) for language in ("zh", "en"))
