"""Statutory retirement age by category and birth month, as dated tables give it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.model.values import MONTHS_PER_YEAR, Month
from gateway.rules.dated import Parameter

Category = Literal["men", "women_55", "women_50"]


@dataclass(frozen=True, slots=True)
class Age:
    """The age of one category, in months, and its postponement.

    One month is added for every `every` months of birth from the month of `postponed_from` on, up to the age `until`.
    """

    months: int
    postponed_from: date | None = None
    every: int = 1
    until: int | None = None

    def __post_init__(self) -> None:
        if self.postponed_from is not None and (self.until is None or self.until < self.months or self.every < 1):
            raise ValueError("a postponement needs `until` (not below `months`) and `every` of at least 1")

    def at_birth(self, birth: Month) -> int:
        """The statutory retirement age in months of somebody born in `birth`."""
        if self.postponed_from is None or self.until is None or birth < Month.of(self.postponed_from):
            return self.months
        return min(self.months + (birth - Month.of(self.postponed_from)) // self.every + 1, self.until)


@dataclass(frozen=True, slots=True)
class RetirementAges:
    """The table of one period."""

    men: Age
    women_55: Age
    women_50: Age

    def of(self, category: Category) -> Age:
        """The age of one category."""
        return {"men": self.men, "women_55": self.women_55, "women_50": self.women_50}[category]


@dataclass(frozen=True, slots=True)
class RetirementCategories:
    """Which category people who pay for themselves are treated as, by sex."""

    men: Category
    women: Category

    def of(self, male: bool | None) -> frozenset[Category]:  # noqa: FBT001 - the identity number's own three states
        """The category, or both where the document does not tell the sex."""
        if male is None:
            return frozenset({self.men, self.women})
        return frozenset({self.men if male else self.women})


RETIREMENT_AGES = Parameter("retirement_age", RetirementAges)
RETIREMENT_CATEGORIES = Parameter("retirement_category", RetirementCategories)


def retirement_month(age: Age, birth: date) -> Month:
    """The month in which somebody born on `birth` reaches the statutory age."""
    month = Month.of(birth)
    return month + age.at_birth(month)


def years_and_months(months: int) -> tuple[int, int]:
    """An age in months as people say it."""
    return divmod(months, MONTHS_PER_YEAR)
