"""
When something is due. One continuous count from the day of the event; the end may be moved, the count never starts
from a moved day.

Source: 信访工作条例第二十二、二十三、三十四至三十六条. Which policy of counting holds is data (Term.policy).
"""

from collections.abc import Iterable, Iterator
from datetime import date

from veterans_portal.workdays import WorkCalendar

from .calendar import DAY, Probe
from .law import term_of
from .terms import TEXT, Due, FirstDay, Pause, Policy, Roll, Term, Unit
from .wording import working_text

MOST_EXTENSION = 30  # 信访工作条例第三十四条; the same bound stands in the database
LONGEST_WALK = 366 * 50


def united(pauses: Iterable[Pause], *, after: date) -> list[Pause]:
    """Return the pauses without overlap, in order, clipped to the days after `after`."""
    found: list[Pause] = []
    for one in sorted(set(pauses), key=lambda p: (p.from_on, p.to_on or date.max)):
        start = max(one.from_on, after + DAY)
        if one.to_on is not None and one.to_on < start:
            continue
        last = found[-1] if found else None
        if last is None or (last.to_on is not None and start > last.to_on + DAY):
            found.append(Pause(start, one.to_on))
        elif last.to_on is not None and (one.to_on is None or one.to_on > last.to_on):
            found[-1] = Pause(last.from_on, one.to_on)
    return found


def days_from(first: date) -> Iterator[date]:
    for _ in range(LONGEST_WALK):
        yield first
        first += DAY
    raise ValueError("term is longer than any calendar")


def due(*, start_on: date, term: Term, calendar: WorkCalendar, extension_days: int = 0, pauses: Iterable[Pause] = (),
        as_of: date | None = None) -> Due:  # fmt: skip
    """
    Count `term` from `start_on`.

    extension_days: in the term's unit, 0 or more. pauses: only those that the rule allows.
    as_of:          up to which day a pause that still lasts is counted in paused_days.
    """
    probe, stops = Probe(calendar), united(pauses, after=start_on)
    counted, paused, wanted = 0, 0, term.days + extension_days
    base, end = (start_on if term.days == 0 else None), None
    for day in days_from(start_on if term.policy.first_day == FirstDay.SAME_DAY else start_on + DAY):
        stop = next((p for p in stops if p.from_on <= day and (p.to_on is None or day <= p.to_on)), None)
        if stop is not None and stop.to_on is None:
            break
        if term.unit == Unit.WORKING and not probe.is_working(day):
            continue
        if stop is not None:
            paused += 1
            continue
        counted += 1
        if counted == term.days:
            base = day
        if counted == wanted:
            end = day
            break
    if end is None:
        return still_paused(probe, term, start_on, base, stops[-1].from_on, paused, wanted - counted, as_of)
    moved = probe.next_working(end) if term.policy.roll == Roll.NEXT_WORKING_DAY else end
    act_by = probe.last_working(moved, not_before=start_on)
    words = working_text(term, start_on, base=base, end=end, due_on=moved, extension_days=extension_days, paused_days=paused,
                         guessed=probe.guessed)  # fmt: skip
    return Due(base, moved, act_by, paused, None, bool(probe.guessed), words)


def still_paused(probe, term, start_on, base, since, paused, remaining, as_of) -> Due:
    """What is known while a pause lasts: no end, and how much of the term is left."""
    day = since
    while as_of is not None and day <= as_of:
        paused += term.unit == Unit.CALENDAR or probe.is_working(day)
        day += DAY
    words = working_text(term, start_on, base=base, since=since, remaining=remaining, guessed=probe.guessed)
    return Due(base, None, None, paused, remaining, bool(probe.guessed), words)


def notice_due(*, received_on: date, calendar: WorkCalendar, policy: Policy = TEXT) -> Due:
    """Day by which a direct submission must be answered in writing with where it goes (第二十三条)."""
    return due(start_on=received_on, term=term_of("NOTICE", received_on, policy), calendar=calendar)


def transfer_notice_due(*, arrived_on: date, calendar: WorkCalendar, policy: Policy = TEXT) -> Due:
    """The same for a matter that another body sent (第二十三条): from arrival, not from being signed for."""
    return due(start_on=arrived_on, term=term_of("TRANSFER_NOTICE", arrived_on, policy), calendar=calendar)


def objection_due(*, arrived_on: date, calendar: WorkCalendar, policy: Policy = TEXT) -> Due:
    """Last day to object to a transfer (第二十三条), in working days."""
    return due(start_on=arrived_on, term=term_of("OBJECTION", arrived_on, policy), calendar=calendar)


def answer_due(*, accepted_on: date, calendar: WorkCalendar, extension_days: int = 0, pauses: Iterable[Pause] = (),
               policy: Policy = TEXT) -> Due:  # fmt: skip
    """Day by which a matter of the petition procedure is answered (第三十四条). Raises ValueError for a bad extension."""
    if not 0 <= extension_days <= MOST_EXTENSION:
        raise ValueError("延长天数应为 0 至 30。")
    term = term_of("ANSWER", accepted_on, policy)
    return due(start_on=accepted_on, term=term, calendar=calendar, extension_days=extension_days, pauses=pauses)


def review_due(*, requested_on: date, calendar: WorkCalendar, policy: Policy = TEXT) -> Due:
    """Day by which a review is answered (第三十五条)."""
    return due(start_on=requested_on, term=term_of("REVIEW", requested_on, policy), calendar=calendar)


def recheck_due(*, requested_on: date, calendar: WorkCalendar, hearings: Iterable[Pause] = (), policy: Policy = TEXT,
                as_of: date | None = None) -> Due:  # fmt: skip
    """Day by which a second review is answered; days of a hearing are not counted (第三十六条)."""
    term = term_of("RECHECK", requested_on, policy)
    return due(start_on=requested_on, term=term, calendar=calendar, pauses=hearings, as_of=as_of)


def request_window(*, reply_received_on: date, calendar: WorkCalendar) -> tuple[date, date]:
    """
    Return the last day to ask for a review (第三十五、三十六条), and the day through which a request is taken in.

    The first is printed unmoved; when it falls on a holiday a request on the next working day is still in time.
    """
    probe = Probe(calendar)
    found = due(start_on=reply_received_on, term=term_of("REVIEW_REQUEST", reply_received_on), calendar=calendar)
    return found.due_on, probe.next_working(found.due_on)


def is_late(found: Due, *, done_on: date | None, today: date) -> bool | None:
    """Tell whether the end was or is passed; None while the term is paused and nothing has been done."""
    if found.due_on is None:
        return None if done_on is None else False
    return (done_on or today) > found.due_on


def days_since(*, from_on: date, today: date) -> int:
    """Return how many days have passed; the day of the event is 0."""
    return (today - from_on).days
