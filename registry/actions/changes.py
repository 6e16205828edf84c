"""
Verbs of change requests (anchor: the person, then the request): a fact that can start or raise money waits for a second
person, and what is approved is exactly what was proposed, on exactly the dossier that was seen.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models

from registry.actions import status
from registry.actions.anchor import check, create, fill
from registry.actions.people import refuse_taken, with_followers, with_id_facts
from registry.models import ChangeRequest, Document, Identity, Move, Person, Service
from registry.rules.changes import KINDS, LOCKED_OF_PERSON, may_step
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

SAME_PERSON = "审核人与申请人不能为同一人。"
MOVED_ON = "档案在申请后有改动，请退回重新核对。"
NO_CHANGE = "内容没有变化。"
NEEDS_PAPER = "请上传证明材料。"
NEEDS_NOTE = "请写明退回原因。"
EVENT_OF = {"RESTORE": "PERSON_RESTORED", "CANCEL": "PERSON_CANCELLED", "DEATH_CORRECT": "DEATH_CORRECTED"}
NOT_YOURS = "你的岗位不能审核这项申请。"
TARGETS: dict[str, type[models.Model]] = {"person": Person, "service": Service, "identity": Identity}


def target_name(row: models.Model | None, person: Person) -> str:
    row = row or person
    return f"{row._meta.model_name}:{row.pk}"


def target_of(request: ChangeRequest, *, by: User, lock: bool = False):
    """Return the row a request speaks of: the person, or one of her services or identities."""
    name, _, pk = request.target.partition(":")
    rows = TARGETS[name].objects.visible_to(by).live()
    return (rows.select_for_update(of=("self",)) if lock else rows).get(pk=pk)


def text_of(value) -> str:
    return "" if value is None else str(value)


def snapshot(kind: str, person: Person, row: models.Model) -> dict[str, str]:
    """Return what the request would change, as it stands; a confirmation remembers every fact that money hangs on."""
    if kind == "IDENTITY_CONFIRM":
        held = {name: text_of(getattr(person, name)) for name in LOCKED_OF_PERSON}
        names = (
            "category_id",
            "standing",
            "injury_nature",
            "injury_grade",
            "conscript_years",
            "relation",
            "started",
            "ended",
        )
        services = Service.objects.live().filter(person=person).order_by("pk").values_list("enlisted", "discharged")
        dates = "；".join(f"{first}—{last}" for first, last in services)
        return held | {name: text_of(getattr(row, name)) for name in names} | {"service_dates": dates}
    if kind in ("RESTORE", "CANCEL"):
        return {"status": person.status, "died": person.died}
    return {name: text_of(getattr(row, name)) for name in KINDS[kind].fields}


def sealed(values: Mapping) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def lock_owner(person: Person, *, by: User) -> Person:
    return Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)


def propose_change(*, person: Person, kind: str, row: models.Model | None, after: Mapping, reason: str, by: User, at: datetime,
                   evidence: Document | None = None, import_row=None) -> ChangeRequest:  # fmt: skip
    """
    Propose a change.

    row:    the service or identity it is about; None for the dossier itself.
    after:  {field: value} of rules.changes.KINDS[kind].fields.
    Raises: ValidationError: nothing changes, no paper, a request of this kind is open, she is being moved, the new ID
            number has a dossier.
    """
    if kind == "ID_NUMBER" and after.get("id_number"):
        refuse_taken(after["id_number"], by=by, at=at)
    return write_request(person=person, kind=kind, row=row, after=after, reason=reason, by=by, at=at, evidence=evidence,
                         import_row=import_row)  # fmt: skip


@action
def write_request(*, person, kind, row, after, reason, by, at, evidence, import_row) -> ChangeRequest:
    """The writing half of propose_change."""
    found = lock_owner(person, by=by)
    row = row or found
    before = snapshot(kind, found, row)
    told = {name: text_of(after.get(name)) for name in KINDS[kind].fields}
    refuse_pointless(kind, found, row, before, told)
    if not reason.strip():
        raise ValidationError({"reason": "请写明申请理由。"})
    if KINDS[kind].evidence and evidence is None:
        raise ValidationError({"evidence": NEEDS_PAPER})
    if Move.objects.pending().filter(person=found).exists():
        raise ValidationError("此人有一笔迁移正在办理，请先办结再申请变更。")
    request = ChangeRequest(person=found, office_id=found.office_id, kind=kind, target=target_name(row, found), before=sealed(before),
                            after=sealed(told), reason=reason.strip(), evidence=evidence, proposed_by=by, proposed_at=at,
                            import_row=import_row)  # fmt: skip
    create(request, by=by, at=at)
    AuditEvent.record("CHANGE_PROPOSED", found, by=by, at=at, request=request.pk, kind=kind)
    return request


def refuse_pointless(kind: str, person: Person, row, before: Mapping, told: Mapping) -> None:
    if kind == "IDENTITY_CONFIRM":
        if row.standing != Identity.Standing.CLAIMED or row.ended:
            raise ValidationError("这个身份不是待核，不用确认。")
    elif kind == "RESTORE":
        if person.status not in ("DECEASED", "MOVED_OUT", "CANCELLED"):
            raise ValidationError(NO_CHANGE)
    elif kind == "CANCEL":
        if person.status != Person.Status.ACTIVE:
            raise ValidationError(NO_CHANGE)
    elif all(told[name] == before[name] for name in told):
        raise ValidationError(NO_CHANGE)


def lock_request(request: ChangeRequest, deed: str, *, by: User) -> tuple[Person, ChangeRequest]:
    """Lock the person, then the request. Raises ValidationError when its state does not allow the deed."""
    person = lock_owner(request.person, by=by)
    found = ChangeRequest.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=request.pk)
    if not may_step(deed, found.state):
        raise ValidationError(f"当前为“{found.get_state_display()}”，不能执行此操作。")
    return person, found


def may_check(request: ChangeRequest, user: User, *, pays: bool | None = None) -> bool:
    """Tell whether the role may approve: what is not paid may be confirmed by a town, everything else by the district."""
    if user.may(Permission.APPROVE_CHANGE):
        return True
    if request.kind != "IDENTITY_CONFIRM" or not user.may(Permission.CONFIRM_PLAIN):
        return False
    return not (target_of(request, by=user).category.is_pay_affecting if pays is None else pays)


def refuse_checker(request: ChangeRequest, by: User) -> None:
    if not may_check(request, by):
        raise ValidationError(NOT_YOURS)
    if request.proposed_by_id == by.pk:
        raise ValidationError(SAME_PERSON)


@action
def approve_change(*, request: ChangeRequest, by: User, at: datetime, today: date, note: str = "") -> ChangeRequest:
    """
    Approve a request and apply it.

    Raises: ValidationError: one's own request, the dossier has changed since, closed meanwhile, a rule of the model.
    """
    person, found = lock_request(request, "approve", by=by)
    refuse_checker(found, by)
    row = person if found.target.startswith("person:") else target_of(found, by=by, lock=True)
    if json.loads(found.before) != snapshot(found.kind, person, row):
        raise ValidationError(MOVED_ON)
    APPLY.get(found.kind, apply_fields)(found, person, row, by=by, at=at, today=today)
    close(found, ChangeRequest.State.APPROVED, note, by=by, at=at)
    event = EVENT_OF.get(found.kind, "CHANGE_APPROVED")
    AuditEvent.record(event, person, by=by, at=at, request=found.pk, kind=found.kind)
    return found


def close(request: ChangeRequest, state: str, note: str, *, by: User, at: datetime) -> None:
    request.state, request.decision_note, request.decided_by, request.decided_at = state, note.strip(), by, at
    request.row_version += 1
    request.save(update_fields=["state", "decision_note", "decided_by", "decided_at", "row_version"])


def apply_fields(request, person, row, *, by, at, today) -> None:
    """Write the proposed values, with what follows from them."""
    told = json.loads(request.after)
    if row is person:
        columns = with_followers(with_id_facts(dict(told)))
        fill(person, columns)
        person.row_version += 1
        check(person)
        person.save(update_fields=[*columns, "row_version"])
        return
    values = {name: value_of(row, name, text) for name, text in told.items()}
    fill(row, values)
    check(row)
    row.save(update_fields=list(values))
    person.row_version += 1
    person.save(update_fields=["row_version"])


def value_of(row: models.Model, name: str, text: str):
    field = row._meta.get_field(name)
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return int(text) if text else None
    return text


def apply_confirmation(request, person, row, *, by, at, today) -> None:
    row.standing, row.confirmed_by, row.confirmed_at = Identity.Standing.CONFIRMED, by, at
    if request.evidence_id:
        row.evidence_id = request.evidence_id
    row.save(update_fields=["standing", "confirmed_by", "confirmed_at", "evidence"])
    person.row_version += 1
    person.save(update_fields=["row_version"])


def apply_restore(request, person, row, *, by, at, today) -> None:
    status.apply_restore(person, reason=request.reason, by=by, at=at, today=today)


def apply_cancel(request, person, row, *, by, at, today) -> None:
    status.apply_cancel(person, reason=request.reason, by=by, at=at, today=today)


def apply_death(request, person, row, *, by, at, today) -> None:
    died = json.loads(request.after)["died"]
    status.apply_death_correction(person, died, reason=request.reason, by=by, at=at, today=today)


APPLY = {
    "IDENTITY_CONFIRM": apply_confirmation,
    "RESTORE": apply_restore,
    "CANCEL": apply_cancel,
    "DEATH_CORRECT": apply_death,
}


@action
def return_change(*, request: ChangeRequest, note: str, by: User, at: datetime) -> ChangeRequest:
    """Send a request back with the reason; the proposer can correct and resubmit it."""
    person, found = lock_request(request, "return", by=by)
    refuse_checker(found, by)
    if not note.strip():
        raise ValidationError({"note": NEEDS_NOTE})
    close(found, ChangeRequest.State.RETURNED, note, by=by, at=at)
    AuditEvent.record("CHANGE_RETURNED", person, by=by, at=at, request=found.pk, kind=found.kind)
    return found


@action
def resubmit_change(*, request: ChangeRequest, after: Mapping, reason: str, by: User, at: datetime,
                    evidence: Document | None = None) -> ChangeRequest:  # fmt: skip
    """Correct a returned request and submit it again, on the dossier as it is now. Only its proposer may."""
    person, found = lock_request(request, "resubmit", by=by)
    if found.proposed_by_id != by.pk:
        raise ValidationError("只有申请人可以重新提交。")
    row = person if found.target.startswith("person:") else target_of(found, by=by, lock=True)
    before = snapshot(found.kind, person, row)
    told = {name: text_of(after.get(name)) for name in KINDS[found.kind].fields}
    refuse_pointless(found.kind, person, row, before, told)
    paper = evidence or found.evidence
    if KINDS[found.kind].evidence and paper is None:
        raise ValidationError({"evidence": NEEDS_PAPER})
    found.before, found.after, found.reason, found.evidence = sealed(before), sealed(told), reason.strip(), paper
    found.state, found.decided_by, found.decided_at, found.decision_note = ChangeRequest.State.PROPOSED, None, None, ""
    found.row_version += 1
    check(found)
    found.save()
    AuditEvent.record("CHANGE_RESUBMITTED", person, by=by, at=at, request=found.pk, kind=found.kind)
    return found


@action
def withdraw_change(*, request: ChangeRequest, by: User, at: datetime) -> ChangeRequest:
    """Take a request back. Only its proposer may."""
    person, found = lock_request(request, "withdraw", by=by)
    if found.proposed_by_id != by.pk:
        raise ValidationError("只有申请人可以撤回。")
    close(found, ChangeRequest.State.WITHDRAWN, "", by=by, at=at)
    AuditEvent.record("CHANGE_WITHDRAWN", person, by=by, at=at, request=found.pk, kind=found.kind)
    return found
