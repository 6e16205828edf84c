"""The case page tells each person the one next step, by when and whose it is; what hindered people who tried it stays mended."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from petitions.actions import accusing, closing, delivering, extending, handling, objecting, reviewing
from petitions.drafts import start_from
from petitions.models import Notice, Reception
from petitions.public import progress_of
from petitions.query_codes import code_hash, new_code
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import REASON, clocks, forwarded
from tests.petitions.test_case_pages import do, lead, three, url
from tests.petitions.test_other_endings import BODY
from tests.petitions.test_reviews import ask, concluded, step


@pytest.fixture
def city(db):
    return case.bureau("9901")


@pytest.fixture
def people(city):
    return case.bureau()


def in_hand(people, day: str):
    """A case received, accepted and given to the handler on one day."""
    on = date.fromisoformat(day)
    petition = case.accepted(people, day=on, received_on=on, registered_on=on)
    return case.do(
        handling.assign, petition, by=people.sorter, day=on, office=people.office, section="", officer=people.handler
    )


def panel(page, petition, by):
    return page(url(petition), as_=by).select_one(".panel--next")


def deeds(found) -> list[str]:
    """Addresses of the buttons, the first thing first; without those behind 更多操作."""
    return [link["href"].rstrip("/").rsplit("/", 1)[1] for link in found.select("a.btn")]


def test_the_panel_says_by_when_by_which_article_and_who(page, people):
    petition = in_hand(people, "2026-08-03")
    with make.as_(people.sorter):
        told = Notice.objects.visible_to(people.sorter).get(petition=petition)
    fields = {"notice": told.pk, "petitioner": lead(petition, people.sorter), "mode": "FACE"}
    do(page, petition, "notice-delivery", by=people.sorter, **fields, **three("sent_on", told.issued_on))
    words = panel(page, petition, people.handler).text
    due = clocks(petition, people.handler)["ANSWER"].due_on
    assert (
        f"期限：办结：已超期，{due.year}年{due.month}月{due.day}日前" in words and "（信访工作条例第三十四条）" in words
    )
    assert f"轮到：{people.office.name} {people.handler.display_name}" in words
    # a colleague is told to wait, and is not led to take the case away from its handler
    other = panel(page, petition, people.sorter)
    assert "等待办理" in other.text and deeds(other) == [] and "重新派件" in other.text


def test_who_sent_a_case_on_tells_the_petitioner_and_is_not_led_to_take_it_back(page, city, people):
    petition = forwarded(city, people)
    found = panel(page, petition, city.sorter)
    assert "下一步：送达文书" in found.text and deeds(found) == ["notice-delivery"] and "撤回转交" in found.text
    with make.as_(city.sorter):
        told = Notice.objects.visible_to(city.sorter).get(petition=petition, kind="N02")
    form = page(url(petition, "notice-delivery"), as_=city.sorter)
    assert [one["value"] for one in form.select("[name=notice] option") if one["value"]] == [
        str(told.pk)
    ]  # N06 is there already
    fields = {"notice": told.pk, "petitioner": lead(petition, city.sorter), "mode": "FACE"}
    do(page, petition, "notice-delivery", by=city.sorter, **fields, **three("sent_on", date(2026, 6, 18)))
    assert clocks(petition, city.sorter)["NOTICE"].fulfilled_on == date(2026, 6, 18)
    found = panel(page, petition, city.sorter)
    assert "等待办理" in found.text and deeds(found) == []
    assert "系统内送达" in page(url(petition), as_=city.sorter).select_one("#documents").text


def test_an_objection_is_looked_into_by_the_sender_alone(page, city, people):
    petition = forwarded(city, people)
    case.do(objecting.object_to, petition, by=people.sorter, day="2026-06-24", text=REASON)
    assert "等待办理" in panel(page, petition, people.sorter).text
    assert "objection-ruling" in deeds(panel(page, petition, city.sorter))


def test_an_assignment_without_its_day_says_so_at_the_field(page, people):
    counter, petition = case.station(), case.registered(people.sorter)
    soup = do(
        page,
        petition,
        "transfer",
        by=people.sorter,
        expect=422,
        kind="ASSIGN",
        to_office=counter.office.pk,
        reason="属站办理",
    )
    assert "交办须填写反馈日期" in soup.select_one(".error-summary").text
    assert soup.select_one("[name=reason]").text.strip() == "属站办理"


def test_a_matter_for_another_body_names_it(page, people):
    petition = case.registered(people.sorter, matters=[case.matter(), case.matter(text="劳动争议")])
    fields = {"route_1": "R6", "kept_1": "own", "route_2": "R2", **three("accepted_on", date(2026, 3, 10))}
    soup = do(page, petition, "acceptance", by=people.sorter, expect=422, **fields)
    assert "请写明事项2的有权机关" in soup.select_one(".error-summary").text
    assert soup.select_one("details[open]")  # what is to be mended is not folded away
    do(page, petition, "acceptance", by=people.sorter, body_2="区仲裁委", **fields)


def test_who_signs_reads_what_is_signed(page, people):
    petition = case.submitted(people)
    soup = page(url(petition, "reply-ruling"), as_=people.leader)
    for words in ("要求重新评定残疾等级", "经核实，材料齐全。", "已按规定评定。", "伤残抚恤管理办法", "解释说明"):
        assert words in soup.select_one(".confirm").text, words
    petition = case.registered(people.sorter)
    case.do(
        closing.propose_closing,
        petition,
        by=people.sorter,
        day="2026-03-05",
        kind="GUIDED",
        text="属劳动争议。",
        routes={1: BODY},
    )
    soup = page(url(petition, "reply-ruling"), as_=people.leader)
    for words in ("引导法定途径告知书", "属劳动争议。", "区劳动人事争议仲裁委员会"):
        assert words in soup.select_one(".confirm").text, words


def test_thirty_one_days_are_refused_in_the_words_of_the_rule(page, people):
    petition = in_hand(people, "2026-11-20")
    soup = do(page, petition, "extension", by=people.handler, expect=422, days="31", reason="需调取档案")
    assert "延长不得超过 30 日。" in soup.select_one(".error-summary").text
    assert (
        soup.select_one("[name=days]")["value"] == "31"
        and soup.select_one("[name=reason]").text.strip() == "需调取档案"
    )


def test_a_posted_notice_is_no_answer_that_has_to_arrive(page, people):
    petition = case.heard(case.handling_(people), people)
    case.do(extending.apply_extension, petition, by=people.handler, day="2026-04-01", days=10, reason="需调取档案")
    case.do(extending.rule_extension, petition, by=people.leader, day="2026-04-01", is_approved=True, text="")
    with make.as_(people.handler):
        longer = Notice.objects.visible_to(people.handler).get(petition=petition, kind="N09")
    fields = {"notice": longer.pk, "petitioner": lead(petition, people.handler), "mode": "REGISTERED"}
    do(page, petition, "notice-delivery", by=people.handler, **fields, **three("sent_on", date(2026, 4, 2)))
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-04-03", matters={1: case.REASONED})
    case.do(handling.approve, petition, by=people.leader, day="2026-04-03")
    sent = {"mode": "FACE", "sent_on": date(2026, 4, 7), "received_on": date(2026, 4, 7)}
    case.do(delivering.deliver, petition, by=people.handler, day="2026-04-07", fields=sent)
    assert "下一步：回访" in panel(page, petition, people.sorter).text
    # asking afterwards is for others than the handler, and closing is not offered before it can be done
    assert not {"arrival", "follow-up", "closure"} & set(deeds(panel(page, petition, people.handler)))


def test_a_nameless_letter_is_closed_without_anybody_to_deliver_to(page, people):
    petition = case.registered(
        people.sorter, notice_exempt_reason="匿名信", petitioners=[case.petitioner(name="匿名", phone="", address="")]
    )
    case.do(
        closing.propose_closing,
        petition,
        by=people.sorter,
        day="2026-03-05",
        kind="GUIDED",
        text="属劳动争议。",
        routes={1: BODY},
    )
    case.do(handling.approve, petition, by=people.leader, day="2026-03-06")
    assert "下一步：不需送达，办结" in panel(page, petition, people.sorter).text
    do(page, petition, "untold", by=people.sorter)
    found = case.again(petition, people.sorter)
    assert (found.state, found.closing_kind) == ("CLOSED", "GUIDED")
    assert "本件已办结" in panel(page, petition, people.sorter).text  # no document waits for ever
    named = case.registered(people.sorter)
    case.do(
        closing.propose_closing,
        named,
        by=people.sorter,
        day="2026-03-05",
        kind="GUIDED",
        text="属劳动争议。",
        routes={1: BODY},
    )
    case.do(handling.approve, named, by=people.leader, day="2026-03-06")
    with pytest.raises(ValidationError, match="须送达并登记"):
        case.do(delivering.close_untold, named, by=people.sorter, day="2026-03-07")


def test_a_review_leads_whoever_examines_it_and_its_document_is_at_hand(page, city, people):
    petition = case.closed(people)
    form = page(url(petition, "review"), as_=people.sorter)
    assert form.select_one("[name=authority][checked]")["value"] != ""
    review = ask(petition, people)
    found = panel(page, petition, city.handler)
    assert "下一步：开始审查" in found.text and deeds(found)[0] == "taking" and "第三十五条" in found.text
    step(reviewing.take, review, city.handler, "2026-05-06")
    assert (
        "正在复查" in panel(page, petition, people.sorter).text
        and city.office.name in panel(page, petition, people.sorter).text
    )
    step(reviewing.submit, review, city.handler, "2026-05-06", outcome="UPHELD", body="事实清楚。")
    assert "下一步：审签复查复核意见" in panel(page, petition, city.leader).text
    step(reviewing.approve, review, city.leader, "2026-05-06")
    with make.as_(city.handler):
        paper = Notice.objects.visible_to(city.handler).get(review=review)
    link = (
        page(url(petition), as_=city.handler)
        .select_one("#reviews")
        .find("a", href=reverse("petitions:notice-pdf", args=[paper.pk]))
    )
    assert link.text == "复查意见书" and paper.document_number in link.parent.text


def test_the_list_under_seal_is_handed_to_the_body_that_is_named_on_it(page, people):
    office = make.office("990102", is_deciding=True)
    named = make.staff(office, "APPROVER")
    case.profile(office, can_decide=True, discipline_contact=named)
    petition = case.registered(named, purpose="ACCUSATION", respondents=[{"office": people.office}])
    seal = {"body_name": "区纪委监委", "pages": 3, "seal_number": "F-001"}
    case.do(accusing.seal_over, petition, by=named, day="2026-03-05", **seal)
    do(
        page,
        petition,
        "delivery",
        by=named,
        petitioner=lead(petition, named),
        mode="FACE",
        **three("sent_on", date(2026, 3, 6)),
    )
    assert "还有文书没有登记送达" in panel(page, petition, named).text
    with make.as_(named):
        sealed = Notice.objects.visible_to(named).get(petition=petition, kind="N16")
    fields = {"notice": sealed.pk, "petitioner": lead(petition, named), "mode": "FACE", "signer": "签收人"}
    do(page, petition, "notice-delivery", by=named, **fields, **three("sent_on", date(2026, 3, 6)))
    with make.as_(named):
        given = sealed.deliveries.get()
    assert (given.to_name, given.petitioner_id) == ("区纪委监委", None)
    assert "本件已办结" in panel(page, petition, named).text


@pytest.mark.parametrize("outcome", ["SUPPORT", "REJECT"])
def test_what_was_carried_out_once_does_not_fulfil_the_promise_of_the_next_round(page, city, people, outcome):
    granted = case.REASONED | {"outcome": "SUPPORT", "fulfil_by": people.office, "fulfil_due_on": date(2026, 5, 1)}
    petition = case.replied(people, answers={1: granted})
    with make.as_(people.handler):
        matter = petition.matters.get()
    case.do(
        delivering.fulfil,
        petition,
        by=people.handler,
        day="2026-04-12",
        matter=matter,
        fulfilled_on=date(2026, 4, 12),
        note="已补发",
    )
    concluded(ask(petition, people), city, "REVOKED_REDO")
    case.heard(case.again(petition, people.handler), people, day="2026-05-15")
    again = granted | {"outcome": outcome, "fulfil_due_on": date(2026, 8, 1)}
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-05-20", matters={1: again})
    case.do(handling.approve, petition, by=people.leader, day="2026-05-21")
    sent = {"mode": "FACE", "sent_on": date(2026, 5, 22), "received_on": date(2026, 5, 22)}
    case.do(delivering.deliver, petition, by=people.handler, day="2026-05-22", fields=sent)
    with make.as_(people.handler):
        matter = petition.matters.get()
        assert matter.fulfilled_on is None
    if outcome == "SUPPORT":
        assert clocks(petition, people.handler)["FULFIL"].due_on == date(2026, 8, 1)
        assert "登记落实" in panel(page, petition, people.handler).text
    else:
        assert (matter.fulfil_by_id, matter.fulfil_due_on) == (None, None)


def test_an_office_that_reviews_is_not_asked_to_follow_up(page, city, people):
    petition = case.replied(people)
    ask(petition, people)
    assert deeds(panel(page, petition, city.handler)) == ["taking"]
    assert (
        "复查意见：" in panel(page, petition, city.handler).text
        and "（信访工作条例第三十五条）" in panel(page, petition, city.handler).text
    )


def test_a_case_that_came_back_shows_no_answer_of_the_round_before(city, people):
    petition = case.closed(people)
    code = new_code()
    with make.as_(people.sorter):
        type(petition).objects.filter(pk=petition.pk).update(query_code_hash=code_hash(petition.number, code))
    when = case.at("2026-05-09")
    assert progress_of(petition.number, code, address="10.6.0.1", at=when).replied_on == date(2026, 4, 7)
    concluded(ask(petition, people), city, "REVOKED_REDO")
    found = progress_of(petition.number, code, address="10.6.0.1", at=when)
    assert (found.stage, found.replied_on, found.review_until) == ("承办", None, None) and found.due_on is not None


def test_a_reception_taken_along_is_not_told_off_and_one_person_is_one(page, client, db):
    clerk = case.station().clerk
    with make.as_(clerk):
        reception = Reception.objects.create(
            office=clerk.office, received_on=timezone.localdate(), started_at=timezone.now(), officer=clerk, channel_id="VISIT",
            kind="REPORT", topic_id="PENSION", summary="评残", name="李建国", people_count=1, result="ON_SPOT",
            created_at=timezone.now(), created_by=clerk,
        )  # fmt: skip
    client.force_login(clerk)
    session = client.session
    start_from(session, reception)
    session.save()
    assert page("/petitions/new/", as_=clerk).select_one(".error-summary") is None
    first = {"source": "DIRECT", "channel": "VISIT", "people_count": "1", "name_1": "李建国", "relation_1": "SELF",
             "address_1": "新荷社区", **three("received_on", timezone.localdate())}  # fmt: skip
    second = page("/petitions/new/", as_=clerk, **first)
    assert second.select_one(".error-summary") is None and second.select_one("[name=text_1]")["value"] == "评残"
    what = {"purpose": "APPEAL", "topic": "PENSION", "statement_mode": "ORAL", "request_text": "评残", "text_1": "评残"}
    assert (
        "请填写题目" in page("/petitions/new/matter/", as_=clerk, expect=422, **what).select_one(".error-summary").text
    )
    shown = page("/petitions/new/matter/", as_=clerk, **what, title="评残")
    rows = {row.dt.text.strip(): row.dd.text.strip() for row in shown.select(".summary__row")}
    assert rows["人数"] == "1"
