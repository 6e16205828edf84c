"""Verbs of many cards at once: reviews, making, signing in, sending. One statement, one event; all of them or none."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import F

from registry.actions.card_steps import day_of, refuse_level, step_added
from registry.models import Card, Person
from registry.workflow_cards import IN_SETS, STEPS
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

MOST = 500
REVIEWERS = {"pass-district": ("district_by", "district_at"), "pass-city": ("city_by", "city_at")}


@action
def move_cards(*, cards: Iterable[int], step: str, by: User, at: datetime, on: date | None = None) -> int:
    """
    Take up to 500 cards one step on; returns how many.

    step:   one of workflow_cards.IN_SETS.
    on:     the day the province passed them; only for record-province.
    Raises: ValidationError: none or more than 500, another level, one that has moved on, some accepted by oneself.
    """
    wanted = sorted(set(cards))
    if not wanted:
        raise ValidationError("请先勾选优待证。")
    if len(wanted) > MOST:
        raise ValidationError(f"一次最多办理 {MOST} 张，现在是 {len(wanted)} 张。")
    if step not in IN_SETS:
        raise ValidationError("这一步不能成批办理。")
    row, today = STEPS[step], day_of(at)
    refuse_level(step, row.sources[0], by)
    if on and on > today:
        raise ValidationError({"on": "省级审核日期晚于今天。"})
    rows = lock_all(wanted, step, by=by)
    count = rows.update(
        state=row.target, state_since=today, steps=step_added(row.target, on or today, by), row_version=F("row_version") + 1,
        **reviewer(step, by, at),
    )  # fmt: skip
    AuditEvent.record(row.event, by.office, by=by, at=at, count=count, cards=wanted)
    return count


def lock_all(wanted: list[int], step: str, *, by: User):
    """Lock the people in order of their keys, then the cards. Raises ValidationError when one does not fit."""
    rows = Card.objects.visible_to(by).live().filter(pk__in=wanted)
    people = Person.objects.visible_to(by).filter(pk__in=rows.values("person_id"))
    list(people.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    found = list(
        rows.select_for_update(of=("self",)).order_by("pk").values_list("state", "accepted_by_id", "district_by_id")
    )
    if len(found) != len(wanted) or any(state not in STEPS[step].sources for state, *_ in found):
        raise ValidationError("有的优待证已经办过这一步，或已退回、停用，请刷新后重选。")
    own = sum(by.pk in makers for _, *makers in found) if step in REVIEWERS else 0
    if own:
        raise ValidationError(f"其中 {own} 张由你本人受理或审核过，不能由你审核。")
    return rows


def reviewer(step: str, by: User, at: datetime) -> dict:
    who, when = REVIEWERS.get(step, ("", ""))
    return {who: by, when: at} if who else {}
