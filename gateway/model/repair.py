"""What repairs a break (差异处理): codes of repairs, what each does, what may be done with a break in which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.model.breaks import BreakState, Resolution


class RepairCode(StrEnum):
    """Codes of repairs (处理方式)."""

    ACCEPT_THEIRS = "accept_theirs"
    ACCEPT_OURS = "accept_ours"
    ASK_BUREAU = "ask_bureau"
    REVERSE_AND_REENTER = "reverse_and_reenter"
    REFUND = "refund"
    NONE = "none"


class RepairState(StrEnum):
    """States of a repair. `disproved`: a later run found the break again; `withdrawn`: it never took effect."""

    AWAITING_SECOND = "awaiting_second"
    ENTERED = "entered"
    PROVED = "proved"
    DISPROVED = "disproved"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class RepairRule:
    """What a repair does. `enters`: compensating entries on our side; `asks`: the bureau, in the differences file.

    `refunds`: a refund case is opened; `proved`: whether the next run has to confirm it.
    """

    enters: bool = False
    asks: bool = False
    refunds: bool = False
    proved: bool = True

    @property
    def resolution(self) -> Resolution:
        """How a break ends that is repaired so."""
        return Resolution.REPAIRED if self.proved else Resolution.ACCEPTED


REPAIRS: Mapping[RepairCode, RepairRule] = {
    RepairCode.ACCEPT_THEIRS: RepairRule(enters=True),
    RepairCode.ACCEPT_OURS: RepairRule(asks=True),
    RepairCode.ASK_BUREAU: RepairRule(asks=True),
    RepairCode.REVERSE_AND_REENTER: RepairRule(enters=True),
    RepairCode.REFUND: RepairRule(refunds=True),
    RepairCode.NONE: RepairRule(proved=False),
}

_LIVE = frozenset({BreakState.OPEN, BreakState.CLAIMED, BreakState.REOPENED})
_ENDED = frozenset({BreakState.RESOLVED, BreakState.CLOSED_BY_RUN})

ALLOWED: Mapping[str, frozenset[BreakState]] = {
    "claim": _LIVE,
    "comment": frozenset(BreakState),
    "resolve": _LIVE | {BreakState.AWAITING_SECOND, BreakState.WAITING},
    "reopen": _ENDED | {BreakState.AWAITING_SECOND, BreakState.WAITING},
}
"""What a person may do with a break in which state: the one table, executed by services and shown in every answer."""


def allowed_actions(state: BreakState) -> list[str]:
    """What a person may do now, in the order of ALLOWED."""
    return [action for action, states in ALLOWED.items() if state in states]
