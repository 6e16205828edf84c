"""What is done for the petitioner beside the case: a need passed on, a code given again, a paper brought by her station."""

from datetime import date, datetime

from django.core.exceptions import ValidationError

from petitions.actions.case import create, day_of, finish, lock, note_step, open_place
from petitions.models import Attachment, CaseAccess, Petition, Petitioner, ReferralLink
from petitions.query_codes import code_hash, new_code
from registry.actions import referrals
from veterans_portal.accounts.models import Office, User
from veterans_portal.actions import action

NEEDS_CONSENT = "须先征得信访人同意并留存签名。"
NOT_RESTRICTED = "检举控告件不能转介。"
ONLY_BELOW = "只能委托本单位或下属单位送达。"
NO_CODE = "检举控告不设查询码。"


@action
def refer_to_aid(*, petition: Petition, petitioner: Petitioner, need_code: str, note: str, consent: Attachment | None,
                 consent_on: date | None, to_office: Office, row_version: int, by: User, at: datetime) -> ReferralLink:  # fmt: skip
    """
    Pass a need on with the petitioner's consent. Only the dossier, or name and telephone, the need and the note leave: no
    number, no topic of the case.

    Raises: ValidationError: an accusation, no signed consent among the files, what registry.actions.referrals refuses.
    """
    if petition.is_restricted:
        raise ValidationError(NOT_RESTRICTED)
    found = lock(petition, "refer_to_aid", row_version=row_version, by=by)
    paper = consent and Attachment.objects.filter(petition=found, pk=consent.pk, kind=Attachment.Kind.CONSENT).first()
    if not paper or consent_on is None:
        raise ValidationError({"consent" if not paper else "consent_on": NEEDS_CONSENT})
    person = Petitioner.objects.get(petition=found, pk=petitioner.pk)
    referral = referrals.open_referral(
        person=person.person, need_code=need_code, note=note, consent_on=consent_on, to_office=to_office, by=by, at=at,
        today=day_of(at), name="" if person.person_id else person.name, phone="" if person.person_id else person.phone,
    )  # fmt: skip
    need = referral.get_need_code_display()
    shown = f"转给{to_office.name}：{'人员档案' if person.person_id else '姓名、联系电话'}、需要（{need}）、说明。不转信访编号和内容。"
    link = ReferralLink(petition=found, referral=referral, consent_on=consent_on, consent=paper, shown_text=shown)
    create(link, by=by, at=at)
    finish(found, "refer_to_aid", by=by, at=at, need=need_code)
    return link


@action
def cancel_referral(
    *, petition: Petition, link: ReferralLink, reason: str, row_version: int, by: User, at: datetime
) -> ReferralLink:
    """The petitioner takes her consent back. Raises what registry.actions.referrals refuses."""
    found = lock(petition, "cancel_referral", row_version=row_version, by=by)
    held = ReferralLink.objects.select_related("referral").get(petition=found, pk=link.pk)
    referrals.cancel_referral(referral=held.referral, outcome_note=reason, by=by, at=at)
    finish(found, "cancel_referral", by=by, at=at)
    return held


@action
def delegate_delivery(*, petition: Petition, office: Office, row_version: int, by: User, at: datetime) -> Petition:
    """Ask a station of one's own to bring the papers. Raises ValidationError: not one's own office or below."""
    found = lock(petition, "delegate_delivery", row_version=row_version, by=by)
    if not office.pk.startswith(found.office_id):
        raise ValidationError({"office": ONLY_BELOW})
    open_place(found, office.pk, CaseAccess.Basis.DELIVERY, at=at)
    note_step(found, "delegate_delivery", before=found.state, by=by, at=at)
    return finish(found, "delegate_delivery", by=by, at=at, office=office.pk)


@action
def reissue_query_code(*, petition: Petition, row_version: int, by: User, at: datetime) -> str:
    """
    Give the petitioner who stands here a new code; the old one is void. Returns the code, which is kept nowhere.

    Raises: ValidationError: an accusation has none.
    """
    if petition.is_restricted:
        raise ValidationError(NO_CODE)
    found = lock(petition, "reissue_query_code", row_version=row_version, by=by, acting=False)
    code = new_code()
    found.query_code_hash = code_hash(found.number, code)
    finish(found, "reissue_query_code", by=by, at=at)
    return code
