"""Months, quarters and halves of a year, as a report asks for them. Pure."""

from calendar import monthrange
from datetime import date

PARTS = {"h1": "上半年", "h2": "下半年", "q1": "一季度", "q2": "二季度", "q3": "三季度", "q4": "四季度"} | {
    f"m{month:02}": f"{month} 月" for month in range(1, 13)
}
LENGTH = {"h": 6, "q": 3, "m": 1}  # months


def days_of(year: int, part: str) -> tuple[date, date]:
    """Return first and last day of a part of a year; "" is the whole year."""
    if not part:
        return date(year, 1, 1), date(year, 12, 31)
    months = LENGTH[part[0]]
    first = (int(part[1:]) - 1) * months + 1
    last = first + months - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
