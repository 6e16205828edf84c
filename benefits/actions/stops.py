"""
Verbs of a stop (anchor: the paying office, then the person): proposed by the officer, confirmed by a second person.

Grounds are a missing yearly confirmation, and decisions of the province (军人抚恤优待条例第五十九条) recorded with their number.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import F

from benefits.actions.anchor import lock_paying_office, step
from benefits.models import AnnualConfirmation, Enrolment, Programme, Suspension
from benefits.models.enrolments import IN_FORCE
from benefits.models.stops import STATUTORY
from benefits.rules.money import add_months, month_of
from benefits.rules.terms import resume_after
from benefits.standing import paying_office_of, rules_only
from registry.actions.anchor import check
from registry.models import Document, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

Kind = Suspension.Kind
MOST = 500
SAME_PERSON = "提出人与确认人不能为同一人。"
NEEDS_NUMBER = "中止、取消须填写省级决定的文号。"
NO_ARREARS = "残疾抚恤金停发期间不补发。"
IS_FINAL = "取消待遇不能恢复，请按新申请办理。"
NEEDS_REASON = "请写明停发的原因和依据。"
NEEDS_BASIS = "补发须写明依据。"
NO_BENEFIT = "该人员没有享受中的待遇，不用停发。"
NOT_LATER = "恢复月份应晚于停发起始月；没有停过的，请作废。"
NOT_SEEN = "该人员还没有完成年度确认，确认后才能恢复。"
SEEN = "该人员已于{day}完成年度确认，不用停发，请作废此件。"


def lock_stopped(person: Person, *, by: User) -> Person:
    """Lock the paying office, then the dossier. What is stopped is money, so a dossier that is closed may still be."""
    lock_paying_office(paying_office_of(person.office_id).pk, by=by)
    return Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)


def lock_stop(stop: Suspension, deed: str, *, by: User) -> Suspension:
    step("stop", deed, by=by)
    person = Person.objects.visible_to(by).filter(pk=stop.person_id).first()
    if person:
        lock_stopped(person, by=by)
    found = Suspension.objects.visible_to(by).select_for_update(of=("self",)).get(pk=stop.pk)
    step("stop", deed, by=by, row=found)
    return found


def save(stop: Suspension, *, by: User, at: datetime, event: str, **values) -> Suspension:
    """Write these columns, one event; the person may be out of sight, so the database checks her key."""
    for name, value in values.items():
        setattr(stop, name, value)
    stop.row_version += 1
    stop.clean_fields(exclude=["person", "evidence"])
    stop.save(update_fields=[*values, "row_version"])
    AuditEvent.record(event, stop, by=by, at=at, kind=stop.kind, fields=sorted(values), decision_no=stop.decision_no)
    return stop


@action
def propose_stop(*, person: Person, kind: str, programme: Programme | None = None, month_from: date | None = None,
                 month_to: date | None = None, decision_no: str = "", decided_on: date | None = None,
                 decided_by_organ: str = "", reason: str = "", evidence: Document | None = None, by: User,
                 at: datetime) -> Suspension:  # fmt: skip
    """
    Propose months without pay. Nothing stops before a second person confirms it.

    programme:  None for all benefits. month_from: by default the month after the decision.
    Raises:     ValidationError: no benefit in force, no number of the decision, no month, no reason, a stop that overlaps.
    """
    taken = step("stop", "propose", by=by)
    found = lock_stopped(person, by=by)
    refuse_without_benefit(found, programme)
    if kind in STATUTORY and not (decision_no.strip() and decided_on):
        missing = {"decision_no": NEEDS_NUMBER} if not decision_no.strip() else {"decided_on": "请填写决定日期。"}
        raise ValidationError(missing)
    if kind == Kind.OTHER and not reason.strip():
        raise ValidationError({"reason": NEEDS_REASON})
    first = month_from or (add_months(month_of(decided_on), 1) if decided_on else None)
    if first is None:
        raise ValidationError({"month_from": "请填写停发起始月。"})
    stop = Suspension(
        person=found, office_id=found.office_id, programme=programme, kind=kind, month_from=first,
        month_to=None if kind == Kind.CANCELLED else month_to, decision_no=decision_no.strip(), decided_on=decided_on,
        decided_by_organ=decided_by_organ.strip(), reason=reason.strip(), evidence=evidence, proposed_by=by, proposed_at=at,
    )  # fmt: skip
    check(stop)
    stop.save()
    AuditEvent.record(taken.event, stop, by=by, at=at, kind=kind, decision_no=stop.decision_no)
    return stop


def refuse_without_benefit(person: Person, programme: Programme | None) -> None:
    held = Enrolment.objects.filter(person__survivor_key=person.survivor_key, state__in=IN_FORCE)
    if programme:
        held = held.filter(programme=programme)
    if not held.exists():
        raise ValidationError(NO_BENEFIT)


@action
def confirm_stop(*, stop: Suspension, by: User, at: datetime) -> Suspension:
    """
    Put a stop in force. One for want of confirmation ends by itself where she has been seen since.

    Raises: ValidationError: one's own proposal, seen before anything stops.
    """
    found = lock_stop(stop, "confirm", by=by)
    if found.proposed_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    values = {"state": Suspension.State.CONFIRMED, "confirmed_by": by, "confirmed_at": at}
    seen_on = seen(found, by=by)
    if seen_on:
        resume = resume_after(seen_on)
        if resume <= found.month_from:
            raise ValidationError(SEEN.format(day=f"{seen_on.month}月{seen_on.day}日"))
        values |= {"month_to": add_months(resume, -1)}
    return save(found, by=by, at=at, event="STOP_CONFIRMED", **values)


@action
def confirm_unconfirmed(*, stops: Iterable[int], by: User, at: datetime) -> int:
    """
    Put many stops for want of confirmation in force at once; returns how many. One statement, one event.

    Raises: ValidationError: none or more than 500 chosen, another ground, one's own, decided or seen meanwhile.
    """
    taken = step("stop", "confirm", by=by)
    wanted = sorted(set(stops))
    if not wanted or len(wanted) > MOST:
        raise ValidationError(f"一次最多确认 {MOST} 件。" if wanted else "请先勾选要确认的停发。")
    lock_paying_office(by.office_id, by=by)
    rows = Suspension.objects.visible_to(by).filter(pk__in=wanted, state__in=taken.sources, kind=Kind.UNCONFIRMED)
    found = list(rows.select_for_update(of=("self",)).order_by("pk").values_list("proposed_by_id", flat=True))
    if len(found) != len(wanted):
        raise ValidationError("有的停发已经办过，或不是未年度确认的，请刷新后重选。")
    if by.pk in found:
        raise ValidationError(SAME_PERSON)
    if known := rows.filter(confirmation__confirmed_on__isnull=False).count():
        raise ValidationError(f"其中 {known} 人已完成年度确认，请逐件办理。")
    keys = Suspension.objects.visible_to(by).filter(pk__in=wanted)
    count = keys.update(state=taken.target, confirmed_by=by, confirmed_at=at, row_version=F("row_version") + 1)
    AuditEvent.record(taken.event, by.office, by=by, at=at, count=count, kind=Kind.UNCONFIRMED, stops=wanted)
    return count


def seen(stop: Suspension, *, by: User) -> date | None:
    """Return the day of the confirmation for want of which a stop was proposed."""
    if stop.kind != Kind.UNCONFIRMED:
        return None
    rows = AnnualConfirmation.objects.visible_to(by).filter(suspension=stop)
    return rows.values_list("confirmed_on", flat=True).first()


@action
def lift_stop(*, stop: Suspension, resume_on: date, pays_arrears: bool = False, basis: str = "", by: User,
              at: datetime) -> Suspension:  # fmt: skip
    """
    Let pay begin again with the month `resume_on`; the months between are paid only by a decision with its basis.

    Raises: ValidationError: cancelled for good, not later than the stop, not seen, arrears of 残疾抚恤金, no basis.
    """
    found = lock_stop(stop, "lift", by=by)
    if found.kind == Kind.CANCELLED:
        raise ValidationError(IS_FINAL)
    if resume_on <= found.month_from:
        raise ValidationError({"resume_on": NOT_LATER})
    refuse_unseen(found, resume_on, by=by)
    if pays_arrears:
        refuse_arrears(found, basis)
    return save(found, by=by, at=at, event="STOP_LIFTED", state=Suspension.State.LIFTED, month_to=add_months(resume_on, -1),
                pays_arrears=pays_arrears, arrears_basis=basis.strip() if pays_arrears else "", lifted_by=by, lifted_at=at)  # fmt: skip


def refuse_unseen(stop: Suspension, resume_on: date, *, by: User) -> None:
    """After a late confirmation pay begins with the next month (伤残抚恤管理办法第二十五条)."""
    if stop.kind != Kind.UNCONFIRMED:
        return
    seen_on = seen(stop, by=by)
    if seen_on is None:
        raise ValidationError(NOT_SEEN)
    if resume_on < resume_after(seen_on):
        month = resume_after(seen_on)
        raise ValidationError({"resume_on": f"确认后次月起恢复，最早{month.year}年{month.month}月。"})


def refuse_arrears(stop: Suspension, basis: str) -> None:
    """Statutory stops are never paid up; otherwise the dated rule of the programme decides."""
    if stop.kind in STATUTORY:
        raise ValidationError({"pays_arrears": "中止期间不补发。"})
    held = Enrolment.objects.filter(person__survivor_key=stop.person.survivor_key, state__in=IN_FORCE)
    codes = [stop.programme_id] if stop.programme_id else set(held.values_list("programme_id", flat=True))
    policy, office = rules_only(), paying_office_of(stop.office_id).pk
    for code in sorted(codes):
        rule = policy.rule("CONFIRM_ARREARS", on=stop.month_from, programme=code, office=office)
        if rule and rule.value == "NO":
            name = Programme.objects.get(pk=code).name
            raise ValidationError({"pays_arrears": f"{name}停发期间不补发。"})
    if not basis.strip():
        raise ValidationError({"basis": NEEDS_BASIS})


@action
def void_stop(*, stop: Suspension, reason: str, by: User, at: datetime) -> Suspension:
    """Say that a stop was entered wrongly; the next draft pays what it held back."""
    found = lock_stop(stop, "void", by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明作废的原因。"})
    return save(found, by=by, at=at, event="STOP_VOIDED", state=Suspension.State.VOID, reason=reason.strip())
