"""Working days. Pure: the special days come from the table, the plain week is Monday to Friday."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta


class YearNotCovered(ValueError):
    """The calendar has no official arrangement for this year yet."""

    def __init__(self, year: int):
        super().__init__(f"{year} 年的节假日安排还没有录入，请先由市级维护工作日历。")
        self.year = year


class WorkCalendar:
    """
    Special days over the plain week.

    overrides: {day: does one work}; years: those whose arrangement is known. Source: 国务院办公厅节假日安排通知.
    """

    def __init__(self, overrides: Mapping[date, bool], years: Collection[int]):
        self.overrides, self.years = overrides, frozenset(years)

    def is_workday(self, day: date) -> bool:
        """Raises YearNotCovered."""
        if day.year not in self.years:
            raise YearNotCovered(day.year)
        return self.overrides.get(day, day.weekday() < 5)

    def add_workdays(self, start: date, days: int) -> date:
        """Return the day that is `days` working days after `start`; the first day is not counted."""
        day = start
        while days > 0:
            day += timedelta(days=1)
            days -= self.is_workday(day)
        return day

    def workdays_between(self, start: date, end: date) -> int:
        """Return how many working days lie after `start`, up to and including `end`."""
        span = (end - start).days
        return sum(self.is_workday(start + timedelta(days=offset)) for offset in range(1, span + 1))
