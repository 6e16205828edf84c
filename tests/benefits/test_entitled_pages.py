"""The pages of entitlement: each keeps the promises of a page, says what comes next, masks what must be masked."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benefits.actions import annual, stops
from benefits.models import AnnualConfirmation, Enrolment, PayeeAccount, Suspension
from benefits.queues import entries
from tests import factories as make
from tests.benefits import entitled as ent
from tests.benefits import factories as pay
from tests.registry.pdfs import last_pdf, text_of
from veterans_portal.accounts.models import AuditEvent

NUMBER = "6230520990001234567"
MOST = 12


@pytest.fixture
def payer(db, station):
    pay.combat_standard()
    return pay.paying_office()


@pytest.fixture
def soldier(station, clerk):
    return ent.entitled(station, by=clerk, name="罗兴旺", born="1957-04-02")


@pytest.fixture
def paid(payer, soldier, officer):
    row = pay.enrolment(soldier, since="2026-01", by=officer)
    pay.account(soldier, number=NUMBER, by=officer)
    return row


def url(name, *args) -> str:
    return reverse(f"benefits:{name}", args=args)


def day(prefix: str, on: date) -> dict:
    return {f"{prefix}_year": on.year, f"{prefix}_month": on.month, f"{prefix}_day": on.day}


def queries(client, user, address) -> int:
    client.force_login(user)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len([q for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])


def test_a_benefit_from_the_request_to_the_approval(page, payer, soldier, clerk, town_head, approver):
    new = url("enrolment-new", soldier.ref)
    assert "参战退役军人生活补助" in page(new, as_=clerk).text
    form = page(f"{new}?programme=COMBAT", as_=clerk)
    assert form.h1.text == "申报待遇：参战退役军人生活补助"
    facts = {"route": "NEW", "decision_no": "青退役优抚〔2026〕7号"}
    empty = page(f"{new}?programme=COMBAT", as_=clerk, expect=422, **facts)
    assert "请填写批准日期" in empty.select_one(".error-summary").text
    assert empty.select_one("#id_decision_no")["value"] == "青退役优抚〔2026〕7号"
    page(f"{new}?programme=COMBAT", as_=clerk, **facts, **day("decided_on", date(2026, 9, 10)))
    with make.as_(clerk):
        row = Enrolment.objects.get(person=soldier)
    shown = page(url("enrolment", row.pk), as_=town_head)
    assert "批准当月起发" in shown.text and "840.00" in shown.text and "未经本地文件确认" in shown.text
    page(url("enrolment-deed", row.pk, "review"), as_=town_head, note="材料齐全")
    asked = page(url("enrolment-deed", row.pk, "approval"), as_=approver)
    assert asked.h1.text == "批准：罗兴旺" and "840.00" in asked.text
    done = page(url("enrolment-deed", row.pk, "approval"), as_=approver, note="同意")
    assert "享受中" in done.text and "已批准，从起发月起列入发放。" in done.text


def test_a_deed_in_the_wrong_state_leads_back(page, paid, approver):
    shown = page(url("enrolment-deed", paid.pk, "approval"), as_=approver)
    assert "当前为“享受中”，不能执行此操作。" in shown.text and shown.h1.text == "待遇资格：罗兴旺"


def test_a_missing_standard_is_said_before_the_approval(page, payer, station, clerk, officer, approver):
    person = ent.entitled(station, by=clerk, category="11", name="彭建国")
    row = ent.proposed(person, by=officer, programme="DISABILITY", values=ent.GRADE_SIX)
    shown = page(url("enrolment-deed", row.pk, "approval"), as_=approver)
    assert "缺少标准：残疾抚恤金 六级 因病 2026-" in shown.text and "可以批准，但本期不能发放" in shown.text


def test_what_is_held_beside_it_is_said(page, paid, soldier, clerk, officer, tmp_path):
    from tests.registry.papers import paper

    pay.confirmed(soldier, "81", by=officer)
    proof = paper(soldier, tmp_path, by=clerk)
    row = ent.proposed(
        soldier, by=officer, programme="RURAL60", values=ent.COMBAT | {"service_years": 5}, evidence=proof
    )
    assert "已享受参战退役军人生活补助，此项不发" in page(url("enrolment", row.pk), as_=officer).text


@pytest.mark.parametrize("deed", ["ending", "transfer", "review-date"])
def test_deeds_on_what_is_in_force_are_the_approvers(page, paid, approver, officer, deed):
    page(url("enrolment-deed", paid.pk, deed), as_=officer, expect=403)
    assert page(url("enrolment-deed", paid.pk, deed), as_=approver).h1


def test_ending_through_the_page(page, paid, approver):
    address = url("enrolment-deed", paid.pk, "ending")
    refused = page(address, as_=approver, expect=422, month_to="2025-12", end_reason="EXPIRED", note="到期")
    assert "止发月早于起发月。" in refused.text and refused.select_one("#id_month_to")["value"] == "2025-12"
    assert "已终止" in page(address, as_=approver, month_to="2026-08", end_reason="EXPIRED", note="到期").text


def test_the_list_is_filtered_and_leaves_as_a_workbook(page, client, paid, officer, station, sibling_station):
    other = pay.beneficiary(sibling_station, name="周长发")
    shown = page(url("enrolments"), as_=officer)
    assert "罗兴旺" in shown.text and "周长发" in shown.text
    narrowed = page(f"{url('enrolments')}?office={station.pk}", as_=officer)
    assert "罗兴旺" in narrowed.text and "周长发" not in narrowed.text
    assert "周长发" in page(f"{url('enrolments')}?find=周长&programme=COMBAT", as_=officer).text
    assert other.name not in page(f"{url('enrolments')}?programme=RURAL60", as_=officer).text
    assert client.post(url("enrolments")).status_code == 302


@pytest.mark.parametrize("name", ["home", "enrolments", "stops", "accounts", "confirmations", "confirmation-progress"])
def test_lists_ask_no_more_for_more_people(client, payer, officer, station, name):
    def people(count):
        for _ in range(count):
            person = pay.beneficiary(station)
            pay.stop(person, since="2026-03", kind="OTHER", reason="x")
        with make.as_(officer):
            annual.open_round(year=timezone.localdate().year, by=officer, at=timezone.now(), today=timezone.localdate())

    address = url(name) + ("?view=ready" if name == "accounts" else "?view=on" if name == "stops" else "")
    people(2)
    few = queries(client, officer, address)
    people(8)
    assert queries(client, officer, address) == few <= MOST


def test_pages_about_one_person_stay_within_their_questions(client, paid, soldier, officer, approver):
    pay.approved(officer, approver, first="2026-03")
    assert queries(client, officer, url("person", soldier.ref)) <= MOST
    assert queries(client, approver, url("enrolment", paid.pk)) <= MOST
    assert queries(client, officer, reverse("registry:person", args=[soldier.ref])) <= MOST


def test_one_persons_account_of_benefits(page, paid, soldier, officer, approver, tmp_path):
    pay.approved(officer, approver, first="2026-03")
    shown = page(url("person", soldier.ref), as_=officer)
    rows = [[" ".join(cell.text.split()) for cell in row.select("th, td")] for row in shown.select("#months tbody tr")]
    assert (
        rows[0] == ["2026-03", "参战退役军人生活补助", "840.00", "840.00，为什么是这个数", "待报盘"] and len(rows) == 3
    )
    assert NUMBER not in shown.text and "尾号 4567" in shown.text
    client_post(officer, url("person-print", soldier.ref))
    text = text_of(last_pdf(officer, tmp_path))
    assert "个人待遇账" in text and "2026-03" in text and NUMBER not in text


def client_post(user, address, **data):
    from django.test import Client

    client = Client()
    client.force_login(user)
    response = client.post(address, data)
    assert response.status_code == 302, response.content.decode()[:500]
    return response


def test_a_draft_is_nobodys_money(page, paid, soldier, officer):
    pay.drafted(officer, first="2026-03")
    assert "还没有审批过的发放。" in page(url("person", soldier.ref), as_=officer).text


def test_the_dossier_leads_to_the_benefits(page, paid, soldier, clerk):
    shown = page(reverse("registry:person", args=[soldier.ref]), as_=clerk)
    part = shown.select_one("#benefits").find_parent("section") or shown.select_one("#benefits")
    assert "参战退役军人生活补助" in part.text and url("person", soldier.ref) in str(part)


def test_an_account_from_the_counter_to_the_confirmation(page, payer, soldier, clerk, officer, approver):
    new = url("account-new", soldier.ref)
    facts = {"purpose": "REGULAR", "account_number": "12345", "bank_name": "样例农商银行", "source": "SOCIAL",
             "holder_name": "=1+1", "holder_relation": "SELF"}  # fmt: skip
    refused = page(new, as_=clerk, expect=422, **facts)
    assert "户名不能以 = + - @ 开头，也不能含控制字符。" in refused.text
    assert refused.select_one("#id_bank_name")["value"] == "样例农商银行"
    assert "账号应为8至32位数字。" in page(new, as_=clerk, expect=422, **facts | {"holder_name": "罗兴旺"}).text
    shown = page(new, as_=clerk, **facts | {"holder_name": "罗兴旺", "account_number": NUMBER})
    assert "账户已录入，等区县另一人确认。" in shown.text and NUMBER not in shown.text
    listed = page(url("accounts"), as_=officer)
    key = listed.select_one("input[name=row]")["value"]
    page(url("accounts"), as_=clerk, expect=403, confirm="1", row=key)
    assert "已确认 1 个账户。" in page(url("accounts"), as_=approver, confirm="1", row=key).text


def test_ones_own_account_cannot_be_ticked(page, payer, soldier, officer):
    pay.account(soldier, is_confirmed=False, by=officer)
    shown = page(url("accounts"), as_=officer)
    assert "本人录入" in shown.text and shown.select("input[name=row]") == []


def test_the_number_is_shown_once_to_the_cashier(page, client, paid, soldier, cashier, officer):
    with make.as_(officer):
        account = PayeeAccount.objects.get(person=soldier)
    address = url("account-reveal", account.pk)
    page(address, as_=officer, expect=403)
    assert NUMBER not in page(address, as_=cashier).text
    page(address, as_=cashier, expect=422, reason="x")
    shown = page(address, as_=cashier, reason="RETURNED")
    assert shown.select_one("#account-number").text.replace(" ", "") == NUMBER
    assert shown.response["Cache-Control"] == "no-store"
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.filter(event="ACCOUNT_REVEALED").count() == 1


def test_the_list_of_accounts_to_check_on_paper(payer, soldier, clerk, officer, tmp_path):
    pay.account(soldier, number=NUMBER, is_confirmed=False, by=officer)
    client_post(officer, url("accounts-sheet"))
    text = text_of(last_pdf(officer, tmp_path))
    assert "收款账户核对表" in text and "罗兴旺" in text and "4567" in text and NUMBER not in text


def test_a_round_from_the_opening_to_the_proposed_stops(page, paid, officer, clerk, approver, tmp_path):
    today = timezone.localdate()
    page(url("confirmation-round"), as_=clerk, expect=403)
    assert "新列入 1 人。" in page(url("confirmation-round"), as_=officer, year=today.year).text
    client_post(clerk, url("confirmation-sheet"))
    text = text_of(last_pdf(clerk, tmp_path))
    assert "罗*旺" in text and "罗兴旺" not in text
    notice = {"office": "990101", "mode": "BOARD"}
    early = date(today.year - 1, 12, 1)
    assert "公告 1 人。" in page(url("confirmation-notice"), as_=officer, **notice, **day("notice_on", early)).text
    due = page(url("confirmation-stops"), as_=officer)
    assert due.h1.text == "公告期满仍未确认：1 人"
    assert "已对 1 人提出停发" in page(url("confirmation-stops"), as_=officer, go="1").text
    with make.as_(officer):
        stop = Suspension.objects.get()
    confirmed = page(url("stop-deed", stop.pk, "confirmation"), as_=approver, go="1")
    assert "停发中" in confirmed.text
    assert page(url("confirmation-progress"), as_=officer).h1.text == f"{today.year}年度确认：已确认 0/1"


def test_people_that_were_ticked_are_confirmed(page, paid, officer, clerk):
    today = timezone.localdate()
    page(url("confirmation-round"), as_=officer, year=today.year)
    key = page(url("confirmations"), as_=clerk).select_one("input[name=confirmation]")["value"]
    asked = page(url("confirmation-set"), as_=clerk, confirmation=key)
    assert asked.h1.text.endswith("：1 人") and "罗兴旺" in asked.text
    late = {"confirm": "1", "confirmation": key, "mode": "", **day("confirmed_on", today)}
    refused = page(url("confirmation-set"), as_=clerk, expect=422, **late)
    assert "请选择确认方式。" in refused.text and refused.select_one("input[name=confirmation]")["value"] == key
    assert "已登记 1 人。" in page(url("confirmation-set"), as_=clerk, **late | {"mode": "HOME"}).text
    with make.as_(clerk):
        assert AnnualConfirmation.objects.get().mode == "HOME"


def test_one_person_is_confirmed_from_her_page(page, paid, soldier, clerk):
    today = timezone.localdate()
    shown = page(url("confirmation-new", soldier.ref), as_=clerk, mode="VISIT", **day("confirmed_on", today))
    assert f"{today.year}年度确认已登记。" in shown.text


def test_a_stop_through_its_pages(page, paid, soldier, officer, approver, clerk):
    page(url("stop-new", soldier.ref), as_=clerk, expect=403)
    facts = {"kind": "SENTENCED", "month_from": "2026-04"}
    refused = page(url("stop-new", soldier.ref), as_=officer, expect=422, **facts)
    assert (
        "中止、取消须填写省级决定的文号。" in refused.text
        and refused.select_one("#id_month_from")["value"] == "2026-04"
    )
    page(
        url("stop-new", soldier.ref),
        as_=officer,
        **facts,
        decision_no="退役军人厅〔2026〕3号",
        **day("decided_on", date(2026, 3, 20)),
    )
    with make.as_(officer):
        stop = Suspension.objects.get()
    assert "待确认" in page(url("stop", stop.pk), as_=officer).text
    page(url("stop-deed", stop.pk, "confirmation"), as_=approver, go="1")
    lifting = url("stop-deed", stop.pk, "lifting")
    refused = page(lifting, as_=approver, expect=422, resume_on="2026-09", pays_arrears="on", basis="会议纪要")
    assert "中止期间不补发。" in refused.text
    assert "已恢复发放。" in page(lifting, as_=approver, resume_on="2026-09").text


def test_what_waits_is_on_the_first_page(page, payer, soldier, clerk, town_head, approver, officer):
    row = ent.proposed(soldier, by=clerk)
    assert "1 件待遇申报待审核" in page("/", as_=town_head).text
    with make.as_(town_head):
        from benefits.actions.enrolments import review_enrolment

        review_enrolment(enrolment=row, by=town_head, at=make.NOON)
    pay.account(soldier, is_confirmed=False, by=officer)
    with make.as_(approver):
        titles = [entry.title for entry in entries(approver, make.TODAY)]
    assert titles == ["1 件待遇申报待批准", "1 个收款账户待确认"]
    assert page(url("home"), as_=approver).h1.text == "待遇发放：有 2 类待办"


def test_the_dead_and_the_moved_wait_for_the_approver(
    page, paid, soldier, officer, approver, clerk, foreign_clerk, station
):
    from tests.benefits.test_enrolments import moved_away

    pay.died(pay.beneficiary(station, name="周长发"), "2026-08-03")
    moved_away(soldier, by=clerk, taker=foreign_clerk, on="2026-08", paid="2026-08")
    with make.as_(approver):
        titles = [entry.title for entry in entries(approver, make.TODAY)]
    assert titles == ["1 名去世人员的待遇没有终止", "1 件待遇要随人转移"]
    assert "罗兴旺" in page(f"{url('enrolments')}?view=active&waits=moved", as_=approver).text
    gone = page(url("person", soldier.ref), as_=approver)
    assert "此人已迁到 枫岭村退役军人服务站" in gone.text and "申报待遇" not in gone.text
    page(url("person", soldier.ref), as_=foreign_clerk)
    shown = page(url("enrolment-deed", paid.pk, "transfer"), as_=approver)
    assert "枫岭村退役军人服务站" in shown.text


def test_another_station_and_another_district_see_nothing(page, paid, soldier, sibling_clerk, foreign_clerk, officer):
    with make.as_(officer):
        account = PayeeAccount.objects.get(person=soldier)
        stop = stops.propose_stop(
            person=soldier, kind="OTHER", month_from=date(2026, 4, 1), reason="x", by=officer, at=make.NOON
        )
    foreign_officer = make.staff(make.office("990102"), "OFFICER")
    for user in (sibling_clerk, foreign_clerk, foreign_officer):
        for address in (url("enrolment", paid.pk), url("person", soldier.ref), url("stop", stop.pk),
                        url("enrolment-replace", paid.pk), url("account-replace", account.pk)):  # fmt: skip
            page(address, as_=user, expect=404)
        for name in ("enrolments", "accounts", "stops"):
            assert "罗兴旺" not in page(url(name), as_=user).text
