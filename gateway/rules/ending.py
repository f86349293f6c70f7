"""For which causes a participation may end at all; the relation of an employee pension is not ended before its age."""

from dataclasses import dataclass
from datetime import date

from gateway.errors import GatewayError
from gateway.model.codes import EndCause
from gateway.model.values import Month
from gateway.rules.dated import Parameter
from gateway.rules.law import Question
from gateway.rules.retirement import RETIREMENT_AGES, RETIREMENT_CATEGORIES, retirement_month


@dataclass(frozen=True, slots=True)
class Ending:
    """Causes for which a participation may end before the statutory retirement age; from then on any cause will do."""

    before_retirement: tuple[EndCause, ...]


ENDING = Parameter("ending", Ending)


def check_ending(question: Question, cause: EndCause, last: Month, birth: date | None, *, male: bool | None) -> None:
    """Refuse an ending that the law does not have: GatewayError `ending_not_allowed`, `parameter_missing`.

    Nothing known of an insurance: it ends when the worker says so. A number that does not say when its holder was born
    proves no age.
    """
    found = question.look(ENDING)
    if found is None or cause in found.content.before_retirement:
        return
    if birth is None or last < _retires(question, birth, male=male):
        allowed = ", ".join(found.content.before_retirement)
        raise GatewayError(
            "ending_not_allowed",
            insurance=question.insurance.value,
            cause=cause.value,
            allowed=allowed,
            instrument=found.value.instrument,
        )


def _retires(question: Question, birth: date, *, male: bool | None) -> Month:
    ages, categories = question.find(RETIREMENT_AGES).content, question.find(RETIREMENT_CATEGORIES).content
    return max(retirement_month(ages.of(category), birth) for category in categories.of(male))
