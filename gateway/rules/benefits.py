"""Benefits whose formula is published: the old-age pension and the lump sum at death by injury."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from gateway.model.values import Money
from gateway.rules.dated import Parameter
from gateway.rules.rounding import Rounding, rounded


@dataclass(frozen=True, slots=True)
class PensionFormula:
    """`per_year`: accrual per year paid. `divisors`: months over which the account is paid, by age in years."""

    per_year: Decimal
    divisors: Mapping[str, Decimal]
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class DeathGrant:
    """Multiple of the previous year's national disposable income per head of urban residents."""

    multiple: Decimal
    rounding: Rounding


@dataclass(frozen=True, slots=True)
class DisposableIncome:
    """The previous year's national urban disposable income per head, yuan a year, for use in the year of validity."""

    yearly: Decimal


PENSION_FORMULA = Parameter("pension_formula", PensionFormula)
DEATH_GRANT = Parameter("death_grant", DeathGrant)
DISPOSABLE_INCOME = Parameter("disposable_income", DisposableIncome)


@dataclass(frozen=True, slots=True)
class Record:
    """What a pension is reckoned from: reckoning base, average index, years paid, account balance, age in years."""

    base: Money
    index: Decimal
    years: Decimal
    account: Money
    age: int


def monthly_pension(formula: PensionFormula, record: Record) -> tuple[Money, Money]:
    """Basic and account part of the monthly pension (国发〔2005〕38号); KeyError for an age without a divisor."""
    basic = record.base.yuan * (1 + record.index) / 2 * record.years * formula.per_year
    account = record.account.yuan / formula.divisors[str(record.age)]
    return (
        Money.from_yuan(rounded(basic, formula.rounding)),
        Money.from_yuan(rounded(account, formula.rounding)),
    )


def death_grant(rule: DeathGrant, income: DisposableIncome) -> Money:
    """The one-off grant at death (facts 1.11)."""
    return Money.from_yuan(rounded(rule.multiple * income.yearly, rule.rounding))
