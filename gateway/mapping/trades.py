"""What two-phase systems list beside messages (wire facts, section 2 D3)."""

from dataclasses import dataclass
from typing import Annotated

from gateway.model.fields import Reference
from gateway.model.shape import Doc, Text


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade that its receiver holds until it is confirmed or cancelled. `reference`: that of the message in it."""

    serial: Annotated[str, Text(max=20), Doc("The receiver's serial of the trade.", "交易流水号")]
    function: Annotated[str, Text(max=20), Doc("The function that was called.", "交易编号")]
    reference: Reference | None = None
