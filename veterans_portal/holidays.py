"""The official arrangement of holidays and make-up working days, from the chinesecalendar package."""

from datetime import date, timedelta
from functools import cache

import chinese_calendar

CITATION = "国务院办公厅关于{year}年部分节假日安排的通知"
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@cache
def official_days(years: range) -> tuple[tuple[date, bool, str, str], ...]:
    """Return (day, does one work, name, citation) of every day that differs from the plain week."""
    found = []
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            works = chinese_calendar.is_workday(day)
            if works != (day.weekday() < 5):
                _, name = chinese_calendar.get_holiday_detail(day)
                label = NAMES.get(name, name or "调休")
                found.append((day, works, f"{label}调休上班" if works else label, CITATION.format(year=year)))
            day += timedelta(days=1)
    return tuple(found)
