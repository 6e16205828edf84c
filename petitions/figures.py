"""
What the room counts. One definition for the page, its lists and the reports: every figure is the count of the rows that
its name gives here, over what the reader may see. Restricted cases are in none of them.

They measure the work of offices. No figure is kept about a person, and none counts how often somebody comes.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import NamedTuple

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from petitions.calendars import live_calendar
from petitions.models import (
    Deadline,
    Delivery,
    Evaluation,
    FollowUp,
    Matter,
    Petition,
    Reception,
    Respondent,
    Supervision,
    Transfer,
)
from petitions.notice_kinds import REPLIES
from petitions.rules.calendar import Probe
from veterans_portal.accounts.models import User
from veterans_portal.money import half_up
from veterans_portal.pgscope.scope import after

VISITS = ("VISIT", "JOINT_VISIT", "HOME")  # 走访
APART = ("INVALID", "MERGED")  # shown apart and in no denominator
CLOCKS = {"notice": ("NOTICE", "TRANSFER_NOTICE"), "answer": ("ANSWER",), "review": ("REVIEW", "RECHECK")}
CLOCK_LABELS = {"notice": "告知", "answer": "办结", "review": "复查复核"}
SUGGESTED = ("IMPROVE", "POLICY", "ACCOUNT")
FEWEST_SHOWN = 5  # below it single answers could be guessed from a total
PLEASED_FROM = 3  # of 5, where a caller noted a number


class Ask(NamedTuple):
    """Whose figures, of which days (both included), of which branch ("" for all the reader sees), as of which day."""

    user: User
    since: date
    until: date
    today: date
    office: str = ""

    def within(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.since, f"{column}__lte": self.until})

    def of_branch(self, column: str) -> Q:
        return Q(**{f"{column}__gte": self.office, f"{column}__lt": after(self.office)}) if self.office else Q()


class Rate(NamedTuple):
    """n of m. Nothing to count gives —, never 100 %."""

    n: int
    m: int

    @property
    def percent(self) -> str:
        return f"{half_up(Decimal(self.n * 100) / Decimal(self.m)):.2f}%" if self.m else "—"

    @property
    def words(self) -> str:
        return f"{self.n}/{self.m}"


# ---- the rows behind each figure ----------------------------------------------------------------------------------


def receptions(ask: Ask) -> QuerySet:
    return Reception.objects.visible_to(ask.user).filter(ask.within("received_on"), ask.of_branch("office_id"))


def cases(ask: Ask) -> QuerySet:
    return Petition.objects.visible_to(ask.user).filter(ask.of_branch("registered_office_id"), is_restricted=False)


def registered(ask: Ask) -> QuerySet:
    return cases(ask).filter(ask.within("registered_on")).exclude(closing_kind__in=APART)


def closed(ask: Ask) -> QuerySet:
    return cases(ask).filter(ask.within("closed_on"))


def still_open(ask: Ask) -> QuerySet:
    """Open at the end of the period."""
    held = cases(ask).filter(registered_on__lte=ask.until).exclude(closing_kind__in=APART)
    return held.filter(Q(closed_on=None) | Q(closed_on__gt=ask.until))


def backlog(ask: Ask) -> QuerySet:
    """积案: closed in the period, registered before it began."""
    return closed(ask).filter(registered_on__lt=ask.since).exclude(closing_kind__in=APART)


def with_reply_day(rows: QuerySet) -> QuerySet:
    """Add `replied_on`: when the reply was sent; of an imported case what its clock of the answer was met by."""
    sent = Delivery.objects.filter(
        petition=OuterRef("pk"), notice__kind__in=REPLIES, notice__voided_on=None, failed_on=None
    )
    met = Deadline.objects.filter(petition=OuterRef("pk"), kind="ANSWER", cancelled_on=None)
    first = sent.order_by().values("petition").annotate(day=Min("sent_on")).values("day")
    by_clock = met.order_by("cycle", "pk").values("fulfilled_on")[:1]
    return rows.annotate(replied_on=Coalesce(Subquery(first), Subquery(by_clock)))


def replied(ask: Ask) -> QuerySet:
    return with_reply_day(cases(ask)).filter(ask.within("replied_on")).exclude(closing_kind__in=APART)


def evaluated(ask: Ask) -> QuerySet:
    """Evaluations that count, of the cases answered in the period."""
    marks = Evaluation.objects.filter(target="HANDLING", superseded_at=None)
    return marks.filter(petition__in=replied(ask).values("pk"))


def called(ask: Ask) -> QuerySet:
    """Calls of the period in which the petitioner told what she thinks of the result."""
    rows = FollowUp.objects.filter(ask.within("called_on"), reached=True).exclude(result_score=None)
    return rows.filter(petition__in=cases(ask).values("pk"))


def settled(ask: Ask) -> QuerySet:
    """化解: agreements of cases closed in the period, and supported matters fulfilled in it."""
    rows = Matter.objects.filter(petition__in=cases(ask).values("pk"))
    return rows.filter(
        Q(ask.within("petition__closed_on"), outcome="SETTLED") | Q(ask.within("fulfilled_on"), outcome="SUPPORT")
    )


def cohort(ask: Ask, name: str) -> QuerySet:
    """Clocks that were due in the period and not cancelled."""
    rows = Deadline.objects.filter(
        ask.within("due_on"), ask.of_branch("office_id"), kind__in=CLOCKS[name], cancelled_on=None
    )
    return rows.filter(petition__in=cases(ask._replace(office="")).values("pk"))


def met_in_time(ask: Ask) -> Q:
    return Q(fulfilled_on__lte=F("due_on"))


def late(ask: Ask) -> Q:
    return Q(fulfilled_on__gt=F("due_on")) | Q(fulfilled_on=None, due_on__lt=ask.today)


def not_due(ask: Ask) -> Q:
    return Q(fulfilled_on=None, due_on__gte=ask.today)


STANDINGS: dict[str, Callable[[Ask], Q]] = {"met": met_in_time, "late": late, "waiting": not_due}
STANDING_LABELS = {"met": "按期", "late": "超期", "waiting": "未到期"}


def registered_in_time(ask: Ask, *, in_time: bool) -> QuerySet:
    """Whether a case was registered by the next working day after it was received: a promise of the portal, not the law's."""
    probe = Probe(live_calendar()[0])
    days = registered(ask).values_list("pk", "received_on", "registered_on")
    kept = [pk for pk, received, on in days if (on <= next_working(probe, received)) == in_time]
    return cases(ask).filter(pk__in=kept)


def next_working(probe: Probe, day: date) -> date:
    return probe.next_working(day + timedelta(days=1))


def transfers(ask: Ask) -> QuerySet:
    rows = Transfer.objects.filter(sent_at__date__gte=ask.since, sent_at__date__lte=ask.until, recalled_at=None)
    return rows.filter(petition__in=cases(ask).values("pk"))


def objections_upheld(ask: Ask) -> QuerySet:
    rows = Transfer.objects.filter(ask.within("ruled_on"), ruling="UPHELD")
    return rows.filter(petition__in=cases(ask).values("pk"))


def supervisions(ask: Ask) -> QuerySet:
    rows = Supervision.objects.visible_to(ask.user).filter(ask.of_branch("to_office_id"))
    rows = rows.filter(created_at__date__gte=ask.since, created_at__date__lte=ask.until)
    return rows.filter(Q(petition=None) | Q(petition__is_restricted=False))


def reported_offices(ask: Ask) -> QuerySet:
    """Offices that cases registered in the period are about; never a person."""
    return Respondent.objects.filter(petition__in=registered(ask).values("pk")).exclude(office=None)


# ---- the figures --------------------------------------------------------------------------------------------------


def reception_sums(ask: Ask) -> dict[str, tuple[int, int]]:
    """Return {channel: (批次, 人次)}; the total of 走访 is the sum of its three channels, from this one question."""
    rows = receptions(ask).order_by().values("channel").annotate(batches=Sum("batch_count"), people=Sum("people_count"))
    return {row["channel"]: (row["batches"], row["people"]) for row in rows}


def reception_parts(ask: Ask) -> dict[str, int]:
    """Parts of the receptions; they overlap and are never added up."""
    visits = Q(channel__in=VISITS)
    return receptions(ask).order_by().aggregate(
        leader_batches=Coalesce(Sum("batch_count", filter=visits & Q(is_leader_reception=True)), 0),
        leader_people=Coalesce(Sum("people_count", filter=visits & Q(is_leader_reception=True)), 0),
        day_batches=Coalesce(Sum("batch_count", filter=visits & Q(is_reception_day=True)), 0),
        day_people=Coalesce(Sum("people_count", filter=visits & Q(is_reception_day=True)), 0),
        consults=Count("pk", filter=Q(kind="CONSULT")),
        on_spot=Count("pk", filter=Q(result="ON_SPOT")),
        on_spot_people=Coalesce(Sum("people_count", filter=Q(result="ON_SPOT")), 0),
    )  # fmt: skip


def registered_parts(ask: Ask) -> dict[str, Counter]:
    """Return {dimension: Counter} of the cases registered in the period, from one question."""
    names = ("purpose", "topic", "channel", "source")
    found = {name: Counter() for name in names}
    top = Coalesce("topic__parent", "topic")
    rows = (
        registered(ask)
        .order_by()
        .annotate(top=top)
        .values_list("purpose", "top", "channel", "source")
        .annotate(n=Count("pk"))
    )
    for *values, number in rows:
        for name, value in zip(names, values, strict=True):
            found[name][value] += number
    return found


def counted(rows: QuerySet, column: str) -> dict[str, int]:
    return dict(rows.order_by().values_list(column).annotate(n=Count("pk")))


def standings(ask: Ask) -> dict[str, dict[str, int]]:
    """Return {clock: {met, late, waiting}} in one question."""
    sums = {
        f"{name}_{standing}": Count("pk", filter=Q(kind__in=kinds) & condition(ask))
        for name, kinds in CLOCKS.items() for standing, condition in STANDINGS.items()
    }  # fmt: skip
    rows = Deadline.objects.filter(ask.within("due_on"), ask.of_branch("office_id"), cancelled_on=None)
    found = rows.filter(petition__in=cases(ask._replace(office="")).values("pk")).order_by().aggregate(**sums)
    return {name: {standing: found[f"{name}_{standing}"] for standing in STANDINGS} for name in CLOCKS}


def rate_of(standing: dict[str, int]) -> Rate:
    """In time, of those that were met or are past their day; what is not due yet is left out."""
    return Rate(standing["met"], standing["met"] + standing["late"])


def registration_rate(ask: Ask) -> Rate:
    """Cases registered by the next working day, of all registered in the period."""
    probe, days = Probe(live_calendar()[0]), list(registered(ask).values_list("received_on", "registered_on"))
    return Rate(sum(on <= next_working(probe, received) for received, on in days), len(days))


def handling_days(ask: Ask) -> tuple[str, str]:
    """Return mean (two decimals) and median of the days from receiving to the reply; — when nothing was answered."""
    days = [(on - received).days for received, on in replied(ask).values_list("received_on", "replied_on")]
    if not days:
        return "—", "—"
    return f"{half_up(Decimal(sum(days)) / len(days)):.2f}", f"{median(days):g}"


def satisfaction(ask: Ask) -> tuple[Rate, Rate]:
    """Return (satisfied or fairly so of all who evaluated), (evaluated of all who could)."""
    scores = counted(evaluated(ask), "score")
    given = sum(scores.values())
    return Rate(given - scores.get("UNSATISFIED", 0), given), Rate(given, replied(ask).count())


def call_satisfaction(ask: Ask) -> Rate:
    found = called(ask).aggregate(n=Count("pk", filter=Q(result_score__gte=PLEASED_FROM)), m=Count("pk"))
    return Rate(found["n"], found["m"])


def monthly_evaluations(ask: Ask) -> list[dict]:
    """Return what officers may see of evaluations: totals by month, a month with fewer than five not split up."""
    rows = Evaluation.objects.filter(superseded_at=None, at__date__gte=ask.since, at__date__lte=ask.until)
    rows = rows.filter(petition__in=cases(ask).values("pk"))
    found: dict[str, Counter] = {}
    for moment, score in rows.order_by("at", "pk").values_list("at__date", "score"):
        found.setdefault(f"{moment:%Y-%m}", Counter())[score] += 1
    return [{"month": month, "total": sum(scores.values()), "scores": scores if sum(scores.values()) >= FEWEST_SHOWN else None}
            for month, scores in found.items()]  # fmt: skip


def accusations(ask: Ask) -> int | None:
    """One total, for the person named to take accusations in; None for everybody else."""
    from petitions.models import OfficeProfile

    if not OfficeProfile.objects.filter(office=ask.user.office_id, discipline_contact=ask.user).exists():
        return None
    return Petition.objects.visible_to(ask.user).filter(ask.within("registered_on"), is_restricted=True).count()


# ---- for reports ----------------------------------------------------------------------------------------------------


def figure(key: str, ask: Ask) -> str:
    """
    Return one figure as text, by its key in KEYS.

    Raises: KeyError. Of these only punctuality may be compared between offices or set as a goal (COMPARABLE).
    """
    return KEYS[key](ask)


def visit_total(ask: Ask, position: int) -> str:
    return str(sum(pair[position] for channel, pair in reception_sums(ask).items() if channel in VISITS))


KEYS: dict[str, Callable[[Ask], str]] = {
    "reception_batches": lambda ask: visit_total(ask, 0),
    "reception_people": lambda ask: visit_total(ask, 1),
    "consultations": lambda ask: str(reception_parts(ask)["consults"]),
    "resolved_on_spot": lambda ask: str(reception_parts(ask)["on_spot"]),
    "petitions_registered": lambda ask: str(registered(ask).count()),
    "petitions_closed": lambda ask: str(closed(ask).exclude(closing_kind__in=APART).count()),
    "petitions_open": lambda ask: str(still_open(ask).count()),
    "disputes_resolved": lambda ask: str(backlog(ask).count()),
    "registered_in_time": lambda ask: registration_rate(ask).percent,
    "notice_in_time": lambda ask: rate_of(standings(ask)["notice"]).percent,
    "answer_in_time": lambda ask: rate_of(standings(ask)["answer"]).percent,
    "review_in_time": lambda ask: rate_of(standings(ask)["review"]).percent,
    "overdue": lambda ask: str(sum(one["late"] for one in standings(ask).values())),
    "satisfaction": lambda ask: satisfaction(ask)[0].percent,
}
# a goal on how many people come, or on how pleased they say they are, would press on petitioners
COMPARABLE = ("registered_in_time", "notice_in_time", "answer_in_time", "review_in_time", "overdue")
