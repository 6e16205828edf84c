"""Papers that are signed: the form of an application for aid, the form for bank cards, the transfer sheet, the back-pay sheet."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from benefits.actions import aids, oneoff
from benefits.models import OneOffGrant
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.test_doors import moved_away
from tests.registry.pdfs import last_pdf, text_of
from veterans_portal.accounts.models import AuditEvent

DAY = date(2026, 3, 6)
FACTS = {"line": "OWN", "kind": "MEDICAL", "situation": "RELAPSE", "family_size": 3, "income_yuan": Decimal(20000), "reason": "旧伤复发住院",
         "cost_yuan": Decimal(50000), "insured_yuan": Decimal(42000), "self_paid_yuan": Decimal(8000)}  # fmt: skip


@pytest.fixture
def payer(db):
    return pay.paying_office()


@pytest.fixture
def printed(client, tmp_path):
    def press(name, *args, as_, query: str = "", **post) -> str:
        client.force_login(as_)
        response = client.post(reverse(f"benefits:{name}", args=args) + query, post)
        assert "/files/" in response.url, response.url
        return "".join(text_of(last_pdf(as_, tmp_path)).split())

    return press


def noted(event: str) -> list[dict]:
    with make.as_admin("app_audit"):
        return [one.facts for one in AuditEvent.objects.filter(event=event)]


def test_the_form_of_an_application_shows_what_was_asked_found_and_decided(
    page, printed, payer, station, clerk, town_head, approver
):
    person = make.person(station, categories=(), name="罗兴旺")
    with make.as_(clerk):
        row = aids.apply_aid(person=person, values=FACTS, by=clerk, at=pay.AT)
        aids.record_visit(
            row=row, visited_on=DAY, visit_note="情况属实", review_meeting="同意上报", by=clerk, at=pay.AT
        )
    with make.as_(town_head):
        oneoff.review(row=row, by=town_head, at=pay.AT)
    with make.as_(approver):
        aids.approve_aid(row=row, amount=Decimal(2000), by=approver, at=pay.AT, today=DAY)
    assert "打印帮扶审批表" in page(reverse("benefits:aid", args=[row.pk]), as_=clerk).text
    text = printed("aid-form", row.pk, as_=clerk)
    for words in ("帮扶审批表", "罗兴旺", "旧伤复发住院", "自付8,000.00元", "情况属实", "同意上报", "2,000.00元（贰仟元整）", approver.display_name,
                  "批准人签字", "不计入享受优待人员的家庭收入"):  # fmt: skip
        assert words in text, words
    assert person.id_number not in text and person.id_number[:6] in text
    assert noted("AID_FORM_PRINTED")[0]["key"] == row.pk and "罗兴旺" not in str(noted("AID_FORM_PRINTED"))


def test_help_with_another_department_has_a_sheet_without_an_approval(printed, payer, station, clerk):
    person = make.person(station, categories=())
    values = {
        "line": "CIVIL_DIBAO",
        "situation": "JOBLESS",
        "family_size": 3,
        "income_yuan": Decimal(1),
        "reason": "失业",
    }
    with make.as_(clerk):
        row = aids.apply_aid(person=person, values=values, by=clerk, at=pay.AT)
        aids.hand_over(row=row, handed_over_on=DAY, handed_over_to="柳桥街道社会事务办", by=clerk, at=pay.AT)
    text = printed("aid-form", row.pk, as_=clerk)
    assert "协助申请救助登记表" in text and "柳桥街道社会事务办" in text and "批准金额" not in text


def test_strangers_print_nothing(client, payer, station, clerk, foreign_clerk, cashier):
    person = make.person(station, categories=())
    with make.as_(clerk):
        row = aids.apply_aid(person=person, values=FACTS, by=clerk, at=pay.AT)
    client.force_login(foreign_clerk)
    assert client.post(reverse("benefits:aid-form", args=[row.pk])).status_code == 404
    client.force_login(cashier)
    assert client.post(reverse("benefits:grants-card-form")).status_code == 403


def test_the_form_for_bank_cards_names_the_families_and_leaves_room(
    page, printed, payer, station, sibling_station, clerk
):
    people = [
        make.person(office, categories=(), name=name)
        for office, name in ((station, "罗兴旺"), (sibling_station, "贺来"))
    ]
    pay.account(people[0], number="6230520000009876")
    for person in people:
        by = make.staff(person.office, "CLERK")
        with make.as_(by):
            OneOffGrant.objects.create(
                programme_id="CONSCRIPT_FAMILY", person=person, office=person.office, paying_office_id="990101", event_on=DAY,
                subject_name=f"{person.name}之子", enlist_on=date(2025, 9, 1), period_no=1, amount_yuan=Decimal("10937.50"),
                proposed_by=by, proposed_at=pay.AT)  # fmt: skip
    assert "打印优待金领取人银行卡信息采集表" in page(reverse("benefits:grants"), as_=clerk).text
    text = printed("grants-card-form", as_=clerk)
    for words in ("银行卡信息采集表", "罗兴旺之子", "2025-09-01", "样例农商银行", "现登记尾号9876", "领取人签字", "12"):
        assert words in text, words
    assert "贺来" not in text and "6230520000009876" not in text and people[0].id_number not in text
    assert noted("CARD_FORM_PRINTED")[0]["rows"] == 1


def test_the_transfer_sheet_says_through_which_month_was_paid(
    page, client, printed, payer, station, foreign_station, officer, approver
):
    pay.combat_standard()
    person = pay.beneficiary(station, name="赵长河")
    pay.approved(officer, approver)
    with make.as_(officer):
        row = person.enrolments.get()
    client.force_login(officer)
    assert client.post(reverse("benefits:enrolment-transfer-sheet", args=[row.pk])).status_code == 404
    moved_away(person, foreign_station)
    assert "打印抚恤关系转移单" in page(reverse("benefits:enrolment", args=[row.pk]), as_=approver).text
    text = printed("enrolment-transfer-sheet", row.pk, as_=approver)
    for words in ("关系转移单", "赵长河", "已发至2026-03", "840.00元", foreign_station.name):
        assert words in text, words
    assert person.id_number not in text


def test_the_back_pay_sheet_shows_its_sums_and_its_rows(page, printed, payer, station, officer, approver):
    pay.combat_standard()
    for name in ("样例甲", "样例乙"):
        pay.beneficiary(station, name=name)
    pay.approved(officer, approver)
    notice = pay.notice([("COMBAT", "909", "PER_MONTH")], effective="2026-02", doc_no="青〔2026〕9号", level="DISTRICT", jurisdiction="990101",
                        state="DRAFT")  # fmt: skip
    assert "打印补发测算表（PDF）" in page(reverse("benefits:notice-preview", args=[notice.pk]), as_=officer).text
    text = printed("notice-preview", notice.pk, as_=officer, **{"as": "pdf"})
    for words in ("补发测算表", "青〔2026〕9号", "2人", "样例甲", "样例乙", "按月份", "2026-02", "合计", "制表"):
        assert words in text, words
    assert noted("PREVIEW_PRINTED")[0]["rows"] == 2
