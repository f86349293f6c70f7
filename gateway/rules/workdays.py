"""Working days as the State Council's yearly notices make them; beyond the last notice, weekdays, and said so."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5

Moved = Literal["stays", "next_working_day", "previous_working_day"]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays, weekends worked instead, and the last day that a notice covers."""

    holidays: frozenset[date]
    worked_weekends: frozenset[date]
    known_until: date

    def known(self, day: date) -> bool:
        """Whether a published notice covers `day`; beyond it, holidays may still be announced."""
        return day <= self.known_until

    def is_working(self, day: date) -> bool:
        """Whether offices are open on `day`."""
        if day.weekday() >= _SATURDAY:
            return day in self.worked_weekends
        return day not in self.holidays

    def moved(self, day: date, how: Moved) -> date:
        """`day`, or the nearest working day in the direction that the rule names."""
        step = {"stays": None, "next_working_day": _ONE_DAY, "previous_working_day": -_ONE_DAY}[how]
        while step is not None and not self.is_working(day):
            day += step
        return day

    def after(self, day: date, working_days: int) -> date:
        """The day that lies `working_days` working days after `day` (which itself does not count)."""
        while working_days > 0:
            day += _ONE_DAY
            working_days -= self.is_working(day)
        return day
