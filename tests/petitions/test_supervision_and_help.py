"""What the office above points out, what an office says for itself, and what is done for the petitioner beside the case."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from petitions.actions import delivering, helping, supervising
from petitions.models import Notice, Petition, ReferralLink, Supervision
from petitions.query_codes import code_hash
from registry.actions.duplicates import find_pairs, merge_people
from registry.models import AidReferral, DuplicatePair
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import clocks, events, filed


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def city(people):
    office = case.bureau("9901").office
    return make.staff(office, "CITY")


def urge(petition, city, **over):
    values = {"kind": "URGE", "text": "办结期限临近，请按期办结。", "reply_due_on": date(2026, 4, 25)} | over
    return case.do(supervising.supervise, petition, by=city, day="2026-04-20", **values)


def test_the_office_above_urges_in_writing_and_is_answered(city, people):
    petition = case.handling_(people)
    sent = urge(petition, city)
    assert (sent.from_office_id, sent.to_office_id) == ("9901", people.office.pk)
    with make.as_(city):
        letter = Notice.objects.visible_to(city).get(pk=sent.notice_id)
    assert letter.kind == "N18" and letter.office_id == "9901" and letter.sha256
    with pytest.raises(ValidationError, match="请填写答复内容"):
        answer(petition, sent, people.handler, "")
    answer(petition, sent, people.handler, "已听取陈述，本月办结。")
    with pytest.raises(ValidationError, match="不由本单位答复"):
        answer(petition, sent, people.handler, "再答一次")
    assert events(petition, people.handler)[-2:] == ["SUPERVISION_SENT", "SUPERVISION_ANSWERED"]
    # the office above has read, and acts no more than before
    assert case.again(petition, people.sorter).turn_user_id == people.handler.pk


def answer(petition, sent, by, text):
    return case.do(supervising.answer_supervision, petition, by=by, day="2026-04-22", supervision=sent, reply_text=text)


def test_only_a_supervisor_above_urges_and_the_day_lies_ahead(city, people):
    petition = case.handling_(people)
    with pytest.raises(PermissionDenied):
        urge(petition, people.sorter)
    with pytest.raises(ValidationError, match="只能督办下级单位"):
        urge(petition, people.leader)
    with pytest.raises(ValidationError, match="答复期限不能早于今天"):
        urge(petition, city, reply_due_on=date(2026, 4, 19))


def test_lateness_is_explained_once_by_the_office_that_is_late(people):
    petition = case.handling_(people)
    clock = clocks(petition, people.handler)["ANSWER"]
    explain = lambda day: case.do(supervising.set_late_reason, petition, by=people.handler, day=day, deadline=clock,  # noqa: E731
                                  reason="原部队档案未寄回")  # fmt: skip
    with pytest.raises(ValidationError, match="没有超期"):
        explain("2026-05-09")
    explain("2026-05-10")
    assert clocks(petition, people.handler)["ANSWER"].late_reason == "原部队档案未寄回"
    with pytest.raises(ValidationError, match="没有超期"):
        explain("2026-05-11")


def test_an_urgent_matter_is_reported_as_a_matter(people):
    petition = case.registered(people.sorter)
    with pytest.raises(ValidationError, match="紧急报告须写明"):
        case.do(
            supervising.report_urgent,
            petition,
            by=people.sorter,
            day="2026-03-03",
            ground="SAFETY",
            to=" ",
            on=date(2026, 3, 3),
        )
    found = case.do(supervising.report_urgent, petition, by=people.sorter, day="2026-03-03", ground="LIVELIHOOD", to="区政府值班室",
                    on=date(2026, 3, 3))  # fmt: skip
    assert (found.urgent_ground, found.urgent_to) == ("LIVELIHOOD", "区政府值班室")
    assert events(petition, people.sorter)[-1] == "URGENT_REPORTED"


def refer(petition, people, consent, **over):
    with make.as_(people.sorter):
        lead = petition.petitioners.get()
    values = {"petitioner": lead, "need_code": "LIVING", "note": "请上门了解", "consent": consent, "consent_on": date(2026, 3, 4),
              "to_office": people.office} | over  # fmt: skip
    return case.do(helping.refer_to_aid, petition, by=people.sorter, day="2026-03-05", **values)


def test_a_need_leaves_only_with_a_signed_consent_and_without_the_case(people):
    petition = case.registered(people.sorter)
    with pytest.raises(ValidationError, match="须先征得信访人同意并留存签名"):
        refer(petition, people, None)
    with pytest.raises(ValidationError, match="须先征得信访人同意并留存签名"):
        refer(petition, people, filed(petition, people.sorter, "EVIDENCE"))
    consent = filed(petition, people.sorter, "CONSENT")
    link = refer(petition, people, consent)
    with make.as_(people.sorter):
        row = AidReferral.objects.visible_to(people.sorter).get(pk=link.referral_id)
        left = [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]
    assert row.name == "李建国" and row.phone == "10055500733"
    assert not any(petition.number in value or petition.title in value or "PENSION" in value for value in left)
    assert "AID_REFERRED" in events(petition, people.sorter)
    case.do(helping.cancel_referral, petition, by=people.sorter, day="2026-03-06", link=link, reason="本人撤回同意")
    with make.as_(people.sorter):
        assert ReferralLink.objects.visible_to(people.sorter).get(pk=link.pk).referral.state == "CANCELLED"


def test_the_need_of_somebody_with_two_dossiers_goes_to_the_one_that_is_kept(people):
    kept, loser = (
        make.person(make.office("990101001001"), by=people.sorter, name="李建国", id_number=number)
        for number in (make.id_number(), "")
    )
    petition = case.registered(people.sorter)
    with make.as_(people.sorter):
        petition.petitioners.update(person=loser)
        find_pairs(by=people.sorter, at=make.NOON)
        pair = DuplicatePair.objects.get()
        merge_people(pair=pair, survivor=kept.pk, take=(), by=people.sorter, at=make.NOON)
        loser.refresh_from_db()
    link = refer(petition, people, filed(petition, people.sorter, "CONSENT"))
    with make.as_(people.sorter):
        assert AidReferral.objects.get(pk=link.referral_id).person_id == kept.pk


def test_an_accusation_is_not_referred_and_has_no_code(people):
    contact = make.staff(make.office("9901"), "OFFICER")
    case.profile(contact.office, discipline_contact=contact)
    petition = case.registered(contact, purpose="ACCUSATION")
    with make.as_(contact):
        lead = petition.petitioners.get()
    with pytest.raises(ValidationError, match="检举控告件不能转介"):
        case.do(helping.refer_to_aid, petition, by=contact, day="2026-03-05", petitioner=lead, need_code="LIVING", note="", consent=None,
                consent_on=None, to_office=contact.office)  # fmt: skip
    with pytest.raises(ValidationError, match="检举控告不设查询码"):
        case.do(helping.reissue_query_code, petition, by=contact, day="2026-03-05")


def test_a_new_code_voids_the_old_one(people):
    petition = case.registered(people.sorter)
    code = case.do(helping.reissue_query_code, petition, by=people.sorter, day="2026-03-05")
    stored = bytes(case.again(petition, people.sorter).query_code_hash)
    assert stored == code_hash(petition.number, code) != code_hash(petition.number, petition.query_code)
    with make.as_(people.sorter):
        assert code not in str(list(Petition.objects.visible_to(people.sorter).filter(pk=petition.pk).values()))


def test_a_station_brings_the_answer(people):
    counter = case.station()
    petition = case.approved(people)
    with pytest.raises(ValidationError, match="只能委托本单位或下属单位送达"):
        case.do(helping.delegate_delivery, petition, by=people.handler, day="2026-04-03", office=make.office("990102"))
    found = case.do(helping.delegate_delivery, petition, by=people.handler, day="2026-04-03", office=counter.office)
    assert found.turn_office_id == counter.office.pk
    day = date(2026, 4, 7)
    found = case.do(
        delivering.deliver,
        petition,
        by=counter.clerk,
        day=day,
        fields={"mode": "FACE", "sent_on": day, "received_on": day},
    )
    assert found.state == "REPLIED"


def test_the_pages(page, city, people):
    today = timezone.localdate()
    petition = case.registered(people.sorter, received_on=today, registered_on=today, at_=timezone.now())
    consent = filed(petition, people.sorter, "CONSENT", day=today)
    where, url = (
        reverse("petitions:case", args=[petition.pk]),
        lambda name: reverse("petitions:case-deed", args=[petition.pk, name]),
    )
    shown = page(where, as_=city)
    assert shown.find("a", string="催办或督办") and not shown.find("a", string="受理")
    page(url("supervision"), as_=city)
    later = today + timedelta(days=7)
    by = {f"reply_due_on_{part}": getattr(later, part) for part in ("year", "month", "day")}
    page(url("supervision"), as_=city, row_version=1, kind="URGE", text="请按期告知", **by)
    page(url("supervision"), as_=people.sorter, expect=403)
    assert "下一步：答复督办" in page(where, as_=people.sorter).text
    with make.as_(people.sorter):
        sent = Supervision.objects.visible_to(people.sorter).get(petition=petition)
        lead = petition.petitioners.get()
    page(url("supervision-answer"), as_=people.sorter, row_version=2, supervision=sent.pk, reply_text="本周告知")
    on = {f"{name}_{part}": getattr(today, part) for name in ("on", "consent_on") for part in ("year", "month", "day")}
    page(url("urgent-report"), as_=people.sorter, row_version=3, ground="SAFETY", to="区政府值班室", **on)
    page(url("referral"), as_=people.sorter, expect=422, row_version=4, petitioner=lead.pk, need_code="LIVING", note="", consent="",
         to_office=people.office.pk, **on)  # fmt: skip
    page(url("referral"), as_=people.sorter, row_version=4, petitioner=lead.pk, need_code="LIVING", note="", consent=consent.pk,
         to_office=people.office.pk, **on)  # fmt: skip
    page(url("referral-cancellation"), as_=people.sorter)
    page(url("query-code"), as_=people.sorter)
    done = page(url("query-code"), as_=people.sorter, row_version=5)
    assert done.find("a", string="打印登记回执")
    page(url("query-code"), as_=people.leader, expect=403)
    page(url("voiding"), as_=people.leader)
