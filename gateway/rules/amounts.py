"""What is to be paid: the components of one month, and of all months that a payment cycle covers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from gateway.errors import GatewayError
from gateway.model.codes import Cycle, Insurance, Payer
from gateway.model.platform import Contribution
from gateway.model.values import MONTHS_PER_YEAR, Money, Month
from gateway.rules.base import Base, contribution_base
from gateway.rules.dated import Found, Parameter
from gateway.rules.due import Due, due_date
from gateway.rules.explained import Basis, Citation, Words, basis, cite
from gateway.rules.law import Question
from gateway.rules.rounding import Rounding, rounded

_REMEMBERED = 8192


@dataclass(frozen=True, slots=True)
class Part:
    """One component: a `rate` of the base, or yuan per month or year; who pays it, and how a month is rounded."""

    name: str
    payer: Payer
    rounding: Rounding
    rate: Decimal | None = None
    monthly: Decimal | None = None
    yearly: Decimal | None = None

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.rate, self.monthly, self.yearly)) != 1:
            raise ValueError(f"component {self.name}: give exactly one of rate, monthly, yearly")

    def amount(self, base: Money) -> Money:
        """The amount of one month, rounded as the data says."""
        if self.rate is not None:
            return Money.from_yuan(rounded(base.yuan * self.rate, self.rounding))
        yuan = self.monthly if self.monthly is not None else (self.yearly or Decimal(0)) / MONTHS_PER_YEAR
        return Money.from_yuan(rounded(yuan, self.rounding))

    @property
    def words(self) -> Words:
        """How the component is reckoned."""
        if self.rate is not None:
            percent = (self.rate * 100).normalize()
            return Words(f"基数 × {percent:f}%", f"{percent:f}% of the base")
        if self.monthly is not None:
            return Words("每月定额", "fixed per month")
        return Words(f"每年 {self.yearly} 元 ÷ 12", f"{self.yearly} a year / 12")


@dataclass(frozen=True, slots=True)
class Parts:
    """The components of an insurance; the month's amount is their sum."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Cycles:
    """How often may be paid."""

    offered: tuple[Cycle, ...]


PARTS = Parameter("components", Parts)
CYCLES = Parameter("cycles", Cycles)


@dataclass(frozen=True, slots=True)
class Share:
    """One component, what is to be paid of it by whom, and where that comes from."""

    name: str
    payer: Payer
    amount: Money
    citation: Citation


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """What one month costs, with its base."""

    month: Month
    base: Base
    shares: tuple[Share, ...]
    found: Found[Parts]

    @property
    def amount(self) -> Money:
        """The sum of the shares."""
        return total(share.amount for share in self.shares)


@dataclass(frozen=True, slots=True)
class Preview:
    """The levy that an enrolment leads to. `base` and `monthly` are the first month's; `months` lists each."""

    insurance: Insurance
    base: Money
    components: tuple[Share, ...]
    monthly: Money
    months: tuple[MonthAmount, ...]
    first: Month
    last: Month
    total: Money
    due: date
    due_certain: bool
    basis: Basis
    explanation: Words

    @property
    def provisional(self) -> bool:
        """Whether any value behind it is only carried on."""
        return self.basis.provisional

    @property
    def invented(self) -> bool:
        """Whether any value behind it was made up."""
        return self.basis.invented

    def share_of(self, payer: Payer) -> Money:
        """What one payer pays of the total."""
        return total(share.amount for share in self.components if share.payer is payer)


def total(amounts: Iterable[Money]) -> Money:
    """The sum of amounts."""
    return Money(sum(amount.fen for amount in amounts))


def month_amount(question: Question, month: Month, asked: Contribution) -> MonthAmount:
    """What `month` costs by the values in force on its first day."""
    there = Question(question.law, question.insurance, question.region, month.first_day, question.payer_kind)
    base = contribution_base(there, asked)
    found = there.find(PARTS)
    citation = cite(found)
    shares = tuple(Share(part.name, part.payer, part.amount(base.amount), citation) for part in found.content.parts)
    return MonthAmount(month, base, shares, found)


def last_month(start: Month, cycle: Cycle) -> Month:
    """The last month that a first payment covers: the end of the calendar period that `start` lies in."""
    return start + (cycle.months - 1 - (start.number - 1) % cycle.months)


def check_cycle(question: Question, cycle: Cycle) -> Found[Cycles]:
    """The cycles on offer; GatewayError `cycle_not_offered` where the one asked for is not among them."""
    found = question.find(CYCLES)
    if cycle not in found.content.offered:
        raise GatewayError(
            "cycle_not_offered",
            cycle=cycle.value,
            insurance=question.insurance.value,
            region=question.place,
            offered=", ".join(each.value for each in found.content.offered),
        )
    return found


@lru_cache(maxsize=_REMEMBERED)
def preview(question: Question, start: Month, asked: Contribution, today: date) -> Preview:
    """The levy for the first cycle from `start` on. Many people ask the same on one day, so answers are remembered.

    GatewayError `cycle_not_offered`, `grade_not_offered`, `wage_needed`, `parameter_missing`.
    """
    last = last_month(start, asked.cycle)
    months = tuple(month_amount(question, start + n, asked) for n in range(last - start + 1))
    cycles = check_cycle(question, asked.cycle)
    due = due_date(question, start, last, today)
    rests = basis(
        *dict.fromkeys((cycles, *(found for each in months for found in (*each.base.founds, each.found)), due.found))
    )
    whole = total(each.amount for each in months)
    return Preview(
        insurance=question.insurance,
        base=months[0].base.amount,
        components=_summed(months),
        monthly=months[0].amount,
        months=months,
        first=start,
        last=last,
        total=whole,
        due=due.day,
        due_certain=due.certain,
        basis=rests,
        explanation=_explained(months, whole, due) + rests.text,
    )


def _summed(months: Sequence[MonthAmount]) -> tuple[Share, ...]:
    """Each component over all months; where a new value begins within them, the last one is cited."""
    sums: dict[tuple[str, Payer], Share] = {}
    for share in (share for each in months for share in each.shares):
        key = share.name, share.payer
        before = sums.get(key)
        amount = share.amount + before.amount if before else share.amount
        sums[key] = Share(share.name, share.payer, amount, share.citation)
    return tuple(sums.values())


def _explained(months: Sequence[MonthAmount], whole: Money, due: Due) -> Words:
    said = Words("", "")
    for n, each in enumerate(months):
        if n == 0 or (each.base.amount, each.shares) != (months[n - 1].base.amount, months[n - 1].shares):
            said += _month_explained(each)
    first, last = months[0].month, months[-1].month
    said += Words(
        f"{first} 至 {last} 共 {len(months)} 个月，合计 {whole} 元。",
        f"{first} to {last}, {len(months)} month(s): {whole} yuan.",
    )
    return said + due.explanation


def _month_explained(each: MonthAmount) -> Words:
    pairs = list(zip(each.found.content.parts, each.shares, strict=True))
    zh = "，".join(f"{part.name}：{part.words.zh} = {share.amount} 元" for part, share in pairs)
    en = ", ".join(f"{part.name}: {part.words.en} = {share.amount}" for part, share in pairs)
    return each.base.explanation + Words(f"自 {each.month} 起每月：{zh}。", f"Each month from {each.month}: {en}.")
