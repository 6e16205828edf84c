"""
Verbs of two dossiers that may be one person: find, merge, take the merge back, keep apart (anchor: both people, the lower
key first). Nothing is deleted: children change hands, and their keys are kept so that they can be given back.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from registry.actions.anchor import LOCKED_SENTENCE, check, is_locked
from registry.actions.identities import GENERAL
from registry.actions.people import with_followers
from registry.actions.status import note_change
from registry.ledgers import LOCKED
from registry.models import (
    AidReferral,
    Award,
    Card,
    ChangeRequest,
    Document,
    DuplicatePair,
    HouseholdMember,
    Identity,
    Livelihood,
    Merge,
    Move,
    Person,
    Plaque,
    PromptDone,
    Service,
    StatusChange,
)
from registry.models.card import LIVE_STATES
from veterans_portal.accounts.models import AuditEvent, RowChange, User
from veterans_portal.actions import action

NUMBERS_DIFFER = "两份档案的身份证号不同，请先更正错误的一个（可改为“待查”）。"
TWO_CARDS = "两份档案都有在用的优待证，请先处理其中一张。"
ONE_DIED = "一份档案已登记去世，另一份没有。请先核实：去世属实的，在另一份也登记去世；登记错了的，先申请恢复在册。"
ONE_LEFT = "一份档案已迁出，另一份在册，请保留在册的那一份。"
CHANGED_SINCE = "合并后档案又有修改，请先核对。"
# columns of a person that may be taken from either side
FIELDS = ("name", "former_name", "id_number", "sex", "born", "archive_born", "ethnicity", "marital", "education", "political",
          "employment", "phone", "phone_alt", "hukou_place", "hukou_type", "address", "workplace", "note")  # fmt: skip
# rows that describe the person now: they go to the survivor's office with her
CARRIED = (Identity, Service, Award, Document, Card)
# facts of a day, and pointers: they keep their own office
POINTED = ((HouseholdMember, "person"), (StatusChange, "person"), (ChangeRequest, "person"), (PromptDone, "person"),
           (AidReferral, "person"), (Move, "person"), (Plaque, "holder"))  # fmt: skip


@cache
def pairs_sql() -> str:
    return (Path(__file__).resolve().parent.parent / "sql" / "find_pairs.sql").read_text("utf-8")


def find_pairs(*, by: User | None, at: datetime, people: Iterable[int] | None = None, differing: bool = False) -> int:
    """
    Note pairs of dossiers within the reader's range, in one statement; returns how many are new.

    by:        None for the nightly run.
    differing: also two of one name and birth whose ID numbers differ.
    """
    ids = None if people is None else list(people)
    with connection.cursor() as cursor:
        cursor.execute(pairs_sql(), {"ids": ids, "at": at, "by": by and by.pk, "differing": differing})
        return cursor.rowcount


def lock_both(first: int, second: int, *, by: User) -> dict[int, Person]:
    rows = Person.objects.visible_to(by).live().filter(pk__in=(first, second))
    found = {one.pk: one for one in rows.select_for_update(of=("self",)).order_by("pk")}
    if len(found) != 2:
        raise ValidationError("其中一份档案不在你的范围内，请由上级单位合并。")
    return found


def lock_pair(pair: DuplicatePair, *, by: User) -> DuplicatePair:
    found = DuplicatePair.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=pair.pk)
    if found.state != DuplicatePair.State.OPEN:
        raise ValidationError(f"这一对{found.get_state_display()}，不能再办。")
    return found


@action
def merge_people(*, pair: DuplicatePair, survivor: int, take: Iterable[str], by: User, at: datetime) -> Merge:
    """
    Merge two dossiers into `survivor`.

    take:   fields of the other dossier that replace the survivor's; what only the other one has is taken anyway.
    Raises: ValidationError: two different ID numbers, only one of the two died, two living cards, a move or a request that is open, a confirmed
            category that the survivor only claims, a field that money hangs on.
    """
    people = lock_both(pair.first_id, pair.second_id, by=by)
    found = lock_pair(pair, by=by)
    if survivor not in people:
        raise ValidationError("请选择保留哪一份档案。")
    kept, loser = people.pop(survivor), next(iter(people.values()))
    refuse_unmergeable(kept, loser)
    changes = changes_for(kept, loser, set(take))
    if (locked := [name for name in LOCKED if name in changes and getattr(kept, name)]) and is_locked(kept, by=by):
        raise ValidationError(dict.fromkeys(locked, LOCKED_SENTENCE))
    merge = Merge(survivor=kept, loser=loser, pair=found, office_id=found.office_id, loser_status=loser.status, created_by=by,
                  created_at=at, survivor_version=kept.row_version + 1, loser_version=loser.row_version + 1)  # fmt: skip
    merge.kept = json.dumps({name: getattr(kept, name) or "" for name in changes}, ensure_ascii=False)
    merge.moved = hand_over(kept, loser, today=timezone.localdate(at))
    if kept.photo_id is None:  # the picture itself has just changed hands
        face_of(kept, loser.photo_id)
    retire(loser, kept)
    write_fields(kept, changes)
    merge.save()
    note_change(
        loser,
        StatusChange.Kind.MERGE,
        by=by,
        at=at,
        effective=timezone.localdate(at).isoformat(),
        reason="并入另一份档案",
    )
    decide(found, DuplicatePair.State.MERGED, "", by=by, at=at)
    AuditEvent.record("PEOPLE_MERGED", kept, by=by, at=at, merge=merge.pk, loser=loser.pk, fields=sorted(changes))
    return merge


def refuse_unmergeable(kept: Person, loser: Person) -> None:
    for one in (kept, loser):
        if one.status in (Person.Status.MERGED, Person.Status.CANCELLED):
            raise ValidationError(f"档案 {one.ref} {one.get_status_display()}，不能合并。")
    # what hangs on the loser lives on with the survivor: a card in use, an open category must not go to a dead person
    if (kept.status == Person.Status.DECEASED) != (loser.status == Person.Status.DECEASED):
        raise ValidationError(ONE_DIED)
    if kept.status == Person.Status.MOVED_OUT and loser.status == Person.Status.ACTIVE:
        raise ValidationError(ONE_LEFT)
    if kept.id_digest and loser.id_digest and bytes(kept.id_digest) != bytes(loser.id_digest):
        raise ValidationError(NUMBERS_DIFFER)
    both = (kept.pk, loser.pk)
    cards = Card.objects.live().filter(person_id__in=both, state__in=LIVE_STATES).values_list("person_id", flat=True)
    if len(set(cards)) == 2:
        raise ValidationError(TWO_CARDS)
    if Move.objects.pending().filter(person_id__in=both).exists():
        raise ValidationError("有一笔迁移正在办理，请先办结再合并。")
    if ChangeRequest.objects.live().filter(person_id__in=both, state="PROPOSED").exists():
        raise ValidationError("有变更申请正在审核，请先办结再合并。")
    claimed = Identity.objects.open().filter(person=kept, standing="CLAIMED").values("category_id")
    confirmed = (
        Identity.objects.open()
        .filter(person=loser, standing="CONFIRMED", category__in=claimed)
        .select_related("category")
    )
    if one := confirmed.first():
        raise ValidationError(
            f"“{one.category.label}”只在另一份档案里已确认，请先在保留的档案里确认，或改为保留另一份。"
        )


def changes_for(kept: Person, loser: Person, take: set[str]) -> dict:
    """Return the values the survivor takes over: chosen ones, and what only the other dossier has."""
    found = {}
    for name in FIELDS:
        own, other = getattr(kept, name) or "", getattr(loser, name) or ""
        if other and own != other and (name in take or not own or (name == "sex" and own == "U")):
            found[name] = other
    return found


def write_fields(person: Person, changes: dict) -> None:
    columns = with_followers(changes)
    if "id_number" in changes:
        columns["no_id_reason"] = "" if changes["id_number"] else "TO_FIND"
    for name, value in columns.items():
        field = person._meta.get_field(name)
        setattr(person, name, value if value != "" or not field.null else None)
    person.row_version += 1
    check(person)
    person.save(update_fields=[*columns, "row_version"])


def hand_over(kept: Person, loser: Person, *, today) -> dict[str, list[int]]:
    """Re-point what hangs on the loser, as sets; what would collide stays with her. Returns the keys by table."""
    moved: dict[str, list[int]] = {}
    for model in CARRIED:
        rows = model.objects.filter(person=loser)
        if model is Identity:
            held = Identity.objects.open().filter(person=kept)
            idle = Q(category_id__in=held.values("category_id"))
            if held.filter(category__kind="VETERAN").exists():
                idle |= Q(category_id=GENERAL)  # the survivor's own says more
            rows = rows.exclude(pk__in=Identity.objects.open().filter(idle, person=loser))
        take_rows(moved, model, rows, person=kept, office_id=kept.office_id)
    if not Livelihood.objects.filter(person=kept).exists():
        take_rows(moved, Livelihood, Livelihood.objects.filter(person=loser), person=kept, office_id=kept.office_id)
    if HouseholdMember.objects.live().filter(person=kept, left_on=None).exists():
        open_ones = HouseholdMember.objects.live().filter(person=loser, left_on=None)
        moved["left"] = list(open_ones.values_list("pk", flat=True))
        open_ones.update(left_on=today)
    for model, name in POINTED:
        rows = model.objects.filter(**{name: loser})
        if model is HouseholdMember:
            rows = rows.exclude(pk__in=moved.get("left", []))
        if model is PromptDone:
            held = PromptDone.objects.filter(person=kept).values_list("kind", "due_on")
            rows = rows.exclude(pk__in=[one.pk for one in rows if (one.kind, one.due_on) in set(held)])
        take_rows(moved, model, rows, **{name: kept})
    return moved


def take_rows(moved: dict, model, rows, **values) -> None:
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    if keys:
        model.objects.filter(pk__in=keys).update(**values)
        moved[model._meta.db_table] = keys


def face_of(person: Person, photo: int | None) -> None:
    """Show another photo, or none, in the head of a dossier; its version counts up with the other fields."""
    Person.objects.filter(pk=person.pk).update(photo=photo)
    person.photo_id = photo


def retire(loser: Person, kept: Person) -> None:
    """Close the loser's dossier; those merged into her before now point to the survivor, so chains stay flat."""
    Person.objects.filter(merged_into=loser).update(merged_into=kept, row_version=F("row_version") + 1)
    loser.status, loser.merged_into = Person.Status.MERGED, kept
    loser.row_version += 1
    loser.save(update_fields=["status", "merged_into", "row_version"])


def decide(pair: DuplicatePair, state: str, note: str, *, by: User, at: datetime) -> None:
    pair.state, pair.note, pair.decided_by, pair.decided_at = state, note, by, at
    pair.save(update_fields=["state", "note", "decided_by", "decided_at"])


@action
def keep_distinct(*, pair: DuplicatePair, note: str, by: User, at: datetime) -> DuplicatePair:
    """Say that two dossiers are two people; the pair does not come back."""
    found = lock_pair(pair, by=by)
    if not note.strip():
        raise ValidationError({"note": "请写明为什么不是同一人。"})
    decide(found, DuplicatePair.State.DISTINCT, note.strip(), by=by, at=at)
    AuditEvent.record("PAIR_DISTINCT", found, by=by, at=at)
    return found


@action
def undo_merge(*, merge: Merge, by: User, at: datetime) -> Merge:
    """
    Give both dossiers back as they were.

    Raises: ValidationError: taken back before, or one of the rows was changed since.
    """
    people = lock_both(merge.survivor_id, merge.loser_id, by=by)
    found = Merge.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=merge.pk)
    if found.undone_at:
        raise ValidationError("这次合并已经撤销。")
    kept, loser = people[found.survivor_id], people[found.loser_id]
    if was_changed(found, kept, loser):
        raise ValidationError(CHANGED_SINCE)
    give_back(found, loser)
    if kept.photo_id in found.moved.get(Document._meta.db_table, []):
        face_of(kept, None)
    loser.status, loser.merged_into = found.loser_status, None
    loser.row_version += 1
    before = json.loads(found.kept or "{}")
    # the number belongs to one living dossier at a time: away from the survivor before the loser lives again
    write_fields(kept, before) if before else None
    loser.save(update_fields=["status", "merged_into", "row_version"])
    found.undone_by, found.undone_at = by, at
    found.save(update_fields=["undone_by", "undone_at"])
    reopen(found)
    note_change(
        loser, StatusChange.Kind.UNMERGE, by=by, at=at, effective=timezone.localdate(at).isoformat(), reason="撤销合并"
    )
    AuditEvent.record("MERGE_UNDONE", kept, by=by, at=at, merge=found.pk, loser=loser.pk)
    return found


def was_changed(merge: Merge, kept: Person, loser: Person) -> bool:
    """Tell whether anybody touched either dossier, or a row that changed hands, after the merge was noted down."""
    if (kept.row_version, loser.row_version) != (merge.survivor_version, merge.loser_version):
        return True
    made = RowChange.objects.filter(table=Merge._meta.db_table, row=str(merge.pk), op="I").order_by("pk").first()
    if made is None:
        return True
    return any(
        RowChange.objects.filter(table=table, row__in=[str(pk) for pk in keys], pk__gt=made.pk).exists()
        for table, keys in merge.moved.items()
        if table != "left"
    )


def give_back(merge: Merge, loser: Person) -> None:
    carried = {model._meta.db_table: model for model in (*CARRIED, Livelihood)}
    pointed = {model._meta.db_table: (model, name) for model, name in POINTED}
    for table, keys in merge.moved.items():
        if table in carried:
            carried[table].objects.filter(pk__in=keys).update(person=loser, office_id=loser.office_id)
        elif table in pointed:
            model, name = pointed[table]
            model.objects.filter(pk__in=keys).update(**{name: loser})
    HouseholdMember.objects.filter(pk__in=merge.moved.get("left", [])).update(left_on=None)


def reopen(merge: Merge) -> None:
    DuplicatePair.objects.filter(pk=merge.pair_id).update(state="OPEN", decided_by=None, decided_at=None)
