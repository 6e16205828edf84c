"""Documents of standards: entered by one person, published by another, previewed by the computation that pays."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from benefits.actions import notices
from benefits.actions.approval import approve_batch
from benefits.actions.batches import submit_batch
from benefits.facts import load_policy
from benefits.models import Batch, Line, Standard, StandardNotice
from benefits.preview import preview
from benefits.preview_sums import by_level, by_month
from benefits.queues import entries
from benefits.rules.facts import Keys
from benefits.rules.tables import Names, TableRefused, TableRow, ambiguous, pasted, read_table
from benefits.rules.tables import raised as raised_amount
from benefits.tables import rows_of
from tests import factories as make
from tests.benefits import factories as pay
from tests.benefits.crowd import crowd
from tests.benefits.test_grant_pages import queries
from tests.races import at_once
from veterans_portal.accounts.models import AuditEvent

NAMES = Names({"残疾抚恤金": "DISABILITY", "参战退役军人生活补助": "COMBAT"}, {"基本标准": "BASE"})
HEAD = {
    "doc_no": "样〔2025〕9号", "title": "提高标准的通知", "level": "DISTRICT", "jurisdiction": "990101", "programme_codes": ["COMBAT"],
    "components": ["BASE"], "is_full_table": True, "is_incomplete": False,
}  # fmt: skip


@pytest.fixture
def payer(db, station):
    pay.combat_standard()
    return pay.paying_office()


def url(name, *args) -> str:
    return reverse(f"benefits:{name}", args=args)


def combat(amount: str, **over) -> TableRow:
    return TableRow("COMBAT", Keys(), Decimal(amount), "PER_MONTH", **over)


def entered(by, *, since: str = "2026-01", rows=(), **over) -> StandardNotice:
    with make.as_(by):
        found = notices.enter_notice(values=HEAD | {"effective_from": pay.month(since)} | over, by=by, at=pay.AT)
        if rows:
            notices.save_table(notice=found, rows=list(rows), version=found.row_version, by=by, at=pay.AT)
        return found


def published(by, approver, **over) -> StandardNotice:
    found = entered(by, **over)
    with make.as_(approver):
        return notices.publish_notice(notice=found, by=approver, at=pay.AT)


def run(batch, officer, approver):
    with make.as_(officer):
        submit_batch(batch=batch, by=officer, at=pay.AT)
    with make.as_(approver):
        return approve_batch(batch=batch, total_typed=fresh(batch).payable_yuan, by=approver, at=pay.AT)


def fresh(batch) -> Batch:
    return Batch.objects.get(pk=batch.pk)


# ---- tables ------------------------------------------------------------------------------------------------------------


def test_amounts_are_raised_half_up_to_the_step():
    assert raised_amount(Decimal(19910), percent=Decimal("7.5"), step=Decimal(10)) == 21400
    assert raised_amount(Decimal(31410), percent=Decimal("4.9"), step=Decimal(10)) == 32950
    assert raised_amount(Decimal(12350), percent=Decimal(10), step=Decimal(10)) == 13590


def test_a_matrix_gives_a_row_for_every_filled_cell():
    text = "2025年标准\n等级\t因战\t因公\t因病\n一级\t134,010\t￥129,780\t12.55万元\n七级\t３５０００\t33000\t—\n"
    found = read_table(pasted(text), NAMES, programme="DISABILITY", unit="PER_YEAR")
    assert [(row.keys.grade, row.keys.nature, row.amount) for row in found] == [
        (1, "WAR", Decimal(134010)), (1, "DUTY", Decimal(129780)), (1, "ILLNESS", Decimal(125500)),
        (7, "WAR", Decimal(35000)), (7, "DUTY", Decimal(33000)),
    ]  # fmt: skip


def test_a_long_table_names_its_programme_and_unit():
    text = "项目\t等级\t性质\t标准\t单位\n残疾抚恤金\t八级\t因公\t19910\t元/年\n参战退役军人生活补助\t\t\t840\t元/月"
    first, second = read_table(pasted(text), NAMES)
    assert first == TableRow("DISABILITY", Keys(8, "DUTY"), Decimal(19910), "PER_YEAR")
    assert (second.programme, second.unit) == ("COMBAT", "PER_MONTH")


@pytest.mark.parametrize(
    ("text", "chosen", "sentence"),
    [
        ("等级\t因战\t因公\n六级\t1\t3至4万", {"programme": "DISABILITY", "unit": "PER_YEAR"}, "第2行“因公”：金额无法识别“3至4万”。"),
        ("等级\t因战\t因公\n六级\t1\t-5", {"programme": "DISABILITY", "unit": "PER_YEAR"}, "第2行“因公”：金额是负数。"),
        ("等级\t因战\t因公\n六级\t1\t2", {"programme": "DISABILITY"}, "请选择金额单位：元/年 或 元/月。"),
        ("等级\t因战\t因公\n六级\t1\t2", {"unit": "PER_YEAR"}, "请选择项目，表里没有“项目”一列。"),
        ("等级\t因战\t因公\n十二级\t1\t2", {"programme": "DISABILITY", "unit": "PER_YEAR"}, "第2行“等级”：无法识别“十二级”，应为一级至十级。"),
        ("项目\t标准\t单位\n参战退役军人生活补助\t840\t元", {}, "第2行“单位”：无法识别“元”。"),
        ("项目\t标准\n抚恤\t840", {"unit": "PER_MONTH"}, "第2行“项目”：无法识别“抚恤”。"),
        ("姓名\t金钱\n甲\t840", {}, "没有找到表头。"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_row_and_column(text, chosen, sentence):
    with pytest.raises(TableRefused) as refused:
        read_table(pasted(text), NAMES, **chosen)
    assert sentence in " ".join(refused.value.sentences)


def test_two_rows_that_fit_one_person_equally_are_found():
    by_grade, by_nature = (
        TableRow("DISABILITY", Keys(1), Decimal(1), "PER_YEAR"),
        TableRow("DISABILITY", Keys(None, "WAR"), Decimal(2), "PER_YEAR"),
    )
    both = TableRow("DISABILITY", Keys(1, "WAR"), Decimal(3), "PER_YEAR")
    assert ambiguous([by_grade, by_nature]) == [(by_grade, by_nature)]
    assert ambiguous([by_grade, both]) == []


# ---- entering and publishing -------------------------------------------------------------------------------------------


def test_a_second_person_publishes_and_the_trail_says_so(payer, officer, approver):
    found = published(officer, approver, rows=[combat("1000", stacking="TOTAL")])
    assert (found.state, found.published_by) == ("PUBLISHED", approver)
    with make.as_admin("app_audit"):
        events = [
            (one.event, one.facts.get("rows"))
            for one in AuditEvent.objects.filter(event__startswith="NOTICE_").order_by("pk")
        ]
    assert events == [("NOTICE_ENTERED", None), ("NOTICE_ENTERED", 1), ("NOTICE_PUBLISHED", 1)]
    with make.as_(approver), pytest.raises(ValidationError, match="当前为“已发布”"):
        notices.publish_notice(notice=found, by=approver, at=pay.AT)


def test_the_author_cannot_publish(payer, officer, approver):
    found = entered(officer, rows=[combat("1000")])
    with make.as_(approver):
        StandardNotice.objects.filter(pk=found.pk).update(entered_by=approver)
        with pytest.raises(ValidationError, match="录入人与发布人不能为同一人。"):
            notices.publish_notice(notice=found, by=approver, at=pay.AT)


def test_a_programme_without_rows_needs_the_mark_of_a_gap(payer, officer, approver):
    found = entered(officer, programme_codes=["COMBAT", "TESTED"], rows=[combat("1000")])
    with make.as_(approver), pytest.raises(ValidationError, match="缺表请勾选“标准待补”"):
        notices.publish_notice(notice=found, by=approver, at=pay.AT)


def test_only_its_own_office_writes_a_policy(payer, officer):
    with make.as_(officer), pytest.raises(ValidationError, match="国家和省级标准由样例市退役军人事务局统一录入。"):
        notices.enter_notice(values=HEAD | {"level": "NATION", "jurisdiction": "", "effective_from": pay.month("2026-01")},
                             by=officer, at=pay.AT)  # fmt: skip


def test_a_table_is_refused_as_a_whole(payer, officer):
    found = entered(officer, rows=[combat("1000")], programme_codes=["COMBAT", "DISABILITY"])
    open_grade = TableRow("DISABILITY", Keys(None, "WAR"), Decimal(5), "PER_YEAR")
    lost = TableRow("TESTED", Keys(), Decimal(5), "PER_YEAR")
    illness = TableRow("DISABILITY", Keys(8, "ILLNESS"), Decimal(5), "PER_YEAR")
    with make.as_(officer):
        with pytest.raises(ValidationError) as refused:
            notices.save_table(notice=found, rows=[combat("1"), open_grade, lost], version=2, by=officer, at=pay.AT)
        assert "基本标准要写明残疾等级。" in str(refused.value) and "没有勾选这个项目" in str(refused.value)
        with pytest.raises(ValidationError, match="因病致残只有一级至六级标准。"):
            notices.save_table(notice=found, rows=[illness], version=2, by=officer, at=pay.AT)
        with pytest.raises(ValidationError, match="刚被他人修改"):
            notices.save_table(notice=found, rows=[combat("7")], version=1, by=officer, at=pay.AT)
        assert [row.amount for row in rows_of(found)] == [Decimal(1000)]


# ---- money -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def paid_people(payer, station, officer, approver):
    """Fifty people, paid for January and February."""
    crowd(station, 50, since="2026-01")
    pay.approved(officer, approver, first="2026-01", last="2026-02")


def test_preview_back_pay_and_next_month_give_the_same_sum_once(paid_people, officer, approver):
    draft = entered(officer, rows=[combat("1000", stacking="TOTAL")])
    with make.as_(officer):
        before = Line.objects.count()
        seen = preview(draft, officer, pay.AT)
        assert Line.objects.count() == before
    assert (seen.persons, seen.plus, seen.minus) == (50, Decimal("16000.00"), Decimal("0.00"))  # 160 × 2 months × 50
    assert [(one.label, one.net) for one in by_level(seen.rows)] == [("区", Decimal("16000.00"))]
    assert [(one.label, one.months, one.plus) for one in by_month(seen.rows)] == [
        ("2026-01", 50, Decimal("8000.00")),
        ("2026-02", 50, Decimal("8000.00")),
    ]
    with make.as_(approver):
        notices.publish_notice(notice=draft, by=approver, at=pay.AT)
    with make.as_(officer):
        batch = notices.open_backpay(notice=draft, by=officer, at=pay.AT)
    assert batch.payable_yuan == seen.plus and batch.notice_id == draft.pk
    run(batch, officer, approver)
    march = pay.drafted(officer, first="2026-03")
    assert march.payable_yuan == Decimal("50000.00")  # the month itself, no difference a second time


def test_the_next_ordinary_batch_takes_the_same_differences(paid_people, officer, approver):
    notice = published(officer, approver, rows=[combat("1000", stacking="TOTAL")])
    march = pay.drafted(officer, first="2026-03")
    assert march.payable_yuan == Decimal("66000.00")
    run(march, officer, approver)
    with make.as_(officer):
        back = notices.open_backpay(notice=notice, by=officer, at=pay.AT)
        assert (back.line_count, back.payable_yuan) == (0, Decimal("0.00"))


def test_a_withdrawn_document_takes_back_exactly_what_it_gave(paid_people, officer, approver):
    notice = published(officer, approver, rows=[combat("1000", stacking="TOTAL")])
    with make.as_(officer):
        given = notices.open_backpay(notice=notice, by=officer, at=pay.AT)
    run(given, officer, approver)
    with make.as_(approver):
        seen = preview(notice, approver, pay.AT)
        assert (seen.persons, seen.plus, seen.minus) == (50, Decimal("0.00"), Decimal("-16000.00"))
        notices.withdraw_notice(notice=notice, reason="文件作废", by=approver, at=pay.AT)
    with make.as_(officer):
        notice.refresh_from_db()
        back = notices.open_backpay(notice=notice, by=officer, at=pay.AT)
        assert (back.payable_yuan, back.recover_yuan) == (Decimal("0.00"), Decimal("-16000.00"))
        assert given.payable_yuan + back.recover_yuan == 0


def test_a_partial_document_leaves_the_other_rows_in_force(payer, officer, approver, station):
    rows = [{"programme_id": "DISABILITY", "amount_yuan": amount, "unit": "PER_YEAR", "key_grade": grade, "key_nature": "WAR"}
            for grade, amount in ((1, "120000"), (3, "90000"))]  # fmt: skip
    pay.notice(rows, effective="2024-08", doc_no="样〔2024〕2号")
    pay.notice([rows[0] | {"amount_yuan": "132000"}], effective="2025-08", doc_no="样〔2025〕2号", full=False)
    with make.as_(officer):
        policy = load_policy()
        worth = {
            grade: policy.find(
                "DISABILITY", "BASE", "NATION", Keys(grade, "WAR"), pay.month("2026-01"), "990101"
            ).amount
            for grade in (1, 3)
        }
    assert worth == {1: Decimal("132000"), 3: Decimal("90000")}
    pay.notice([rows[0]], effective="2025-09", doc_no="样〔2025〕3号")
    with make.as_(officer):
        assert (
            load_policy().find("DISABILITY", "BASE", "NATION", Keys(3, "WAR"), pay.month("2026-01"), "990101") is None
        )


# ---- pages -------------------------------------------------------------------------------------------------------------


def test_from_the_number_to_the_back_pay(page, paid_people, officer, approver):
    wrong = page(url("notice-new"), as_=officer, expect=422, doc_no="样〔2026〕1号")
    assert "请选择级别" in wrong.text and wrong.select_one("#id_doc_no")["value"] == "样〔2026〕1号"
    head = {"doc_no": "样〔2026〕1号", "level": "DISTRICT", "effective_from": "2026-01", "programme_codes": ["COMBAT"],
            "components": ["BASE"], "is_full_table": "on"}  # fmt: skip
    assert page(url("notice-new"), as_=officer, **head).h1.text.startswith("标准表：")
    with make.as_(officer):
        notice = StandardNotice.objects.get(doc_no="样〔2026〕1号")
    table = url("notice-table", notice.pk)
    for way in ("type", "add", "percent", "amount", "paste", "file"):
        page(f"{table}?way={way}", as_=officer)
    pasted_in = page(
        f"{table}?way=paste", as_=officer, expect=422, version=1, text="项目\t标准\n参战退役军人生活补助\t八百"
    )
    assert "请选择金额单位" in pasted_in.text or "金额无法识别" in pasted_in.text
    page(f"{table}?way=add", as_=officer, version=1, programme="COMBAT", component="BASE", stacking="TOTAL", unit="PER_MONTH",
         amount="900", step="1")  # fmt: skip
    typed = page(table, as_=officer)
    code = typed.select_one("#id_code_0")["value"]
    page(table, as_=officer, version=2, code_0=code, amount_0="1000")
    with make.as_(officer):
        assert [row.amount for row in rows_of(notice)] == [Decimal(1000)]
    seen = page(url("notice-preview", notice.pk), as_=officer)
    assert "共 50 行，补发 16,000.00 元，多发 0.00 元" in seen.text
    assert "没有这种情况的人员" in page(url("notice-preview", notice.pk) + "?tab=dead", as_=officer).text
    page(url("notice-publication", notice.pk), as_=officer, expect=403)
    asked = page(url("notice-publication", notice.pk), as_=approver)
    assert "50 人，补发 16,000.00 元" in asked.text and "1 行" in asked.text
    assert "已发布，从执行月份起生效。" in page(url("notice-publication", notice.pk), as_=approver, go="1").text
    page(url("notice-backpay", notice.pk), as_=officer)
    assert "16,000.00" in page(url("notice-backpay", notice.pk), as_=officer, go="1").text
    listed = page(url("notices"), as_=officer)
    assert "样〔2026〕1号" in listed.text
    page(url("notice-withdrawal", notice.pk), as_=approver, expect=422, reason="")
    assert "已撤回" in page(url("notice-withdrawal", notice.pk), as_=approver, reason="录错").text


def test_a_raise_by_percent_keeps_its_evidence(page, payer, officer, approver):
    published(officer, approver, since="2025-01", rows=[combat("840")])
    notice = entered(officer, doc_no="样〔2026〕3号", since="2026-03")
    page(url("notice-table", notice.pk) + "?way=percent", as_=officer, version=1, percent="7.5", step="10")
    with make.as_(officer):
        row = Standard.objects.get(notice=notice)
    assert (row.amount_yuan, row.base_yuan, row.percent) == (Decimal(900), Decimal(840), Decimal("7.5"))
    shown = page(url("notice", notice.pk), as_=approver)
    assert "60.00" in shown.text and "7.14%" in shown.text


def test_a_foreign_office_and_a_clerk_keep_out(page, payer, officer, approver, clerk, foreign_clerk, city_user):
    notice = published(officer, approver, rows=[combat("1000")])
    page(url("notice", notice.pk), as_=clerk)
    page(url("notice", notice.pk), as_=foreign_clerk, expect=404)
    page(url("notice-new"), as_=clerk, expect=403)
    page(url("notice-preview", notice.pk), as_=clerk, expect=403)
    draft = entered(officer, doc_no="样〔2026〕5号")
    foreign = make.staff(make.office("990102"), "OFFICER")
    page(url("notice-table", draft.pk), as_=foreign, expect=404)
    national = pay.notice([("COMBAT", "900", "PER_MONTH")], effective="2026-05", doc_no="样〔2026〕6号", state="DRAFT")
    page(url("notice-table", national.pk), as_=officer, expect=403)
    page(url("notice-new"), as_=city_user)


def test_a_list_of_documents_asks_no_more_for_more_rows(page, client, payer, officer, approver):
    for number in range(8):
        published(
            officer, approver, doc_no=f"样〔2026〕{number + 10}号", since=f"2026-0{number + 1}", rows=[combat("1000")]
        )
    assert queries(client, officer, url("notices")) <= 12
    assert queries(client, officer, url("rules")) <= 12
    assert queries(client, officer, url("standards")) <= 12


def test_two_people_publish_at_once_and_one_wins(payer, officer, transactional_db):
    notice = entered(officer, rows=[combat("1000")])
    pair = [make.staff(make.office("990101"), "APPROVER") for _ in range(2)]
    results = at_once(
        *[(user, lambda user=user: notices.publish_notice(notice=notice, by=user, at=pay.AT)) for user in pair]
    )
    assert [one for one in results if isinstance(one, str)] == ["当前为“已发布”，不能执行此操作。"]


def test_what_waits_to_be_published_is_told_to_the_second_person(page, payer, officer, approver):
    entered(officer, rows=[combat("1000")])
    with make.as_(approver):
        [entry] = [one for one in entries(approver, make.TODAY) if "标准文件" in one.title]
    listed = page(entry.url, as_=approver)
    assert len(listed.select("tbody tr")) == 1 and "样〔2025〕9号" in listed.text


def test_the_urban_row_wins_over_the_blank_one(payer, officer):
    blank = {"programme_id": "MARTYR_KIN", "amount_yuan": "30000", "unit": "PER_YEAR"}
    pay.notice([blank], effective="2025-01", doc_no="样〔2025〕5号")
    pay.notice(
        [blank, blank | {"amount_yuan": "36910", "key_residence": "URBAN"}], effective="2025-08", doc_no="样〔2025〕6号"
    )
    with make.as_(officer):
        policy = load_policy()
    found = [
        policy.find("MARTYR_KIN", "BASE", "NATION", Keys(residence="URBAN"), pay.month(month), "990101").amount
        for month in ("2025-02", "2025-09")
    ]
    assert found == [Decimal(30000), Decimal(36910)]
