"""Dates as old ledgers write them, read as partial dates: 1983, 1983-10, 1983-10-05. A day is never invented."""

import calendar
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from veterans_portal.checked import Checked, Reason, refused

PARTIAL = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
EMPTY = {"", "空", "无", "不详", "/", "-", "—", "——", "至今", "暂无", "待查", "未知"}
SEPARATORS = r"[.\-/、年]"
FULL = re.compile(r"(\d{4})[.\-/、年](\d{1,2})[.\-/、月](\d{1,2})[日号]?(?:00:00(?::00(?:\.0+)?)?|T00:00:00)?\.?")
MONTH = re.compile(r"(\d{4})[.\-/、年](\d{1,2})月?\.?")
YEAR = re.compile(r"(\d{4})年?")
SQUEEZED = re.compile(r"(\d{4})(\d{2})(\d{2})?")
SHORT = re.compile(r"(\d{2})[.\-/、年](\d{1,2})(?:月)?(?:[.\-/、]?(\d{1,2})[日号]?)?")
YEAR_LAST = re.compile(r"\d{1,2}[.\-/]\d{1,2}[.\-/]\d{4}")
LOST_ZERO = re.compile(r"\d{4}\.1")
DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
CHINESE = re.compile(r"[〇零○一二三四五六七八九十]+")
FIRST_SERIAL, LAST_SERIAL = 3654, 73050  # Excel days of 1910 to 2099
EPOCH = date(1899, 12, 30)
SERVICE_FROM, SERVICE_TO = 13, 60  # nobody enlists before 13 or is discharged after 60


def is_partial_date(text: str) -> bool:
    if not PARTIAL.fullmatch(text):
        return False
    try:
        earliest(text)
    except ValueError:
        return False
    return True


def earliest(text: str) -> date:
    """Return the first day a partial date can mean."""
    numbers = [int(part) for part in text.split("-")]
    return date(*([*numbers, 1, 1])[:3])


def latest(text: str) -> date:
    """Return the last day a partial date can mean."""
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) == 3:
        return date(*numbers)
    year, month = ([*numbers, 12])[:2]
    return date(year, month, calendar.monthrange(year, month)[1])


def certainly_before(one: str, other: str) -> bool:
    """Tell whether no reading could put `one` on or after `other`: 1987-01 and 1987-01-20 → False."""
    length = min(len(one), len(other))  # partial dates are cut from the right, so what both say compares as text
    return one[:length] < other[:length]


class Age(NamedTuple):
    """Whole years, the least and the most a partial birth date allows."""

    low: int
    high: int


def age_on(born: str, on: date) -> Age:
    """Return the age on a day; somebody born on 29 February turns on 1 March in common years."""
    return Age(whole_years(latest(born), on), whole_years(earliest(born), on))


def whole_years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def parse_date(value, *, today: date, born: int | None = None, typed: bool = True, keeps_zero: bool = False,
               month_only: bool = False, allow_future: bool = False) -> Checked:  # fmt: skip
    """
    Read a cell as a partial date; "" when it says nothing.

    born:        birth year, which settles a two-digit year.
    typed:       False for csv and web pages, where 1983.1 may have been 1983.10.
    keeps_zero:  some cell of the column ends in ….10, so ….1 is January.
    month_only:  the days of this column are Excel's own; only year and month count.
    allow_future: for 退役时间; gives the warning DISCHARGE_IN_FUTURE instead of DATE_FUTURE.
    Codes: DATE_INVALID DATE_AMBIGUOUS DATE_FUTURE; warnings DATE_PARTIAL DATE_2DIGIT_YEAR DATE_FROM_SERIAL.
    """
    if value is None or value == "":
        return Checked("")
    if isinstance(value, date | datetime):
        found = Checked(f"{value.year:04}-{value.month:02}-{value.day:02}")
    elif isinstance(value, bool):
        return refused("DATE_INVALID", str(value))
    elif isinstance(value, int | float):
        found = from_number(value)
    else:
        found = from_text(value, today=today, born=born, typed=typed, keeps_zero=keeps_zero)
    return finished(found, today, month_only, allow_future)


def finished(found: Checked, today: date, month_only: bool, allow_future: bool) -> Checked:
    text, reasons, warnings = found
    if reasons or not text:
        return found
    if month_only:
        text = text[:7]
    if len(text) < 10:
        warnings = (*warnings, Reason("DATE_PARTIAL", text))
    if earliest(text) > today:
        if not allow_future:
            return refused("DATE_FUTURE", text)
        warnings = (*warnings, Reason("DISCHARGE_IN_FUTURE", text))
    return Checked(text, (), warnings)


def from_number(value: int | float) -> Checked:
    """A number is a year (1983), a year and month (1983.12), eight digits, or an Excel day."""
    written = str(int(value)) if value == int(value) else repr(round(value, 6))
    if "." not in written:
        number = int(written)
        if 1870 <= number <= 2199:
            return Checked(written)
        if FIRST_SERIAL <= number <= LAST_SERIAL:
            day = EPOCH + timedelta(days=number)
            return Checked(day.isoformat(), (), (Reason("DATE_FROM_SERIAL", day.isoformat()),))
        return from_squeezed(written)
    year, _, month = written.partition(".")
    if len(year) != 4 or len(month) > 2:
        return refused("DATE_INVALID", written)
    if month == "1":  # 1983.1 was typed as 1983.1 or as 1983.10: the cell cannot tell
        return refused("DATE_AMBIGUOUS", written)
    return built(written, year, month)


def from_text(raw: str, *, today, born, typed, keeps_zero) -> Checked:
    if raw.isascii() and (match := FULL.fullmatch(raw) or MONTH.fullmatch(raw)) and not LOST_ZERO.fullmatch(raw):
        return built(raw, *match.groups())
    text = "".join(unicodedata.normalize("NFKC", raw).split())
    if text in EMPTY:
        return Checked("")
    if CHINESE.search(text):
        text = chinese_digits(text)
    if LOST_ZERO.fullmatch(text) and not typed and not keeps_zero:
        return refused("DATE_AMBIGUOUS", raw)
    if match := FULL.fullmatch(text) or MONTH.fullmatch(text) or YEAR.fullmatch(text):
        return built(raw, *match.groups())
    if text.isdigit():
        return from_squeezed(text)
    if YEAR_LAST.fullmatch(text):
        return refused("DATE_AMBIGUOUS", raw)
    if match := SHORT.fullmatch(text):
        return two_digit_year(raw, match, today, born)
    return refused("DATE_INVALID", raw)


def from_squeezed(text: str) -> Checked:
    """198310 and 19831005; 1983105 could be two days, 202381 is no month."""
    if len(text) == 7 and text[:2] in ("18", "19", "20"):
        return refused("DATE_AMBIGUOUS", text)
    match = SQUEEZED.fullmatch(text)
    return built(text, *match.groups()) if match else refused("DATE_INVALID", text)


def built(raw: str, year: str, month: str | None = None, day: str | None = None) -> Checked:
    parts = [year, *(f"{int(part):02}" for part in (month, day) if part)]
    text = "-".join(parts)
    if not 1870 <= int(year) <= 2199 or not is_partial_date(text):
        return refused("DATE_INVALID", raw)
    return Checked(text)


def two_digit_year(raw, match, today: date, born: int | None) -> Checked:
    """83.10: the one century in which the person was 13 to 60 or, without birth, that is not in the future."""
    short, month, day = match.groups()
    years = [int(f"{century}{short}") for century in (18, 19, 20)]
    if born is not None:
        fits = [year for year in years if born + SERVICE_FROM <= year <= min(today.year, born + SERVICE_TO)]
    else:
        fits = [year for year in years if 1900 <= year <= today.year]
    if len(fits) != 1:
        return refused("DATE_AMBIGUOUS", raw)
    found = built(raw, str(fits[0]), month, day)
    return found._replace(warnings=(Reason("DATE_2DIGIT_YEAR", found.value),)) if found.value else found


def chinese_digits(text: str) -> str:
    """一九八三年十月 → 1983年10月; 二十八日 → 28日."""
    return CHINESE.sub(lambda match: chinese_number(match[0]), text)


def chinese_number(word: str) -> str:
    if "十" not in word:
        return word.translate(DIGITS)
    tens, _, ones = word.partition("十")
    return f"{(tens or '一').translate(DIGITS)}{(ones or '〇').translate(DIGITS)}"
