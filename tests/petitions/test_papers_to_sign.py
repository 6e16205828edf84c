"""Papers printed for a signature: the register form, the reception slip, the record of a hearing, the list of the file, the consent."""

from datetime import date

import pytest
from django.urls import reverse

from petitions.actions.receptions import log_reception
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import events
from tests.petitions.test_letters import words_of
from veterans_portal.accounts.models import AuditEvent

pytestmark = pytest.mark.printed


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(people):
    return case.station()


def printed(client, url, by, **fields) -> str:
    client.force_login(by)
    answer = client.post(url, fields, follow=True)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    return words_of(b"".join(answer.streaming_content))


def test_the_register_form_holds_what_was_said_and_that_it_was_read_back(client, counter):
    petition = case.registered(
        counter.clerk, statement_mode="ORAL", read_back_on=date(2026, 3, 3), facts_text="一九九八年受伤。"
    )
    said = printed(client, reverse("petitions:case-paper", args=[petition.pk, "registration"]), counter.clerk)
    for words in (petition.number, "李建国", "10055500733", "新荷社区5栋203", "请求重新评定", "一九九八年受伤", "1．要求重新评定残疾等级",
                  "2026年3月3日向信访人宣读", "第十九条", counter.clerk.display_name, "信访人："):  # fmt: skip
        assert words in said, words
    assert events(petition, counter.clerk)[-1] == "PETITION_NOTICE_PRINTED"
    with make.as_(counter.clerk):
        facts = AuditEvent.objects.about(petition).order_by("-pk").first().facts
    assert facts["document"] == "信访事项登记表" and "李建国" not in str(facts)


def test_a_file_list_has_every_document_and_deed_in_order(client, people):
    petition = case.replied(people)
    said = printed(client, reverse("petitions:case-paper", args=[petition.pk, "catalogue"]), people.handler)
    wanted = [
        "登记信访事项",
        "受理",
        "《信访事项受理告知书》",
        "派件",
        "听取陈述",
        "签发",
        "《信访处理意见书》",
        "送达",
    ]
    places = [said.index(words) for words in wanted]
    assert places == sorted(places) and "青禾退役信意〔2026〕1号" in said


def test_a_hearing_has_its_record_with_room_to_write(client, people):
    petition = case.handling_(people)
    said = printed(client, reverse("petitions:case-paper", args=[petition.pk, "hearing"]), people.handler)
    assert "听证笔录" in said and petition.number in said and "主持人" in said and "宣读" in said


def test_a_consent_says_exactly_what_leaves_and_that_it_can_be_taken_back(client, page, counter):
    petition = case.registered(counter.clerk)
    with make.as_(counter.clerk):
        person = petition.petitioners.get()
    url = reverse("petitions:consent", args=[petition.pk])
    assert page(reverse("petitions:case-deed", args=[petition.pk, "referral"]), as_=counter.clerk).find("a", href=url)
    page(url, as_=counter.clerk, expect=422, petitioner=person.pk, need_code="", to_office=case.DISTRICT)
    said = printed(
        client, url, counter.clerk, petitioner=person.pk, need_code="LIVING", note="住房漏雨", to_office=case.DISTRICT
    )
    for words in (
        "帮扶转介同意书",
        "姓名、联系电话、需要、说明",
        "李建国",
        "10055500733",
        "住房漏雨",
        "青禾区退役军人事务局",
        "随时",
        "撤回同意",
        "不影响信访事项的办理",
    ):
        assert words in said, words
    assert petition.number not in said and petition.title not in said


def test_who_does_not_see_the_case_prints_nothing(client, counter):
    petition = case.registered(counter.clerk)
    client.force_login(case.station("990101001002").clerk)
    assert client.post(reverse("petitions:case-paper", args=[petition.pk, "registration"])).status_code == 404
    client.force_login(counter.clerk)
    assert client.post(reverse("petitions:case-paper", args=[petition.pk, "dossier"])).status_code == 404


def test_a_reception_has_a_slip_and_a_guided_accusation_a_bare_one(client, counter):
    def logged(**values):
        base = {"channel_id": "VISIT", "people_count": 1}
        with make.as_(counter.clerk):
            return log_reception(values=base | values, by=counter.clerk, at=case.at("2026-03-03"))

    asked = logged(
        kind="CONSULT", topic_id="PENSION", summary="问优待金", answer="当场说明", result="ON_SPOT", name="王大成"
    )
    said = printed(client, reverse("petitions:reception-paper", args=[asked.pk]), counter.clerk)
    assert all(
        words in said
        for words in ("接待登记单", "问优待金", "当场说明", "王大成", "来访人确认无误", counter.clerk.display_name)
    )
    guided = logged(kind="ACCUSATION_GUIDED")
    bare = printed(client, reverse("petitions:reception-paper", args=[guided.pk]), counter.clerk)
    assert "纪检监察机关" in bare and "姓名" not in bare.replace("不记内容和姓名", "")
