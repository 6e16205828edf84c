"""A sent batch of the walk's office with one person's line, its file, its answer, an exception, an overpayment."""

import tempfile
from decimal import Decimal
from pathlib import Path

from benefits.models import (
    BankFile,
    BankFileRow,
    BankReturn,
    BankTemplate,
    Batch,
    BatchException,
    Line,
    LineCancellation,
    Overpayment,
)
from tests import factories as make
from tests.benefits.banking import BACK, OUT
from veterans_portal import files
from veterans_portal.accounts.permissions import Role


def stored(canary: str) -> str:
    """Seal a payment file that holds the canary, and return its name."""
    with tempfile.TemporaryDirectory(dir=files.scratch()) as folder:
        path = Path(folder) / "bank"
        path.write_text(canary, "utf-8")
        return files.seal_file(path)


DAY, YUAN = make.TODAY.replace(day=1), Decimal("840.00")


def objects(made) -> dict:
    office, canary = made.office, made.canary
    checker, payer = make.staff(office, Role.APPROVER), make.staff(office, Role.CASHIER)
    with make.as_(made.keeper):
        batch = Batch.objects.create(
            office=office, no=f"{office.pk}-{made.place}"[:24], kind="REGULAR", period_from=DAY, period_to=DAY, window_from=DAY,
            through_on=DAY, programme_codes=["COMBAT"], draft_hash="0" * 64, drafted_by=made.keeper, drafted_at=make.NOON,
            line_count=1, person_count=1, payable_yuan=YUAN, return_reason=canary,
        )  # fmt: skip
        line = Line.objects.create(
            batch=batch, office=office, person=made.person, programme_id="COMBAT", category_code="51", pay_class="CURRENT",
            kind="REGULAR", months=1, month_from=DAY, month_to=DAY, gross_yuan=YUAN, amount_yuan=YUAN, payee_name=canary,
            payee_bank=canary, payee_last4="0001", change="NEW",
        )  # fmt: skip
        BatchException.objects.create(batch=batch, office=office, person=made.person, programme_id="COMBAT", code="MOVE_PENDING",
                                      is_blocking=False, message=canary)  # fmt: skip
        Batch.objects.filter(pk=batch.pk).update(state="SENT", approved_by=checker, approved_at=make.NOON, sent_by=payer,
                                                 sent_at=make.NOON)  # fmt: skip
        Line.objects.filter(pk=line.pk).update(pay_state="SENT")
        template = BankTemplate.objects.create(office=office, name=canary, bank_name=canary, direction="OUT", settings=OUT,
                                               created_by=checker, created_at=make.NOON)  # fmt: skip
        back = BankTemplate.objects.create(office=office, name=canary, bank_name=canary, direction="BACK", settings=BACK,
                                           created_by=checker, created_at=make.NOON)  # fmt: skip
        file = BankFile.objects.create(batch=batch, office=office, template=template, part_no=1, part_of=1, file_name=f"{canary}.csv",
                                       row_count=1, total_yuan=YUAN, sha256="0" * 64, stored_name=stored(canary),
                                       created_by=payer, created_at=make.NOON)  # fmt: skip
        BankFileRow.objects.create(file=file, office=office, batch=batch, line=line, row_ref=f"{made.place}1", payee_name=canary,
                                   bank_name=canary, account="6230520000000001", account_last4="0001", amount_yuan=YUAN)  # fmt: skip
        answer = BankReturn.objects.create(batch=batch, office=office, template=back, file_name=f"{canary}.csv", stored_name="x",
                                           sha256=made.place, row_count=0, staged_by=payer, staged_at=make.NOON)  # fmt: skip
        LineCancellation.objects.create(
            line=line, office=office, reason=canary, proposed_by=payer, proposed_at=make.NOON
        )
        owed = Overpayment.objects.create(
            office=office, paying_office=office, person=made.person, programme_id="COMBAT", line=line, amount_yuan=YUAN,
            month_list=canary, cause="OTHER", found_on=make.TODAY, debtor_name=canary,
        )  # fmt: skip
    batches = ("batch", "batch-draft", "batch-approval", "batch-lines", "batch-departures", "batch-exceptions", "exceptions-accept",
               "batch-papers", "batch-deed", "batch-bank-files", "batch-returns", "batch-tie-out", "batch-reissue")  # fmt: skip
    named = [
        (batch.pk, batches), (line.pk, ("line-why", "line-why-print", "line-cancel", "line-cancel-confirm")),
        (file.pk, ("bank-file-download", "bank-file-note")), (answer.pk, ("bank-return", "return-apply", "return-refuse")),
        (template.pk, ("bank-template", "bank-template-switch")),
        (owed.pk, ("overpayment", "overpayment-notice", "overpayment-deed")),
    ]  # fmt: skip
    found = {(f"benefits:{name}", "pk"): key for key, names in named for name in names}
    return found | {("benefits:batch-deed", "step"): "close", ("benefits:overpayment-deed", "step"): "notify"}
