"""Who may enrol: dated limits of age, and what goes with what."""

from dataclasses import dataclass
from datetime import date

from gateway.errors import GatewayError
from gateway.model.codes import Insurance
from gateway.model.values import MONTHS_PER_YEAR, Month
from gateway.rules.dated import Found, Parameter
from gateway.rules.explained import NOTHING, Basis, Input, Words, basis
from gateway.rules.law import Application, Question
from gateway.rules.retirement import (
    RETIREMENT_AGES,
    RETIREMENT_CATEGORIES,
    RetirementAges,
    retirement_month,
    years_and_months,
)


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may take up an insurance for themselves.

    `min_age`, `max_age`: full years, the first allowed and the first not allowed. `until_retirement`: not from the
    statutory retirement age on. `not_with`: insurances that exclude this one. `words`: the reason shown when it is
    not open at all.
    """

    open_to_individuals: bool
    min_age: int | None = None
    max_age: int | None = None
    until_retirement: bool = False
    not_with: tuple[Insurance, ...] = ()
    words: Words = NOTHING


@dataclass(frozen=True, slots=True)
class Dependency:
    """Insurances without which this one cannot be taken up; `held` ones count."""

    needs: tuple[Insurance, ...]


ELIGIBILITY = Parameter("eligibility", Eligibility)
DEPENDENCY = Parameter("dependency", Dependency)


@dataclass(frozen=True, slots=True)
class Eligible:
    """The finding that somebody may enrol, with what it rests on."""

    inputs: tuple[Input, ...]
    basis: Basis
    explanation: Words


def check_open(question: Question) -> None:
    """Refuse, before any place is looked for, what nobody can take up for themselves: GatewayError `not_eligible`."""
    found = question.look(ELIGIBILITY)
    if found is not None and not found.content.open_to_individuals:
        raise _refusal(question, found.content.words)


def check_eligibility(question: Question, application: Application) -> Eligible:
    """Whether the person may enrol; GatewayError `not_eligible` with the reason, `depends_on`, `parameter_missing`.

    Ages are those on the first day of participation. Sources stand with the values (mappings/rules/eligibility.yaml).
    """
    found = question.find(ELIGIBILITY)
    rule = found.content
    check_open(question)
    _check_exclusions(question, application, rule)
    founds: list[Found[Dependency] | Found[Eligibility] | Found[RetirementAges]] = [found]
    dependency = _check_dependency(question, application)
    if dependency:
        founds.append(dependency)
    if rule.min_age is None and rule.max_age is None and not rule.until_retirement:
        return _eligible((), founds)
    birth = _birth(question, application)
    _check_years(question, rule, birth)
    if rule.until_retirement:
        founds.append(_check_retirement(question, application, birth))
    inputs = (
        Input("birth_month", str(Month.of(birth)), "claimed"),
        Input("sex", {True: "male", False: "female", None: "unknown"}[application.male], "claimed"),
    )
    return _eligible(inputs, founds)


def _eligible(
    inputs: tuple[Input, ...], founds: list[Found[Dependency] | Found[Eligibility] | Found[RetirementAges]]
) -> Eligible:
    rests = basis(*founds)
    return Eligible(inputs, rests, Words("符合参保条件。", "Eligible.") + rests.text)


def _check_exclusions(question: Question, application: Application, rule: Eligibility) -> None:
    excluded = [other for other in rule.not_with if other in application.insurances or other in application.held]
    if excluded:
        other = excluded[0].value
        raise _refusal(question, Words(f"不能与 {other} 同时参加。", f"it cannot be held together with {other}."))


def _check_dependency(question: Question, application: Application) -> Found[Dependency] | None:
    found = question.look(DEPENDENCY)
    if found is None:
        return None
    missing = [
        each for each in found.content.needs if each not in application.insurances and each not in application.held
    ]
    if missing:
        raise GatewayError(
            "depends_on",
            insurance=question.insurance.value,
            other=missing[0].value,
            region=question.place,
            citation=_both(basis(found).citations[0].text),
        )
    return found


def _birth(question: Question, application: Application) -> date:
    if application.birth is None:
        raise _refusal(question, Words("证件号码未载明出生日期。", "the identity number does not tell the birth date."))
    return application.birth


def _check_years(question: Question, rule: Eligibility, birth: date) -> None:
    if rule.min_age is not None and question.on < _birthday(birth, rule.min_age):
        age = rule.min_age
        raise _refusal(
            question, Words(f"参保起始日未满 {age} 周岁。", f"younger than {age} on the first day of cover.")
        )
    if rule.max_age is not None and question.on >= _birthday(birth, rule.max_age):
        age = rule.max_age
        raise _refusal(question, Words(f"参保起始日已满 {age} 周岁。", f"already {age} on the first day of cover."))


def _check_retirement(question: Question, application: Application, birth: date) -> Found[RetirementAges]:
    table = question.find(RETIREMENT_AGES)
    categories = question.find(RETIREMENT_CATEGORIES).content.of(application.male)
    starts = Month.of(question.on)
    ages = [table.content.of(category) for category in categories]
    reached = [starts >= retirement_month(age, birth) for age in ages]
    if any(reached) and not all(reached):
        raise _refusal(
            question,
            Words(
                "证件号码未载明性别，无法判定法定退休年龄。",
                "the identity number does not tell the sex that the retirement age depends on.",
            ),
        )
    if any(reached):
        years, months = years_and_months(max(age.at_birth(Month.of(birth)) for age in ages))
        raise _refusal(
            question,
            Words(
                f"参保起始月已达法定退休年龄（{years} 岁 {months} 个月）。",
                f"the statutory retirement age ({years} years {months} months) is reached by the first month.",
            ),
        )
    return table


def _birthday(birth: date, years: int) -> date:
    month = Month.of(birth) + years * MONTHS_PER_YEAR
    # Born on 29 February: in a common year the age is reached on 1 March, once February has passed.
    return month.first_day.replace(day=birth.day) if birth.day <= month.last_day.day else (month + 1).first_day


def _refusal(question: Question, reason: Words) -> GatewayError:
    return GatewayError("not_eligible", insurance=question.insurance.value, reason=_both(reason))


def _both(words: Words) -> str:
    """What a text of the catalogue is filled with: both languages; each doorway tells its caller the one it reads."""
    return f"{words.zh} / {words.en}"
