"""Registering through the pages: three steps, read back, one row for two clicks, a receipt with the code."""

import re
import subprocess

import pytest
from django.utils import timezone

from petitions.drafts import DRAFT, start_from
from petitions.models import Petition, Reception, Respondent
from petitions.query_codes import code_hash
from tests import factories as make
from tests.petitions import factories as case
from veterans_portal.accounts.models import AuditEvent

NEW, MATTER, REVIEW = "/petitions/new/", "/petitions/new/matter/", "/petitions/new/review/"
WHO = {"source": "DIRECT", "channel": "VISIT", "people_count": "1", "name_1": "李建国", "relation_1": "SELF",
       "phone_1": "10055500733", "address_1": "新荷社区 5 栋 203"}  # fmt: skip
WHAT = {"purpose": "APPEAL", "topic": "PENSION", "title": "残疾等级评定", "statement_mode": "WRITTEN",
        "request_text": "请求重新评定", "text_1": "要求重新评定残疾等级", "text_2": "要求补发差额"}  # fmt: skip


@pytest.fixture
def clerk(db):
    return case.station().clerk


def today() -> dict:
    day = timezone.localdate()
    return {"received_on_year": day.year, "received_on_month": day.month, "received_on_day": day.day}


def fill(page, clerk, who=None, what=None):
    page(NEW, as_=clerk, **(WHO | today() | (who or {})))
    return page(MATTER, as_=clerk, **(WHAT | (what or {})))


@pytest.mark.printed
def test_three_steps_make_a_case_and_a_receipt(page, client, clerk):
    soup = fill(page, clerk)
    assert soup.h1.text == "核对宣读" and "要求补发差额" in soup.text
    done = page(REVIEW, as_=clerk, request_key=soup.select_one("[name=request_key]")["value"])
    assert "已登记：XH-" in done.h1.text
    answer = client.get(done.select_one("main .btn--primary")["href"])
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=b"".join(answer.streaming_content), capture_output=True, check=True
    )
    words = said.stdout.decode()
    with make.as_(clerk):
        made = Petition.objects.visible_to(clerk).get()
        assert made.matters.count() == 2 and made.first_officer_id == clerk.pk
        notice = made.deadlines.get(kind="NOTICE")
        events = list(AuditEvent.objects.about(made).values_list("facts", flat=True))
    code = re.search(r"查询码\s+([2-9A-HJ-NP-X]{8})", words).group(1)
    assert bytes(made.query_code_hash) == code_hash(made.number, code)
    assert f"{notice.due_on.month}月{notice.due_on.day}日前书面告知去向" in words and "不是受理告知书" in words
    # the code stands in no address and in no trail
    assert code not in str(events) and code not in done.response.request["PATH_INFO"]
    assert DRAFT.load(client.session) == {}


def test_a_second_click_finds_the_case_that_is_there(page, client, clerk):
    soup = fill(page, clerk)
    key = soup.select_one("[name=request_key]")["value"]
    page(REVIEW, as_=clerk, request_key=key)
    again = page(REVIEW, as_=clerk, request_key=key)
    with make.as_(clerk):
        assert Petition.objects.visible_to(clerk).count() == 1
        assert again.h1.text == Petition.objects.visible_to(clerk).get().title


def test_what_is_said_aloud_is_read_back(page, clerk):
    fill(page, clerk, what={"statement_mode": "ORAL"})
    refused = page(REVIEW, as_=clerk, expect=422, request_key="x")
    assert "口头反映须向信访人宣读并确认" in refused.select_one(".error-summary").text
    page(REVIEW, as_=clerk, read_back="on")
    with make.as_(clerk):
        assert Petition.objects.visible_to(clerk).get().read_back_on == timezone.localdate()


def test_a_sixth_representative_is_refused_with_everything_kept(page, clerk):
    six = {f"name_{n}": f"代表{'一二三四五六'[n - 1]}" for n in range(1, 7)}
    refused = page(NEW, as_=clerk, expect=422, **(WHO | today() | six))
    assert "共同信访的代表不得超过 5 人" in refused.select_one(".error-summary").text
    assert refused.select_one("[name=name_5]")["value"] == "代表五"


def test_accusations_are_not_taken_in_here(page, clerk):
    page(NEW, as_=clerk, **(WHO | today()))
    assert "ACCUSATION" not in str(page(MATTER, as_=clerk))
    page(MATTER, as_=clerk, expect=422, **(WHAT | {"purpose": "ACCUSATION"}))


def test_a_step_left_open_is_still_there(page, clerk):
    page(NEW, as_=clerk, **(WHO | today()))
    assert page(NEW, as_=clerk).select_one("[name=name_1]")["value"] == "李建国"
    page("/petitions/new/discard/", as_=clerk, sure="1")
    assert page(NEW, as_=clerk).select_one("[name=name_1]").get("value", "") == ""


def test_the_draft_lies_sealed_in_the_session(page, client, clerk):
    page(NEW, as_=clerk, **(WHO | today()))
    assert "李建国" not in str(dict(client.session.items())) and "10055500733" not in str(dict(client.session.items()))


def test_a_matter_sent_by_others_needs_its_day(page, clerk):
    refused = page(NEW, as_=clerk, expect=422, **(WHO | today() | {"source": "FROM_UPPER"}))
    assert "转来的事项请填写转到日期" in refused.select_one(".error-summary").text


def test_the_same_matter_is_looked_for_only_when_asked_and_only_here(page, clerk):
    number = make.id_number()
    mine = case.registered(clerk, petitioners=[case.petitioner(id_number=number)])
    case.registered(clerk, petitioners=[case.petitioner(id_number=number)])
    elsewhere = case.station("990101001002").clerk
    fill(page, clerk, who={"id_number_1": number})
    found = page("/petitions/new/same/", as_=clerk, ask="1")
    assert len(found.select("tbody tr")) == 1 and mine.number[:2] in found.text
    fill(page, elsewhere, who={"id_number_1": number})
    assert "没有查到同一件事" in page("/petitions/new/same/", as_=elsewhere, ask="1").text


def test_the_office_reported_on_is_written_down(page, clerk):
    office = make.office("990101")
    fill(page, clerk, what={"respondent": office.pk})
    page(REVIEW, as_=clerk, request_key="x")
    with make.as_(clerk):
        assert Respondent.objects.visible_to(clerk).get().office_id == office.pk


def test_a_reception_hands_its_words_over(page, client, clerk):
    with make.as_(clerk):
        reception = Reception.objects.create(
            office=clerk.office, received_on=timezone.localdate(), started_at=timezone.now(), officer=clerk, channel_id="HOME",
            kind="REPORT", name="王桂兰", phone="10055500999", summary="要求核实补助", result="PASSED", people_count=1,
            created_at=timezone.now(), created_by=clerk,
        )  # fmt: skip
    client.force_login(clerk)
    session = client.session
    start_from(session, reception)
    session.save()
    soup = page(NEW, as_=clerk)
    assert soup.select_one("[name=name_1]")["value"] == "王桂兰"
    assert soup.select_one("[name=channel] option[selected]")["value"] == "HOME"


def test_only_those_who_may_register_open_the_pages(page, db):
    people = case.bureau()
    page(NEW, as_=people.leader, expect=403)


def test_other_representatives_are_folded_until_there_are_some(page, clerk):
    assert page(NEW, as_=clerk).select_one("details").get("open") is None
    soup = page(NEW, as_=clerk, expect=422, **(WHO | today() | {"name_2": "王桂兰", "phone_2": "12"}))
    assert soup.select_one("details").get("open") is not None
