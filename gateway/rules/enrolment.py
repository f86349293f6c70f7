"""Everything that is decided before an enrolment is accepted: eligibility, place, amount, due date, who does what.

Many people ask the same on one day. What does not depend on who asks is decided once (`Terms`) and remembered.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from gateway.errors import Fault, GatewayError
from gateway.model.codes import Choice, Insurance
from gateway.rules.amounts import Preview, check_cycle, preview
from gateway.rules.cover import check_start
from gateway.rules.duties import Assessor, Teller, in_words, who_assesses, who_tells_province
from gateway.rules.eligibility import Eligible, check_eligibility, check_open
from gateway.rules.explained import Basis, Words, basis
from gateway.rules.law import Application, Law, Question
from gateway.rules.place import Determination, chosen_region, determine

T = TypeVar("T")

_REMEMBERED = 2048

# Where in the request an error of the catalogue points; anything else points at the insurance.
_POINTERS = {
    "grade_not_offered": "/contribution/grade",
    "wage_needed": "/contribution/wage",
    "cycle_not_offered": "/contribution/cycle",
    "start_in_past": "/start",
    "start_too_far": "/start",
    "place_not_allowed": "/choice",
}


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What is decided of one insurance whoever asks; the same question gives the same object.

    `question`: the place and day that later rules are asked about. `shared_out`: who does what, in words.
    """

    insurance: Insurance
    question: Question
    determination: Determination
    preview: Preview
    assessor: Assessor
    told_by: Teller
    duties: Basis
    shared_out: Words


@dataclass(frozen=True, slots=True)
class Assessment:
    """The decision on one insurance of an enrolment: what holds for everybody, and that this person may enrol."""

    terms: Terms
    eligible: Eligible

    @property
    def provisional(self) -> bool:
        """Whether any value behind it is only carried on."""
        return any(each.provisional for each in self._bases)

    @property
    def invented(self) -> bool:
        """Whether any value behind it was made up."""
        return any(each.invented for each in self._bases)

    @property
    def explanation(self) -> Words:
        """The whole decision in words."""
        terms = self.terms
        return (
            self.eligible.explanation + terms.determination.explanation + terms.preview.explanation + terms.shared_out
        )

    @property
    def _bases(self) -> tuple[Basis, ...]:
        return self.eligible.basis, self.terms.determination.basis, self.terms.preview.basis, self.terms.duties


def assess(law: Law, application: Application, today: date, lodged: date | None = None) -> tuple[Assessment, ...]:
    """Decide every insurance of an application, in its order, on `today` (the local date).

    By the law of the first day of participation, or of today where that is later. `lodged`: where the agency has the
    application already, the day that counts instead, but for amount and due date. GatewayError with one fault per wrong
    place, each with its JSON pointer; its code is that of the fault where there is only one, else `faults`.
    """
    faults: list[Fault] = []
    _regions_known(law, application, today, faults)
    if faults:
        raise refusal(faults)
    every = [
        _assess_one(law, application, insurance, _Days(today, lodged or today), _Noting(faults, f"/insurance/{index}"))
        for index, insurance in enumerate(application.insurances)
    ]
    if faults:
        raise refusal([fault for n, fault in enumerate(faults) if fault not in faults[:n]])
    return tuple(each for each in every if each is not None)


def against_anybody(law: Law, application: Application, today: date) -> tuple[Fault, ...]:
    """What speaks against an application whoever the person is, each fault with its JSON pointer; empty: nothing."""
    faults: list[Fault] = []
    _regions_known(law, application, today, faults)
    for index, insurance in enumerate(() if faults else application.insurances):
        _, _, refused = _settled(law, replace(application, insurances=()), insurance, _Days(today, today))
        faults += [replace(fault, pointer=fault.pointer or f"/insurance/{index}") for fault in refused]
    return tuple(fault for n, fault in enumerate(faults) if fault not in faults[:n])


@dataclass(frozen=True, slots=True)
class _Noting:
    """Tries one decision after another, so that a refusal lists all that is wrong, not only the first."""

    faults: list[Fault]
    pointer: str

    def __call__(self, decide: Callable[[], T]) -> T | None:
        try:
            return decide()
        except GatewayError as error:
            code = error.kind.code
            self.faults.append(Fault(_POINTERS.get(code, self.pointer), code, error.params))
            return None


@dataclass(frozen=True, slots=True)
class _Days:
    """`today`: levies are reckoned; `asked`: whether, where and from when somebody may enrol is asked for this day."""

    today: date
    asked: date


def _assess_one(
    law: Law, application: Application, insurance: Insurance, days: _Days, noting: _Noting
) -> Assessment | None:
    anybody = replace(application, insurances=(), birth=None, male=None, held=frozenset())
    there, terms, refused = _settled(law, anybody, insurance, days)
    noting.faults.extend(replace(fault, pointer=fault.pointer or noting.pointer) for fault in refused)
    if there is None:
        return None
    eligible = noting(lambda: check_eligibility(there, application))
    return Assessment(terms, eligible) if terms and eligible else None


@lru_cache(maxsize=_REMEMBERED)
def _settled(
    law: Law, anybody: Application, insurance: Insurance, days: _Days
) -> tuple[Question | None, Terms | None, Sequence[Fault]]:
    """The place that an insurance is asked for, its terms, and what speaks against it whoever asks."""
    faults: list[Fault] = []
    noting = _Noting(faults, "")
    on = max(days.asked, anybody.start.first_day)
    asked = Question(law, insurance, chosen_region(anybody, anybody.choice).code, on)
    placed = noting(lambda: _place(asked, anybody))
    if placed is None:
        return None, None, faults
    there = Question(law, insurance, placed.region.code, on)
    contribution = anybody.contribution
    noting(lambda: check_start(there, anybody.start, days.asked))
    noting(lambda: check_cycle(there, contribution.cycle))
    levy = noting(lambda: preview(there, anybody.start, contribution, days.today))
    duties = noting(lambda: (who_assesses(there), who_tells_province(there)))
    if faults or levy is None or duties is None:
        return there, None, faults
    assessor, teller = duties
    rests = basis(assessor, teller)
    who, tells = assessor.content.who, teller.content.who
    return there, Terms(insurance, there, placed, levy, who, tells, rests, in_words(who, tells) + rests.text), faults


def _place(asked: Question, application: Application) -> Determination:
    check_open(asked)
    return determine(asked, application)


def _regions_known(law: Law, application: Application, today: date, faults: list[Fault]) -> None:
    for choice in Choice:
        region = chosen_region(application, choice).code
        if law.regions.in_force(region, today) is None:
            faults.append(Fault(f"/{choice.value}_region", "unknown_region", {"region": region, "date": str(today)}))


def refusal(faults: Sequence[Fault]) -> GatewayError:
    """The error that lists `faults`, one or more; its code is that of the fault where there is only one."""
    if len(faults) > 1:
        return GatewayError("faults", faults=faults, count=str(len(faults)))
    params: dict[str, Any] = dict(faults[0].params)
    return GatewayError(faults[0].code, faults=faults, **params)
