"""Who a message is about, and by what right it is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from gateway.model.codes import IdType, Purpose
from gateway.model.fields import IdNumber, PersonName
from gateway.model.identifiers import normalise
from gateway.model.names import standard
from gateway.model.shape import Doc, Text


@dataclass(frozen=True, slots=True)
class Identity:
    """A person by identity document. The number is in canonical form by construction (IdNumberError otherwise)."""

    id_type: Annotated[IdType, Doc("Kind of identity document.", "证件类型")]
    id_number: IdNumber
    name: PersonName

    def __post_init__(self) -> None:
        object.__setattr__(self, "id_number", normalise(self.id_type, self.id_number))
        # Private-use forms of old systems end here; how the name came is in the journal.
        object.__setattr__(self, "name", standard(self.name))


@dataclass(frozen=True, slots=True)
class Consent:
    """The person's consent to the use of their data: who can show it, and since when."""

    reference: Annotated[str, Text(max=64), Doc("Where the consent can be shown.", "授权编号")]
    given_at: Annotated[datetime, Doc("When it was given.", "授权时间")]


@dataclass(frozen=True, slots=True)
class Warrant:
    """Why the asker may know: a purpose, and a consent where the person is not its own."""

    purpose: Annotated[Purpose, Doc("Why the data is asked for.", "查询用途")]
    consent: Annotated[str | None, Text(max=64), Doc("Reference of the person's consent.", "授权编号")] = None
