"""Each letter holds what it is for: the number, whom and what it is about, the days, the article, where to turn next."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from petitions.actions import (
    accusing,
    closing,
    delivering,
    extending,
    handling,
    mediating,
    objecting,
    reviewing,
    routing,
    supervising,
)
from petitions.models import Notice, OfficeProfile, ReviewAuthority
from petitions.notice_kinds import LAYOUT
from tests import factories as make
from tests.petitions import factories as case
from tests.petitions.further import REASON, filed, forwarded
from tests.petitions.test_letters import frozen, words_of
from tests.petitions.test_other_endings import BODY, propose
from tests.petitions.test_reviews import ask, concluded, fresh, step
from veterans_portal.printing import document_of

MARCH = {"received_on": date(2026, 6, 15), "registered_on": date(2026, 6, 15)}
CLUMSY = re.compile(r"None|。。|。；|（）|《》|，，|请向提出|向请求|于前")


@pytest.fixture
def city(db):
    """The bureau above, whose own opinions go to the province."""
    return case.bureau("9901")


@pytest.fixture
def people(city):
    with make.as_(city.leader):
        OfficeProfile.objects.filter(office=city.office).update(
            public_address="云岭路 9 号", public_phone="0734-8220000"
        )
    return case.bureau()


@pytest.fixture
def counter(people):
    return case.station()


def set_in_type(html: bytes) -> str:
    """Return the words of the one letter that is read, really printed."""
    return words_of(document_of(html.decode()).write_pdf())


def said(petition, kind, by) -> str:
    """Return the words of a letter, without spaces; every letter has a unit, a day, a contact and no slip of its template."""
    notice, html = frozen(petition, kind, by)
    words = set_in_type(html)
    assert notice.template_version == LAYOUT and notice.title in words
    assert notice.document_number in words and not CLUMSY.search(words), CLUMSY.search(words)
    day = notice.issued_on
    assert f"{notice.office.name}{day.year}年{day.month}月{day.day}日（" in words  # unit, day, then the contact
    return words


def holds(words: str, *wanted: str) -> None:
    assert [one for one in wanted if one not in words] == []


def test_n01_says_route_term_person_and_how_to_ask(people):
    matters = [case.matter(text=f"事由{n}") for n in range(4)]
    routes = {1: {"route": "R6"}, 2: {"route": "S"}, 4: {"route": "R2", "competent_body": "区仲裁委", "procedure_name": "劳动仲裁"},
              3: {"route": "R5", "procedure_name": "申请查处", "statute_due_on": date(2026, 5, 30), "statute_citation": "某法第八条"}}  # fmt: skip
    petition = case.accepted(people, matters=matters, routes=routes)
    holds(said(petition, "N01", people.sorter), "李建国同志：", "2026年3月10日受理", "第二十三条", "信访处理意见书（《信访工作条例》第三十一条第六项）",
          "第二十九条", "应于2026年5月30日前办结（某法第八条）", "应当通过劳动仲裁解决，请向区仲裁委提出", "首问责任人" + people.sorter.display_name,
          "60日内办结，即2026年5月9日前", "延长不超过30日", "第三十四条", petition.number, "查询码", "评价")  # fmt: skip


def test_n01_of_a_joined_case_names_the_other(people):
    earlier, petition = case.registered(people.sorter), case.registered(people.sorter)
    case.do(closing.merge, petition, by=people.sorter, day="2026-03-05", earlier=earlier, same_text="同一请求")
    words = said(petition, "N01", people.sorter)
    holds(words, earlier.number, "并入该件办理")
    assert "受理" not in words.replace("信访事项受理告知书", "")


@pytest.mark.parametrize(("kind", "verb"), [("FORWARD", "转送"), ("ASSIGN", "交办"), ("DESIGNATE", "指定受理")])
def test_n02_and_n06_say_where_to_until_when_and_what_goes_along(people, counter, kind, verb):
    petition = case.registered(people.sorter, **MARCH)
    filed(petition, people.sorter, "STATEMENT", day="2026-06-16")
    due = date(2026, 7, 20) if kind == "ASSIGN" else None
    case.do(routing.transfer, petition, by=people.sorter, day="2026-06-17", kind=kind, to_office=counter.office, reason="属站办理",
            feedback_due_on=due)  # fmt: skip
    told, asked = said(petition, "N02", people.sorter), said(petition, "N06", people.sorter)
    holds(
        told,
        f"信访事项{verb}告知书",
        "2026年6月17日",
        counter.office.name,
        "0734-8220001",
        "15日内，即2026年7月2日前",
        "第二十三条",
    )
    holds(
        asked,
        f"信访事项{verb}函",
        counter.office.name + "：",
        "要求重新评定残疾等级",
        "2026年7月2日前",
        "信访事项登记表1份、信访材料1份",
    )
    assert ("5个工作日内，即2026年6月25日前" in asked) is (kind != "DESIGNATE")
    assert ("第二十四条" in asked) is (kind == "DESIGNATE")
    assert ("2026年7月20日前反馈" in asked) is (kind == "ASSIGN")
    assert "李建国" not in asked and "签名材料" not in asked  # neither the person nor the name of a file


def test_what_leaves_the_system_has_the_same_days(people):
    """No clock runs for a unit outside, and still it may object; the letter once said that it may not."""
    petition = case.registered(people.sorter, **MARCH)
    case.do(closing.send_out, petition, by=people.sorter, day="2026-06-17", to_name="区供水公司", reason="属其职责")
    asked = said(petition, "N06", people.sorter)
    holds(asked, "区供水公司：", "15日内，即2026年7月2日前", "5个工作日内，即2026年6月25日前")
    assert "不再提出异议" not in asked


def test_n03_and_n04_lead_to_the_right_body_with_papers_and_terms(people):
    petition = case.registered(people.sorter, matters=[case.matter(), case.matter(text="要求供水")])
    guided = BODY | {"papers": "身份证、劳动合同", "term": "争议发生之日起一年（劳动争议调解仲裁法第二十七条）"}
    propose(
        petition, people, "GUIDED", routes={1: guided, 2: {"route": "N", "competent_body": "区水务局（清泉路一号）"}}
    )
    case.do(handling.approve, petition, by=people.leader, day="2026-03-09")
    other, law = said(petition, "N03", people.sorter), said(petition, "N04", people.sorter)
    holds(
        other,
        "不属于我单位及本系统的职权范围",
        "第二十三条",
        "事项2：要求供水。有权处理的机关：区水务局（清泉路一号）",
        "不影响您依法主张权利",
    )
    holds(law, "第三十一条", "事项1：要求重新评定残疾等级。处理途径：劳动人事争议仲裁", "请向区劳动人事争议仲裁委员会提出", "事项1请携带：身份证、劳动合同",
          "事项1提出的期限：争议发生之日起一年", "不影响您依法主张权利")  # fmt: skip
    assert "要求供水" not in law and "仲裁" not in other and "请携带" not in other


def test_n05_names_the_ground_its_article_and_the_earlier_case(people):
    earlier, petition = case.accepted(people), case.registered(people.sorter)
    propose(
        petition,
        people,
        "NOT_ACCEPTED",
        ground="ALREADY_IN_HAND",
        earlier=earlier,
        same={1: True},
        text="请等待原件答复。",
    )
    case.do(handling.approve, petition, by=people.leader, day="2026-03-11")
    holds(said(petition, "N05", people.sorter), "不予受理告知书", "第十九条", earlier.number, f"现由{people.office.name}办理，应于2026年5月9日前办结",
          "请等待原件答复", "新的事实和理由")  # fmt: skip


def test_n05_after_the_end_names_the_opinion_that_ended_it(city, people):
    done = case.closed(people)
    first = concluded(ask(done, people), city, "UPHELD")
    with make.as_(city.sorter):
        ReviewAuthority.objects.filter(profile__office=city.office).update(office=city.office, name="")
        above = ReviewAuthority.objects.get(profile__office=city.office)
    second = ask(done, people, day="2026-05-20", stage="RECHECK", authority=above)
    concluded_by_others(second, city, "UPHELD")
    petition = case.registered(people.sorter)
    propose(petition, people, "NOT_ACCEPTED", ground="FINAL", earlier=done, same={1: True}, day="2026-06-20")
    case.do(handling.approve, petition, by=people.leader, day="2026-06-21")
    with make.as_(people.sorter):
        last = Notice.objects.visible_to(people.sorter).get(petition=done, kind="N14")
    holds(
        said(petition, "N05", people.sorter),
        "不再受理告知书",
        "第三十六条",
        done.number,
        last.document_number,
        "复核终结",
    )
    final = said(done, "N14", people.sorter)
    holds(final, "请求复核", "第三十六条", "复查意见：维持原处理意见", "维持复查意见", "信访终结意见", "不再受理")
    assert "请求复核（" not in final and first.outcome == "UPHELD"


def concluded_by_others(review, city, outcome):
    """The second stage at the same bureau, by people who had no part in the first."""
    examiner, leader = make.staff(city.office, "OFFICER"), make.staff(city.office, "APPROVER")
    step(reviewing.take, review, examiner, "2026-05-21")
    step(reviewing.submit, review, examiner, "2026-05-21", outcome=outcome, body="经复核，事实清楚。")
    step(reviewing.approve, review, leader, "2026-05-22")
    sent = {"mode": "FACE", "sent_on": date(2026, 5, 23), "received_on": date(2026, 5, 23)}
    step(reviewing.deliver, review, examiner, "2026-05-23", fields=sent)


@pytest.mark.parametrize("ruling", ["UPHELD", "DISMISSED"])
def test_n07_and_n08_say_why_who_else_and_what_becomes_of_the_papers(city, people, ruling):
    petition = forwarded(city, people)
    case.do(objecting.object_to, petition, by=people.sorter, day="2026-06-24", text=REASON, suggested="户籍地区县局")
    case.do(
        objecting.rule_objection, petition, by=city.sorter, day="2026-06-26", ruling=ruling, text="经核对职责分工。"
    )
    against, answer = said(petition, "N07", city.sorter), said(petition, "N08", city.sorter)
    with make.as_(city.sorter):
        letter = Notice.objects.visible_to(city.sorter).get(petition=petition, kind="N06").document_number
        objection = Notice.objects.visible_to(city.sorter).get(petition=petition, kind="N07").document_number
    holds(
        against,
        city.office.name + "：",
        letter,
        "2026年6月17日收到",
        "第二十三条",
        "5个工作日内",
        REASON,
        "建议由户籍地区县局办理",
        "交还相关材料",
    )
    holds(answer, people.office.name + "：", letter, objection, "经核对职责分工。")
    if ruling == "UPHELD":
        holds(answer, "同意你单位的异议", "交还我单位", "第二十三条")
    else:
        holds(answer, "不同意你单位的异议", "2026年7月2日前告知", "第二十四条")


def test_n09_says_why_how_long_and_who_allowed_it(people):
    petition = case.handling_(people)
    case.do(
        extending.apply_extension, petition, by=people.handler, day="2026-04-20", days=20, reason="需向原部队调取档案。"
    )
    case.do(extending.rule_extension, petition, by=people.leader, day="2026-04-21", is_approved=True, text="")
    holds(said(petition, "N09", people.handler), "第三十四条", "需向原部队调取档案", f"负责人{people.leader.display_name}批准", "延长20日",
          "原应于2026年5月9日前", "现应于2026年5月29日前")  # fmt: skip


def test_n10_of_the_second_round_names_what_took_the_first_away(city, people):
    petition = case.replied(people)
    review = concluded(ask(petition, people), city, "REVOKED_REDO")
    case.heard(case.again(petition, people.handler), people, day="2026-05-15")
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-05-20", matters={1: case.REASONED})
    case.do(handling.approve, petition, by=people.leader, day="2026-05-21")
    with make.as_(people.handler):
        second = Notice.objects.visible_to(people.handler).filter(petition=petition, kind="N10").order_by("-pk").first()
        conclusion = Notice.objects.visible_to(people.handler).get(review=review)
        words = set_in_type(b"".join(frozen_bytes(second)))
    holds(
        words,
        conclusion.document_number,
        "撤销原处理意见，重新办理",
        "30日内向样例市退役军人事务局（地址：云岭路9号）请求复查",
        "第三十五条",
    )


def frozen_bytes(notice):
    from veterans_portal.files import read_sealed

    return read_sealed(notice.stored_name)


def test_n11_thanks_for_a_suggestion_and_answers_a_duty(people):
    wish = {"outcome": "PARTLY", "decision": "增设一个窗口", "reasons": "人手有限"}
    petition = case.approved(people, routes={1: {"route": "S"}}, answers={1: wish})
    holds(
        said(petition, "N11", people.handler),
        "建议意见回复",
        "感谢",
        "第二十九条",
        "部分采纳",
        "增设一个窗口。",
        "人手有限。",
    )
    duty = {"outcome": "PERFORMED", "decision": "已依法查处", "legal_basis": "某法第九条"}
    petition = case.approved(people, routes={1: {"route": "R5"}}, answers={1: duty})
    words = said(petition, "N11", people.handler)
    holds(words, "信访事项答复书", "第三十一条第五项", "已依法查处。", "某法第九条。")
    assert "建议" not in words


def test_n12_names_the_parties_the_terms_and_room_to_sign(people):
    petition = case.handling_(people)
    with make.as_(people.handler):
        matter = petition.matters.get()
    begin = {
        "kind": "SETTLEMENT",
        "parties": "李建国、县荣军公司",
        "mediator": "王主任",
        "matters": [matter],
        "consent_on": date(2026, 3, 19),
    }
    case.do(mediating.open_mediation, petition, by=people.handler, day="2026-03-20", **begin)
    paper = filed(petition, people.handler, "AGREEMENT", day="2026-03-25")
    case.do(mediating.end_mediation, petition, by=people.handler, day="2026-03-25", result="AGREED", ended_on=date(2026, 3, 25),
            agreement=paper, perform_by_on=date(2026, 4, 30))  # fmt: skip
    case.heard(petition, people, day="2026-03-26")
    settled = {"outcome": "SETTLED", "decision": "一次性补助两千元"}
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-04-01", matters={1: settled})
    case.do(handling.approve, petition, by=people.leader, day="2026-04-02")
    holds(
        said(petition, "N12", people.handler),
        "和解协议书",
        "当事人：李建国、县荣军公司",
        "第三十三条",
        "一次性补助两千元。",
        "2026年4月30日前",
        "信访人（签字）",
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("UPHELD", "维持原处理意见"),
        ("CHANGED", "变更原处理意见"),
        ("REVOKED_REDO", "撤销原处理意见，由原办理机关、单位重新办理"),
    ],
)
def test_n13_says_the_request_the_first_opinion_and_where_to_go_next(city, people, outcome, words):
    petition = case.replied(people)
    concluded(ask(petition, people), city, outcome)
    found = said(petition, "N13", city.handler)
    with make.as_(city.handler):
        reply = Notice.objects.visible_to(city.handler).get(petition=petition, kind="N10").document_number
    holds(
        found, reply, "2026年4月20日请求复查", "请求撤销原意见", "第三十五条", "解释说明", "经查，原意见事实清楚", words
    )
    assert ("30日内向省退役军人事务厅请求复核" in found) is (outcome != "REVOKED_REDO")


def test_a_refused_review_says_the_ground_with_its_article(city, people):
    petition = case.replied(people)
    review = ask(petition, people, day="2026-05-20")
    concluded(review, city, "REFUSED", day="2026-05-25", received="2026-05-26", refuse_ground="OUT_OF_TIME")
    found = said(petition, "N13", city.handler)
    holds(
        found,
        "复查请求不予受理告知书",
        "30日内提出（《信访工作条例》第三十五条）",
        "2026年4月10日收到书面答复，于2026年5月20日提出请求，已超过期限",
    )
    assert "请求复核" not in found and fresh(review, city.handler).outcome == "REFUSED"


def test_no_review_opinion_leaves_an_office_that_names_nobody_above(city, people):
    review = ask(case.replied(people), people)
    step(reviewing.take, review, city.handler, "2026-05-06")
    step(reviewing.submit, review, city.handler, "2026-05-06", outcome="UPHELD", body="事实清楚")
    with make.as_(city.leader):
        ReviewAuthority.objects.filter(profile__office=city.office).update(is_active=False)
    with pytest.raises(ValidationError, match="未配置上一级机关，不能签发复查意见书"):
        step(reviewing.approve, review, city.leader, "2026-05-06")
    assert fresh(review, city.handler).state == "AWAITING_APPROVAL"


def test_what_is_sealed_tells_pages_and_seal_and_no_content(people):
    office = make.office("990102", is_deciding=True)
    named = make.staff(office, "APPROVER")
    case.profile(office, can_decide=True, discipline_contact=named)
    secret = {"title": "反映工作作风", "request_text": "收受礼品", "matters": [case.matter(text="收受礼品")]}
    petition = case.registered(
        named, purpose="ACCUSATION", respondents=[{"office": people.office, "name": "丁某"}], **secret
    )
    seal = {"body_name": "区纪委监委", "pages": 3, "seal_number": "F-001"}
    case.do(accusing.seal_over, petition, by=named, day="2026-03-05", **seal)
    for kind, wanted in (
        ("N16", ("区纪委监委：", "共3页", "F-001", "第三十条", "接收人")),
        ("N03", ("李建国同志：", "已按管理权限移交")),
    ):
        words = said(petition, kind, named)
        holds(words, *wanted)
        assert [one for one in ("收受礼品", "工作作风", "丁某", people.office.name) if one in words] == []


def test_n17_reports_facts_delivery_and_what_was_said_afterwards(people, counter, city):
    petition = case.registered(city.sorter)
    case.do(routing.transfer, petition, by=city.sorter, day="2026-03-05", kind="ASSIGN", to_office=people.office, reason="属区局职责",
            feedback_due_on=date(2026, 5, 1))  # fmt: skip
    case.do(routing.sign_for, petition, by=people.sorter, day="2026-03-06")
    case.accept(petition, people)
    case.do(
        handling.assign,
        petition,
        by=people.sorter,
        day="2026-03-11",
        office=people.office,
        section="优抚股",
        officer=people.handler,
    )
    case.heard(petition, people)
    case.do(handling.submit_reply, petition, by=people.handler, day="2026-04-01", matters={1: case.REASONED})
    case.do(handling.approve, petition, by=people.leader, day="2026-04-02")
    sent = {"mode": "FACE", "sent_on": date(2026, 4, 3), "received_on": date(2026, 4, 3)}
    case.do(delivering.deliver, petition, by=people.handler, day="2026-04-03", fields=sent)
    call = {"called_on": date(2026, 4, 8), "reached": True, "got_reply": True, "understood": True}
    case.do(delivering.follow_up, petition, by=city.sorter, day="2026-04-08", fields=call)
    case.do(
        delivering.report_result,
        petition,
        by=people.sorter,
        day="2026-04-09",
        text="",
        mode="FACE",
        sent_on=date(2026, 4, 9),
    )
    holds(said(petition, "N17", people.sorter), city.office.name + "：", "2026年3月5日交办", "第二十二条", "解释说明", "2026年4月3日送出，信访人于2026年4月3日收到",
          "2026年4月8日电话回访：已联系上，收到答复，清楚答复内容")  # fmt: skip


def test_n18_says_which_day_has_passed_and_by_when_to_answer(city, people):
    petition = case.handling_(people)
    boss = make.staff(city.office, "CITY")
    case.do(
        supervising.supervise,
        petition,
        by=boss,
        day="2026-05-12",
        kind="SUPERVISE",
        text="请尽快答复信访人。",
        reply_due_on=date(2026, 5, 20),
    )
    words = said(petition, "N18", boss)
    holds(
        words,
        "督办函",
        people.office.name + "：",
        petition.number,
        "办结期限已于2026年5月9日届满",
        "第三十四条",
        "请尽快答复信访人",
        "2026年5月20日前答复",
    )
    assert "李建国" not in words and "第十五条" in words and "催办" not in words
