"""What the verbs of a dossier share: the lock on the person, the closed and the locked dossier, lost updates."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models

from registry.ledgers import LOCKED
from registry.models import Identity, Person
from veterans_portal.accounts.models import User
from veterans_portal.partial_dates import validate_partial_date
from veterans_portal.sealing import SealedTextField

LOCKED_SENTENCE = "这项内容影响待遇，请由区县审核后更改。"
STALE_SENTENCE = "档案刚被他人修改，请对照下面的内容，改好后再保存。"
UNCHANGED_SENTENCE = "内容没有变化，不用保存。"
CLOSED = (Person.Status.CANCELLED, Person.Status.MERGED)


def lock_person(person: Person, *, by: User) -> Person:
    """Lock the dossier within the person's scope. Raises ValidationError when it is closed for good."""
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if found.status in CLOSED:
        raise ValidationError(f"这份档案{found.get_status_display()}，不能再修改。")
    return found


def is_locked(person: Person, *, by: User) -> bool:
    """Tell whether money hangs on the dossier: a confirmed identity of a category that is paid."""
    held = Identity.objects.visible_to(by).open().filter(person=person)
    return held.filter(standing=Identity.Standing.CONFIRMED, category__is_pay_affecting=True).exists()


def refuse_locked(person: Person, changed: Iterable[str], *, by: User) -> None:
    """Refuse to write what can start or raise money, once money hangs on the dossier."""
    touched = [name for name in LOCKED if name in changed]
    if touched and is_locked(person, by=by):
        raise ValidationError({name: ValidationError(LOCKED_SENTENCE, code="locked") for name in touched})


def refuse_stale(found: int | str, version: int | str) -> None:
    if found != version:
        raise ValidationError(STALE_SENTENCE, code="stale")


def refuse_later_than(today: date, text: str, sentence: str, *, field: str) -> None:
    """Refuse a partial date of which every reading lies after today."""
    if not text:
        return
    validate_partial_date(text)
    earliest = (text + "-01-01")[:10] if len(text) == 4 else (text + "-01")[:10]
    if date.fromisoformat(earliest) > today:
        raise ValidationError({field: sentence})


def changes_in(row: models.Model, values: Mapping) -> dict:
    """Return the values that differ from the row; None and "" are the same nothing."""
    return {name: value for name, value in values.items() if nothing(getattr(row, name)) != nothing(value)}


def nothing(value):
    return None if value == "" else value


def version_of(row: models.Model | None, fields: Iterable[str]) -> str:
    """Return a short digest of what a page showed of a row that counts no versions."""
    held = {name: str(getattr(row, name) or "") for name in fields} if row else {}
    return hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:16]


def fill(row: models.Model, values: Mapping) -> None:
    for name, value in values.items():
        field = row._meta.get_field(name)
        setattr(row, name, value if value is not None or field.null else field.get_default())


def check(row: models.Model) -> None:
    """Hold a row to its model before it is written. Raises ValidationError."""
    for field in row._meta.concrete_fields:
        # an empty sealed column reads as "", which the constraints would not take for NULL
        if isinstance(field, SealedTextField) and getattr(row, field.attname) == "":
            setattr(row, field.attname, None)
    row.full_clean(exclude=settled_relations(row), validate_constraints=False)
    row.validate_constraints()


def settled_relations(row: models.Model) -> set[str]:
    """
    Return the relations that stay as they are stored.

    What they lead to may lie behind the wall: the town's import that brought a village's person, the town's hanging
    round of a village's plaque. They were checked when they were set, and the database holds them.
    """
    if row._state.adding:
        return set()
    keys = {field.name: field.attname for field in row._meta.concrete_fields if field.is_relation}
    stored = type(row)._base_manager.filter(pk=row.pk).values(*keys.values()).get()
    return {name for name, key in keys.items() if stored[key] == getattr(row, key)}


def create(row: models.Model, *, by: User, at) -> None:
    row.created_by, row.created_at = by, at
    check(row)
    row.save()
