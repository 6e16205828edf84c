"""
Verbs of one enrolment on its way to being in force (anchor: the person, afterwards the paying office and the row).

Every step is in benefits.workflow. The second person always sits at the deciding office, so that a station of one clerk
is never stuck.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Q

from benefits.actions.anchor import lock_paying_office, step
from benefits.models import Enrolment, LineMonth, PayingOffice, Programme, PublicNotice
from benefits.models.enrolments import IN_FORCE
from benefits.posting import until_of
from benefits.rules.enrolments import missing_keys
from benefits.rules.money import add_months
from benefits.standing import keys_of, paying_office_of, rules_only, start_of
from registry.actions.anchor import check, lock_person
from registry.models import Category, Document, Identity, Person
from registry.rules.names import mask_name
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

SAME_PERSON = "申报人与批准人不能为同一人。"
OVERLAPS = "该人员此项待遇在所选期间已有资格。"
BEING_ASKED = "该人员此项待遇已有一件申报在办理，请在那一件上办理。"
NOT_CONFIRMED = "“{category}”身份还没有确认，确认后才能批准。"
NO_IDENTITY = "该人员没有“{category}”身份，请先在档案中登记。"
NO_GRADE = "残疾等级或性质未填，无法对应标准。"
NEEDS_YEARS = "折算年限应为1至40的整数，并上传认定材料。"
MOVED_AWAY = "此人的档案已迁到别的单位，请不予认定，由迁入方重新申报。"
NEEDS_REASON = "请写明原因。"
NO_HISTORY = "更正起始月早于启用月份，请先导入历史发放。"
ASKED = {
    "period": "参加革命时期未填，无法对应标准。",
    "residence": "户籍未填，无法对应标准。",
    "class": "档次未填，无法对应标准。",
}
IN_HAND = ("SUBMITTED", "REVIEWED", "POSTED", "RETURNED")
FACTS = ("key_grade", "key_nature", "key_period", "key_residence", "key_class", "service_years", "is_lone_elder",
         "decided_on", "decision_no", "decided_by_organ", "certificate_no", "review_on")  # fmt: skip


# ---- asking --------------------------------------------------------------------------------------------------------


@action
def propose_enrolment(*, person: Person, programme: Programme, values: Mapping, route: str, by: User, at: datetime,
                      month_from: date | None = None, evidence: Document | None = None) -> Enrolment:  # fmt: skip
    """
    Ask for a benefit; a district's officer asks straight for the approval.

    values:     FACTS of the enrolment. month_from: only for routes that bring their own month.
    Raises:     ValidationError: no such identity, a key is missing, too young, no years or no proof of them, held or
                asked for already.
    """
    found = lock_person(person, by=by)
    row = Enrolment(person=found, programme=programme, route=route, evidence=evidence)
    fill(row, values, by=by)
    if Enrolment.objects.filter(of_person(found), programme=programme, state__in=IN_HAND, replaces=None).exists():
        raise ValidationError(BEING_ASKED)
    settle(row, typed=month_from)
    refuse_held(row)
    return submit(row, by=by, at=at)


@action
def propose_replacement(*, enrolment: Enrolment, values: Mapping, route: str, month_from: date, reason: str, by: User,
                        at: datetime, evidence: Document | None = None) -> Enrolment:  # fmt: skip
    """
    Ask for other keys from a month on: a new row, which ends or voids the old one when it is approved.

    route:  REGRADE or CORRECTION. Raises ValidationError: not in force, a request is open, no reason, a key is missing.
    """
    person = lock_person(enrolment.person.survivor, by=by)
    old = lock_row(enrolment, by=by)
    if old.state != Enrolment.State.ACTIVE:
        raise ValidationError(f"当前为“{old.get_state_display()}”，不能执行此操作。")
    if not reason.strip():
        raise ValidationError({"reason": NEEDS_REASON})
    if Enrolment.objects.filter(replaces=old).exists():
        raise ValidationError("这项待遇已有一件更正，请在那一件上办理。")
    row = Enrolment(person=person, programme=old.programme, route=route, replaces=old, evidence=evidence,
                    note=reason.strip())  # fmt: skip
    fill(row, values, by=by)
    settle(row, typed=month_from)
    return submit(row, by=by, at=at)


@action
def resubmit_enrolment(*, enrolment: Enrolment, values: Mapping, route: str, by: User, at: datetime,
                       month_from: date | None = None, evidence: Document | None = None) -> Enrolment:  # fmt: skip
    """Hand in again what came back, corrected. The refusals are those of asking."""
    lock_person(enrolment.person.survivor, by=by)
    row = lock_row(enrolment, by=by)
    step("enrolment", "propose", by=by, row=row)
    row.route, row.evidence = route, evidence or row.evidence
    row.reviewed_by = row.reviewed_at = None
    fill(row, values, by=by)
    settle(row, typed=month_from)
    if row.replaces_id is None:
        refuse_held(row)
    return submit(row, by=by, at=at)


def fill(row: Enrolment, values: Mapping, *, by: User) -> None:
    """Put the facts into a new or returned row; its station is where the person is registered."""
    for name in FACTS:
        value = values.get(name)
        field = row._meta.get_field(name)
        setattr(row, name, value if value not in (None, "") or field.null else field.get_default())
    kept = row.person.survivor
    row.office_id = kept.office_id
    row.paying_office = paying_office_of(row.office_id)
    row.category_code = category_of(kept, row.programme, by=by)
    refuse_keys(row)


def category_of(person: Person, programme: Programme, *, by: User) -> str:
    """Return the code of the identity that gives the benefit, a confirmed one first."""
    held = Identity.objects.visible_to(by).open().filter(person=person, category__in=programme.category_codes)
    found = held.order_by("-standing", "category__position", "pk").first()  # CONFIRMED sorts after CLAIMED
    if found is None:
        raise ValidationError(NO_IDENTITY.format(category=labels(programme.category_codes)))
    return found.category_id


def labels(codes) -> str:
    known = dict(Category.objects.filter(code__in=codes).values_list("code", "label"))
    return "、".join(known.get(code, code) for code in codes)


def refuse_keys(row: Enrolment) -> None:
    """Refuse what no standard can be found for."""
    missing = missing_keys(tuple(row.programme.required_keys), keys_of(row), row.service_years)
    if {"grade", "nature"} & set(missing):
        raise ValidationError({f"key_{name}": NO_GRADE for name in missing if name in ("grade", "nature")})
    if "service_years" in row.programme.required_keys:
        is_whole = row.service_years in range(1, 41)
        if not (is_whole and row.evidence_id):
            raise ValidationError({"evidence" if is_whole else "service_years": NEEDS_YEARS})
    for name in missing:
        if name in ASKED:
            raise ValidationError({f"key_{name}": ASKED[name]})


def settle(row: Enrolment, *, typed: date | None) -> None:
    if row.decided_on is None:
        raise ValidationError({"decided_on": "请填写批准日期。"})
    row.month_from = start_of(row, row.person.born, typed=typed, policy=rules_only()).month


def of_person(person: Person):
    """All dossiers of one person: a benefit is hers, whichever dossier it was written on."""
    return Q(person__survivor_key=person.survivor_key)


def refuse_held(row: Enrolment) -> None:
    """Two enrolments in force never overlap, on merged dossiers either; what lies behind a wall the database refuses."""
    held = Enrolment.objects.filter(of_person(row.person), programme=row.programme_id, state__in=IN_FORCE)
    for other in held.exclude(pk__in=[row.pk, row.replaces_id]):
        ends_before = other.month_to is not None and other.month_to < row.month_from
        starts_after = row.month_to is not None and row.month_to < other.month_from
        if not (ends_before or starts_after):
            raise ValidationError(OVERLAPS)


def submit(row: Enrolment, *, by: User, at: datetime) -> Enrolment:
    is_above = by.office.is_deciding and by.may(Permission.REVIEW_ENROLMENT)
    taken = step("enrolment", "propose-reviewed" if is_above else "propose", by=by)
    row.state, row.proposed_by, row.proposed_at = taken.target, by, at
    if is_above:
        row.reviewed_by, row.reviewed_at = by, at
    check(row)
    row.row_version += row.pk is not None
    row.save()
    AuditEvent.record(taken.event, row, by=by, at=at, programme=row.programme_id, route=row.route, state=row.state)
    return row


# ---- deciding ------------------------------------------------------------------------------------------------------


def lock_row(enrolment: Enrolment, *, by: User) -> Enrolment:
    rows = Enrolment.objects.visible_to(by).select_related("programme")
    return rows.select_for_update(of=("self",)).get(pk=enrolment.pk)


def lock(enrolment: Enrolment, deed: str, *, by: User) -> tuple[PayingOffice, Enrolment]:
    """Lock the paying office, then the row, for a deed that changes what is paid."""
    step("enrolment", deed, by=by)
    paying = lock_paying_office(enrolment.paying_office_id, by=by)
    found = lock_row(enrolment, by=by)
    step("enrolment", deed, by=by, row=found)
    return paying, found


def save(row: Enrolment, *, by: User, at: datetime, event: str, facts: Mapping | None = None, **values) -> Enrolment:
    """
    Write these columns, one event.

    The person may have moved behind another office's wall, so her row is not asked for: her key is held by the
    database, whose refusals read as their sentences.
    """
    for name, value in values.items():
        setattr(row, name, value)
    row.row_version += 1
    row.clean_fields(exclude=["person", "replaces", "evidence"])
    row.save(update_fields=[*values, "row_version"])
    AuditEvent.record(event, row, by=by, at=at, programme=row.programme_id, fields=sorted(values), **(facts or {}))
    return row


@action
def review_enrolment(*, enrolment: Enrolment, note: str = "", by: User, at: datetime) -> Enrolment:
    """The town, or the district, has looked at the papers. Raises ValidationError: a village, the wrong state."""
    found = lock_row(enrolment, by=by)
    taken = step("enrolment", "review", by=by, row=found)
    return save(found, by=by, at=at, event=taken.event, state=taken.target, reviewed_by=by, reviewed_at=at,
                note=note.strip() or found.note)  # fmt: skip


@action
def return_enrolment(*, enrolment: Enrolment, reason: str, by: User, at: datetime) -> Enrolment:
    """Send a request back to be completed, saying why."""
    found = lock_row(enrolment, by=by)
    taken = step("enrolment", "return" if by.may(Permission.APPROVE_ENROLMENT) else "return-review", by=by, row=found)
    refuse_silence(reason)
    return save(found, by=by, at=at, event=taken.event, state=taken.target, note=reason.strip())


@action
def refuse_enrolment(*, enrolment: Enrolment, reason: str, by: User, at: datetime) -> Enrolment:
    """
    Say that somebody has no right to the benefit, and why; a new request stays possible.

    A refused replacement lets go of the row it wanted to replace, so that another one can be asked for.
    """
    found = lock_row(enrolment, by=by)
    taken = step("enrolment", "refuse", by=by, row=found)
    refuse_silence(reason)
    old = found.replaces_id
    return save(found, by=by, at=at, event=taken.event, state=taken.target, note=reason.strip(), replaces=None,
                facts={"replaces": old} if old else None)  # fmt: skip


def refuse_silence(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": NEEDS_REASON})


@action
def post_enrolment(*, enrolment: Enrolment, amount: str, by: User, at: datetime, today: date) -> PublicNotice:
    """
    Post a request before it is approved, for the days of the paying office; the row is masked and frozen.

    amount: what the benefit is expected to be worth a month, as text; empty when no standard gives it.
    Raises: ValidationError: the wrong state, a calendar that does not reach so far.
    """
    paying, found = lock(enrolment, "post", by=by)
    person = in_sight(found, by=by)
    name = mask_name(person.name) if paying.publication_masks_names else person.name
    notice = PublicNotice(
        office_id=paying.office_id, subject=PublicNotice.Subject.ENROLMENT, from_on=today, days=paying.publication_days,
        day_kind=paying.publication_day_kind, until_on=until_of(paying, today), posted_by=by, posted_at=at,
        rows=[[found.pk, name, person.office.label, found.programme.name, found.get_route_display(), amount]],
    )  # fmt: skip
    check(notice)
    notice.save()
    taken = step("enrolment", "post", by=by)
    save(found, by=by, at=at, event=taken.event, state=taken.target, facts={"notice": notice.pk})
    return notice


@action
def approve_enrolment(*, enrolment: Enrolment, by: User, at: datetime, today: date, note: str = "") -> Enrolment:
    """
    Put a benefit in force. One that replaces another ends or voids it in the same transaction.

    Raises: ValidationError: one's own request, still posted, an identity nobody confirmed, months that overlap.
    """
    paying, found = lock(enrolment, "approve", by=by)
    if found.proposed_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    refuse_posted(found, today, by=by)
    found.person = in_sight(found, by=by)
    refuse_unconfirmed(found, by=by)
    event = "ENROLMENT_APPROVED"
    if found.replaces_id and found.route in ("REGRADE", "CORRECTION"):
        make_way(found, paying, by=by)
        event = "ENROLMENT_REPLACED"
    refuse_held(found)
    return save(found, by=by, at=at, event=event, state=Enrolment.State.ACTIVE, approved_by=by, approved_at=at,
                note=note.strip() or found.note, facts={"replaces": found.replaces_id} if found.replaces_id else None)  # fmt: skip


def in_sight(row: Enrolment, *, by: User) -> Person:
    """Return the dossier that is kept; whoever has moved to another district is decided about there."""
    found = Person.objects.visible_to(by).select_related("office").filter(pk=row.person_id).first()
    if found is None:
        raise ValidationError(MOVED_AWAY)
    return found.survivor


def refuse_posted(row: Enrolment, today: date, *, by: User) -> None:
    """A list stays up for its days; the last day is the public's."""
    if row.state != Enrolment.State.POSTED:
        return
    notice = posted(row, by=by)
    if notice and today <= notice.until_on:
        day = date.fromordinal(notice.until_on.toordinal() + 1)
        raise ValidationError(f"公示未满期，{day.month}月{day.day}日后可批准。")


def posted(row: Enrolment, *, by: User) -> PublicNotice | None:
    """Return the latest notice in which the request was posted."""
    found = PublicNotice.objects.visible_to(by).filter(subject="ENROLMENT", rows__contains=[[row.pk]])
    return found.order_by("-pk").first()


def refuse_unconfirmed(row: Enrolment, *, by: User) -> None:
    held = Identity.objects.visible_to(by).open().filter(of_person(row.person), category=row.category_code)
    if not held.filter(standing=Identity.Standing.CONFIRMED).exists():
        raise ValidationError(NOT_CONFIRMED.format(category=labels([row.category_code])))


def make_way(row: Enrolment, paying: PayingOffice, *, by: User) -> None:
    """End the replaced row the month before, or void it when the new one begins no later."""
    old = lock_row(row.replaces, by=by)
    if old.state != Enrolment.State.ACTIVE:
        raise ValidationError(f"被更正的资格当前为“{old.get_state_display()}”，不能再更正。")
    if row.month_from < paying.ledger_from and not has_history(row):
        raise ValidationError(NO_HISTORY)
    if row.month_from <= old.month_from:
        old.state = Enrolment.State.VOID
    else:
        old.state, old.month_to, old.end_reason = Enrolment.State.ENDED, add_months(row.month_from, -1), row.route
    old.row_version += 1
    old.save(update_fields=["state", "month_to", "end_reason", "row_version"])


def has_history(row: Enrolment) -> bool:
    held = LineMonth.objects.live().filter(person__survivor_key=row.person.survivor_key, programme=row.programme_id)
    return held.filter(month_on=row.month_from).exists()
