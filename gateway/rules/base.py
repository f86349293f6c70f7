"""The contribution base: a grade of the reference wage within bounds, or a bound where only bounds are known."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from gateway.errors import GatewayError
from gateway.model.platform import Contribution
from gateway.model.values import ZERO, Money
from gateway.rules.dated import Found, Parameter
from gateway.rules.explained import Words
from gateway.rules.law import Question
from gateway.rules.rounding import Rounding, rounded

_PERCENT = Decimal(100)


@dataclass(frozen=True, slots=True)
class ReferenceWage:
    """The monthly average wage that grades refer to, in yuan."""

    monthly: Decimal


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lowest and highest monthly base in yuan, and the grades that they stand for where no reference wage is known."""

    lower: Decimal
    upper: Decimal
    lower_grade: int | None = None
    upper_grade: int | None = None

    def __post_init__(self) -> None:
        if self.lower > self.upper:
            raise ValueError(f"the lower bound {self.lower} lies above the upper bound {self.upper}")


@dataclass(frozen=True, slots=True)
class BaseRule:
    """`graded`: grade x reference wage, clamped. `none`: the amount depends on no base."""

    method: Literal["graded", "none"]
    rounding: Rounding = Rounding.HALF_UP_FEN


@dataclass(frozen=True, slots=True)
class Grades:
    """Grades on offer in percent: a list, or every whole percent from `lowest` to `highest`."""

    offered: tuple[int, ...] = ()
    lowest: int | None = None
    highest: int | None = None

    def __contains__(self, grade: int) -> bool:
        if self.lowest is None or self.highest is None:
            return grade in self.offered
        return self.lowest <= grade <= self.highest

    def __str__(self) -> str:
        if self.lowest is None or self.highest is None:
            return ", ".join(str(each) for each in self.offered)
        return f"{self.lowest}-{self.highest}"


REFERENCE_WAGE = Parameter("reference_wage", ReferenceWage)
BASE_BOUNDS = Parameter("base_bounds", Bounds)
BASE_RULE = Parameter("base_rule", BaseRule)
GRADES = Parameter("grades", Grades)


@dataclass(frozen=True, slots=True)
class Base:
    """A monthly base with what it was made from."""

    amount: Money
    founds: tuple[Found[Any], ...]
    explanation: Words


def contribution_base(question: Question, asked: Contribution) -> Base:
    """The monthly base in force on `question.on`.

    GatewayError `grade_not_offered`, `wage_needed` (only bounds are known and the grade is neither of theirs),
    `parameter_missing`.
    """
    rule = question.find(BASE_RULE)
    if rule.content.method == "none":
        return Base(ZERO, (rule,), Words("费额与缴费基数无关。", "The amount depends on no base."))
    grades = _offered(question, asked.grade)
    bounds = question.find(BASE_BOUNDS)
    wage = question.look(REFERENCE_WAGE)
    if wage is None:
        yuan, said = _by_bounds(question, asked, bounds.content)
    else:
        yuan = wage.content.monthly * asked.grade / _PERCENT
        said = Words(
            f"参考工资 {wage.content.monthly} 元 × {asked.grade}%",
            f"reference wage {wage.content.monthly} x {asked.grade}%",
        )
    clamped = min(max(rounded(yuan, rule.content.rounding), bounds.content.lower), bounds.content.upper)
    base = Money.from_yuan(clamped)
    founds = tuple(each for each in (rule, grades, bounds, wage) if each is not None)
    return Base(base, founds, _explained(base, said, bounds.content))


def _offered(question: Question, grade: int) -> Found[Grades]:
    found = question.find(GRADES)
    if grade not in found.content:
        raise GatewayError("grade_not_offered", grade=str(grade), region=question.place, offered=str(found.content))
    return found


def _by_bounds(question: Question, asked: Contribution, bounds: Bounds) -> tuple[Decimal, Words]:
    if asked.grade == bounds.lower_grade:
        return bounds.lower, Words("参考工资未公布，取下限", "no reference wage is published, so the lower bound")
    if asked.grade == bounds.upper_grade:
        return bounds.upper, Words("参考工资未公布，取上限", "no reference wage is published, so the upper bound")
    if asked.wage is None:
        raise GatewayError("wage_needed", grade=str(asked.grade), region=question.place)
    return asked.wage.yuan, Words(f"申报月收入 {asked.wage} 元", f"declared monthly wage {asked.wage}")


def _explained(base: Money, said: Words, bounds: Bounds) -> Words:
    return Words(
        f"月缴费基数 {base} 元（{said.zh}，限 {bounds.lower}～{bounds.upper} 元）。",
        f"Monthly base {base} yuan ({said.en}, within {bounds.lower} to {bounds.upper}).",
    )
