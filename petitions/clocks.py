"""The clocks that a set of days starts, in the order of the law; asked by the command, without a database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

import chinese_calendar

from petitions.rules import deadlines
from petitions.rules.calendar import Probe
from petitions.rules.law import statute
from petitions.rules.terms import TEXT, Due, Pause, Policy, Term
from veterans_portal.holidays import official_days
from veterans_portal.workdays import WorkCalendar

PROMISED = "本单位服务承诺"


@dataclass(frozen=True)
class Clock:
    """One running or stopped term. grace_through only for a petitioner's own window."""

    kind: str
    label: str
    basis: str
    start_on: date
    term: Term
    extension_days: int
    due: Due
    done_on: date | None
    grace_through: date | None = None

    @property
    def in_time(self) -> bool | None:
        if self.done_on is None:
            return None
        if self.grace_through is not None:
            return self.done_on <= self.grace_through
        return not deadlines.is_late(self.due, done_on=self.done_on, today=self.done_on)


def shipped_calendar() -> WorkCalendar:
    """Return the arrangement that comes with the program, for every year the package knows."""
    known = sorted({day.year for day in (*chinese_calendar.holidays, *chinese_calendar.workdays)})
    years = range(known[0], known[-1] + 1)
    return WorkCalendar({day: works for day, works, _, _ in official_days(years)}, years)


def shipped_source() -> str:
    return f"chinesecalendar {version('chinesecalendar')}"


class Events:
    """The days of one case; a missing one is None."""

    def __init__(self, days: Mapping[str, date | None]):
        self.days = days

    def __getattr__(self, name: str) -> date | None:
        return self.days.get(name)


def clocks(days: Mapping[str, date | None], *, calendar: WorkCalendar, policy: Policy = TEXT, extension_days: int = 0,
           hearings: tuple[Pause, ...] = (), promises: tuple[Term, ...] = ()) -> list[Clock]:  # fmt: skip
    """
    Return the clocks that these days start.

    days: received, accepted, notified, replied, transferred, reply_received, review_requested, review_reply_received,
          recheck_requested. Raises NoRule for a day before any dated rule.
    """
    case = Events(days)
    return [
        *agency_clocks(case, calendar, policy, extension_days),
        *window_clocks(case, calendar),
        *review_clocks(case, calendar, policy, hearings),
        *(
            Clock("PROMISE", "服务承诺", PROMISED, case.received, term, 0,
                  deadlines.due(start_on=case.received, term=term.under(policy), calendar=calendar), case.replied)
            for term in promises
        ),
    ]  # fmt: skip


def agency_clocks(case: Events, calendar, policy, extension_days) -> Iterator[Clock]:
    told = case.notified or case.accepted
    if case.received:
        found = deadlines.notice_due(received_on=case.received, calendar=calendar, policy=policy)
        yield ruled("NOTICE", case.received, found, told)
    if case.transferred:
        found = deadlines.transfer_notice_due(arrived_on=case.transferred, calendar=calendar, policy=policy)
        yield ruled("TRANSFER_NOTICE", case.transferred, found, told)
        found = deadlines.objection_due(arrived_on=case.transferred, calendar=calendar, policy=policy)
        yield ruled("OBJECTION", case.transferred, found, None)
    if case.accepted:
        found = deadlines.answer_due(
            accepted_on=case.accepted, calendar=calendar, extension_days=extension_days, policy=policy
        )
        yield ruled("ANSWER", case.accepted, found, case.replied, extension_days)


def window_clocks(case: Events, calendar) -> Iterator[Clock]:
    for kind, start, done in (
        ("REVIEW_REQUEST", case.reply_received, case.review_requested),
        ("RECHECK_REQUEST", case.review_reply_received, case.recheck_requested),
    ):
        if start:
            law, (_, grace) = statute(kind, start), deadlines.request_window(reply_received_on=start, calendar=calendar)
            found = deadlines.due(start_on=start, term=law.term, calendar=calendar)
            yield Clock(kind, law.label, law.term.citation, start, law.term, 0, found, done, grace)


def review_clocks(case: Events, calendar, policy, hearings) -> Iterator[Clock]:
    if case.review_requested:
        found = deadlines.review_due(requested_on=case.review_requested, calendar=calendar, policy=policy)
        yield ruled("REVIEW", case.review_requested, found, None)
    if case.recheck_requested:
        found = deadlines.recheck_due(
            requested_on=case.recheck_requested, calendar=calendar, hearings=hearings, policy=policy
        )
        yield ruled("RECHECK", case.recheck_requested, found, None)


def ruled(kind: str, start: date, found: Due, done: date | None, extension_days: int = 0) -> Clock:
    law = statute(kind, start)
    return Clock(kind, law.label, law.term.citation, start, law.term, extension_days, found, done)


def written(clock: Clock, calendar: WorkCalendar) -> dict:
    """Return a clock as JSON: days in ISO, None where there is none. A window has no day for the agency to act by."""
    found = clock.due
    is_window = clock.grace_through is not None
    works = None if found.due_on is None else Probe(calendar).is_working(found.due_on)
    return {
        "kind": clock.kind, "label": clock.label, "basis": clock.basis, "start_on": iso(clock.start_on),
        "days": clock.term.days, "unit": clock.term.unit.value, "extension_days": clock.extension_days,
        "paused_days": found.paused_days, "base_due_on": iso(found.base_due_on), "due_on": iso(found.due_on),
        "due_is_working_day": works, "act_by_on": None if is_window else iso(found.act_by_on),
        "grace_through": iso(clock.grace_through), "is_provisional": found.is_provisional, "done_on": iso(clock.done_on),
        "in_time": clock.in_time, "working": found.working,
    }  # fmt: skip


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
