"""How far a reconciliation is (对账进度): its steps, in order, and what is told of it while it works."""

from dataclasses import dataclass
from enum import StrEnum


class RunStep(StrEnum):
    """Steps of a run. A finished one stands; a run that was interrupted goes on behind the last of them.

    `sources`: every statement and ledger day lies there as rows; `sides`: both sides are put together; `matched`;
    `breaks`: each is kept; `closed`: what agrees by now is closed.
    """

    SOURCES = "sources"
    SIDES = "sides"
    MATCHED = "matched"
    BREAKS = "breaks"
    CLOSED = "closed"


STEPS = tuple(RunStep)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is. `rows` of `of_rows` of this step are done, 0 where nobody counts; `share`: of the whole, 0 to 1.

    `rows` of `breaks` and `closed` are breaks.
    """

    party: str
    pairing: str
    day: str
    run: str
    step: RunStep
    rows: int
    of_rows: int
    share: float
