"""What people send about breaks."""

from dataclasses import dataclass
from typing import Annotated

from gateway.model.fields import Reason
from gateway.model.repair import RepairCode
from gateway.model.shape import Doc, Text

_Name = Annotated[str | None, Text(max=128), Doc("Who has it now, where it is taken over on purpose.", "现认领人")]


@dataclass(frozen=True, slots=True)
class BreakClaim:
    """Take a break over (认领差异)."""

    instead_of: _Name = None


@dataclass(frozen=True, slots=True)
class BreakComment:
    """Say something about a break (差异备注)."""

    text: Annotated[str, Text(max=1000), Doc("What is said; no personal data.", "备注内容")]


@dataclass(frozen=True, slots=True)
class BreakResolution:
    """Repair a break, or agree as the second person with the repair that waits (处理或复核差异)."""

    repair: Annotated[RepairCode, Doc("How it is repaired.", "处理方式")]
    reason: Reason


@dataclass(frozen=True, slots=True)
class BreakReopening:
    """Take a break up again (重新打开差异)."""

    reason: Reason
