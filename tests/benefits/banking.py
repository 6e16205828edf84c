"""Bank templates, files and answers for tests."""

from benefits.actions.bank_files import send_batch
from benefits.actions.bank_returns import apply_return, stage_return
from benefits.models import BankFileRow, BankTemplate
from reports.demo.bank import BACK, OUT
from tests import factories as make
from tests.benefits import factories as pay
from veterans_portal.accounts.permissions import Role

BANK = "样例农商银行"


def template(*, settings: dict | None = None, direction: str = "OUT", bank: str = BANK, code: str = "990101", **over):
    """Return a bank template of a district."""
    by = make.staff(make.office(code), Role.APPROVER)
    values = {"name": f"{bank}{direction}{BankTemplate.__name__}"[:40], "bank_name": bank, "direction": direction,
              "settings": (OUT if direction == "OUT" else BACK) | (settings or {})} | over  # fmt: skip
    with make.as_(by):
        return BankTemplate.objects.create(office_id=code, created_by=by, created_at=pay.AT, **values)


def sent(officer, approver, cashier, *, settings: dict | None = None, **over):
    """Return a batch whose files a third person wrote."""
    batch = pay.approved(officer, approver, **over)
    return send(batch, cashier, template(settings=settings))


def send(batch, cashier, out, **over):
    with make.as_(cashier):
        return send_batch(batch=batch, templates={BANK: out}, by=cashier, at=pay.AT, **over)


def answer(batch, user, *, codes: dict | None = None, amounts: dict | None = None, day: str = "2026-03-05", extra=(),
           only=None, total: str | None = None) -> bytes:  # fmt: skip
    """
    Return the answer of the bank to all orders of a batch.

    codes, amounts: {line: what the bank says}; the others are paid as sent. only: lines that are answered.
    """
    with make.as_(user):
        rows = list(BankFileRow.objects.filter(batch=batch).order_by("row_ref"))
    latest = {row.line_id: row for row in rows}
    listed, summed = [], 0
    for line, row in sorted(latest.items()):
        if only is not None and line not in only:
            continue
        amount = (amounts or {}).get(line, row.amount_yuan)
        listed.append(f"{row.row_ref},{amount:.2f},{(codes or {}).get(line, '00')},{day}")
        summed += amount
    for ref, amount, code in extra:
        listed.append(f"{ref},{amount},{code},{day}")
        summed += type(summed)(amount) if summed else 0
    text = ["流水号,金额,结果,日期", *listed, f"合计,{len(listed)},{total or f'{summed:.2f}'}"]
    return ("\n".join(text) + "\n").encode()


def stage(batch, cashier, back, data: bytes, tmp_path, name: str = "answer.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    with make.as_(cashier):
        return stage_return(batch=batch, template=back, path=path, file_name=name, by=cashier, at=pay.AT)


def answered(batch, cashier, back, data: bytes, tmp_path, name: str = "answer.csv"):
    """Stage an answer and apply it."""
    found = stage(batch, cashier, back, data, tmp_path, name)
    with make.as_(cashier):
        return apply_return(bank_return=found, by=cashier, at=pay.AT)
