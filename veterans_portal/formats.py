"""Values as people read them: figures, money, days, partial dates. Pure text; components.py makes filters of them."""

from datetime import date, datetime

from django.utils import timezone

UNKNOWN = "—"
WEEKDAYS = "一二三四五六日"


def is_missing(value) -> bool:
    return value is None or value == ""


def num(value) -> str:
    """1234 -> 1,234; decimals stay as they are; nothing known -> —."""
    return UNKNOWN if is_missing(value) else f"{value:,}"


def yuan(value) -> str:
    """Decimal yuan with two places and separators, without the word 元; nothing known -> —."""
    return UNKNOWN if is_missing(value) else f"{value:,.2f}"


def dash(value):
    """The value, or — when nothing is known. Zero stays 0."""
    return UNKNOWN if is_missing(value) else value


def phone(value) -> str:
    """Group a mobile for reading: 10055500217 -> 100 5550 0217. Anything else stays."""
    text = str(value or "")
    return f"{text[:3]} {text[3:7]} {text[7:]}" if len(text) == 11 and text.isdigit() else text


def local(value: date) -> date:
    """An aware moment in the time zone of the portal; anything else unchanged."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def cn_date(value: date | None, form: str = "full") -> str:
    """2026年9月16日; "short" -> 9月16日; "weekday" -> 2026年9月16日 星期三; nothing -> empty."""
    if not value:
        return ""
    day = local(value)
    short = f"{day.month}月{day.day}日"
    if form == "short":
        return short
    full = f"{day.year}年{short}"
    return f"{full} 星期{WEEKDAYS[day.weekday()]}" if form == "weekday" else full


def cn_time(value: datetime | None, form: str = "full") -> str:
    """2026-09-16 10:42 in local time, for tables; "short" -> 9月16日 10:42; nothing -> empty."""
    if not value:
        return ""
    moment = local(value)
    return f"{cn_date(moment, 'short')} {moment:%H:%M}" if form == "short" else f"{moment:%Y-%m-%d %H:%M}"


def pd(text: str, form: str = "cn") -> str:
    """A partial date as people read it: 1983-10 -> 1983年10月; "dot" -> 1983.10. Empty stays empty."""
    if not text:
        return ""
    parts = str(text).split("-")
    if form == "dot":
        return ".".join(parts)
    return "".join(f"{int(part)}{unit}" for part, unit in zip(parts, "年月日", strict=False))
