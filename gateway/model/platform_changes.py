"""What a platform asks for after an enrolment: changes of a registration, and of what is on record of a worker."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import EndCause, IdType, Insurance
from gateway.model.fields import IdNumber, Mobile, PersonName, Reason
from gateway.model.identifiers import normalise
from gateway.model.names import standard
from gateway.model.person import Consent, Identity
from gateway.model.platform import Contribution
from gateway.model.province_changes import Address, PostalCode
from gateway.model.shape import Doc, Text
from gateway.model.values import Month, Region

Concerned = Annotated[Insurance, Doc("Insurance of the enrolment that changes.", "险种")]
Evidence = Annotated[str, Text(max=200), Doc("What proves it, by name and number.", "证明材料")]


@dataclass(frozen=True, slots=True)
class Suspension:
    """Pay no more months for now; the registration stands (暂停缴费申请)."""

    insurance: Concerned
    first: Annotated[Month, Doc("First month that is not paid.", "停缴起始月")]
    reason: Reason
    consent: Consent


@dataclass(frozen=True, slots=True)
class Resumption:
    """Pay again under the registration that stands (恢复缴费申请)."""

    insurance: Concerned
    first: Annotated[Month, Doc("First month that is paid again.", "续缴起始月")]
    contribution: Contribution
    consent: Consent


@dataclass(frozen=True, slots=True)
class Ending:
    """End the participation with a month (终止参保申请)."""

    insurance: Concerned
    last: Annotated[Month, Doc("Last month of participation.", "参保终止月")]
    cause: Annotated[EndCause, Doc("Why it ends.", "终止原因")]
    consent: Consent
    remark: Annotated[str | None, Text(max=200), Doc("What the cause does not say.", "备注")] = None


@dataclass(frozen=True, slots=True)
class Details:
    """Details of the worker as they are now; what is absent stays (人员信息变更申请)."""

    consent: Consent
    mobile: Mobile | None = None
    address: Address | None = None
    postal_code: PostalCode | None = None
    registered_region: Annotated[Region | None, Doc("Where the worker is registered now.", "户籍地")] = None


@dataclass(frozen=True, slots=True)
class Correction:
    """The worker's number, name or document as it is right (身份信息更正申请)."""

    id_type: Annotated[IdType, Doc("Kind of identity document.", "证件类型")]
    id_number: IdNumber
    name: PersonName
    evidence: Evidence
    consent: Consent

    def __post_init__(self) -> None:
        object.__setattr__(self, "id_number", normalise(self.id_type, self.id_number))
        object.__setattr__(self, "name", standard(self.name))

    @property
    def identity(self) -> Identity:
        """The worker as every party is to know them."""
        return Identity(self.id_type, self.id_number, self.name)


@dataclass(frozen=True, slots=True)
class Death:
    """The worker has died (死亡申报)."""

    died_on: Annotated[date, Doc("Day of death.", "死亡日期")]
    evidence: Evidence
