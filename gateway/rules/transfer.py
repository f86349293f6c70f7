"""Transfer of a pension relation: which place pays, and what money moves (国办发〔2009〕66号)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.model.values import Money
from gateway.rules.dated import Parameter
from gateway.rules.rounding import Rounding, rounded


@dataclass(frozen=True, slots=True)
class PayingPlace:
    """Months of contributions that make a place the paying one."""

    months: int


@dataclass(frozen=True, slots=True)
class AccountSplit:
    """Shares of the base that go to the personal account and to the pooled fund, and how their sums are rounded."""

    personal: Decimal
    pooled: Decimal
    rounding: Rounding = Rounding.HALF_UP_FEN


PAYING_PLACE = Parameter("paying_place", PayingPlace)
ACCOUNT_SPLIT = Parameter("account_split", AccountSplit)


@dataclass(frozen=True, slots=True)
class Stay:
    """Months of contributions in one province, in order of time. Temporary accounts never make a place pay."""

    province: str
    months: int
    temporary: bool = False


@dataclass(frozen=True, slots=True)
class Paying:
    """The province that pays, and the step of the rule (1 to 4) that decided it."""

    province: str
    step: int


def paying_place(rule: PayingPlace, registered: str, stays: Sequence[Stay]) -> Paying:
    """Which province pays the pension of somebody registered in `registered` whose relation is in the last stay.

    Facts 4.1: the place of registration if the relation is there; else the relation's place with enough years; else
    the last earlier place with enough; else everything is gathered to the place of registration.
    """
    if not stays or stays[-1].province == registered:
        return Paying(registered, 1)
    months: dict[str, int] = {}
    for stay in stays:
        months[stay.province] = months.get(stay.province, 0) + (0 if stay.temporary else stay.months)
    if months[stays[-1].province] >= rule.months:
        return Paying(stays[-1].province, 2)
    for stay in reversed(stays):
        if months[stay.province] >= rule.months:
            return Paying(stay.province, 3)
    return Paying(registered, 4)


def moved_money(split: AccountSplit, bases: Sequence[tuple[Money, int]]) -> tuple[Money, Money]:
    """Personal and pooled principal that move for (monthly base, months) pairs, without interest (facts 4.3)."""
    yuan = sum((base.yuan * months for base, months in bases), Decimal(0))
    personal, pooled = (rounded(yuan * share, split.rounding) for share in (split.personal, split.pooled))
    return Money.from_yuan(personal), Money.from_yuan(pooled)
