"""What version 1.2 of the typed contract adds: six changes, two questions and a reversal, in front of the same desk."""

import re
from collections.abc import Mapping
from typing import Any

from sandbox.changes import DETAILS
from sandbox.codes import CYCLE_MONTHS, NAMES
from sandbox.desk import Desk
from sandbox.envelope import element
from sandbox.faults import Plan
from sandbox.records import contributions, rights
from sandbox.registered import OPEN_END, Wish

ASKED = ("reference", "person.id_number", "person.name")
NEEDED = {
    "ChangeDetails": (*ASKED, "consent.reference"),
    "CorrectIdentity": (*ASKED, "corrected.id_type", "corrected.id_number", "corrected.name", "evidence"),
    "SuspendEnrolment": (*ASKED, "insurance", "first", "reason"),
    "ResumeEnrolment": (*ASKED, "insurance", "first", "grade", "cycle", "base"),
    "EndEnrolment": (*ASKED, "insurance", "last", "cause"),
    "ReportDeath": (*ASKED, "died_on", "evidence"),
    "ReverseCover": (
        "reference",
        "person.id_number",
        "insurance",
        "first",
        "last",
        "voucher_number",
        "reversal_number",
    ),
    "GetRights": ("person.id_number", "warrant.purpose"),
    "GetContributions": ("person.id_number", "first", "last", "warrant.purpose"),
}
QUESTIONS = frozenset({"GetRights", "GetContributions"})
CHANGES = frozenset(NEEDED) - QUESTIONS - {"ReverseCover"}
FORMS = {
    "cause": (re.compile("asked|employed|moved|emigrated|duplicate"), "终止原因"),
    "died_on": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "日期，如 2026-01-31"),
    "postal_code": (re.compile("[0-9]{6}"), "六位邮政编码"),
    "insurances": (re.compile(f"({'|'.join(NAMES)})( ({'|'.join(NAMES)}))*"), "险种"),
    "cycle": (re.compile("|".join(CYCLE_MONTHS)), "缴费周期"),
}
_LINE = (
    *("scheme", "region", "first", "state", "last", "booked", "kind", "base", "personal", "employer", "other"),
    *("interest", "late_fee", "total", "paid_on", "unit_number", "unit_name", "notice_number", "voucher_number"),
)
_RIGHT = (
    *("scheme", "region", "state", "as_of", "enrolled", "paid_to", "months_paid", "months_deemed", "balance"),
    *("benefit", "benefit_from", "benefit_amount"),
)

Fields = Mapping[str, str]


class Nothing(ValueError):  # noqa: N818 - the name of what was asked for, in a refusal
    """A change that changes nothing."""


def change(desk: Desk, name: str, asked: Fields, plan: Plan) -> Any:
    """Take a change to the desk; Nothing where it names no detail."""
    if name == "ChangeDetails" and not any(asked.get(detail) for detail in DETAILS):
        raise Nothing
    return desk.change(wish_of(asked), name, asked, plan)


def answer(desk: Desk, name: str, asked: Fields) -> str:
    """The content of the answer to a question."""
    person = desk.register.find(asked["person.id_number"])
    if person is None:
        return element("known", "false")
    insurances = tuple(asked.get("insurances", "").split())
    if name == "GetRights":
        rows = _rows("rights", _RIGHT, rights(desk.register, person, insurances))
    else:
        months = asked["first"], asked["last"]
        rows = _rows("lines", _LINE, contributions(desk.register, person, insurances, *months))
    return element("known", "true") + element("person_number", person.person_number) + rows


def wish_of(asked: Fields) -> Wish:
    """A change as the desk takes it."""
    return Wish(
        reference=asked["reference"],
        id_type=asked.get("person.id_type", "resident_id"),
        id_number=asked["person.id_number"],
        name=asked["person.name"],
        insurance=asked.get("insurance", ""),
        agency=asked.get("agency", ""),
        start=asked.get("first", OPEN_END),
        cycle=asked.get("cycle", "monthly"),
        base=asked.get("base", "0.00"),
    )


def _rows(name: str, order: tuple[str, ...], found: list[dict[str, str]]) -> str:
    return "".join(element(name, {field: row.get(field) for field in order}) for row in found)
