"""Messages between the gateway and platforms."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from gateway.model.codes import CaseStatus, Choice, Cycle, IdType, Insurance
from gateway.model.fields import Grade, IdNumber, Mobile, Number, PersonName
from gateway.model.identifiers import normalise
from gateway.model.names import standard
from gateway.model.person import Consent, Identity
from gateway.model.shape import PERSONAL, Doc, Text
from gateway.model.values import Money, Month, Region


@dataclass(frozen=True, slots=True)
class Worker:
    """The worker as the platform knows them. The number is in canonical form by construction."""

    id_type: Annotated[IdType, Doc("Kind of identity document.", "证件类型")]
    id_number: IdNumber
    name: PersonName
    mobile: Mobile

    def __post_init__(self) -> None:
        object.__setattr__(self, "id_number", normalise(self.id_type, self.id_number))
        object.__setattr__(self, "name", standard(self.name))

    @property
    def identity(self) -> Identity:
        """The worker as every other party knows them."""
        return Identity(self.id_type, self.id_number, self.name)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The worker's agreement that contributions are deducted from an account (委托扣款协议)."""

    protocol: Annotated[Number, Doc("Number of the agreement to deduct.", "协议书号")]
    bank: Annotated[str, Text(max=14), Doc("Bank of the payer.", "付款行号")]
    account: Annotated[str, Text(max=40), PERSONAL, Doc("Number of a bank account.", "银行账号")]


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much and how often the worker wants to pay."""

    grade: Grade
    cycle: Annotated[Cycle, Doc("How often is paid.", "缴费周期")]
    wage: Annotated[Money | None, Doc("Own monthly wage, where the place needs one to set the base.", "月收入")] = None
    agreement: Annotated[
        Agreement | None, Doc("Where contributions are deducted through the treasury network.", "委托扣款协议")
    ] = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Ask to enrol one worker (参保申请). The list of insurances is the worker's own choice."""

    worker: Worker
    insurance: Annotated[tuple[Insurance, ...], Doc("Insurances to enrol in.", "险种")]
    choice: Annotated[Choice, Doc("At the place of work or of registration.", "参保地选择")]
    workplace_region: Annotated[Region, Doc("Where the worker works.", "就业地")]
    registered_region: Annotated[Region, Doc("Where the worker is registered.", "户籍地")]
    contribution: Contribution
    start: Annotated[Month, Doc("First month of participation.", "参保起始月")]
    consent: Consent


@dataclass(frozen=True, slots=True)
class ItemStatus:
    """One insurance of a case and where it stands."""

    insurance: Insurance
    status: CaseStatus


@dataclass(frozen=True, slots=True)
class CaseChanged:
    """Something happened to a case (业务件变更). Sent to the platform as a webhook, in order per case."""

    case: Annotated[str, Text(max=40), Doc("The case.", "业务件")]
    worker: Annotated[str, Text(max=40), Doc("Opaque handle of the worker.", "人员句柄")]
    status: CaseStatus
    items: tuple[ItemStatus, ...]
    event: Annotated[str, Text(max=60), Doc("What happened.", "事件")]
    at: Annotated[datetime, Doc("When it happened.", "时间")]
