"""The pages of one-off benefits, aid, postings and figures, as the people who use them see them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benefits.models import HardshipApplication, OneOffGrant, PolicyRule, PublicNotice
from benefits.queues import entries
from tests import factories as make
from tests.benefits import factories as pay
from tests.registry.pdfs import last_pdf, text_of

MOST = 12


@pytest.fixture
def payer(db, station):
    pay.notice([{"programme_id": "AWARD_MERIT", "amount_yuan": "6563", "unit": "ONE_OFF", "key_class": "三等功"}], effective="2025-01",
               doc_no="青〔2025〕3号", level="DISTRICT", jurisdiction="990101")  # fmt: skip
    return pay.paying_office()


@pytest.fixture
def soldier(station):
    found = make.person(station, categories=(), name="罗兴旺")
    pay.account(found)
    return found


def url(name, *args) -> str:
    return reverse(f"benefits:{name}", args=args)


def day(prefix: str, on: date) -> dict:
    return {f"{prefix}_year": on.year, f"{prefix}_month": on.month, f"{prefix}_day": on.day}


def only(model, user):
    with make.as_(user):
        return model.objects.get()


def queries(client, user, address) -> int:
    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len([q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def test_an_award_from_the_account_page_to_the_batch(
    page, client, payer, soldier, clerk, town_head, approver, officer, tmp_path
):
    assert "申报一次性待遇" in page(url("person", soldier.ref), as_=clerk).text
    new = url("grant-new", soldier.ref)
    assert "立功受奖奖励金" in page(new, as_=clerk).text
    page(f"{new}?programme=CONSCRIPT_FAMILY", as_=clerk)
    empty = page(f"{new}?programme=AWARD_MERIT", as_=clerk, expect=422, key_class="三等功")
    assert "请填写事由日期" in empty.text
    page(
        f"{new}?programme=AWARD_MERIT",
        as_=clerk,
        key_class="三等功",
        certificate_no="证1",
        **day("event_on", date(2026, 3, 1)),
    )
    row = only(OneOffGrant, clerk)
    shown = page(url("grant", row.pk), as_=town_head)
    assert "6,563.00 元" in shown.text and "青〔2025〕3号" in shown.text and "审核通过" in shown.text
    page(url("grant-deed", row.pk, "review"), as_=town_head, note="材料齐全")
    posting = page(url("grants-post"), as_=approver)
    assert "公示这 1 件" in posting.text
    page(url("grants-post"), as_=approver, go="1")
    notice = only(PublicNotice, approver)
    seen = page(url("publication", notice.pk), as_=officer)
    assert "罗*旺" in seen.text and "罗兴旺" not in seen.text and soldier.id_number[-6:] not in seen.text
    client.force_login(officer)
    client.post(url("publication-sheet", notice.pk))
    paper = text_of(last_pdf(officer, tmp_path))
    assert "罗*旺" in paper and "监督电话" in paper and soldier.id_number[-6:] not in paper
    page(url("publication", notice.pk), as_=approver, expect=422, objections="1", objection_text="")
    page(url("publication", notice.pk), as_=approver, objections="0", objection_text="")
    early = page(url("grant-deed", row.pk, "approval"), as_=approver, expect=422, note="同意")
    assert "公示未满5个工作日" in early.text
    with make.as_(approver):
        OneOffGrant.objects.update(state="APPROVED", approved_by=approver, approved_at=pay.AT)
    batch = pay.opened(officer, kind="GRANT", programmes=["AWARD_MERIT"])
    assert batch.no in page(url("grant-deed", row.pk, "batching"), as_=officer).text
    page(url("grant-deed", row.pk, "batching"), as_=officer, batch=str(batch.pk))
    assert "已列入批次" in page(url("grant", row.pk), as_=officer).text
    again = page(url("grant-deed", row.pk, "batching"), as_=officer)
    assert "当前为“已列入批次”，不能执行此操作。" in again.text


def test_aid_through_its_pages(page, payer, soldier, clerk, town_head, approver):
    new = url("aid-new", soldier.ref)
    page(new, as_=clerk)
    facts = {
        "line": "OWN",
        "kind": "HARDSHIP",
        "situation": "SUDDEN",
        "family_size": "3",
        "income_yuan": "20000",
        "reason": "房屋失火",
    }
    wrong = page(new, as_=clerk, expect=422, **facts | {"kind": ""})
    assert "本部门帮扶要选择种类，协助申请不选。" in wrong.text
    page(new, as_=clerk, **facts)
    row = only(HardshipApplication, clerk)
    page(url("aid-deed", row.pk, "visit"), as_=clerk, visit_note="情况属实", **day("visited_on", date(2026, 3, 6)))
    page(url("aid-deed", row.pk, "review"), as_=town_head, note="")
    page(url("aid-deed", row.pk, "approval"), as_=town_head, expect=403)
    page(url("aid-deed", row.pk, "hand-over"), as_=clerk)
    page(url("aid-deed", row.pk, "approval"), as_=approver, amount="2000")
    assert only(HardshipApplication, approver).amount_approved == Decimal(2000)
    steps = page(url("aid", row.pk), as_=make.staff(make.office("990101"), "OFFICER")).select(".formact a")
    assert [(one.text, "btn--primary" in one["class"]) for one in steps] == [("列入批次", True), ("撤回", False)]
    assert "2,000.00 元" in page(url("aid", row.pk), as_=clerk).text


def test_doors_of_other_offices_and_other_roles(page, payer, soldier, clerk, foreign_clerk, cashier, auditor):
    page(url("grant-new", soldier.ref) + "?programme=AWARD_MERIT", as_=clerk, key_class="三等功", certificate_no="证1",
         **day("event_on", date(2026, 3, 1)))  # fmt: skip
    row = only(OneOffGrant, clerk)
    page(url("grant", row.pk), as_=foreign_clerk, expect=404)
    page(url("grant-new", soldier.ref), as_=foreign_clerk, expect=404)
    page(url("grant-new", soldier.ref), as_=cashier, expect=403)
    page(url("grants"), as_=auditor, expect=403)
    page(url("grants-post"), as_=clerk, expect=403)
    assert "没有这种状态的一次性待遇。" in page(url("grants"), as_=foreign_clerk).text


def test_lists_ask_no_more_for_more_rows(page, client, payer, soldier, clerk):
    with make.as_(clerk):
        for number in range(12):
            OneOffGrant.objects.create(programme_id="AWARD_MERIT", person=soldier, office_id=soldier.office_id, paying_office_id="990101",
                                       event_on=date(2026, 3, 1), certificate_no=f"证{number}", amount_yuan=6563, proposed_by=clerk,
                                       proposed_at=pay.AT)  # fmt: skip
    assert queries(client, clerk, url("grants")) <= MOST
    assert queries(client, clerk, url("aids")) <= MOST
    assert queries(client, clerk, url("publications")) <= MOST
    page(url("conscript-round"), as_=clerk)


def test_figures_lead_to_their_rows(page, payer, station, clerk, officer, approver, cashier):
    pay.combat_standard()
    pay.beneficiary(station, since="2026-01")
    shown = page(url("figures") + "?since=2026-01&until=2026-12", as_=officer)
    rows = {line.th.text: line.select("td")[0].text for line in shown.select("tbody tr")}
    assert rows["期末享受定期待遇人数"] == "1" and rows["定期待遇到账金额（元）"] == "0.00"
    page(url("figures") + "?since=2026-05&until=2026-01", as_=officer, expect=422)
    page(url("figures"), as_=cashier, expect=403)


def test_what_came_back_is_handed_in_again(page, payer, soldier, clerk, town_head):
    page(url("grant-new", soldier.ref) + "?programme=AWARD_MERIT", as_=clerk, key_class="三等功", certificate_no="证1",
         **day("event_on", date(2026, 3, 1)))  # fmt: skip
    row = only(OneOffGrant, clerk)
    away = page(url("grant-resubmit", row.pk), as_=clerk)
    assert "当前为“待审核”，不能执行此操作。" in away.text
    page(url("grant-deed", row.pk, "return"), as_=town_head, reason="证书编号写错")
    form = page(url("grant-resubmit", row.pk), as_=clerk)
    assert "退回原因：证书编号写错" in form.text and form.select_one("#id_certificate_no")["value"] == "证1"
    page(
        url("grant-resubmit", row.pk),
        as_=clerk,
        key_class="三等功",
        certificate_no="证2",
        **day("event_on", date(2026, 3, 1)),
    )
    again = only(OneOffGrant, clerk)
    assert (again.state, again.certificate_no, again.amount_yuan) == ("SUBMITTED", "证2", Decimal(6563))
    page(
        url("aid-new", soldier.ref),
        as_=clerk,
        line="OWN",
        kind="HARDSHIP",
        situation="SUDDEN",
        family_size="3",
        income_yuan="0",
        reason="失火",
    )
    aid = only(HardshipApplication, clerk)
    page(url("aid-deed", aid.pk, "return"), as_=town_head, reason="补充材料")
    page(url("aid-resubmit", aid.pk), as_=clerk)
    page(
        url("aid-resubmit", aid.pk),
        as_=clerk,
        line="OWN",
        kind="HARDSHIP",
        situation="SUDDEN",
        family_size="4",
        income_yuan="0",
        reason="失火",
    )
    assert only(HardshipApplication, clerk).family_size == 4


def test_what_waits_is_told_to_whom_it_waits_for(page, payer, soldier, clerk, town_head, approver):
    page(url("grant-new", soldier.ref) + "?programme=AWARD_MERIT", as_=clerk, key_class="三等功", certificate_no="证1",
         **day("event_on", date(2026, 3, 1)))  # fmt: skip

    def told(user):
        with make.as_(user):
            return {one.title: one.url for one in entries(user, date(2026, 3, 6))}

    assert told(clerk) == {} and told(approver) == {}
    [address] = told(town_head).values()
    assert "罗兴旺" in page(address, as_=town_head).text


def test_how_several_awards_of_a_year_are_paid_is_entered_and_published_by_the_district(
    page, payer, soldier, clerk, officer, approver
):
    """No such rule is shipped: the second award says so, and who may settle it."""
    new = url("grant-new", soldier.ref) + "?programme=AWARD_MERIT"
    first = {"key_class": "三等功", "certificate_no": "证1", **day("event_on", date(2026, 3, 1))}
    page(new, as_=clerk, **first)
    refused = page(new, as_=clerk, expect=422, **first | {"certificate_no": "证2"})
    assert "没有“一年内多次奖励”的规则" in refused.text and "政策规则" in refused.text
    rule = {"rule": "AWARD_STACK", "value": "EACH", "level": "DISTRICT", "programme": "AWARD_MERIT", "citation": "青〔2025〕3号第四条",
            "source_mark": "L", "effective_from_year": 2025, "effective_from_month": 1, "effective_from_day": 1}  # fmt: skip
    page(url("rule-new"), as_=officer, **rule)
    page(new, as_=clerk, expect=422, **first | {"certificate_no": "证2"})
    page(url("rule", only_rule(officer)), as_=approver, deed="publish")
    page(new, as_=clerk, **first | {"certificate_no": "证2"})
    with make.as_(clerk):
        assert list(OneOffGrant.objects.order_by("pk").values_list("amount_yuan", flat=True)) == [Decimal(6563)] * 2


def only_rule(user) -> int:
    with make.as_(user):
        return PolicyRule.objects.get(rule="AWARD_STACK").pk
