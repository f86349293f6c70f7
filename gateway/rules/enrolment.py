"""Everything that is decided before an enrolment is accepted: eligibility, place, amount, due date, who does what."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from gateway.errors import Fault, GatewayError
from gateway.model.codes import Choice, Insurance
from gateway.rules.amounts import Preview, check_cycle, preview
from gateway.rules.cover import check_start
from gateway.rules.duties import Assessor, Teller, who_assesses, who_tells_province
from gateway.rules.eligibility import Eligible, check_eligibility, check_open
from gateway.rules.explained import Basis, Words, basis
from gateway.rules.law import Application, Law, Question
from gateway.rules.place import Determination, chosen_region, determine

T = TypeVar("T")

# Where in the request an error of the catalogue points; anything else points at the insurance.
_POINTERS = {
    "grade_not_offered": "/contribution/grade",
    "wage_needed": "/contribution/wage",
    "cycle_not_offered": "/contribution/cycle",
    "start_in_past": "/start",
    "start_too_far": "/start",
    "place_not_allowed": "/choice",
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """The decision on one insurance of an enrolment. `question`: the place and day that later rules are asked about."""

    insurance: Insurance
    question: Question
    eligible: Eligible
    determination: Determination
    preview: Preview
    assessor: Assessor
    told_by: Teller
    duties: Basis

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
        return self.eligible.explanation + self.determination.explanation + self.preview.explanation + self.duties.text

    @property
    def _bases(self) -> tuple[Basis, ...]:
        return self.eligible.basis, self.determination.basis, self.preview.basis, self.duties


def assess(law: Law, application: Application, today: date, lodged: date | None = None) -> tuple[Assessment, ...]:
    """Decide every insurance of an application, in its order, on `today` (the local date).

    By the law of the first day of participation, or of today where that is later. `lodged`: where the agency has the
    application already, the day that counts instead, but for amount and due date. GatewayError with one fault per wrong
    place, each with its JSON pointer; its code is that of the fault where there is only one, else `faults`.
    """
    faults: list[Fault] = []
    _regions_known(law, application, today, faults)
    if faults:
        raise _refusal(faults)
    every = [
        _assess_one(law, application, insurance, _Days(today, lodged or today), _Noting(faults, f"/insurance/{index}"))
        for index, insurance in enumerate(application.insurances)
    ]
    if faults:
        raise _refusal([fault for n, fault in enumerate(faults) if fault not in faults[:n]])
    return tuple(each for each in every if each is not None)


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
    on = max(days.asked, application.start.first_day)
    asked = Question(law, insurance, chosen_region(application, application.choice).code, on)
    placed = noting(lambda: _place(asked, application))
    if placed is None:
        return None
    there = Question(law, insurance, placed.region.code, on)
    contribution = application.contribution
    noting(lambda: check_start(there, application.start, days.asked))
    noting(lambda: check_cycle(there, contribution.cycle))
    eligible = noting(lambda: check_eligibility(there, application))
    levy = noting(lambda: preview(there, application.start, contribution, days.today))
    duties = noting(lambda: (who_assesses(there), who_tells_province(there)))
    if eligible is None or levy is None or duties is None:
        return None
    assessor, teller = duties
    return Assessment(
        insurance=insurance,
        question=there,
        eligible=eligible,
        determination=placed,
        preview=levy,
        assessor=assessor.content.who,
        told_by=teller.content.who,
        duties=basis(assessor, teller),
    )


def _place(asked: Question, application: Application) -> Determination:
    check_open(asked)
    return determine(asked, application)


def _regions_known(law: Law, application: Application, today: date, faults: list[Fault]) -> None:
    for choice in Choice:
        region = chosen_region(application, choice).code
        if law.regions.in_force(region, today) is None:
            faults.append(Fault(f"/{choice.value}_region", "unknown_region", {"region": region, "date": str(today)}))


def _refusal(faults: list[Fault]) -> GatewayError:
    if len(faults) > 1:
        return GatewayError("faults", faults=faults, count=str(len(faults)))
    params: dict[str, Any] = dict(faults[0].params)
    return GatewayError(faults[0].code, faults=faults, **params)
