"""The pages of a batch, from a new one to the closed one, as the people who use them see them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benefits import comparison
from benefits.actions.batches import draft_batch, submit_batch
from benefits.models import BankFile, BankReturn, BankTemplate, Batch, BatchException, Departure, Line, Overpayment
from tests import factories as make
from tests.benefits import banking as bank
from tests.benefits import factories as pay
from tests.benefits.crowd import crowd
from tests.registry.pdfs import last_pdf, text_of
from veterans_portal.accounts.models import AuditEvent

MOST = 12


@pytest.fixture
def district(db, station):
    pay.paying_office()
    pay.combat_standard()
    return station


def url(name, *args, **query):
    address = reverse(f"benefits:{name}", args=args)
    return address + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def fresh(model, user, **filters):
    with make.as_(user):
        return model.objects.visible_to(user).filter(**filters).order_by("-pk").first()


@pytest.fixture
def printed(client, tmp_path):
    """Press the button that makes a PDF, and return what stands in it."""

    def press(address, *, as_, **post) -> str:
        client.force_login(as_)
        response = client.post(address, post)
        assert "/files/" in response.url, response.url
        return text_of(last_pdf(as_, tmp_path))

    return press


def test_a_batch_goes_its_way_through_the_pages(page, client, printed, district, officer, approver, cashier, tmp_path):
    for number in range(3):
        pay.beneficiary(district, name=f"样例{number}", since="2026-03")
    assert "还没有发放批次" in page(url("batches"), as_=officer).text
    page(url("batch-new"), as_=officer)
    wrong = page(url("batch-new"), as_=officer, expect=422, kind="REGULAR", first="", programmes=["COMBAT"])
    assert "正常发放要填发放月份起。" in wrong.text
    soup = page(url("batch-new"), as_=officer, kind="REGULAR", first="2026-03", window="2026-01", programmes=["COMBAT"])
    batch = fresh(Batch, officer)
    assert f"发放批次 {batch.no}" in soup.h1.text and "点“编制”" in soup.text
    soup = page(url("batch-draft", batch.pk), as_=officer, go="1")
    assert "已编制" in soup.text and "2,520.00" in soup.text
    page(url("batch-deed", batch.pk, "submit"), as_=officer)
    page(url("batch-deed", batch.pk, "submit"), as_=officer, go="1")
    page(url("batch-approval", batch.pk), as_=officer, expect=403)
    soup = page(url("batch-approval", batch.pk), as_=approver)
    assert "首期，无可比批次。" in soup.text and "贰仟伍佰贰拾元整" in soup.text
    soup = page(url("batch-approval", batch.pk), as_=approver, expect=422, total_typed="1.00")
    assert "输入的合计与批次不一致。" in soup.text and soup.select_one("#id_total_typed")["value"] == "1.00"
    assert "已批准" in page(url("batch-approval", batch.pk), as_=approver, total_typed="2520.00").text
    page(url("bank-template-new", direction="OUT"), as_=approver)
    out, back = bank.template(), bank.template(direction="BACK")
    page(url("bank-template", out.pk), as_=approver)
    page(url("bank-template", back.pk), as_=cashier)
    page(url("batch-bank-files", batch.pk), as_=cashier)
    soup = page(url("batch-bank-files", batch.pk), as_=cashier, expect=422, bank0="", go="1")
    assert f"没有{bank.BANK}的报盘模板。" in soup.text
    soup = page(url("batch-bank-files", batch.pk), as_=cashier, bank0=str(out.pk), go="1")
    file = fresh(BankFile, cashier)
    assert file.file_name in soup.text and "2,520.00" in soup.text
    response = client.post(url("bank-file-download", file.pk))
    assert b"".join(response.streaming_content).decode("gb18030").startswith("流水号")
    assert response["Cache-Control"] == "no-store"
    with make.as_(cashier):
        assert AuditEvent.objects.filter(event="BANK_FILE_READ").count() == 1
    assert file.sha256 in printed(url("bank-file-note", file.pk), as_=cashier)
    failed = fresh(Line, cashier, batch=batch)
    path = tmp_path / "answer.csv"
    path.write_bytes(bank.answer(batch, cashier, codes={failed.pk: "11"}))
    page(url("batch-returns", batch.pk), as_=cashier)
    with open(path, "rb") as upload:
        response = client.post(url("batch-returns", batch.pk), {"template": back.pk, "file": upload}, follow=True)
    assert response.status_code == 200, response.content.decode()[:500]
    answer = fresh(BankReturn, cashier)
    soup = page(url("bank-return", answer.pk), as_=cashier)
    assert "到账 2 笔 1,680.00 元，退回 1 笔 840.00 元" in soup.text
    page(url("return-refuse", answer.pk), as_=cashier)
    soup = page(url("return-apply", answer.pk), as_=cashier, go="1")
    assert "已入账：到账 2 笔，退回 1 笔。" in soup.text and "对账" in soup.h1.text
    soup = page(url("batch-deed", batch.pk, "close"), as_=cashier, expect=422, go="1")
    assert "还有0笔未回盘、1笔退回未处理，不能结清。" in soup.text
    soup = page(url("batch-reissue", batch.pk), as_=cashier)
    assert "退回原因为账号问题，请先更换并确认账户。" in soup.text
    page(url("line-cancel", failed.pk), as_=cashier)
    page(url("line-cancel", failed.pk), as_=cashier, reason="本人放弃")
    soup = page(url("line-why", failed.pk), as_=approver)
    assert "本人放弃" in soup.text
    page(url("line-cancel-confirm", failed.pk), as_=approver)
    page(url("line-cancel-confirm", failed.pk), as_=approver, go="1")
    assert "批次已结清。" in page(url("batch-deed", batch.pk, "close"), as_=cashier, go="1").text
    soup = page(url("batch-tie-out", batch.pk), as_=cashier)
    assert soup.select(".tag--overdue") == []
    assert "对账单" in printed(url("batch-tie-out", batch.pk), as_=cashier)


def changed_world(district, officer, approver):
    """Ten people paid in March; in April three are new, two died, one moved out, one is paid more, one is owed March."""
    people = [pay.beneficiary(district, name=f"样例{number}", since="2026-03") for number in range(10)]
    pay.approved(officer, approver)
    for number in range(3):
        pay.beneficiary(district, name=f"新增{number}", since="2026-03" if number == 0 else "2026-04")
    for person in people[:2]:
        pay.account(person, purpose="FUNERAL", number=f"62305200777{person.pk:06}")
        pay.died(person, "2026-03-20")
    from benefits.models import Enrolment

    with make.as_(approver):
        gone = Enrolment.objects.get(person=people[2])
        gone.state, gone.month_to, gone.end_reason = "ENDED", pay.month("2026-03"), "MOVED"
        gone.save()
        raised = Enrolment.objects.get(person=people[3])
        raised.state, raised.month_to, raised.end_reason = "ENDED", pay.month("2026-03"), "REGRADE"
        raised.save()
    pay.notice(
        [{"programme_id": "COMBAT", "amount_yuan": "840", "unit": "PER_MONTH"},
         {"programme_id": "COMBAT", "amount_yuan": "900", "unit": "PER_MONTH", "key_residence": "URBAN"}],
        effective="2026-04", doc_no="样〔2026〕4号",
    )  # fmt: skip
    pay.enrolment(people[3], since="2026-04", key_residence="URBAN", route="REGRADE")
    return pay.submitted(officer, first="2026-04")


def test_the_equation_holds_and_each_term_is_its_list(page, district, officer, approver):
    batch = changed_world(district, officer, approver)
    with make.as_(approver):
        found = comparison.equation(batch, approver)
        terms = {term.key: (term.amount, term.count) for term in found.terms}
    assert found.difference == 0
    assert terms["previous"] == (Decimal("8400.00"), 10)
    assert terms["new"] == (Decimal("2520.00"), 3)
    assert terms["gone"] == (Decimal("2520.00"), 3)
    assert terms["changed"] == (Decimal("60.00"), 1)
    assert terms["adjust"] == (Decimal("840.00"), 1)
    assert terms["funeral"][0] > 0 and found.same_count == 6
    soup = page(url("batch-approval", batch.pk), as_=approver)
    links = soup.select(".equation a")
    assert len(links) == len(found.terms)
    for link, term in zip(links, found.terms, strict=True):
        listed = page(link["href"], as_=approver)
        meta = listed.select_one(".pagehead__meta").text if term.count else ""
        if term.count:
            assert f"共 {term.count:,} " in meta and f"{term.amount:,.2f}" in meta, (term, meta)
    with make.as_(officer):
        reasons = sorted(Departure.objects.filter(batch=batch).values_list("reason", flat=True))
    assert reasons == ["DEATH", "DEATH", "MOVED"]


def test_the_approval_page_asks_few_questions_whatever_the_size(client, district, officer, approver):
    counts = []
    for people in (2, 40):
        crowd(district, people, since="2026-03")
        batch = fresh(Batch, officer, state="SUBMITTED")
        if batch is None:
            batch = pay.submitted(officer)
        else:
            from benefits.actions.batches import recall_batch

            with make.as_(officer):
                batch = recall_batch(batch=batch, by=officer, at=pay.AT)
                batch = submit_batch(batch=draft_batch(batch=batch, by=officer, at=pay.AT), by=officer, at=pay.AT)
        client.force_login(approver)
        address = url("batch-approval", batch.pk)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        asked = [
            one["sql"] for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
        ]
        counts.append(len(asked))
    assert counts[0] == counts[1] <= MOST, "\n".join(one[:160] for one in asked)


@pytest.mark.parametrize(
    "name", ["batch", "batch-lines", "batch-exceptions", "batch-departures", "batch-tie-out", "batches"]
)
def test_pages_of_a_batch_ask_no_more_for_more_people(client, district, officer, name):
    client.force_login(officer)
    counts = []
    for first, people in (("2026-03", 2), ("2026-04", 40)):
        crowd(district, people, since=first)
        batch = fresh(Batch, officer) if first == "2026-04" else pay.drafted(officer, first=first)
        if first == "2026-04":
            with make.as_(officer):
                batch = draft_batch(batch=batch, by=officer, at=pay.AT)
        address = url(name) if name == "batches" else url(name, batch.pk)
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        counts.append(
            len([one for one in captured if not one["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))])
        )
    assert counts[0] == counts[1] <= MOST


def test_exceptions_are_accepted_with_a_reason(page, district, officer):
    by = make.staff(make.office("990101"), "OFFICER")
    person = make.person(district, by=by, categories=(), name="何无卡")
    pay.enrolment(person, since="2026-03", by=by)
    pay.beneficiary(district, since="2026-03")
    batch = pay.drafted(officer)
    found = fresh(BatchException, officer, batch=batch)
    soup = page(url("batch-exceptions", batch.pk), as_=officer)
    assert "何无卡" in soup.text and "没有收款账户" in soup.text
    soup = page(url("exceptions-accept", batch.pk), as_=officer, rows=str(found.pk), reason="")
    assert "请写明处理意见。" in soup.text
    soup = page(url("exceptions-accept", batch.pk), as_=officer, rows=str(found.pk), reason="已通知补卡")
    assert "已确认 1 条" in soup.text
    page(url("batch-deed", batch.pk, "submit"), as_=officer, go="1")
    assert fresh(Batch, officer).state == "SUBMITTED"


def test_a_station_reads_its_own_lines_and_never_the_batch(page, district, sibling_station, officer, approver, clerk):
    mine, other = pay.beneficiary(district, name="本站人"), pay.beneficiary(sibling_station, name="外站人")
    batch = pay.drafted(officer)
    draft_line = fresh(Line, officer, batch=batch, person=mine)
    page(url("line-why", draft_line.pk), as_=clerk, expect=404)
    with make.as_(officer):
        submit_batch(batch=batch, by=officer, at=pay.AT)
    from benefits.actions.approval import approve_batch

    with make.as_(approver):
        approve_batch(batch=batch, total_typed=batch.payable_yuan, by=approver, at=pay.AT)
    page(url("batch", batch.pk), as_=clerk, expect=404)
    page(url("batch-lines", batch.pk), as_=clerk, expect=404)
    soup = page(url("register", month="2026-03"), as_=clerk)
    assert "本站人" in soup.text and "外站人" not in soup.text
    page(url("line-why", draft_line.pk), as_=clerk)
    page(url("line-why", fresh(Line, officer, batch=batch, person=other).pk), as_=clerk, expect=404)
    stranger = make.staff(make.office("990102"), "OFFICER")
    for name in ("batch", "batch-lines", "batch-tie-out", "batch-exceptions", "batch-departures"):
        page(url(name, batch.pk), as_=stranger, expect=404)


def test_why_says_the_formula_the_reason_and_the_hash(page, printed, district, officer, approver):
    person = pay.beneficiary(district, name="问数人", since="2026-01")
    first = pay.approved(officer, approver)
    pay.combat_standard("909", since="2026-02", doc_no="样〔2026〕2号")
    following = pay.approved(officer, approver, first="2026-04")
    line = fresh(Line, officer, batch=following, person=person, kind="ADJUST")
    soup = page(url("line-why", line.pk), as_=officer)
    for said in ("2026年2月应发 909.00 元 = 国家 909.00", "提高标准", "样〔2026〕2号", "909.00 元/月", first.no, following.draft_hash,
                 "以前已发"):  # fmt: skip
        assert said in soup.text, said
    earlier = [link["href"] for link in soup.select("table a")]
    assert earlier and all("/why/" in one for one in earlier)
    text = printed(url("line-why-print", line.pk), as_=officer)
    assert "问数人" in text and "样〔2026〕2号" in text
    with make.as_(officer):
        assert AuditEvent.objects.filter(event="LINE_EXPLAINED").count() == 1


def test_papers_of_a_batch_are_made(page, printed, district, officer, approver):
    batch = changed_world(district, officer, approver)
    for paper, said in (("approval", "审批表"), ("changes", "变动表")):
        text = printed(url("batch-papers", batch.pk), as_=approver, paper=paper)
        assert said in text and batch.no in text
    page(url("batch-papers", batch.pk), as_=approver, expect=403, paper="x")


def test_a_template_says_which_line_is_wrong_and_keeps_what_was_typed(page, district, approver, officer):
    values = {"name": "农商报盘", "bank_name": bank.BANK, "format": "CSV", "encoding": "gbk", "delimiter": ",", "quote": "minimal",
              "newline": "CRLF", "has_header": "on", "columns": "户名=户名\n账号=不知道", "file_name": "{batch_no}"}  # fmt: skip
    soup = page(url("bank-template-new"), as_=approver, expect=422, **values)
    assert "第 2 行看不懂：账号=不知道。" in soup.text and "账号=不知道" in soup.select_one("#id_columns").text
    soup = page(
        url("bank-template-new"), as_=approver, expect=422, **values | {"columns": "户名=户名", "file_name": "{x}"}
    )
    assert "不认识 {x}" in soup.text
    fixed = values | {"columns": "户名=户名\n金额=金额（元，两位小数）\n账号=账号,20,右,0"}
    soup = page(url("bank-template-new"), as_=approver, **fixed)
    assert "模板已保存。" in soup.text and "农商报盘" in soup.text
    with make.as_(approver):
        stored = BankTemplate.objects.get().settings
    assert stored["columns"][2] == {"title": "账号", "source": "account", "width": 20, "align": "right", "pad": "0"}
    assert "840.00" in page(url("bank-template", BankTemplate_pk(approver)), as_=approver).select_one("pre").text
    page(url("bank-template-switch", BankTemplate_pk(approver)), as_=approver, go="1")
    page(url("bank-template-new"), as_=officer, expect=403)


def BankTemplate_pk(user) -> int:
    return fresh(BankTemplate, user).pk


def test_an_overpayment_is_told_recovered_and_written_off(page, printed, district, officer, approver):
    person = pay.beneficiary(district, name="多发人")
    pay.approved(officer, approver)
    pay.stop(person, since="2026-02", until="2026-03")
    pay.approved(officer, approver, first="2026-04")
    owed = fresh(Overpayment, officer)
    soup = page(url("overpayments"), as_=officer)
    assert "多发人" in soup.text and "1,680.00" in soup.text
    page(url("overpayment", owed.pk), as_=officer)
    assert "应退回" in printed(url("overpayment-notice", owed.pk), as_=officer)
    page(url("overpayment-deed", owed.pk, "notify"), as_=officer)
    soup = page(url("overpayment-deed", owed.pk, "notify"), as_=officer, expect=422, debtor_name="")
    assert "请填写退款人。" in soup.text
    page(url("overpayment-deed", owed.pk, "notify"), as_=officer, debtor_name="多发人", debtor_contact="10055500217")
    money = {"method": "CASH", "received_on_year": "2026", "received_on_month": "4", "received_on_day": "5"}
    soup = page(url("overpayment-deed", owed.pk, "recover"), as_=officer, expect=422, amount="2000", **money)
    assert "追回与核销合计超过多发金额。" in soup.text
    page(url("overpayment-deed", owed.pk, "recover"), as_=officer, amount="1000", **money)
    soup = page(url("overpayment-deed", owed.pk, "plan-offset"), as_=officer, expect=422, percent="10")
    assert "从待遇中扣回须有本人书面同意或处理决定。" in soup.text
    page(url("overpayment-deed", owed.pk, "write-off"), as_=officer, expect=403)
    page(url("overpayment-deed", owed.pk, "propose-write-off"), as_=officer, decision_no="样核〔2026〕1号")
    soup = page(url("overpayment-deed", owed.pk, "write-off"), as_=approver, go="1")
    assert "已核销" in soup.text and "680.00" in soup.text
    assert fresh(Overpayment, officer).state == "WRITTEN_OFF"


def test_a_template_that_is_saved_as_it_is_shown_stays_the_same(page, district, approver):
    from benefits.banking.formats import back_template, out_template
    from benefits.forms.bank_templates import FORMS, typed

    for direction in ("OUT", "BACK"):
        one = bank.template(direction=direction, name=f"原样{direction}")
        shown = {key: value for key, value in typed(one).items() if value not in (None, False)}
        form = FORMS[direction](shown, today=make.TODAY)
        assert form.is_valid(), form.errors
        read = out_template if direction == "OUT" else back_template
        assert read(form.settings()) == read(one.settings)._replace(
            **({"purpose": "抚恤补助"} if direction == "OUT" else {})
        )


def test_the_sum_of_a_list_is_that_of_the_rows_under_its_filters(page, district, officer, approver):
    batch = changed_world(district, officer, approver)
    with make.as_(officer):
        line = Line.objects.filter(batch=batch, kind="REGULAR").order_by("pk").first()
    meta = (
        page(url("batch-lines", batch.pk, view="all", find=line.payee_name), as_=officer)
        .select_one(".pagehead__meta")
        .text
    )
    assert "共 1 笔" in meta and f"合计 {line.gross_yuan:,.2f} 元" in meta, meta
    lost = page(url("batch-departures", batch.pk, reason="MOVED"), as_=officer).select_one(".pagehead__meta").text
    assert "共 1 项" in lost and "合计 840.00 元" in lost, lost
