"""
Who is entitled to recurring pay in a month, as rows of enrolments: what a figure counts and what its list shows.

In force, living on the last day, not stopped, and not giving way to another benefit. Nearly all of it is one statement;
people with two benefits at once, or with two dossiers that were merged, are put to the rules.
"""

from calendar import monthrange
from collections import defaultdict
from datetime import date
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from benefits.facts import load_policy
from benefits.models import Enrolment, Suspension
from benefits.rules.entitlement import held_back
from benefits.rules.facts import Case, Stop
from benefits.standing import rules_only, spell_of
from registry.models import Person

STOPPING = ("CONFIRMED", "LIFTED")


class Entitled(NamedTuple):
    """rows: the enrolments that pay. kept: {dossier: the one that was kept} of those among them that were merged."""

    rows: QuerySet
    kept: dict[int, int]

    @property
    def persons(self) -> int:
        """One statement."""
        keys = self.rows.order_by().values_list("person_id", flat=True)
        return len({self.kept.get(key, key) for key in keys})


def entitled_in(rows, user, month: date) -> Entitled:
    """
    Narrow enrolments, already in the reader's sight, to those that pay in a month. Up to four statements.

    A missing standard takes nobody out: she is entitled, only her amount is not known.
    """
    covers = Q(month_from__lte=month) & (Q(month_to=None) | Q(month_to__gte=month))
    dead = dead_by(user, month.replace(day=monthrange(month.year, month.month)[1]))
    held = rows.filter(covers, state__in=("ACTIVE", "ENDED")).exclude(person__in=dead.values("pk"))
    stops = Suspension.objects.visible_to(user).filter(covers, state__in=STOPPING)
    own = stops.filter(
        Q(programme=None) | Q(programme=OuterRef("programme")), person=OuterRef("person"), pays_arrears=False
    )
    looked_at = people_to_look_at(held, dead, user)
    out = {row.pk for row in out_by_rule(looked_at, stops, month)}
    kept = {row.person_id: row.who for listed in looked_at.values() for row in listed}
    return Entitled(held.exclude(pk__in=out).exclude(Exists(own)), kept)


def dead_by(user, day: date):
    """People who had died on a day, as far as their dossiers are in sight."""
    is_dead = Q(died_earliest__lte=day) | Q(status=Person.Status.DECEASED, died="")
    return Person.objects.visible_to(user).filter(is_dead)


def people_to_look_at(held, dead, user) -> dict[int, list[Enrolment]]:
    """Return the enrolments of people who stand in several benefits, or whose dossiers were merged. One statement."""
    twice = held.order_by().values("person").annotate(n=Count("pk")).filter(n__gt=1).values("person")
    seen = Person.objects.visible_to(user)
    own = seen.filter(pk=OuterRef("person"))
    merged = (
        seen.filter(merged_into__isnull=False).values("pk").union(seen.filter(merged_from__isnull=False).values("pk"))
    )
    rows = held.filter(Q(person__in=twice) | Q(person__in=merged)).annotate(
        who=Coalesce(Subquery(own.values("survivor_key")), F("person_id"), output_field=BigIntegerField()),
        is_gone=Exists(dead.filter(survivor_key=OuterRef("who"))),
    )
    found = defaultdict(list)
    for row in rows.order_by("pk"):
        found[row.who].append(row)
    return found


def out_by_rule(people: dict[int, list[Enrolment]], stops, month: date) -> list[Enrolment]:
    """Return those of these enrolments that do not pay. Two statements, three where a rule compares amounts."""
    if not people:
        return []
    stopped, policy = stops_of(stops, people), rules_only()
    if any(rule.rule == "HOLD" and rule.value == "HIGHER" for rule in policy.rules):
        policy = load_policy()  # which of two is higher follows from the standards
    found = []
    for who, listed in people.items():
        case = Case(who, tuple(map(spell_of, listed)), tuple(stopped.get(who, ())))
        found += [row for row in listed if row.is_gone or not pays(case, row, policy, month)]
    return found


def pays(case: Case, row: Enrolment, policy, month: date) -> bool:
    over = [one for one in case.stops if one.covers(row.programme_id, month)]
    return all(one.pays_arrears for one in over) and not held_back(case, policy, spell_of(row), month)[0]


def stops_of(stops, people: dict[int, list[Enrolment]]) -> dict[int, list[Stop]]:
    """Return the stops of these people, those on merged dossiers too. One statement."""
    kept = {row.person_id: row.who for listed in people.values() for row in listed} | {who: who for who in people}
    aliases = Q(person__in=kept) | Q(person__merged_into__in=people)
    columns = ("person_id", "person__merged_into_id", "programme_id", "month_from", "month_to", "pays_arrears")
    found = defaultdict(list)
    for person, merged_into, programme, *rest in stops.filter(aliases).order_by("pk").values_list(*columns):
        found[kept.get(person, merged_into)].append(Stop(programme or "", *rest))
    return found


def merged_people(user) -> dict[int, int]:
    """Return {merged dossier: the one that was kept}. One statement."""
    rows = Person.objects.visible_to(user).filter(status=Person.Status.MERGED)
    return dict(rows.values_list("pk", "survivor_key"))
