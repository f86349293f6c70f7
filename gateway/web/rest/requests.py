"""What callers send beside an enrolment."""

from dataclasses import dataclass
from typing import Annotated

from gateway.model.codes import IdType, Insurance
from gateway.model.fields import IdNumber, Reason
from gateway.model.identifiers import normalise
from gateway.model.person import Identity
from gateway.model.shape import Doc, Text


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
