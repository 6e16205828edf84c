"""Standards as they are looked up, dated rules that a second person publishes, and how an office pays."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse

from benefits.actions import policy
from benefits.models import PayingOffice, PolicyRule, StandardNotice
from tests import factories as make
from tests.benefits import factories as pay
from veterans_portal.accounts.models import AuditEvent

RULE = {
    "rule": "FUNERAL_MONTHS", "programme_id": "ILL_HOME", "value_int": 3, "value_code": "", "jurisdiction": "990101",
    "effective_from": date(2026, 1, 1), "citation": "青优抚〔2025〕8号", "source_mark": "L",
}  # fmt: skip


def url(name, *args) -> str:
    return reverse(f"benefits:{name}", args=args)


def entered(by, **over) -> PolicyRule:
    with make.as_(by):
        return policy.enter_rule(values=RULE | over, by=by, at=pay.AT)


def test_levels_stand_side_by_side_with_their_documents(page, station, clerk):
    pay.combat_standard()
    pay.notice([{"programme_id": "COMBAT", "amount_yuan": "60", "unit": "PER_MONTH"}], effective="2025-01", doc_no="青〔2025〕1号",
               level="DISTRICT", jurisdiction="990101")  # fmt: skip
    shown = page(url("standards") + "?programme=COMBAT&month=2025-06", as_=clerk)
    [row] = shown.select("tbody tr")
    assert (
        "840.00 元/月" in row.text
        and "样〔2024〕1号" in row.text
        and "60.00 元/月" in row.text
        and "青〔2025〕1号" in row.text
    )
    assert "没有已发布的标准" in page(url("standards") + "?programme=COMBAT&month=2020-06", as_=clerk).text


def test_lookup_explains_a_month_in_words(page, station, clerk):
    pay.notice([("COMBAT", "10908", "PER_YEAR")], effective="2025-08", doc_no="样〔2025〕42号")
    asked = page(url("standards-lookup") + "?programme=COMBAT&month=2025-09", as_=clerk)
    assert "909.00 元" in asked.text and "10,908.00 元/年 ÷ 12，分按累计四舍五入，依据 样〔2025〕42号" in asked.text
    gap = page(url("standards-lookup") + "?programme=DISABILITY&grade=8&nature=ILLNESS&month=2025-09", as_=clerk)
    assert "缺少标准：残疾抚恤金 八级 因病 2025-09。" in gap.text
    page(url("standards-lookup"), as_=clerk)
    empty = page(url("standards-lookup") + "?month=2025-09", as_=clerk, expect=422)
    assert "请填写档案号，或者选择项目。" in empty.text


def test_lookup_of_a_person_stays_in_scope(page, station, clerk, foreign_clerk):
    pay.paying_office()
    pay.combat_standard()
    person = pay.beneficiary(station, name="罗兴旺", since="2026-01")
    address = url("standards-lookup") + f"?person={person.ref}&month=2026-02"
    assert "罗兴旺" in page(address, as_=clerk).text and "840.00" in page(address, as_=clerk).text
    assert "没有找到这个档案号" in page(address, as_=foreign_clerk, expect=422).text


def test_a_second_person_publishes_a_rule_and_the_old_one_ends(officer, approver, station):
    first = entered(officer)
    with make.as_(approver):
        policy.publish_rule(rule=first, by=approver, at=pay.AT)
    second = entered(officer, effective_from=date(2026, 7, 1), value_int=6)
    with make.as_(approver):
        policy.publish_rule(rule=second, by=approver, at=pay.AT)
        first.refresh_from_db()
        assert first.effective_to == date(2026, 6, 30)
    with make.as_admin("app_audit"):
        assert AuditEvent.objects.filter(event="RULE_PUBLISHED").count() == 2
    own = entered(officer, effective_from=date(2027, 1, 1))
    with make.as_(approver):
        PolicyRule.objects.filter(pk=own.pk).update(entered_by=approver)
        with pytest.raises(ValidationError, match="录入人与发布人不能为同一人。"):
            policy.publish_rule(rule=own, by=approver, at=pay.AT)


def test_a_rule_is_written_in_its_own_jurisdiction(officer, station):
    with make.as_(officer), pytest.raises(ValidationError, match="统一录入"):
        policy.enter_rule(values=RULE | {"jurisdiction": ""}, by=officer, at=pay.AT)


def test_the_pages_of_rules(page, station, officer, approver, clerk):
    listed = page(url("rules") + "?mark=U", as_=officer)
    assert "未经本地文件确认" in listed.text
    page(url("rules"), as_=clerk, expect=403)
    wrong = page(url("rule-new"), as_=officer, expect=422, rule="HOLD", citation="某文件")
    assert "请选择：本项让位于另一项、就高发一项、两项都发。" in wrong.text
    made = {"rule": "HOLD", "value": "ALLOW", "level": "DISTRICT", "programme": "COMBAT", "other_programme": "ILL_HOME", "citation": "青优抚〔2025〕8号",
            "source_mark": "L", "effective_from_year": 2026, "effective_from_month": 1, "effective_from_day": 1}  # fmt: skip
    page(url("rule-new"), as_=officer, **made)
    with make.as_(officer):
        rule = PolicyRule.objects.get(state="DRAFT")
    assert "发布规则" not in page(url("rule", rule.pk), as_=officer).text
    assert "发布规则" in page(url("rule", rule.pk), as_=approver).text
    page(url("rule", rule.pk), as_=officer, expect=403, deed="publish")
    assert "规则已发布。" in page(url("rule", rule.pk), as_=approver, deed="publish").text
    page(url("programmes"), as_=clerk)


def test_how_an_office_pays(page, station, approver, officer):
    page(url("settings"), as_=officer, expect=403)
    page(url("settings"), as_=approver)
    values = {"ledger_from": "2026-01", "funeral_mode": "MONTHLY", "offset_max_percent": "0", "large_change_percent": "30",
              "publication_days": "5", "publication_day_kind": "WORKING", "urgent_days": "10", "limit_HARDSHIP": "3000"}  # fmt: skip
    wrong = page(url("settings"), as_=approver, expect=422, **values | {"publication_days": "0"})
    assert "公示天数请写 1 至 60 的整数。" in wrong.text
    page(url("settings"), as_=approver, **values)
    with make.as_(approver):
        found = PayingOffice.objects.get()
    assert (found.ledger_from, found.funeral_mode, found.aid_limits) == (
        date(2026, 1, 1),
        "MONTHLY",
        {"HARDSHIP": "3000.00"},
    )
    again = page(url("settings"), as_=approver, expect=422, version=7, **values)
    assert "刚被他人修改" in again.text


def test_the_first_month_is_fixed_by_the_first_batch(station, approver, officer):
    pay.paying_office()
    pay.combat_standard()
    pay.beneficiary(station)
    pay.approved(officer, approver)
    with make.as_(approver), pytest.raises(ValidationError, match="启用月份不能再改"):
        policy.save_settings(values={"ledger_from": date(2025, 1, 1)}, version=1, by=approver, at=pay.AT)


def test_a_table_is_loaded_from_a_file(tmp_path, station, officer, approver):
    file = tmp_path / "standards.csv"
    head = "doc_no,level,jurisdiction,effective_from,programme_code,key_grade,key_nature,amount,unit\n"
    file.write_text(head + "青〔2026〕3号,DISTRICT,990101,2026-01-01,COMBAT,,,1000,PER_MONTH\n", "utf-8")
    call_command("load_standards", str(file), by=officer.username, publish_as=approver.username)
    with make.as_(officer):
        found = StandardNotice.objects.get(doc_no="青〔2026〕3号")
        assert (found.state, found.standards.get().amount_yuan) == ("PUBLISHED", Decimal(1000))
    file.write_text(head + "青〔2026〕4号,DISTRICT,990101,2026-02-01,COMBAT,,,3至4万,PER_MONTH\n", "utf-8")
    with pytest.raises(CommandError, match="第2行“amount”：金额无法识别“3至4万”。"):
        call_command("load_standards", str(file), by=officer.username)
