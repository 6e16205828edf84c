"""The sum in words, as it is printed beside a due day: 8月3日收到，次日起算15日，8月18日届满."""

from collections.abc import Collection
from datetime import date

from .terms import FirstDay, Term, Unit

FIRST = {FirstDay.NEXT_DAY: "次日起算", FirstDay.SAME_DAY: "当日起算"}


def spoken(day: date, *, beside: date) -> str:
    """Return 8月3日, with its year when that differs from the year of the event."""
    return f"{day.year}年{day.month}月{day.day}日" if day.year != beside.year else f"{day.month}月{day.day}日"


def length(days: int, unit: Unit) -> str:
    return f"{days}个工作日" if unit == Unit.WORKING else f"{days}日"


def working_text(term: Term, start_on: date, *, base: date | None, end: date | None = None, due_on: date | None = None,
                 extension_days: int = 0, paused_days: int = 0, since: date | None = None, remaining: int = 0,
                 guessed: Collection[int] = ()) -> str:  # fmt: skip
    """Return the working of one due day, or of a term that is paused (`since`, `remaining`)."""

    def say(day: date) -> str:
        return spoken(day, beside=start_on)

    parts = [f"{start_on.month}月{start_on.day}日{term.starts}"]
    whole = length(term.days, term.unit)
    if since is not None:
        parts += [f"{FIRST[term.policy.first_day]}{whole}", f"{say(since)}起中止，还剩{length(remaining, term.unit)}"]
    elif extension_days:
        lead = "" if term.policy.first_day == FirstDay.NEXT_DAY else FIRST[term.policy.first_day]
        parts += [f"{lead}{whole}至{say(base)}", f"经批准延长{length(extension_days, term.unit)}至{say(end)}"]
    else:
        parts += [f"{FIRST[term.policy.first_day]}{whole}", f"{say(end)}届满"]
    if paused_days:
        parts.insert(2, f"扣除中止{length(paused_days, term.unit)}")
    if due_on != end:
        parts.append(f"顺延至{say(due_on)}")
    if guessed:
        parts.append(f"暂定：{'、'.join(str(year) for year in sorted(guessed))}年放假安排尚未录入")
    return "，".join(parts)
