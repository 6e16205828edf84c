"""What the verbs of a card share: the locks, whose deed it is, the list of steps taken; and cards of those who go."""

import json
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import F
from django.db.models.expressions import RawSQL
from django.utils import timezone

from registry.actions.anchor import check
from registry.models import Card, Person
from registry.workflow_cards import IN_PROGRESS, LEVEL_WORDS, STEPS, deciding, is_at_level
from veterans_portal.accounts.models import AuditEvent, User

SAME_PERSON = "受理人与审核人不能为同一人。"
REPLACED = "已由新证替换"


def day_of(at: datetime) -> date:
    return timezone.localdate(at)


def note(state: str, on: date, by: User) -> dict:
    return {"state": state, "on": on.isoformat(), "by": by.pk}


def refuse_state(found: Card) -> None:
    raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")


def refuse_level(name: str, state: str, by: User) -> None:
    """Refuse a step of another level or role. Raises ValidationError."""
    row = deciding(name, state)
    if not by.may(row.needs) or not is_at_level(by.office, row.level):
        raise ValidationError(f"这一步由{LEVEL_WORDS[row.level]}办理，你的岗位不能办。")


def lock(card: Card, name: str, *, by: User) -> tuple[Person, Card]:
    """Lock the person, then the card. Raises ValidationError when state, level or role does not allow the deed."""
    person = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=card.person_id)
    found = Card.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=card.pk)
    if found.state not in STEPS[name].sources:
        refuse_state(found)
    refuse_level(name, found.state, by)
    return person, found


def put(card: Card, state: str, *, by: User, at: datetime, on: date | None = None, **values) -> Card:
    """Write a state, the step that led to it, and these columns. What the database refuses reads as its sentence."""
    today = day_of(at)
    values |= {"state": state, "state_since": today, "steps": [*card.steps, note(state, on or today, by)]}
    for name, value in values.items():
        setattr(card, name, value)
    card.row_version += 1
    check(card)
    card.save(update_fields=[*values, "row_version"])
    return card


def take(person: Person, card: Card, name: str, *, by: User, at: datetime, on: date | None = None, **values) -> Card:
    """Do one step of the table, one event."""
    put(card, STEPS[name].target, by=by, at=at, on=on, **values)
    AuditEvent.record(STEPS[name].event, person, by=by, at=at, card=card.pk)
    return card


def step_added(state: str, on: date, by: User) -> RawSQL:
    """The steps of many cards, each with one more: a value for update()."""
    return RawSQL("steps || %s::jsonb", [json.dumps([note(state, on, by)])])


def give_back(application: Card, *, by: User, at: datetime) -> None:
    """An application for another card came to nothing: the old card counts as it did before."""
    old, application.replaces = application.replaces, None
    application.save(update_fields=["replaces"])
    before = [step["state"] for step in old.steps if step["state"] != "REPLACING"]
    put(old, before[-1] if before else Card.State.ISSUED, by=by, at=at)


# ---- cards of those who go; the caller holds the lock and records the event ------------------------------------------


def close_cards(person: Person, *, by: User, at: datetime, reason: str) -> int:
    """Close whatever cards a person has, as a set."""
    today, closed = day_of(at), Card.State.CLOSED
    rows = Card.objects.live().filter(person=person).exclude(state=closed)
    return rows.update(state=closed, closed_reason=reason, state_since=today, steps=step_added(closed, today, by),
                       row_version=F("row_version") + 1)  # fmt: skip


def drop_application(person: Person, *, by: User, at: datetime, reason: str) -> None:
    """Close an application that is under way; a card in hand stays good everywhere in the country."""
    card = Card.objects.live().filter(person=person, state__in=IN_PROGRESS).select_related("replaces").first()
    if card is None:
        return
    put(card, Card.State.CLOSED, by=by, at=at, closed_reason=reason)
    if card.replaces_id:
        give_back(card, by=by, at=at)
