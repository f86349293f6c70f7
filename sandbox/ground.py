"""What every party of one sandbox stands on."""

import threading
from dataclasses import dataclass, field

from sandbox.clock import Clock, Timers
from sandbox.effects import Effects
from sandbox.faults import Faults
from sandbox.push import Pushes


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the people behind the parties take, in seconds; None: until told."""

    pay_after: float | None = None
    decide_after: float | None = None
    read_after: float | None = 0.1
    push_again_after: tuple[float, ...] = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True, slots=True)
class Ground:
    """The clock, the counted effects, the scripts, what is pushed, and the one lock over all state.

    One lock, because a bureau tells a province and a province tells a bureau: two would wait for each other.
    """

    clock: Clock
    timers: Timers
    effects: Effects
    faults: Faults
    pushes: Pushes
    pace: Pace
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def today(self) -> str:
        """The present day, ISO."""
        return self.clock.now().date().isoformat()
