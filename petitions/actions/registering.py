"""Taking in a case."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError

from petitions.actions.case import check, create, day_of, note_step, refuse_future, settle_turn
from petitions.actions.clocks import start
from petitions.actions.promises import start_hand_up, start_promise
from petitions.models import CaseAccess, Matter, OfficeProfile, Petition, Petitioner, Reception, Respondent, Transfer
from petitions.models.petition import id_digest, phone_digest, phone_last4_digest
from petitions.numbering import case_number, profile_of
from petitions.query_codes import code_hash, new_code
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action
from veterans_portal.bulk import reserve_ids

MOST_REPRESENTATIVES = 5  # 信访工作条例第二十条
SENT_BY_OTHERS = (Petition.Source.FROM_PETITION_BUREAU, Petition.Source.FROM_UPPER)
TOO_MANY = "共同信访的代表不得超过 5 人。"
NAMED_CONTACT = "检举控告由指定联系人单独登记。"
ABOUT_ONESELF = "被检举控告的是本单位，不能在本单位登记；请当场告知向纪检监察机关或上一级单位提出。"


class Registered(NamedTuple):
    """query_code: printed on the first document, kept nowhere; "" for a restricted case."""

    petition: Petition
    query_code: str


@action
def register(*, fields: Mapping, petitioners: Sequence[Mapping], matters: Sequence[Mapping], by: User, at: datetime,
             respondents: Iterable[Mapping] = (), reception: Reception | None = None,
             request_key: uuid.UUID | None = None) -> Registered:  # fmt: skip
    """
    Register a case at one's own office; it starts the clock of the written notice, or those of a matter sent by others.

    fields:  columns of Petition. petitioners, matters, respondents: columns of their rows; the first petitioner leads.
    Raises:  PermissionDenied, ValidationError: the sentences of the models, more than five representatives, an accusation
             by somebody other than the person named for it or about the own office, an office that is not set up.
    """
    is_restricted = fields.get("purpose") == Petition.Purpose.ACCUSATION
    profile = profile_of(by.office_id)
    refuse_wrong_registrar(profile, is_restricted, respondents := list(respondents), by)
    refuse_petitioners(petitioners, matters)
    petition = new_petition(fields, profile, is_restricted=is_restricted, by=by, at=at)
    petition.request_key = request_key
    code = "" if is_restricted else new_code()
    petition.query_code_hash = code_hash(petition.number, code) if code else None
    place(petition, is_restricted=is_restricted, by=by, at=at)
    create(petition, by=by, at=at)
    for position, values in enumerate(petitioners):
        add_petitioner(petition, values, is_lead=position == 0, by=by, at=at)
    for number, values in enumerate(matters, 1):
        create(Matter(petition=petition, no=number, **{"topic_id": petition.topic_id} | dict(values)), by=by, at=at)
    for values in respondents:
        create(Respondent(petition=petition, **values), by=by, at=at)
    start_first_clocks(petition, profile, by=by, at=at)
    tie_reception(petition, reception, by=by)
    settle_turn(petition, by=by, at=at)
    petition.save(update_fields=["turn_office", "turn_user", "next_act_by_on"])
    AuditEvent.record("PETITION_REGISTERED", petition, by=by, at=at, restricted=is_restricted, number=petition.number,
                      petitioners=len(petitioners), matters=len(matters))  # fmt: skip
    return Registered(petition, code)


def refuse_wrong_registrar(profile: OfficeProfile, is_restricted: bool, respondents: list[Mapping], by: User) -> None:
    if not is_restricted:
        if not by.may(Permission.REGISTER_PETITION):
            raise PermissionDenied
        return
    if profile.discipline_contact_id != by.pk:
        raise ValidationError({"purpose": NAMED_CONTACT})
    codes = [code_of(values) for values in respondents]
    if any(code and by.office_id.startswith(code) for code in codes):
        raise ValidationError(ABOUT_ONESELF)


def code_of(values: Mapping) -> str | None:
    office = values.get("office")
    return office.pk if office is not None else values.get("office_id")


def refuse_petitioners(petitioners: Sequence[Mapping], matters: Sequence[Mapping]) -> None:
    if not petitioners:
        raise ValidationError({"petitioners": "请填写信访人；姓名不清的写“匿名”。"})
    if not matters:
        raise ValidationError({"matters": "请至少填写一个事项。"})
    if sum(1 for values in petitioners if values.get("representative_no")) > MOST_REPRESENTATIVES or any(
        (values.get("representative_no") or 1) > MOST_REPRESENTATIVES for values in petitioners
    ):
        raise ValidationError({"petitioners": TOO_MANY})


def new_petition(fields: Mapping, profile: OfficeProfile, *, is_restricted: bool, by: User, at: datetime) -> Petition:
    petition = Petition(pk=reserve_ids(Petition, 1)[0], office_id=by.office_id, registered_office_id=by.office_id,
                        follow_up_office_id=by.office_id, first_officer=by, is_restricted=is_restricted,
                        **{"registered_on": day_of(at)} | dict(fields))  # fmt: skip
    for name in ("received_on", "registered_on", "source_arrived_on", "read_back_on"):
        refuse_future(getattr(petition, name), at, field=name)
    petition.number = "-"  # a number is taken only once everything else is right
    petition.created_by, petition.created_at = by, at
    check(petition)
    petition.number = case_number(profile, petition.registered_on.year, is_restricted=is_restricted, by=by, at=at)
    return petition


def place(petition: Petition, *, is_restricted: bool, by: User, at: datetime) -> None:
    """Stand on the chain before the case is there: the wall asks for the place when the case is written."""
    holder = {"user": by, "basis": "SEALED"} if is_restricted else {"office_id": by.office_id, "basis": "REGISTERED"}
    CaseAccess.objects.create(petition_id=petition.pk, granted_at=at, created_at=at, created_by=by, **holder)


def add_petitioner(petition: Petition, values: Mapping, *, is_lead: bool, by: User, at: datetime) -> Petitioner:
    number, phone = values.get("id_number") or "", values.get("phone") or ""
    digests = {
        "id_digest": id_digest(number) if number else None,
        "phone_digest": phone_digest(phone) if phone else None,
        "phone_last4_digest": phone_last4_digest(phone) if phone else None,
    }
    return create(Petitioner(petition=petition, is_lead=is_lead, **digests | dict(values)), by=by, at=at)


def start_first_clocks(petition: Petition, profile: OfficeProfile, *, by: User, at: datetime) -> None:
    """A direct submission is answered within the notice; a matter sent by others may also be objected to."""
    step = note_step(petition, "register", before="", by=by, at=at)
    common = {"office_id": petition.office_id, "step": step, "by": by, "at": at}
    if petition.source in SENT_BY_OTHERS:
        arrived = petition.source_arrived_on or petition.received_on
        sent = Transfer(petition=petition, kind=Transfer.Kind.FORWARD, from_name=petition.source_name,
                        to_office_id=petition.office_id, sent_at=at, arrived_on=arrived, signed_by=by, signed_at=at)  # fmt: skip
        create(sent, by=by, at=at)
        if not petition.notice_exempt_reason:
            start(petition, "TRANSFER_NOTICE", arrived, transfer=sent, **common)
        start(petition, "OBJECTION", arrived, transfer=sent, **common)
    elif not petition.notice_exempt_reason:
        start(petition, "NOTICE", petition.received_on, **common)
    if profile.is_petition_bureau:
        start(petition, "SORTING", petition.received_on, **common)
    if not profile.can_decide and not petition.is_restricted:
        start_hand_up(petition, step, by=by, at=at)
    start_promise(petition, step, by=by, at=at)


def tie_reception(petition: Petition, reception: Reception | None, *, by: User) -> None:
    """A reception becomes the first step of the case; one that guided an accusation keeps no trace of it."""
    if reception is None or petition.is_restricted:
        return
    found = Reception.objects.visible_to(by).select_for_update(of=("self",)).get(pk=reception.pk)
    if found.petition_id:
        raise ValidationError("这条接待记录已登记为信访事项。")
    found.petition, found.result = petition, Reception.Result.REGISTERED
    check(found)
    found.save(update_fields=["petition", "result"])
