"""Who does what, as dated data: who assesses a levy, and who tells the province that it was paid."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.rules.dated import Found, Parameter
from gateway.rules.explained import Words
from gateway.rules.law import Question


class Assessor(StrEnum):
    """Who assesses (design section 7): the agency, the payer at the tax bureau through us, or we by name."""

    AGENCY = "agency"
    PAYER_AT_TAX = "payer_at_tax"
    GATEWAY = "gateway"


class Teller(StrEnum):
    """Who tells the province of a payment."""

    GATEWAY = "gateway"
    TAX = "tax"


@dataclass(frozen=True, slots=True)
class Assessing:
    """Who assesses the levy of one insurance and payer kind in a region."""

    who: Assessor


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells the province there of a payment; where tax tells it, we check by asking, never tell again."""

    who: Teller


ASSESSING = Parameter("assessor", Assessing)
TELLING = Parameter("payment_told_by", Telling)


_ASSESSES = {
    Assessor.AGENCY: Words("应征由经办机构核定", "The agency assesses the levy"),
    Assessor.PAYER_AT_TAX: Words("应征由缴费人向税务机关申报", "The payer declares the levy at the tax bureau"),
    Assessor.GATEWAY: Words("应征由本网关申报", "The gateway declares the levy"),
}
_TELLS = {
    Teller.GATEWAY: Words("缴费到账由本网关告知省级系统。", "the gateway tells the province of the payment."),
    Teller.TAX: Words("缴费到账由税务机关告知省级系统。", "the tax bureau tells the province of the payment."),
}


def in_words(assessor: Assessor, teller: Teller) -> Words:
    """Who does what, as it is explained to whoever asks."""
    does, tells = _ASSESSES[assessor], _TELLS[teller]
    return Words(f"{does.zh}，{tells.zh}", f"{does.en}; {tells.en}")


def who_assesses(question: Question) -> Found[Assessing]:
    """Who assesses, with its citation."""
    return question.find(ASSESSING)


def who_tells_province(question: Question) -> Found[Telling]:
    """Who tells the province of a payment, with its citation."""
    return question.find(TELLING)
