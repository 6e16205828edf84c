"""What was paid before the portal paid: read from a file, approved by a second person, and counted by every later batch."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from benefits.actions.approval import approve_batch
from benefits.actions.batches import submit_batch
from benefits.actions.openings import import_opening
from benefits.models import Batch, Line, LineMonth
from benefits.opening import read_opening
from benefits.rules.tables import TableRefused
from tests import factories as make
from tests.benefits import factories as pay
from veterans_portal.accounts.models import AuditEvent

HEAD = ["档案号", "项目", "月份", "金额"]
COMBAT = "参战退役军人生活补助"


@pytest.fixture
def veteran(db, station):
    pay.combat_standard()
    pay.paying_office(ledger_from=pay.month("2026-03"))
    return with_opening(station)


def with_opening(station):
    person = make.person(station, categories=(), name="罗兴旺")
    pay.enrolment(person, since="2025-07", route="OPENING")
    pay.account(person)
    return person


def months_of(
    person,
    amount="840.00",
    months=("2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"),
):
    return [HEAD, *([person.ref, COMBAT, month, amount] for month in months)]


def imported(officer, approver, person) -> Batch:
    with make.as_(officer):
        batch = import_opening(rows=read_opening(months_of(person), officer), by=officer, at=pay.AT)
        submit_batch(batch=batch, by=officer, at=pay.AT)
    with make.as_(approver):
        return approve_batch(batch=batch, total_typed=Decimal("6720.00"), by=approver, at=pay.AT)


def test_a_raise_over_three_of_eight_paid_months_pays_three_differences(veteran, officer, approver):
    batch = imported(officer, approver, veteran)
    assert batch.state == "CLOSED"
    with make.as_(officer):
        [line] = Line.objects.filter(batch=batch)
        assert (line.pay_state, line.gross_yuan, line.months) == ("PAID", Decimal("6720.00"), 8)
        assert set(LineMonth.objects.filter(line=line).values_list("amount_yuan", flat=True)) == {Decimal("840.00")}
    pay.combat_standard("909", since="2025-12", doc_no="样〔2025〕42号")
    march = pay.drafted(officer, first="2026-03", window="2025-07")
    with make.as_(officer):
        found = {line.kind: line for line in Line.objects.filter(batch=march)}
        assert found["REGULAR"].gross_yuan == Decimal("909.00")
        assert found["ADJUST"].gross_yuan == Decimal("207.00") and found["ADJUST"].months == 3


def test_the_person_who_imported_cannot_approve(veteran, officer):
    with make.as_(officer):
        batch = import_opening(rows=read_opening(months_of(veteran), officer), by=officer, at=pay.AT)
        assert (batch.state, batch.payable_yuan, batch.person_count) == ("DRAFT", Decimal("6720.00"), 1)
    with make.as_admin("app_audit"):
        event = AuditEvent.objects.get(event="OPENING_IMPORTED")
        assert event.facts["rows"] == 8 and veteran.name not in str(event.facts)


def test_months_from_the_first_one_on_are_refused(veteran, officer):
    with make.as_(officer):
        rows = read_opening(months_of(veteran, months=("2026-02", "2026-03")), officer)
        with pytest.raises(ValidationError, match="第3行：启用月份之后的月份不能作为历史导入。"):
            import_opening(rows=rows, by=officer, at=pay.AT)


def test_a_month_is_imported_once(veteran, officer, approver):
    imported(officer, approver, veteran)
    with make.as_(officer), pytest.raises(ValidationError, match="该月已有该项待遇的发放记录"):
        import_opening(rows=read_opening(months_of(veteran), officer), by=officer, at=pay.AT)


def test_everything_wrong_is_told_with_its_row(veteran, officer, foreign_station):
    stranger = make.person(foreign_station)
    rows = [HEAD, [veteran.ref, "抚恤", "2025-08", "840"], [veteran.ref, COMBAT, "八月", "840"], [veteran.ref, COMBAT, "2025-08", "八百多"],
            [stranger.ref, COMBAT, "2025-08", "840"], [veteran.ref, COMBAT, "2025-09", "840"], [veteran.ref, COMBAT, "2025-09", "840"]]  # fmt: skip
    with make.as_(officer), pytest.raises(TableRefused) as refused:
        read_opening(rows, officer)
    assert refused.value.sentences == [
        "第2行“项目”：无法识别“抚恤”。", "第3行“月份”：应写成 2025-08，现在是“八月”。", "第4行“金额”：金额无法识别“八百多”。",
        "第5行：本单位没有这个人的档案。", "第7行：与第6行是同一人同一项目同一个月。",
    ]  # fmt: skip


def test_the_page(page, client, veteran, officer, clerk):
    address = reverse("benefits:opening")
    page(address, as_=clerk, expect=403)
    page(address, as_=officer)
    text = "\n".join(",".join(row) for row in months_of(veteran, months=("2025-07", "2025-13")))
    wrong = page(address, as_=officer, expect=422, file=SimpleUploadedFile("a.csv", text.encode()))
    assert "第3行“月份”" in wrong.text
    good = "\n".join(",".join(row) for row in months_of(veteran))
    shown = page(address, as_=officer, file=SimpleUploadedFile("a.csv", good.encode()))
    assert "已读入 1 人的历史发放" in shown.text and "6,720.00" in shown.text
