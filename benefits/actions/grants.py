"""Verbs of one-off benefits: merit awards, enlistment, half-years of a conscript's family grant (anchor: the person, then the row)."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError

from benefits.actions.anchor import step
from benefits.actions.oneoff import SAME_PERSON, lock_row, refuse_posted, save
from benefits.facts import load_policy
from benefits.models import OneOffGrant, Programme
from benefits.oneoff import CONSCRIPT, GONE, Worth, award, half_year, period_of
from benefits.rules.facts import Keys
from benefits.rules.oneoff import conscript_periods
from benefits.rules.standards import Policy
from benefits.standing import paying_office_of
from registry.actions.anchor import check, lock_person
from registry.models import Document, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

FACTS = (
    "subject_name",
    "key_class",
    "key_residence",
    "event_on",
    "certificate_no",
    "enlist_on",
    "exit_on",
    "exit_kind",
    "period_no",
)


@action
def propose_grant(*, person: Person, programme: Programme, values: Mapping, by: User, at: datetime, evidence: Document | None = None,
                  unit_proof: Document | None = None, returned: OneOffGrant | None = None) -> OneOffGrant:  # fmt: skip
    """
    Ask for a one-off benefit; its amount follows from the published standards.

    values:   FACTS. For a half-year of a conscript's family grant event_on is the day up to which service is counted.
    returned: the request that came back and is handed in again.
    Raises:   ValidationError: asked for already, no standard, no difference left in the year, no proof of a delayed exit.
    """
    found = lock_person(person, by=by)
    if returned is None:
        taken = step("grant", "propose", by=by)
        row = OneOffGrant(
            person=found,
            programme=programme,
            office_id=found.office_id,
            paying_office=paying_office_of(found.office_id),
        )
    else:
        row, taken = lock_row(returned, "propose", by=by)
        row.reviewed_by = row.reviewed_at = None
        row.row_version += 1
    row.state, row.proposed_by, row.proposed_at = taken.target, by, at
    row.evidence, row.unit_proof = evidence or row.evidence, unit_proof or row.unit_proof
    for name in FACTS:
        value = values.get(name)
        setattr(row, name, value if value not in (None, "") else row._meta.get_field(name).get_default())
    put_amount(row, worth_of(row))
    check(row)
    row.save()
    AuditEvent.record(
        taken.event, row, by=by, at=at, key=row.pk, programme=programme.pk, amount=f"{row.amount_yuan:.2f}"
    )
    return row


def worth_of(row: OneOffGrant, policy: Policy | None = None) -> Worth:
    keys, payer = Keys(residence=row.key_residence, klass=row.key_class), row.paying_office_id
    if row.programme_id != CONSCRIPT:
        if not row.certificate_no:
            raise ValidationError({"certificate_no": "请填写证书或通知书编号。"})
        aliases = row.person.aliases().values_list("pk", flat=True)
        return award(aliases, row.programme, keys, row.event_on, payer, policy=policy, own=row.pk)
    for name, label in (("enlist_on", "批准入伍日期"), ("subject_name", "军人姓名"), ("period_no", "第几期")):
        if not getattr(row, name):
            raise ValidationError({name: f"请填写{label}。"})
    if row.exit_kind == "DELAYED" and row.unit_proof is None:
        raise ValidationError({"evidence": "超期服役须附部队证明。"})
    period = period_of(row.enlist_on, row.exit_on or row.event_on, row.exit_kind, row.period_no)
    return half_year(row.programme, keys, period, payer, policy=policy)


def put_amount(row: OneOffGrant, worth: Worth) -> None:
    row.amount_yuan, row.standard_id, row.working = worth.amount, worth.standard, worth.working[:300]


@action
def approve_grant(*, row: OneOffGrant, by: User, at: datetime, today: date, note: str = "") -> OneOffGrant:
    """Decide that it is paid. Raises ValidationError: one's own request, still posted."""
    found, taken = lock_row(row, "approve", by=by)
    if found.proposed_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    refuse_posted(found, today, by=by)
    return save(found, taken, by=by, at=at, approved_by=by, approved_at=at, note=note.strip() or found.note)


@action
def propose_conscript_round(*, until: date, by: User, at: datetime) -> list[OneOffGrant]:
    """
    Ask for the next half-year of every conscript in sight who still serves and whose next half-year has begun.

    until:  the day of the round. Families come in with their first half-year, which is asked for one by one.
    Raises: ValidationError: nobody is due, or a standard is missing.
    """
    taken = step("grant", "propose", by=by)
    rows = (
        OneOffGrant.objects.visible_to(by).filter(programme=CONSCRIPT, period_no__isnull=False).exclude(state__in=GONE)
    )
    latest: dict[tuple, OneOffGrant] = {}
    for row in (
        rows.select_related("programme", "person__merged_into", "paying_office")
        .select_for_update(of=("self",))
        .order_by("period_no", "pk")
    ):
        latest[row.person.survivor_key, row.subject_name, row.enlist_on] = row
    policy, made = load_policy(), []
    for earlier in latest.values():
        number = earlier.period_no + 1
        if earlier.exit_on or number not in {one.no for one in conscript_periods(earlier.enlist_on, until)}:
            continue
        person = earlier.person.merged_into or earlier.person
        row = OneOffGrant(
            person=person, programme=earlier.programme, office_id=person.office_id, paying_office=earlier.paying_office,
            subject_name=earlier.subject_name, key_class=earlier.key_class, key_residence=earlier.key_residence, event_on=until,
            enlist_on=earlier.enlist_on, period_no=number, state=taken.target, proposed_by=by, proposed_at=at,
        )  # fmt: skip
        put_amount(row, worth_of(row, policy))
        check(row)
        made.append(row)
    if not made:
        raise ValidationError("没有到期的下一期优待金。")
    OneOffGrant.objects.bulk_create(made)
    AuditEvent.record(taken.event, by.office, by=by, at=at, programme=CONSCRIPT, rows=len(made))
    return made
