"""A case from the counter to its end through the pages, as the people who would click."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from petitions import queues
from petitions.actions import delivering, handling, routing
from petitions.deeds import DEEDS
from petitions.models import Attachment, Matter, Notice, OfficeProfile, Petitioner
from petitions.models.base import OfCaseQuerySet
from petitions.models.petition import PetitionQuerySet
from tests import factories as make
from tests.house.test_query_counts import count
from tests.petitions import factories as case
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.files import path_of


def url(petition, deed="") -> str:
    return (
        reverse("petitions:case-deed", args=[petition.pk, deed])
        if deed
        else reverse("petitions:case", args=[petition.pk])
    )


def version(petition, by) -> int:
    return case.again(petition, by).row_version


def three(name, day) -> dict:
    return {f"{name}_year": str(day.year), f"{name}_month": str(day.month), f"{name}_day": str(day.day)}


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def people(db):
    return case.bureau()


@pytest.fixture
def counter(db):
    return case.station()


@pytest.fixture
def fresh(counter, today):
    """A case registered today at the station."""
    return case.registered(counter.clerk, received_on=today, registered_on=today, at_=timezone.now())


def do(page, petition, deed, *, by, expect=200, **fields):
    return page(url(petition, deed), as_=by, expect=expect, row_version=version(petition, by), **fields)


def test_a_case_goes_from_the_counter_to_its_end(page, people, counter, fresh, today):
    soup = page(url(fresh), as_=counter.clerk)
    assert "下一步：上报代办" in soup.text and "收到第 0 天" in soup.text
    assert do(page, fresh, "hand-up", by=counter.clerk, to_office=case.DISTRICT, reason="需区局办理").find(
        string=re.compile("已上报")
    )
    assert "下一步：签收" in page(url(fresh), as_=people.sorter).text
    do(page, fresh, "receipt", by=people.sorter)
    form = page(url(fresh, "acceptance"), as_=people.sorter)
    assert "60日办结" in form.text and "前办结" in form.select_one(".confirm .note").text
    do(page, fresh, "acceptance", by=people.sorter, route_1="R6", kept_1="own", **three("accepted_on", today))
    with make.as_(people.sorter):
        told = Notice.objects.visible_to(people.sorter).get(kind="N01")
    assert told.document_number == f"青禾退役信告〔{today.year}〕1号"
    soup = page(url(fresh), as_=people.sorter)
    assert "下一步：送达文书" in soup.text and told.document_number in soup.text
    do(page, fresh, "notice-delivery", by=people.sorter, notice=told.pk, petitioner=lead(fresh, people.sorter), mode="FACE",
       **three("sent_on", today))  # fmt: skip
    do(page, fresh, "assignment", by=people.sorter, officer=people.handler.pk, section="优抚股")
    for kind in ("HEARD", "INVESTIGATED"):
        do(page, fresh, "record", by=people.handler, kind=kind, text="情况属实。", **three("on_date", today))
    assert "下一步：提交答复" in page(url(fresh), as_=people.handler).text
    do(page, fresh, "reply", by=people.handler, matter_1="EXPLAIN", facts_1="材料齐全。", reasons_1="已按规定评定。",
       basis_1="伤残抚恤管理办法第八条", decision_1="维持原评定。")  # fmt: skip
    assert "等待办理" in page(url(fresh), as_=people.handler).text
    do(page, fresh, "reply-ruling", by=people.leader, ruling="approve")
    do(page, fresh, "delivery", by=people.handler, petitioner=lead(fresh, people.handler), mode="REGISTERED",
       tracking_no="XA1", **three("sent_on", today))  # fmt: skip
    assert "登记收到答复" in page(url(fresh), as_=people.handler).text
    do(page, fresh, "arrival", by=people.handler, signer="李建国", **three("received_on", today))
    do(page, fresh, "follow-up", by=counter.other, mode="PHONE", result="reached", got_reply="yes", understood="yes",
       **three("called_on", today))  # fmt: skip
    do(page, fresh, "closure", by=people.sorter)
    soup = page(url(fresh), as_=people.sorter)
    assert "本件已办结" in soup.text and "申请复查期限" in soup.text
    assert len(soup.select(".stages__item--done")) == 5


def lead(petition, by) -> int:
    with make.as_(by):
        return Petitioner.objects.visible_to(by).get(petition=petition, is_lead=True).pk


def test_the_days_on_the_page_are_those_of_the_law(page, people):
    """Accepted 2026-08-03: sixty days end within a holiday, and the page says how it is counted and what that means."""
    petition = case.accepted(people, day="2026-08-03", received_on=date(2026, 8, 3), registered_on=date(2026, 8, 3))
    soup = page(url(petition), as_=people.sorter)
    block = soup.find("section", attrs={"aria-labelledby": re.compile("clock-")}, string=None)
    words = " ".join(one.text for one in soup.select(".deadline"))
    assert "8月3日受理，次日起算60日，10月2日届满" in words and "信访工作条例第三十四条" in words
    assert "2026年10月2日 星期五前，按工作日应在9月30日办好" in words and "可以延长，最多30日" in words
    assert block.select_one("svg[role=img] title") is not None
    # the one next step stands before the request in the page
    text = str(soup)
    assert text.index("下一步：") < text.index('id="request"')


def test_a_year_without_holidays_in_the_table_is_said_to_be_provisional(page, people):
    petition = case.accepted(people, day="2026-11-20", received_on=date(2026, 11, 18), registered_on=date(2026, 11, 18))
    soup = page(url(petition), as_=people.sorter)
    blocks = [one.text for one in soup.select(".deadline") if "办结期限" in one.text]
    assert len(blocks) == 1 and "暂定" in blocks[0] and "2027年放假安排尚未录入" in blocks[0]
    assert petition.number in page("/petitions/board/?figure=provisional", as_=people.leader).text


def test_an_anonymous_letter_has_no_clock_of_the_notice_and_says_why(page, counter):
    petition = case.registered(
        counter.clerk,
        notice_exempt_reason="匿名信，无法告知",
        petitioners=[case.petitioner(name="匿名", phone="", address="")],
    )
    soup = page(url(petition), as_=counter.clerk)
    assert [one.text.strip() for one in soup.select(".deadline__h")] == [
        "站内上报期限"
    ] and "匿名信，无法告知" in soup.text


def test_contact_data_is_masked_until_it_is_asked_for(page, client, counter, fresh):
    soup = page(url(fresh), as_=counter.clerk)
    assert "100****0733" in soup.text and "10055500733" not in soup.text and "5 栋 203" not in soup.text
    shown = page(reverse("petitions:petitioners-reveal", args=[fresh.pk]), as_=counter.clerk, csrf="x")
    assert "5 栋 203" in shown.text and shown.response["Cache-Control"] == "no-store"
    with make.as_(counter.clerk):
        assert AuditEvent.objects.about(fresh).filter(event="PETITIONER_REVEALED").exists()
    client.force_login(counter.clerk)
    assert client.get(reverse("petitions:petitioners-reveal", args=[fresh.pk])).status_code == 405


def test_what_was_typed_in_an_answer_survives_a_refusal(page, people):
    """No statement heard, nothing looked into; then a rejection without its legal basis."""
    petition = case.handling_(people)
    said = {"matter_1": "REJECT", "facts_1": "查无此项。", "reasons_1": "不符合条件。", "decision_1": "不予支持。"}
    soup = do(page, petition, "reply", by=people.handler, expect=422, **said)
    assert "尚无听取陈述和调查核实记录" in soup.select_one(".error-summary").text
    assert soup.select_one("[name=facts_1]").text.strip() == "查无此项。"
    case.heard(petition, people)
    soup = do(page, petition, "reply", by=people.handler, expect=422, **said)
    assert "事项1缺少处理意见的依据" in soup.select_one(".error-summary").text
    assert soup.select_one("[name=reasons_1]").text.strip() == "不符合条件。"
    with make.as_(people.handler):
        assert Matter.objects.visible_to(people.handler).get(petition=petition).outcome == ""


def test_the_drafter_is_not_offered_the_signature_and_cannot_give_it(page, people):
    petition = case.submitted(people)
    assert "审签文书" not in page(url(petition), as_=people.handler).text
    page(url(petition, "reply-ruling"), as_=people.handler, expect=403)
    assert "下一步：审签文书" in page(url(petition), as_=people.leader).text
    back = do(page, petition, "reply-ruling", by=people.leader, ruling="return", expect=422)
    assert "请写明退回原因" in back.select_one(".error-summary").text
    do(page, petition, "reply-ruling", by=people.leader, ruling="return", reason="事实不清")
    assert "已退回" in page(url(petition), as_=people.handler).text


def test_the_handler_cannot_ask_afterwards(page, people, today):
    petition = case.replied(people)
    call = {"mode": "PHONE", "result": "reached", **three("called_on", today)}
    soup = do(page, petition, "follow-up", by=people.handler, expect=422, **call)
    assert "承办人不能回访自己办理的事项" in soup.text
    do(page, petition, "follow-up", by=people.sorter, **call)


def test_unfulfilled_support_blocks_closing(page, people, today):
    granted = case.REASONED | {"outcome": "SUPPORT", "fulfil_by": people.office, "fulfil_due_on": date(2026, 6, 1)}
    petition = case.followed_up(people, answers={1: granted})
    soup = do(page, petition, "closure", by=people.sorter, expect=422)
    assert "支持的请求尚未落实，不能办结" in soup.text
    with make.as_(people.sorter):
        matter = Matter.objects.visible_to(people.sorter).get(petition=petition)
    do(page, petition, "fulfilment", by=people.handler, matter=matter.pk, note="已补发", **three("fulfilled_on", today))
    do(page, petition, "closure", by=people.sorter)
    assert case.again(petition, people.sorter).state == "CLOSED"


def test_three_tries_on_three_days_close_and_three_in_one_day_do_not(page, people):
    petition = case.replied(people)
    for _ in range(3):
        do(
            page,
            petition,
            "follow-up",
            by=people.sorter,
            mode="PHONE",
            result="missed",
            **three("called_on", date(2026, 4, 15)),
        )
    assert "还没有回访" in do(page, petition, "closure", by=people.sorter, expect=422).text
    for day in (16, 17):
        do(
            page,
            petition,
            "follow-up",
            by=people.sorter,
            mode="PHONE",
            result="missed",
            **three("called_on", date(2026, 4, day)),
        )
    do(page, petition, "closure", by=people.sorter)
    assert case.again(petition, people.sorter).state == "CLOSED"


def test_the_answer_counts_from_sending_and_the_window_from_arrival(page, people):
    soup = page(url(case.replied(people)), as_=people.handler)
    words = " ".join(one.text for one in soup.select(".deadline"))
    assert "4月10日收到答复，次日起算30日，5月10日届满" in words and "信访人期限" in words
    assert soup.select('.deadline[data-state="overdue"] h2')[0].text.startswith("回访")


def test_who_is_out_of_sight_finds_nothing_at_any_address(page, client, people, counter, fresh):
    sibling = case.station("990101001002").clerk
    above = make.staff(make.office("990101001"), "HEAD")
    before = version(fresh, counter.clerk)
    for outsider in (sibling, above, people.sorter):
        client.force_login(outsider)
        assert client.get(url(fresh)).status_code == 404
        for deed in DEEDS:
            assert client.post(url(fresh, deed), {"row_version": before}).status_code == 404
    assert version(fresh, counter.clerk) == before


def test_a_supervisor_above_reads_and_does_not_act(page, people, counter, fresh):
    soup = page(url(fresh), as_=people.leader)
    assert "等待办理" in soup.text and soup.select(".panel--next .btn") == []
    # the form of a deed the leader may do elsewhere is refused here
    petition = case.submitted(case.bureau("990101"))
    city = make.staff(make.office("9901"), "APPROVER")
    soup = do(page, petition, "reply-ruling", by=city, expect=422, ruling="approve")
    assert "本单位只能查看本件，不能办理" in soup.text


def test_the_second_of_two_hands_reads_that_the_case_has_changed(page, people, today):
    petition = case.registered(people.sorter, received_on=today, registered_on=today, at_=timezone.now())
    seen = version(petition, people.sorter)
    fields = {"route_1": "R6", "kept_1": "own", "row_version": seen, **three("accepted_on", today)}
    page(url(petition, "acceptance"), as_=people.sorter, **fields)
    soup = page(url(petition, "acceptance"), as_=people.handler, expect=422, **fields)
    assert "本件已被更新，请刷新后再办" in soup.select_one(".error-summary").text


def test_a_case_with_much_in_it_asks_no_more(client, people):
    client.force_login(people.handler)
    small, large = case.heard(case.handling_(people), people), case.heard(case.handling_(people), people)
    for n in range(6):
        case.do(
            handling.record,
            large,
            by=people.handler,
            day="2026-03-21",
            kind="NOTE",
            on_date=date(2026, 3, 21),
            text=f"记录{n}",
        )
    assert count(client, url(small)) == count(client, url(large)) <= 12


def test_files_are_known_by_their_content_and_kept_sealed(page, client, counter, fresh, settings):
    client.force_login(counter.clerk)
    upload = reverse("petitions:file-new", args=[fresh.pk])
    wrong = client.post(upload, {"kind": "EVIDENCE", "file": SimpleUploadedFile("证明.pdf", b"MZ not a paper")})
    assert wrong.status_code == 422 and "只能上传 PDF" in wrong.content.decode()
    assert (
        client.post(upload, {"kind": "EVIDENCE", "file": SimpleUploadedFile("证明.pdf", b"%PDF-1.4 paper")}).status_code
        == 302
    )
    with make.as_(counter.clerk):
        kept = Attachment.objects.visible_to(counter.clerk).get(petition=fresh)
    assert b"paper" not in path_of(kept.stored_name).read_bytes()
    answer = client.post(reverse("petitions:file", args=[kept.pk]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 paper"
    assert answer["Content-Disposition"].startswith("attachment") and answer["X-Content-Type-Options"] == "nosniff"
    client.force_login(case.station("990101001002").clerk)
    assert client.post(reverse("petitions:file", args=[kept.pk])).status_code == 404


def test_the_list_puts_the_nearest_day_first_and_finds_by_number_or_title(page, client, people):
    late = case.registered(people.sorter, received_on=date(2026, 3, 3))
    later = case.registered(
        people.sorter, title="优待金发放", received_on=date(2026, 3, 20), registered_on=date(2026, 3, 20)
    )
    soup = page("/petitions/?tab=office", as_=people.sorter)
    assert [row.text for row in soup.select("tbody th a")] == [late.number, later.number]
    assert "超期" in soup.select_one("tbody").text
    found = page(f"/petitions/?tab=office&find={later.number}", as_=people.sorter)
    assert [row.text for row in found.select("tbody th a")] == [later.number]
    assert len(page("/petitions/?tab=office&find=优待金", as_=people.sorter).select("tbody tr")) == 1
    client.force_login(people.sorter)
    few = count(client, "/petitions/?tab=office")
    for _ in range(5):
        case.registered(people.sorter)
    assert few == count(client, "/petitions/?tab=office") <= 12


def test_what_waits_stands_on_the_home_page_with_its_day(page, counter, today):
    mine = case.registered(counter.clerk, received_on=date(2026, 3, 3))
    soup = page("/", as_=counter.clerk)
    assert f"信访 {mine.number}" in soup.text and "李建国" not in soup.text
    with make.as_(counter.clerk):
        (entry,) = queues.entries(counter.clerk, today)
        assert (entry.due_on, entry.tag_kind, entry.label) == (date(2026, 3, 6), "overdue", "上报")
        assert queues.entries(make_cashier(), today) == []


def make_cashier():
    return SimpleNamespace(may=lambda permission: False)


def test_the_person_at_the_counter_is_found_on_the_own_chain_only(page, counter, people):
    mine = case.registered(counter.clerk)
    case.registered(counter.clerk)
    case.registered(people.sorter, petitioners=[case.petitioner()])
    soup = page("/petitions/lookup/", as_=counter.clerk, name="李建国", last4="0733")
    # one for each step, never how many there are
    assert len(soup.select("tbody tr")) == 1 and mine.number[:2] in soup.select_one("tbody").text
    assert "没有查到" in page("/petitions/lookup/", as_=counter.clerk, name="李建国", last4="9999").text
    page("/petitions/lookup/", as_=counter.clerk, name="李建国", last4="07x", expect=422)
    with make.as_(counter.clerk):
        facts = AuditEvent.objects.filter(event="PETITION_LOOKED_UP").values_list("facts", flat=True)
        assert "0733" not in str(list(facts)) and "李建国" not in str(list(facts)) and len(facts) == 2


def test_an_assigned_case_is_reported_back_before_it_is_closed(page, people, today):
    city = case.bureau("9901")
    petition = case.registered(city.sorter, received_on=date(2026, 3, 3))
    case.do(routing.transfer, petition, by=city.sorter, day="2026-03-04", kind="ASSIGN", to_office=people.office, reason="属地办理",
            feedback_due_on=date(2026, 5, 20))  # fmt: skip
    case.do(routing.sign_for, petition, by=people.sorter, day="2026-03-05")
    case.accept(petition, people, day="2026-03-10")
    case.do(
        handling.assign,
        petition,
        by=people.sorter,
        day="2026-03-11",
        office=people.office,
        section="",
        officer=people.handler,
    )
    case.heard(petition, people)
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-04-01", matters={1: case.REASONED})
    case.do(handling.approve, petition, by=people.leader, day="2026-04-02")
    sent = {"mode": "FACE", "sent_on": date(2026, 4, 7), "received_on": date(2026, 4, 7)}
    case.do(delivering.deliver, petition, by=people.handler, day="2026-04-07", fields=sent)
    do(page, petition, "follow-up", by=people.sorter, mode="PHONE", result="reached", **three("called_on", today))
    assert "交办件须先反馈办结报告" in do(page, petition, "closure", by=people.sorter, expect=422).text
    assert "下一步：反馈办结报告" in page(url(petition), as_=people.sorter).text
    do(page, petition, "report", by=people.sorter, mode="FACE", **three("sent_on", today))
    with make.as_(people.sorter):
        report = Notice.objects.visible_to(people.sorter).get(petition=petition, kind="N17")
        assert report.deliveries.get().to_office_id == "9901"
        assert petition.deadlines.get(kind="ASSIGNED_RESULT").fulfilled_on == today
    do(page, petition, "closure", by=people.sorter)


def test_a_restricted_case_is_there_only_for_the_person_named(page, client, people, monkeypatch):
    """For nobody else at any address, in any list, figure or look-up; also with the database alone in its way."""
    contact = make.staff(people.office, "OFFICER")
    with make.as_(people.leader):
        OfficeProfile.objects.filter(office=people.office).update(discipline_contact=contact)
    secret = case.registered(contact, purpose="ACCUSATION", title="密件题目", received_on=date(2026, 3, 3))
    assert "密件题目" in page(url(secret), as_=contact).h1.text
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.about(secret).filter(event="PETITION_READ", restricted=True).exists()
    city = make.staff(make.office("9901"), "CITY")
    for is_first_wall_down in (False, True):
        if is_first_wall_down:
            for rows in (PetitionQuerySet, OfCaseQuerySet):
                monkeypatch.setattr(rows, "visible_to", lambda self, user: self.all())
        for outsider in (people.sorter, people.leader, city):
            client.force_login(outsider)
            addresses = [
                url(secret),
                *(url(secret, deed) for deed in DEEDS),
                reverse("petitions:file-new", args=[secret.pk]),
            ]
            assert {client.get(address).status_code for address in addresses} <= {404}
            assert client.post(reverse("petitions:petitioners-reveal", args=[secret.pk])).status_code == 404
            for listing in ("/petitions/?tab=open", "/petitions/?tab=office", "/petitions/board/?figure=overdue"):
                answer = client.get(listing)
                if answer.status_code != 403:
                    assert "密件题目" not in answer.content.decode() and secret.number not in answer.content.decode()
                    assert "共 0 件" in answer.content.decode()


def test_a_document_that_came_back_is_handed_over_again(page, people):
    petition = case.accepted(people)
    with make.as_(people.sorter):
        told = Notice.objects.visible_to(people.sorter).get(petition=petition, kind="N01")
    fields = {"notice": told.pk, "petitioner": lead(petition, people.sorter), "mode": "REGISTERED"}
    failed = three("failed_on", date(2026, 3, 16)) | {"fail_reason": "查无此人"}
    do(page, petition, "notice-delivery", by=people.sorter, **fields, **three("sent_on", date(2026, 3, 11)), **failed)
    soup = page(url(petition), as_=people.sorter)
    assert "下一步：送达文书" in soup.text and "未送达（查无此人）" in soup.text
    do(page, petition, "notice-delivery", by=people.sorter, **fields, **three("sent_on", date(2026, 3, 17)))
    with make.as_(people.sorter):
        assert petition.deadlines.get(kind="NOTICE").fulfilled_on == date(2026, 3, 17)
