"""What changes after a worker is enrolled. Each is answered by EnrolmentDecided, at once or received and decided later.

`person_number`: the region's own number, filled in where the gateway knows it; a region that identifies people by
nothing else cannot be told without it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from gateway.model.codes import Cycle, EndCause, Insurance
from gateway.model.fields import Grade, Mobile, Number, PersonNumber, Reason, Reference
from gateway.model.person import Consent, Identity
from gateway.model.shape import PERSONAL, Doc, Text
from gateway.model.values import Money, Month, Region

Concerned = Annotated[Insurance, Doc("Insurance concerned.", "险种")]
RegistrationNumber = Annotated[Number, Doc("The region's number of the registration.", "参保登记号")]
Address = Annotated[str, Text(max=100), PERSONAL, Doc("Postal address.", "通讯地址")]
PostalCode = Annotated[
    str, Text(max=6, min=6, pattern="[0-9]{6}", form="6 digits"), PERSONAL, Doc("Postal code.", "邮政编码")
]


@dataclass(frozen=True, slots=True)
class ChangeDetails:
    """Details of a person on record are now these; what is absent stays (参保人员信息变更)."""

    reference: Reference
    person: Identity
    consent: Consent
    person_number: PersonNumber | None = None
    mobile: Mobile | None = None
    address: Address | None = None
    postal_code: PostalCode | None = None
    registered_region: Annotated[Region | None, Doc("Where the worker is registered now.", "户籍地")] = None


@dataclass(frozen=True, slots=True)
class CorrectIdentity:
    """A person is on record under a wrong number, name or kind of document (身份信息更正). Both stay known to us."""

    reference: Reference
    person: Annotated[Identity, Doc("As the region has it on record.", "更正前")]
    corrected: Annotated[Identity, Doc("As it is right.", "更正后")]
    evidence: Annotated[str, Text(max=200), Doc("What proves it, by name and number.", "证明材料")]
    consent: Consent
    person_number: PersonNumber | None = None


@dataclass(frozen=True, slots=True)
class SuspendEnrolment:
    """Pay no more months for now; the registration stands (暂停缴费)."""

    reference: Reference
    person: Identity
    insurance: Concerned
    first: Annotated[Month, Doc("First month that is not paid.", "停缴起始月")]
    reason: Reason
    consent: Consent
    person_number: PersonNumber | None = None
    registration_number: RegistrationNumber | None = None


@dataclass(frozen=True, slots=True)
class ResumeEnrolment:
    """Pay again under the registration that stands (恢复缴费)."""

    reference: Reference
    person: Identity
    insurance: Concerned
    first: Annotated[Month, Doc("First month that is paid again.", "续缴起始月")]
    grade: Grade
    cycle: Annotated[Cycle, Doc("How often is paid.", "缴费周期")]
    base: Annotated[Money, Doc("Monthly contribution base in yuan.", "缴费基数")]
    consent: Consent
    person_number: PersonNumber | None = None
    registration_number: RegistrationNumber | None = None


@dataclass(frozen=True, slots=True)
class EndEnrolment:
    """The participation ends with a month (终止参保)."""

    reference: Reference
    person: Identity
    insurance: Concerned
    last: Annotated[Month, Doc("Last month of participation.", "参保终止月")]
    cause: Annotated[EndCause, Doc("Why it ends.", "终止原因")]
    consent: Consent
    person_number: PersonNumber | None = None
    registration_number: RegistrationNumber | None = None
    remark: Annotated[str | None, Text(max=200), Doc("What the cause does not say.", "备注")] = None


@dataclass(frozen=True, slots=True)
class ReportDeath:
    """The person has died: every participation in the region ends with the month of death (死亡申报)."""

    reference: Reference
    person: Identity
    died_on: Annotated[date, Doc("Day of death.", "死亡日期")]
    evidence: Annotated[str, Text(max=200), Doc("What proves it, by name and number.", "证明材料")]
    person_number: PersonNumber | None = None
