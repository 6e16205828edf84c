"""Verbs of hardship aid: our own, decided by a named person, and help with an application to another department."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError

from benefits.actions.anchor import lock_paying_office, step
from benefits.actions.oneoff import SAME_PERSON, lock_row, refuse_posted, save
from benefits.models import HardshipApplication, PayingOffice
from benefits.standing import paying_office_of
from registry.actions.anchor import check, lock_person
from registry.models import AidReferral, Document, HouseholdMember, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

OWN = HardshipApplication.Line.OWN
PROGRAMMES = {
    "HARDSHIP": "AID_HARDSHIP",
    "MEDICAL": "AID_MEDICAL",
    "EMERGENCY": "AID_EMERGENCY",
    "OTHER": "AID_HARDSHIP",
}
IN_HAND = (AidReferral.State.OPEN, AidReferral.State.TAKEN)
NOT_OURS = "协助申请的事项由民政等部门决定，不在这里审核、批准。"
FACTS = ("line", "kind", "scheme", "situation", "family_size", "income_yuan", "amount_asked", "reason", "cost_yuan", "insured_yuan",
         "self_paid_yuan")  # fmt: skip


@action
def apply_aid(*, person: Person, values: Mapping, by: User, at: datetime, evidence: Document | None = None,
              referral: AidReferral | None = None, returned: HardshipApplication | None = None) -> HardshipApplication:  # fmt: skip
    """
    Take down an application. Raises ValidationError: sums that do not agree, a kind on an application to others.

    values:   FACTS; income without pensions and subsidies (军人抚恤优待条例第四条).
    returned: the application that came back and is handed in again.
    referral: the need that a station passed on with her consent; one application each.
    """
    found = lock_person(person, by=by)
    if returned is None:
        taken = step("aid", "apply", by=by)
        refuse_referral(referral, found)
        row = HardshipApplication(
            person=found, office_id=found.office_id, paying_office=paying_office_of(found.office_id), referral=referral
        )
    else:
        row, taken = lock_row(returned, "apply", by=by)
        row.reviewed_by = row.reviewed_at = None
        row.row_version += 1
    row.state, row.proposed_by, row.proposed_at, row.evidence = taken.target, by, at, evidence or row.evidence
    for name in FACTS:
        value = values.get(name)
        setattr(row, name, value if value not in (None, "") else row._meta.get_field(name).get_default())
    row.programme_id = PROGRAMMES.get(row.kind) if row.line == OWN else None
    row.household_id = household_of(found)
    if row.kind != HardshipApplication.Kind.MEDICAL and row.cost_yuan is not None:
        raise ValidationError({"cost_yuan": "只有医疗补助填写医疗费用。"})
    check(row)
    row.save()
    AuditEvent.record(taken.event, row, by=by, at=at, key=row.pk, line=row.line, kind=row.kind)
    return row


def refuse_referral(referral: AidReferral | None, person: Person) -> None:
    """A referral is of this person, still in hand, and taken up once."""
    if referral is None:
        return
    if referral.person_id not in set(person.aliases().values_list("pk", flat=True)):
        raise ValidationError({"referral": "这件转介不是为此人转的。"})
    if referral.state not in IN_HAND:
        raise ValidationError({"referral": f"这件转介{referral.get_state_display()}，不能再受理。"})
    if HardshipApplication.objects.filter(referral=referral).exists():
        raise ValidationError({"referral": "这件转介已经受理过。"})


def household_of(person: Person) -> int | None:
    """The household in which the person is registered now, for the number of households that were helped."""
    here = HouseholdMember.objects.live().filter(person=person, left_on=None)
    return here.values_list("household_id", flat=True).first()


def lock_own(row: HardshipApplication, deed: str, *, by: User) -> tuple:
    found, taken = lock_row(row, deed, by=by)
    if found.line != OWN:
        raise ValidationError(NOT_OURS)
    return found, taken


@action
def record_visit(
    *, row: HardshipApplication, visited_on: date, visit_note: str, review_meeting: str = "", by: User, at: datetime
):
    """Note what the visit found and what the meeting said. An urgent case that was approved first keeps its state."""
    is_late = row.is_urgent and row.state in ("APPROVED", "BATCHED", "PAID")
    if is_late:
        step("aid", "visit", by=by)
        found = HardshipApplication.objects.visible_to(by).select_for_update(of=("self",)).get(pk=row.pk)
        taken = step("aid", "visit", by=by)._replace(target=found.state)
    else:
        found, taken = lock_own(row, "visit", by=by)
    if not visit_note.strip():
        raise ValidationError({"visit_note": "请写明核查情况。"})
    return save(found, taken, by=by, at=at, visited_on=visited_on, visited_by=by, visit_note=visit_note.strip(),
                review_meeting=review_meeting.strip())  # fmt: skip


@action
def approve_aid(*, row: HardshipApplication, amount: Decimal, by: User, at: datetime, today: date, collective_note: str = "",
                is_urgent: bool = False) -> HardshipApplication:  # fmt: skip
    """
    A named person decides the amount; there is no formula.

    is_urgent: approve at once; visit and posting follow within the days of the paying office.
    Raises:    ValidationError: one's own application, not visited, still posted, above the limit without a joint opinion.
    """
    found, taken = lock_own(row, "approve-urgent" if is_urgent else "approve", by=by)
    if found.proposed_by_id == by.pk:
        raise ValidationError(SAME_PERSON)
    if is_urgent and found.kind != HardshipApplication.Kind.EMERGENCY:
        raise ValidationError("只有急难救助可以先行批准。")
    if not is_urgent and found.visited_on is None:
        raise ValidationError("请先登记入户核查。")
    refuse_posted(found, today, by=by)
    paying = lock_paying_office(found.paying_office_id, by=by)
    refuse_over_limit(found, amount, collective_note, paying)
    due = {"is_urgent": True, "urgent_due_on": today + timedelta(days=paying.urgent_days)} if is_urgent else {}
    return save(found, taken, by=by, at=at, amount_approved=amount, approved_by=by, approved_at=at,
                collective_note=collective_note.strip(), **due)  # fmt: skip


def refuse_over_limit(row: HardshipApplication, amount: Decimal, note: str, paying: PayingOffice) -> None:
    limit = paying.aid_limits.get(row.kind)
    if limit and amount > Decimal(limit) and not note.strip():
        raise ValidationError({"collective_note": f"批准金额超出该类上限{Decimal(limit):,.2f}元，须填写集体研究意见。"})


@action
def hand_over(
    *, row: HardshipApplication, handed_over_on: date, handed_over_to: str, by: User, at: datetime
) -> HardshipApplication:
    """Note that help was given with an application to another department, and where it went."""
    found, taken = lock_row(row, "hand-over", by=by)
    if found.line == OWN:
        raise ValidationError("本部门帮扶不用转办。")
    if not handed_over_to.strip():
        raise ValidationError({"handed_over_to": "请填写转往部门。"})
    return save(found, taken, by=by, at=at, handed_over_on=handed_over_on, handed_over_to=handed_over_to.strip())


@action
def record_result(*, row: HardshipApplication, external_result: str, by: User, at: datetime,
                  external_yuan: Decimal | None = None) -> HardshipApplication:  # fmt: skip
    """Note what the other department decided. Its money never enters our batches or sums."""
    found, taken = lock_row(row, "result", by=by)
    if not external_result.strip():
        raise ValidationError({"external_result": "请填写办理结果。"})
    return save(found, taken, by=by, at=at, external_result=external_result.strip(), external_yuan=external_yuan)
