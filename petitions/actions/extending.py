"""One more month for a hard case, asked for by whoever handles it and given by somebody else (条例第三十四条)."""

from datetime import datetime

from django.core.exceptions import ValidationError

from petitions.actions import clocks
from petitions.actions.case import STAND_BACK, check, create, day_of, finish, lock, note_step
from petitions.actions.handling import must_stand_back, refuse_stranger
from petitions.actions.papers import freeze
from petitions.models import Deadline, Extension, Notice, Petition
from petitions.notice_kinds import title_of
from petitions.numbering import number_notice, profile_of
from petitions.rules.deadlines import MOST_EXTENSION
from veterans_portal.accounts.models import User
from veterans_portal.actions import action

TOO_LONG = f"延长不得超过 {MOST_EXTENSION} 日。"
ONCE = "本轮已延长一次。"
TOO_LATE = "已超过办理期限，不能再延长。"
ONLY_R6 = "只有信访程序事项可以延长。"
OWN_REQUEST = "申请人不能审批自己的延期。"
NONE_OPEN = "没有等待审批的延期申请。"


def answer_clock(petition: Petition, at: datetime) -> Deadline:
    """Return the clock that may be extended, locked. Raises ValidationError: none, over, extended already."""
    clock = clocks.running(petition, ("ANSWER",)).select_for_update(of=("self",)).first()
    if clock is None:
        raise ValidationError(ONLY_R6)
    if Extension.objects.filter(petition=petition, cycle=petition.cycle, is_approved=True).exists():
        raise ValidationError(ONCE)
    if day_of(at) > clock.base_due_on:
        raise ValidationError(TOO_LATE)
    return clock


@action
def apply_extension(
    *, petition: Petition, days: int, reason: str, row_version: int, by: User, at: datetime
) -> Extension:
    """
    Ask for more days.

    days:   1 to 30, calendar days. Raises: ValidationError: not one's case, too many days, a second time, after the last day.
    """
    found = lock(petition, "apply_extension", row_version=row_version, by=by)
    refuse_stranger(found, by)
    if not 1 <= days <= MOST_EXTENSION:
        raise ValidationError({"days": TOO_LONG})
    if not reason.strip():
        raise ValidationError({"reason": "请写明延期理由。"})
    answer_clock(found, at)
    asked = Extension(
        petition=found, cycle=found.cycle, days=days, reason=reason.strip(), applied_by=by, applied_on=day_of(at)
    )
    create(asked, by=by, at=at)
    note_step(found, "apply_extension", before=found.state, by=by, at=at, text=reason.strip())
    finish(found, "apply_extension", by=by, at=at, days=days)
    return asked


@action
def rule_extension(
    *, petition: Petition, is_approved: bool, text: str, row_version: int, by: User, at: datetime
) -> Extension:
    """
    Give the days or refuse them. Given, the answer is counted again and the petitioner's notice made, at once.

    Raises: ValidationError: nothing asked, one's own request, after the last day, no reason for a refusal.
    """
    found = lock(petition, "rule_extension", row_version=row_version, by=by)
    if must_stand_back(found, by):
        raise ValidationError(STAND_BACK, code="stand_back")
    asked = Extension.objects.select_for_update(of=("self",)).filter(petition=found, ruled_on=None).first()
    if asked is None or asked.cycle != found.cycle:
        raise ValidationError(NONE_OPEN)
    if asked.applied_by_id == by.pk:
        raise ValidationError(OWN_REQUEST)
    if not is_approved and not text.strip():
        raise ValidationError({"text": "不批准的，请写明理由。"})
    asked.is_approved, asked.ruled_by, asked.ruled_on, asked.ruling_text = is_approved, by, day_of(at), text.strip()
    event = "EXTENSION_REFUSED"
    if is_approved:
        event = "EXTENSION_APPROVED"
        extend(found, asked, by=by, at=at)
    check(asked)
    asked.save()
    note_step(found, "rule_extension", before=found.state, by=by, at=at, text=text.strip())
    finish(found, "rule_extension", by=by, at=at, event=event, days=asked.days)
    return asked


def extend(petition: Petition, asked: Extension, *, by: User, at: datetime) -> None:
    clock = answer_clock(petition, at)
    clock.extension_days = asked.days
    clocks.recount(clock)
    asked.notice = signed_notice(petition, "N09", asked.reason, drafter_id=asked.applied_by_id, by=by, at=at)


def signed_notice(petition: Petition, kind: str, body: str, *, drafter_id: int, by: User, at: datetime) -> Notice:
    """Make a document that its drafter asked for and another signs in the same breath: numbered, dated, frozen."""
    notice = Notice(petition=petition, office_id=petition.office_id, cycle=petition.cycle, kind=kind, title=title_of(kind),
                    body=body, drafted_by_id=drafter_id, drafted_on=day_of(at), approved_by=by, approved_on=day_of(at),
                    issued_on=day_of(at))  # fmt: skip
    number_notice(notice, petition, profile_of(petition.office_id), day_of(at).year, by=by, at=at)
    freeze(notice, petition)
    return create(notice, by=by, at=at)
