"""
Money in the demo district: standards in force, a year of batches with a raise, a death, and what the bank sent back.

Everything goes through the verbs that people use, each by its own person, on the day it would have been done. Done once:
where there is a batch already, nothing is added.
"""

import tempfile
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from benefits.actions import approval, bank_files, bank_returns, bank_templates, batches, notices
from benefits.models import BankFileRow, BankTemplate, Batch, BatchException, Enrolment, PayeeAccount, StandardNotice
from benefits.rules.facts import Keys
from benefits.rules.tables import TableRow
from registry.actions import status
from registry.models import Person
from reports.demo.accounts import found, working_as
from reports.demo.bank import BACK, OUT
from reports.demo.entitled import BANK, PLAIN
from veterans_portal.files import scratch

NATIONAL_SINCE = date(2024, 8, 1)
# cells of the national table that were not published are shown with the last known figure, marked as an example
EXAMPLE_NO, EXAMPLE = "示例〔2025〕1号", {"ILL_HOME": Decimal("9828.00"), "MARTYR_CHILD": Decimal("8280.00")}
RAISE_NO, RAISE_YUAN = "样退役军人〔2026〕7号", Decimal("60.00")
DIES_IN, RAISED_IN, FAILS_BEFORE_LAST, FEWEST = 4, 9, 1, 10


def first_of(year: int, month: int) -> date:
    return date(year, month, 1)


class Payments:
    """One run over the first district, from January of this year to last month; this month's batch waits for approval."""

    def __init__(self, *, at: datetime):
        self.at, self.today = at, timezone.localdate(at)
        self.officer, self.approver, self.cashier = found("district"), found("approver"), found("cashier")

    def run(self) -> None:
        with working_as(self.officer):
            if Batch.objects.visible_to(self.officer).exists() or self.accounts() < FEWEST:
                return
        self.publish_national()
        self.make_templates()
        for month in range(1, self.today.month):
            at = self.day_of(month)
            if month == DIES_IN:
                self.somebody_dies(at)
            if month == RAISED_IN:
                self.raise_(at)
            batch = self.approve(self.draft(month, at), at)
            self.pay(batch, at, month)
        if self.today.month > 1:
            self.draft(self.today.month, self.at)

    def accounts(self) -> int:
        """How many may be paid: a district of a handful has no batches to show."""
        return (
            PayeeAccount.objects.visible_to(self.officer).filter(replaced_at=None, confirmed_at__isnull=False).count()
        )

    def day_of(self, month: int) -> datetime:
        return timezone.make_aware(datetime.combine(date(self.today.year, month, 8), time(10)))

    # ---- standards ----

    def publish_national(self) -> None:
        """The city's leader publishes the national tables, and one example for the cells that were not published."""
        head, officer = found("cityhead"), found("cityofficer")
        with working_as(officer):
            values = {"doc_no": EXAMPLE_NO, "title": "示例：未公布档次的标准", "level": "NATION", "jurisdiction": "",
                      "effective_from": date(2025, 8, 1), "published_on": date(2025, 12, 31), "programme_codes": sorted(EXAMPLE),
                      "components": ["BASE"], "is_full_table": False}  # fmt: skip
            example = notices.enter_notice(values=values, by=officer, at=self.at)
            rows = [TableRow(code, Keys(), yuan, "PER_YEAR") for code, yuan in EXAMPLE.items()]
            notices.save_table(notice=example, rows=rows, version=example.row_version, by=officer, at=self.at)
        with working_as(head):
            waiting = StandardNotice.objects.visible_to(head).filter(state="DRAFT", effective_from__gte=NATIONAL_SINCE)
            for notice in waiting.order_by("effective_from", "pk"):
                notices.publish_notice(notice=notice, by=head, at=self.at)

    def raise_(self, at: datetime) -> None:
        """The district adds to 参战退役军人 from July on; the document arrives in September."""
        with working_as(self.officer):
            values = {"doc_no": RAISE_NO, "title": "关于提高参战退役军人生活补助标准的通知", "level": "DISTRICT", "jurisdiction": "990101",
                      "effective_from": first_of(self.today.year, 7), "programme_codes": ["COMBAT"], "components": ["BASE"],
                      "is_full_table": True}  # fmt: skip
            notice = notices.enter_notice(values=values, by=self.officer, at=at)
            rows = [TableRow("COMBAT", Keys(), RAISE_YUAN, "PER_MONTH")]
            notices.save_table(notice=notice, rows=rows, version=notice.row_version, by=self.officer, at=at)
        with working_as(self.approver):
            notices.publish_notice(notice=notice, by=self.approver, at=at)

    # ---- one month ----

    def draft(self, month: int, at: datetime) -> Batch:
        on = first_of(self.today.year, month)
        with working_as(self.officer):
            batch = batches.open_batch(kind="REGULAR", programmes=list(PLAIN), period=(on, on), window_from=first_of(on.year, 1),
                                       by=self.officer, at=at)  # fmt: skip
            batch = batches.draft_batch(batch=batch, by=self.officer, at=at)
            waiting = BatchException.objects.filter(batch=batch, accepted_at=None)
            keys = list(waiting.values_list("pk", flat=True))
            if keys:
                batches.accept_exceptions(
                    batch=batch, exceptions=keys, reason="已核对，下期补发", by=self.officer, at=at
                )
            return batches.submit_batch(batch=batch, by=self.officer, at=at)

    def approve(self, batch: Batch, at: datetime) -> Batch:
        with working_as(self.approver):
            return approval.approve_batch(
                batch=batch, total_typed=batch.payable_yuan, by=self.approver, at=at + timedelta(hours=2)
            )

    def pay(self, batch: Batch, at: datetime, month: int) -> None:
        """The cashier sends the file and books the answer; two orders fail in last month's, and its answer stays open."""
        with working_as(self.cashier):
            batch = bank_files.send_batch(
                batch=batch, templates={BANK: self.out}, by=self.cashier, at=at + timedelta(days=1)
            )
            fails = month == self.today.month - FAILS_BEFORE_LAST
            self.answer(batch, at + timedelta(days=3), {0: "11", 1: "12"} if fails else {})
            if not fails:
                bank_returns.close_batch(batch=batch, by=self.cashier, at=at + timedelta(days=4))

    def answer(self, batch: Batch, at: datetime, codes: dict[int, str]) -> None:
        rows = list(BankFileRow.objects.visible_to(self.cashier).filter(batch=batch).order_by("row_ref"))
        lines = [
            f"{row.row_ref},{row.amount_yuan:.2f},{codes.get(place, '00')},{at:%Y-%m-%d}"
            for place, row in enumerate(rows)
        ]
        total = sum((row.amount_yuan for row in rows), Decimal())
        text = "\n".join(["流水号,金额,结果,日期", *lines, f"合计,{len(rows)},{total:.2f}", ""])
        with tempfile.TemporaryDirectory(dir=scratch()) as folder:
            path = Path(folder) / "answer.csv"
            path.write_text(text, encoding="utf-8-sig")
            staged = bank_returns.stage_return(batch=batch, template=self.back, path=path, file_name=f"{batch.no}回盘.csv",
                                               by=self.cashier, at=at)  # fmt: skip
        bank_returns.apply_return(bank_return=staged, by=self.cashier, at=at)

    def make_templates(self) -> None:
        with working_as(self.approver):
            make = bank_templates.save_template
            self.out: BankTemplate = make(
                name="农商行代发", bank_name=BANK, direction="OUT", settings=OUT, by=self.approver, at=self.at
            )
            self.back: BankTemplate = make(
                name="农商行回盘", bank_name=BANK, direction="BACK", settings=BACK, by=self.approver, at=self.at
            )

    def somebody_dies(self, at: datetime) -> None:
        """A veteran of the clerk's town dies; what he was paid stops, and funeral money is owed."""
        with working_as(self.officer):
            paid = Enrolment.objects.visible_to(self.officer).filter(
                state="ACTIVE", programme_id="COMBAT", person__status="ACTIVE"
            )
            person = (
                Person.objects.visible_to(self.officer).filter(pk__in=paid.values("person_id")).order_by("pk").last()
            )
            if person is not None:
                status.record_death(person=person, died=f"{at:%Y-%m-05}", reason="家属报告", by=self.officer, at=at,
                                    today=timezone.localdate(at))  # fmt: skip
