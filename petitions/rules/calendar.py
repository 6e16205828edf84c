"""Working days also in years whose arrangement is not published yet; such a result is provisional."""

from collections.abc import Iterable
from datetime import date, timedelta

from veterans_portal.workdays import WorkCalendar

from .law import fixed_holidays

DAY = timedelta(days=1)


class Probe:
    """Asks a calendar, and remembers the years it could only guess at."""

    def __init__(self, calendar: WorkCalendar):
        self.calendar, self.guessed = calendar, set()

    def is_working(self, day: date) -> bool:
        if day.year in self.calendar.years:
            return self.calendar.is_workday(day)
        self.guessed.add(day.year)
        plain = day.weekday() < 5 and (day.month, day.day) not in fixed_holidays()
        return self.calendar.overrides.get(day, plain)

    def last_working(self, day: date, *, not_before: date) -> date:
        """Return the last working day up to `day`; `not_before` when there is none."""
        while day > not_before and not self.is_working(day):
            day -= DAY
        return day

    def next_working(self, day: date) -> date:
        """Return `day` itself when one works on it, else the next working day."""
        while not self.is_working(day):
            day += DAY
        return day


def covered_span(years: Iterable[int]) -> tuple[int, int]:
    """Return the first and the last year whose arrangement is known. Raises ValueError when none is."""
    known = list(years)
    return min(known), max(known)
