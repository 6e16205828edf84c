"""Working on a case: who handles it, what was done, what is answered, and who signs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Q

from petitions.actions.case import STAND_BACK, check, create, day_of, finish, lock, note_step, open_place, refuse_future
from petitions.actions.ending import approve_without_document
from petitions.actions.papers import freeze
from petitions.models import (
    Assignment,
    CaseAccess,
    Matter,
    Mediation,
    Notice,
    Petition,
    Petitioner,
    Respondent,
    ReviewAuthority,
    Step,
)
from petitions.models.matter import OUTCOMES, REASONED
from petitions.models.petition import phone_digest
from petitions.notice_kinds import title_of
from petitions.numbering import number_notice, profile_of
from petitions.turns import barred_from, pending_notices
from petitions.workflow import State
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

RECORDS = tuple(kind for kind in Step.Kind.values if kind not in ("TRANSITION", "CORRECTION"))
NOT_HANDLING = "本件不由你承办。"
ANSWER_FIELDS = ("outcome", "facts", "reasons", "legal_basis", "decision", "fulfil_by", "fulfil_due_on")


@action
def assign(*, petition: Petition, office: Office, section: str, officer: User, row_version: int, by: User, at: datetime,
           assists: Sequence[User] = (), lead_leader: User | None = None) -> Petition:  # fmt: skip
    """
    Give a case to an officer of one's own office or below; a new assignment ends the old one.

    Raises: ValidationError: outside the own subtree, an officer who may not or must stand back, an office reported on.
    """
    found = lock(petition, "assign", row_version=row_version, by=by)
    if not office.pk.startswith(found.office_id):
        raise ValidationError({"office": "只能派给本单位或下属单位。"})
    if Respondent.objects.filter(petition=found, office=office).exists():
        raise ValidationError(
            {"office": "承办单位是被检举控告的单位。" if found.is_restricted else "承办单位是被反映的单位。"}
        )
    for one in (officer, *assists):
        refuse_officer(found, one)
    if officer.office_id != office.pk:
        raise ValidationError({"officer": "承办人不在承办单位。"})
    end_assignments(found, at)
    for one, role in ((officer, "LEAD"), *((one, "ASSIST") for one in assists)):
        create(Assignment(petition=found, cycle=found.cycle, office_id=one.office_id, section=section, officer=one, role=role,
                          started_on=day_of(at)), by=by, at=at)  # fmt: skip
        open_place(found, one.office_id, CaseAccess.Basis.ASSIGNMENT, at=at)
    before, found.state, found.lead_leader = found.state, State.HANDLING, lead_leader
    note_step(found, "assign", before=before, by=by, at=at)
    return finish(found, "assign", by=by, at=at, office=office.pk, officer=officer.pk, assists=len(assists))


def refuse_officer(petition: Petition, officer: User) -> None:
    if not officer.may(Permission.HANDLE_PETITION):
        raise ValidationError({"officer": "此人没有承办信访事项的权限。"})
    if must_stand_back(petition, officer):
        raise ValidationError({"officer": ValidationError("承办人应当回避。", code="stand_back")})


def must_stand_back(petition: Petition, user: User) -> bool:
    """Tell whether a colleague is reported on, stands back already, or is the petitioner (by telephone number)."""
    if user.pk in barred_from(petition):
        return True
    # only of whoever is signed in: the directory of colleagues has no telephone
    phone = "" if "phone" in user.get_deferred_fields() else user.phone
    return bool(phone) and Petitioner.objects.filter(petition=petition, phone_digest=phone_digest(phone)).exists()


def end_assignments(petition: Petition, at: datetime) -> None:
    """End what is open. A place on the chain stays: who has handled a case may go on reading it."""
    open_ones = Assignment.objects.filter(petition=petition, ended_on=None)
    open_ones.update(ended_on=day_of(at), end_reason="重新派件")


def refuse_stranger(petition: Petition, by: User, *, lead_only: bool = False) -> None:
    held = Assignment.objects.filter(petition=petition, officer=by, ended_on=None)
    if not (held.filter(role="LEAD") if lead_only else held).exists():
        raise ValidationError(NOT_HANDLING)


@action
def record(
    *, petition: Petition, kind: str, on_date: date, text: str, row_version: int, by: User, at: datetime
) -> Step:
    """Write down what was done. Raises ValidationError: not one's case, a day to come, no text."""
    found = lock(petition, "record", row_version=row_version, by=by)
    refuse_stranger(found, by)
    if kind not in RECORDS:
        raise ValidationError({"kind": "请选择记录种类。"})
    refuse_future(on_date, at, field="on_date")
    step = note_step(found, "record", before=found.state, by=by, at=at, kind=kind, text=text.strip(), on=on_date)
    finish(found, "record", by=by, at=at, kind=kind)
    return step


@action
def submit_reply(*, petition: Petition, matters: Mapping[int, Mapping], row_version: int, by: User, at: datetime,
                 bodies: Mapping[str, str] | None = None) -> list[Notice]:  # fmt: skip
    """
    Propose what each matter comes to, and draft the documents that say so.

    matters: {matter no: {"outcome", "facts", "reasons", "legal_basis", "decision", "fulfil_by", "fulfil_due_on"}}.
    bodies:  {kind: text} of the drafts.
    Raises:  ValidationError: not the lead officer, nobody heard or nothing looked into, a matter without outcome or basis.
    """
    found = lock(petition, "submit_reply", row_version=row_version, by=by)
    refuse_stranger(found, by, lead_only=True)
    mine = own_matters(found)
    refuse_unheard(found, mine)
    for matter in mine:
        decide_matter(found, matter, matters.get(matter.no, {}))
    forms = forms_of(found, mine)
    drafts = [
        draft(found, kind, (bodies or {}).get(kind, ""), form=forms.get(kind, ""), by=by, at=at)
        for kind in kinds_needed(mine)
    ]
    found.state = State.AWAITING_APPROVAL
    note_step(found, "submit_reply", before=State.HANDLING, by=by, at=at)
    finish(found, "submit_reply", by=by, at=at, documents=len(drafts))
    return drafts


def own_matters(petition: Petition) -> list[Matter]:
    """Matters that this office answers itself."""
    mine = Q(route__in=("R5", "R6", "S")) | Q(route="R4", is_kept=True)
    return list(Matter.objects.filter(mine, petition=petition).select_for_update(of=("self",)).order_by("no"))


def refuse_unheard(petition: Petition, matters: list[Matter]) -> None:
    """条例第三十一条第六项: the petitioner is heard and the facts are looked into before an opinion."""
    if not any(matter.route == "R6" for matter in matters):
        return
    done = set(Step.objects.filter(petition=petition, cycle=petition.cycle).values_list("kind", flat=True))
    if not {Step.Kind.HEARD, Step.Kind.INVESTIGATED} <= done:
        raise ValidationError("尚无听取陈述和调查核实记录。")


def decide_matter(petition: Petition, matter: Matter, values: Mapping) -> None:
    if values.get("outcome") not in OUTCOMES[matter.route]:
        raise ValidationError({f"matter_{matter.no}": f"请选择事项{matter.no}的办理结果。"})
    for name in ANSWER_FIELDS:
        if name in values:
            setattr(matter, name, values[name])
    if matter.outcome in REASONED and not all(
        (matter.facts.strip(), matter.reasons.strip(), matter.legal_basis.strip())
    ):
        raise ValidationError({f"matter_{matter.no}": f"事项{matter.no}缺少处理意见的依据。"})
    forget_promise(matter, petition.cycle)
    matter.decided_cycle = petition.cycle
    check(matter)
    matter.save(update_fields=[*ANSWER_FIELDS, "decided_cycle", "fulfilled_on", "fulfil_note"])


def forget_promise(matter: Matter, cycle: int) -> None:
    """What was carried out in an earlier round does not fulfil what is promised now; what is refused promises nothing."""
    if matter.decided_cycle != cycle:
        matter.fulfilled_on, matter.fulfil_note = None, ""
    if matter.outcome not in (Matter.Outcome.SUPPORT, Matter.Outcome.SETTLED):
        matter.fulfil_by, matter.fulfil_due_on = None, None


def kinds_needed(matters: list[Matter]) -> list[str]:
    """An opinion for the petition procedure, an agreement where one was reached, a reply for everything else."""
    wanted = {"N12" if m.outcome == "SETTLED" else "N10" if m.route == "R6" else "N11" for m in matters}
    return sorted(wanted)


def forms_of(petition: Petition, matters: list[Matter]) -> dict[str, str]:
    """Return which form a document has: mediation or settlement; a duty performed is not the reply to a suggestion."""
    agreed = Mediation.objects.filter(petition=petition, result=Mediation.Result.AGREED).order_by("-pk").first()
    is_duty = any(one.outcome == Matter.Outcome.PERFORMED for one in matters)
    return {"N12": agreed.kind if agreed else "", "N11": "PERFORMED" if is_duty else ""}


def draft(petition: Petition, kind: str, body: str, *, by: User, at: datetime, form: str = "") -> Notice:
    notice = Notice(petition=petition, office_id=petition.office_id, cycle=petition.cycle, kind=kind,
                    title=title_of(kind, form), body=body, drafted_by=by, drafted_on=day_of(at))  # fmt: skip
    return create(notice, by=by, at=at)


@action
def return_draft(*, petition: Petition, reason: str, row_version: int, by: User, at: datetime) -> Petition:
    """Send drafts back to be changed: an answer to its officer, a closing to whoever sorts. Raises ValidationError."""
    found = lock(petition, "return_draft", row_version=row_version, by=by)
    if not reason.strip():
        raise ValidationError({"reason": "请写明退回原因。"})
    pending_notices(found).update(returned_on=day_of(at), return_reason=reason.strip())
    found.state = State.REGISTERED if found.pending_closing else State.HANDLING
    found.pending_closing = ""
    note_step(found, "return_draft", before=State.AWAITING_APPROVAL, by=by, at=at, text=reason.strip())
    return finish(found, "return_draft", by=by, at=at)


@action
def approve(*, petition: Petition, row_version: int, by: User, at: datetime) -> Petition:
    """
    Sign the drafts: they get their numbers, in the order of their kinds.

    Raises: ValidationError: one's own draft, no review authority named for an opinion, one must stand back.
    """
    found = lock(petition, "approve", row_version=row_version, by=by)
    if must_stand_back(found, by):
        raise ValidationError(STAND_BACK, code="stand_back")
    if found.pending_closing == Petition.ClosingKind.INVALID:
        return approve_without_document(found, by=by, at=at)
    drafts = list(pending_notices(found).select_for_update(of=("self",)).order_by("kind", "pk"))
    profile = profile_of(found.office_id)
    if any(notice.drafted_by_id == by.pk for notice in drafts):
        raise ValidationError("起草人不能签发。")
    authorities = ReviewAuthority.objects.filter(profile=profile, is_active=True)
    if any(notice.kind == "N10" for notice in drafts) and not authorities.exists():
        raise ValidationError("未配置上一级机关，不能签发处理意见书。")
    for notice in drafts:
        notice.approved_by, notice.approved_on, notice.issued_on = by, day_of(at), day_of(at)
        number_notice(notice, found, profile, day_of(at).year, by=by, at=at)
        freeze(notice, found)
        check(notice)
        notice.save()
    found.state = State.TO_DELIVER
    note_step(found, "approve", before=State.AWAITING_APPROVAL, by=by, at=at)
    return finish(found, "approve", by=by, at=at, documents=[notice.document_number for notice in drafts])
