"""The working days of the State Council's yearly notices, from the chinesecalendar package."""

from datetime import date

from chinese_calendar.constants import holidays, workdays

from gateway.rules.workdays import Calendar


def load_calendar() -> Calendar:
    """Holidays and worked weekends up to the last year for which a notice is in the package."""
    off: frozenset[date] = frozenset(holidays)
    worked: frozenset[date] = frozenset(workdays)
    return Calendar(holidays=off, worked_weekends=worked, known_until=date(max(off).year, 12, 31))
