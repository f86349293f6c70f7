"""Money that goes back or is asked for again, as dated data: refunds, reversals, and what a late base costs."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from gateway.errors import GatewayError
from gateway.model.codes import RefundOrigin, RefundRoute
from gateway.model.values import Month
from gateway.rules.dated import Found, Parameter
from gateway.rules.due import day_of
from gateway.rules.law import Question
from gateway.rules.workdays import Moved


@dataclass(frozen=True, slots=True)
class Refunding:
    """How a refund of one origin is decided and paid. `decides`: who looks at it, in order.

    `shares`: to whom a share goes back, its `payer` or the `worker`; `undoes`: what of the record goes with the money.
    """

    decides: tuple[Literal["tax", "agency"], ...]
    routes: tuple[RefundRoute, ...]
    shares: Literal["payer", "worker"] = "payer"
    undoes: tuple[Literal["contribution", "cover"], ...] = ()

    def __post_init__(self) -> None:
        if not self.decides or not self.routes:
            raise ValueError("decides and routes each need an entry")


@dataclass(frozen=True, slots=True)
class Reversing:
    """What a reversal after booking leaves: whether the levy is payable again, and whether its cover stays."""

    payable: bool
    cover: Literal["falls", "stays"]


@dataclass(frozen=True, slots=True)
class ToppingUp:
    """The due date of a difference by a late base: a `fixed` day, or day `day` `offset` months after its publication.

    `late_fee`: whether one is due although the base was not known; without, none is asked for until that day.
    """

    late_fee: bool
    fixed: date | None = None
    day: int = 31
    offset: int | None = None
    moved: Moved = "stays"

    def __post_init__(self) -> None:
        if (self.fixed is None) == (self.offset is None):
            raise ValueError("give exactly one of fixed, offset")


@dataclass(frozen=True, slots=True)
class OverlapEnding:
    """What becomes of payments for months after the end of the cover that is given up (先转后清): refunded, or kept."""

    refund: Literal["paid_months", "none"]


REFUND = Parameter("refund", Refunding)
REVERSAL = Parameter("reversal", Reversing)
TOP_UP = Parameter("top_up", ToppingUp)
OVERLAP_END = Parameter("overlap_end", OverlapEnding)


def refunding(question: Question, origin: RefundOrigin) -> Found[Refunding]:
    """How a refund of `origin` is decided; GatewayError `parameter_missing`."""
    return question.find(REFUND, subject=origin.value)


def check_route(question: Question, origin: RefundOrigin, route: RefundRoute) -> Found[Refunding]:
    """As `refunding`; GatewayError `refund_undecided` where the rule does not know the route."""
    found = refunding(question, origin)
    if route not in found.content.routes:
        allowed = ", ".join(each.value for each in found.content.routes)
        place = question.place
        raise GatewayError("refund_undecided", origin=origin.value, route=route.value, region=place, allowed=allowed)
    return found


def top_up_due(question: Question, today: date) -> tuple[date, Found[ToppingUp]]:
    """The last day to pay a difference that came to be known on `today`; GatewayError `parameter_missing`."""
    found = question.find(TOP_UP)
    rule = found.content
    day = rule.fixed or day_of(Month.of(today) + (rule.offset or 0), rule.day)
    return question.law.calendar.moved(max(day, today), rule.moved), found
