"""What callers send beside an enrolment."""

from dataclasses import dataclass
from typing import Annotated

from gateway.model.codes import IdType, Insurance, RefundOrigin, RefundRoute, RefundVerdict
from gateway.model.fields import IdNumber, Reason
from gateway.model.identifiers import normalise
from gateway.model.person import Identity
from gateway.model.shape import Doc, Text
from gateway.model.values import Month


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Take an enrolment back (撤销申请)."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Supply:
    """Complete an application that its agency returned once for more material (补正)."""

    insurance: Annotated[Insurance, Doc("Insurance whose application was returned.", "险种")]
    material: Annotated[str, Text(max=500), Doc("What is supplied in completion.", "补正说明")]


@dataclass(frozen=True, slots=True)
class RefundDecision:
    """Decide a refund, or say that its money went back (退费审核)."""

    verdict: Annotated[RefundVerdict, Doc("What is decided.", "审核意见")]
    reason: Reason
    route: Annotated[RefundRoute | None, Doc("The way on which the money goes back; with a grant.", "退费渠道")] = None


@dataclass(frozen=True, slots=True)
class RefundClaim:
    """Open a refund for a payment, whole or for some of its months (退费申请)."""

    insurance: Annotated[Insurance, Doc("Insurance whose payment goes back.", "险种")]
    origin: Annotated[RefundOrigin, Doc("Why it goes back.", "退费原因")]
    reason: Reason
    first: Annotated[Month | None, Doc("First month; the first one paid unless given.", "退费所属期起")] = None
    last: Annotated[Month | None, Doc("Last month; the last one paid unless given.", "退费所属期止")] = None


@dataclass(frozen=True, slots=True)
class PaymentCorrection:
    """Have a payment that we deducted booked in the adjustment period, or out of it (更正)."""

    insurance: Annotated[Insurance, Doc("Insurance whose payment is corrected.", "险种")]
    adjustment: Annotated[bool, Doc("Booked in the adjustment period.", "整理期标志")]
    reason: Reason


@dataclass(frozen=True, slots=True)
class WorkerSearch:
    """Ask for the handle of a worker by identity number (查询人员句柄)."""

    id_type: Annotated[IdType, Doc("Kind of identity document.", "证件类型")]
    id_number: IdNumber

    def __post_init__(self) -> None:
        object.__setattr__(self, "id_number", normalise(self.id_type, self.id_number))

    @property
    def identity(self) -> Identity:
        """The number alone: a search needs no name."""
        return Identity(self.id_type, self.id_number, "")
