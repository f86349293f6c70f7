"""What every rule asks: the dated values, the regions, the working days, and the question they are asked."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from gateway.model.codes import Choice, Insurance
from gateway.model.identifiers import holder
from gateway.model.platform import Contribution, Enrolment
from gateway.model.values import Month, Region
from gateway.rules.dated import Found, Parameter, PayerKind, Rulebook
from gateway.rules.regions import Regions
from gateway.rules.workdays import Calendar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """Everything a decision is taken from; `fingerprint` is what a case keeps of it."""

    rules: Rulebook
    regions: Regions
    calendar: Calendar
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Application:
    """What is asked, reduced to what law depends on: no name, no number.

    `birth`, `male`: read off the identity number, None where its form does not say. `held`: insurances the person is
    known to have already, which may satisfy a dependency.
    """

    insurances: tuple[Insurance, ...]
    choice: Choice
    workplace: Region
    registered: Region
    contribution: Contribution
    start: Month
    birth: date | None = None
    male: bool | None = None
    held: frozenset[Insurance] = frozenset()

    @classmethod
    def of(cls, enrolment: Enrolment, held: frozenset[Insurance] = frozenset()) -> "Application":
        """The application behind a platform's request."""
        said = holder(enrolment.worker.id_number)
        return cls(
            insurances=enrolment.insurance,
            choice=enrolment.choice,
            workplace=enrolment.workplace_region,
            registered=enrolment.registered_region,
            contribution=enrolment.contribution,
            start=enrolment.start,
            birth=said.birth,
            male=said.male,
            held=held,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """One insurance at one place on one day: what dated values are looked up by."""

    law: Law
    insurance: Insurance
    region: str
    on: date
    payer_kind: PayerKind = "individual"

    def find(self, parameter: Parameter[T], subject: str = "", on: date | None = None) -> Found[T]:
        """The value that holds here (on another day with `on`); GatewayError `parameter_missing`."""
        return self.law.rules.find(
            parameter,
            self.region,
            on or self.on,
            insurance=self.insurance,
            payer_kind=self.payer_kind,
            subject=subject,
        )

    def look(self, parameter: Parameter[T], subject: str = "", on: date | None = None) -> Found[T] | None:
        """As `find`, None where nothing is known."""
        return self.law.rules.look(
            parameter,
            self.region,
            on or self.on,
            insurance=self.insurance,
            payer_kind=self.payer_kind,
            subject=subject,
        )

    @property
    def place(self) -> str:
        """The place in words."""
        return self.law.regions.full_name(self.region, self.on)
