"""What a province shows of a person's contributions and rights: worked out from its register, or as it was seeded."""

from decimal import Decimal
from typing import Any

from sandbox.codes import month_after, months_between
from sandbox.figures import NoFigureError, owed
from sandbox.register import Register
from sandbox.registered import OPEN_END, Entry, Person

PENSION_SHARE = Decimal("0.4")  # 8 of 20 percent go to the personal account (facts: rules section 3)


def contributions(register: Register, person: Person, asked: tuple[str, ...], first: str, last: str) -> list[Any]:
    """The lines that touch the months, oldest first; every insurance where none is named."""
    lines = [
        line
        for entry in person.entries
        if not asked or entry.insurance in asked
        for line in [*(entry.lines or _lines(register, entry)), *entry.notices]
        if line["first"] <= last and (line.get("last") or line["first"]) >= first
    ]
    return sorted(lines, key=lambda line: (line["first"], line["scheme"]))


def rights(register: Register, person: Person, asked: tuple[str, ...]) -> list[dict[str, str]]:
    """One right for each entry."""
    return [_right(register, entry) for entry in person.entries if not asked or entry.insurance in asked]


def _lines(register: Register, entry: Entry) -> list[dict[str, str]]:
    """A line for each month that is paid, or should be by now."""
    paid = {month for first, last in entry.paid for month in months_between(first, last)}
    until = max([min(register.today[:7], entry.last or OPEN_END), *paid])
    return [_line(register, entry, month, paid=month in paid) for month in _months(entry, until) | paid]


def _months(entry: Entry, until: str) -> set[str]:
    months = set(months_between(entry.first, until))
    if entry.paused_from:
        months -= set(months_between(entry.paused_from, until))
    return months


def _line(register: Register, entry: Entry, month: str, *, paid: bool) -> dict[str, str]:
    amount = _monthly(register, entry)
    line = {
        "scheme": entry.scheme,
        "region": entry.region,
        "first": month,
        "state": "paid" if paid else "owed",
        "booked": month if paid else "",
        "kind": "regular",
        "base": entry.base,
        "personal": f"{amount:.2f}",
        "total": f"{amount:.2f}",
    }
    return {name: value for name, value in line.items() if value}


def _monthly(register: Register, entry: Entry) -> Decimal:
    try:
        shares = owed(register.province.name, entry.insurance, Decimal(entry.base), 1)
    except NoFigureError:
        return Decimal(0)
    return sum((share.amount for share in shares), Decimal(0))


def _right(register: Register, entry: Entry) -> dict[str, str]:
    lines = [line for line in entry.lines or _lines(register, entry) if line["state"] == "paid"]
    months = sum(len(months_between(line["first"], line.get("last") or line["first"])) for line in lines)
    balance = sum((Decimal(line.get("personal", "0")) for line in lines), Decimal(0)) * PENSION_SHARE
    right = {
        "scheme": entry.scheme,
        "region": entry.region,
        "state": entry.shown_state,
        "as_of": register.today,
        "enrolled": entry.first,
        "paid_to": max((line.get("last") or line["first"] for line in lines), default=""),
        "months_paid": str(months),
        "balance": f"{balance:.2f}" if "pension" in entry.scheme else "",
        "benefit": "paid" if entry.shown_state == "drawing" else "none",
        "benefit_from": month_after(entry.first, 6) if entry.insurance == "medical" else "",
    }
    return {name: value for name, value in {**right, **entry.rights}.items() if value}
