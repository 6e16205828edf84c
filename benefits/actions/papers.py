"""Verbs of taking money papers out: registers, sums, explanations, notes for the bank; each has a number and a trace."""

import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from benefits.actions.overpayments import remaining
from benefits.models import BankFile, BankFileRow, Batch, Line, Overpayment, StandardNotice
from benefits.people import named
from benefits.register import RegisterRow, columns, totals
from benefits.reports import Summary
from benefits.why import why
from registry.actions.papers import print_number
from veterans_portal.accounts.listing import XLSX
from veterans_portal.accounts.models import AuditEvent, Office, ReadyFile, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action
from veterans_portal.files import scratch
from veterans_portal.money import capitals
from veterans_portal.printing import render_on_one_page, render_pdf
from veterans_portal.ready import make_ready, ready_pdf
from veterans_portal.sheets import LedgerColumn, write_ledger

PDF_ROWS = 1_000
TOO_LONG = f"名册超过 {PDF_ROWS:,} 行，请导出 Excel，或按站打印。"
PREVIEW_TOO_LONG = f"补发测算表超过 {PDF_ROWS:,} 行，请导出 Excel，或先选一种情况再打印。"
NEEDS_RIGHT = "你的岗位不能导出完整的身份证号和账号，请选“脱敏”。"
NEEDS_PURPOSE = "导出完整的身份证号和账号要写明用途，至少 6 个字。"
PURPOSE_LENGTH = 6


def refuse_full(full: bool, reason: str, by: User) -> None:
    if full and not by.may(Permission.EXPORT_BENEFITS):
        raise ValidationError({"full": NEEDS_RIGHT})
    if full and len(reason.strip()) < PURPOSE_LENGTH:
        raise ValidationError({"reason": NEEDS_PURPOSE})


def accounts_of(batch: Batch) -> dict[int, str]:
    """Return {line: the account its money was sent to, in clear}; empty before the files were written."""
    rows = BankFileRow.objects.filter(batch=batch).order_by("attempt_no").values_list("line_id", "account")
    return dict(rows)


@action
def export_register(*, rows: list[RegisterRow], heading: dict, office: Office, full: bool, reason: str, as_pdf: bool, by: User,
                    at: datetime, no: str = "") -> ReadyFile:  # fmt: skip
    """
    Write 发放名册 of rows that the reader may see; the file waits a day for the person who asked.

    heading: name, kind, year, first, last, sent, checked, maker of the register, as they are printed.
    full:    whole numbers; needs EXPORT_BENEFITS and a purpose.
    Raises:  ValidationError: no right, no purpose, too many rows for paper.
    """
    if not by.may(Permission.READ_BENEFITS):
        raise PermissionDenied
    refuse_full(full, reason, by)
    if as_pdf and len(rows) > PDF_ROWS:
        raise ValidationError(TOO_LONG)
    number, summed = print_number(at), totals(rows)
    if as_pdf:
        context = {"rows": [printed_cells(row.cells(place)) for place, row in enumerate(rows, 1)], "columns": columns(), "totals": printed_cells(summed),
                   "heading": heading, "number": number, "now": at, "printed_by": by.display_name, "office": office}  # fmt: skip
        file = ready_pdf(render_pdf("benefits/print_register.html", context), f"发放名册_{office.label}", by=by, at=at)
    else:
        file = register_book(rows, summed, heading, office, number, by=by, at=at)
    AuditEvent.record("REGISTER_EXPORTED", office, by=by, at=at, number=number, rows=len(rows), total=f"{summed[-2]:.2f}", no=no,
                      full=full, purpose=reason.strip(), sha256=file.sha256)  # fmt: skip
    return file


def printed_cells(cells: list) -> list[tuple[str, bool]]:
    """Return (text, is it a number) of each cell, amounts as they are written on paper; 0 is left out, so that sums stand out."""
    return [
        (f"{cell:,.2f}" if cell else "", True) if isinstance(cell, Decimal) else (str(cell), isinstance(cell, int))
        for cell in cells
    ]


def register_book(rows, summed, heading: dict, office: Office, number: str, *, by: User, at: datetime) -> ReadyFile:
    words = "　".join(f"{label}：{value}" for label, value in heading.items() if value)
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "register.xlsx"
        write_ledger(path, sheet_name="发放名册", title=heading["名册名称"], subtitle=f"{words}　编号：{number}", columns=columns(),
                     rows=(row.cells(place) for place, row in enumerate(rows, 1)), totals=summed, footer=None)  # fmt: skip
        return make_ready(
            path, f"发放名册_{office.label}_{timezone.localtime(at):%Y%m%d_%H%M}.xlsx", XLSX, by=by, at=at
        )


@action
def export_summary(*, found: Summary, heading: dict, office: Office, as_pdf: bool, by: User, at: datetime) -> ReadyFile:
    """Write 发放汇总; `found` was held against its lines when it was made."""
    number = print_number(at)
    if as_pdf:
        context = {
            "found": found,
            "heading": heading,
            "number": number,
            "now": at,
            "printed_by": by.display_name,
            "office": office,
        }
        file = ready_pdf(render_pdf("benefits/print_summary.html", context), f"发放汇总_{office.label}", by=by, at=at)
    else:
        file = summary_book(found, heading, office, number, by=by, at=at)
    AuditEvent.record("SUMMARY_EXPORTED", office, by=by, at=at, number=number, rows=len(found.rows),
                      total=f"{found.total.amount:.2f}", sha256=file.sha256)  # fmt: skip
    return file


def summary_book(found: Summary, heading: dict, office: Office, number: str, *, by: User, at: datetime) -> ReadyFile:
    labels = [LedgerColumn("单位", 26), LedgerColumn("补助总额", 14, False, "0.00"), LedgerColumn("总人数", 8, False, "0"),
              LedgerColumn("人次", 8, False, "0")]  # fmt: skip
    for _, label in found.categories:
        labels += [LedgerColumn(f"{label} 人数", 10, False, "0"), LedgerColumn(f"{label} 金额", 14, False, "0.00"),
                   LedgerColumn(f"{label} 人均", 12, False, "0.00")]  # fmt: skip

    def cells(row) -> list:
        shares = [row.by_category[code] for code, _ in found.categories]
        return [
            row.label,
            row.amount,
            row.persons,
            row.times,
            *(one for cell in shares for one in (cell.persons, cell.amount, cell.average)),
        ]

    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "summary.xlsx"
        write_ledger(path, sheet_name="发放汇总", title=heading["名称"], subtitle=f"{heading['说明']}　编号：{number}", columns=labels,
                     rows=[cells(row) for row in found.rows], totals=cells(found.total), footer=heading["注"])  # fmt: skip
        return make_ready(
            path, f"发放汇总_{office.label}_{timezone.localtime(at):%Y%m%d_%H%M}.xlsx", XLSX, by=by, at=at
        )


@action
def print_changes(*, batch: Batch, context: dict, by: User, at: datetime) -> ReadyFile:
    """Print 变动表 of a batch."""
    return paper(batch, "benefits/print_changes.html", "发放变动表", "BATCH_CHANGES_PRINTED", context, by=by, at=at)


@action
def print_approval(*, batch: Batch, context: dict, by: User, at: datetime) -> ReadyFile:
    """Print 审批表 of a batch: the equation, the sums, the signatures and the hash."""
    return paper(batch, "benefits/print_approval.html", "资金发放审批表", "BATCH_FORM_PRINTED", context, by=by, at=at)


@action
def print_tie_out(*, batch: Batch, context: dict, by: User, at: datetime) -> ReadyFile:
    """Print 对账单 of a batch."""
    return paper(batch, "benefits/print_tie_out.html", "对账单", "TIE_OUT_PRINTED", context, by=by, at=at)


@action
def print_preview(*, notice: StandardNotice, rows: int, context: dict, by: User, at: datetime) -> ReadyFile:
    """Print 补发测算表 of a document. Raises ValidationError: too many rows for paper."""
    if rows > PDF_ROWS:
        raise ValidationError(PREVIEW_TOO_LONG)
    number = print_number(at)
    shared = {"notice": notice, "number": number, "now": at, "printed_by": by.display_name, "office": by.office}
    file = ready_pdf(
        render_pdf("benefits/print_preview.html", context | shared), f"补发测算表_{notice.doc_no}", by=by, at=at
    )
    AuditEvent.record(
        "PREVIEW_PRINTED", notice, by=by, at=at, number=number, doc_no=notice.doc_no, rows=rows, sha256=file.sha256
    )
    return file


def paper(batch: Batch, template: str, title: str, event: str, context: dict, *, by: User, at: datetime) -> ReadyFile:
    number = print_number(at)
    context = context | {"batch": batch, "number": number, "now": at, "printed_by": by.display_name, "office": batch.office,
                         "capitals": capitals(batch.payable_yuan)}  # fmt: skip
    file = ready_pdf(render_pdf(template, context), f"{title}_{batch.no}", by=by, at=at)
    AuditEvent.record(event, batch, by=by, at=at, no=batch.no, number=number, sha256=file.sha256)
    return file


@action
def print_why(*, line: Line, by: User, at: datetime) -> ReadyFile:
    """Print 为什么是这个数, on one page as long as it has few months."""
    found, number = why(line, by), print_number(at)
    base = {"found": found, "line": line, "number": number, "now": at, "printed_by": by.display_name}
    pdf = render_on_one_page("benefits/print_why.html", [base | {"size": size} for size in (0, 1, 2)])
    file = ready_pdf(pdf, f"发放说明_{line.pk}", by=by, at=at)
    AuditEvent.record("LINE_EXPLAINED", line, by=by, at=at, number=number, months=line.months)
    return file


@action
def print_delivery_note(*, file: BankFile, by: User, at: datetime) -> ReadyFile:
    """Print 报盘交接单: count, total, SHA-256, two signatures."""
    found = BankFile.objects.visible_to(by).select_related("batch", "template", "office").get(pk=file.pk)
    number = print_number(at)
    context = {
        "file": found,
        "number": number,
        "now": at,
        "printed_by": by.display_name,
        "capitals": capitals(found.total_yuan),
    }
    made = ready_pdf(
        render_pdf("benefits/print_delivery_note.html", context), f"报盘交接单_{found.file_name}", by=by, at=at
    )
    AuditEvent.record(
        "DELIVERY_NOTE_PRINTED", found, by=by, at=at, no=found.batch.no, number=number, rows=found.row_count
    )
    return made


@action
def print_overpayment_notice(*, overpayment: Overpayment, by: User, at: datetime) -> ReadyFile:
    """Print 多发追回告知书: amount, months, basis, and what the person may do against it."""
    found = Overpayment.objects.visible_to(by).select_related("programme", "paying_office").get(pk=overpayment.pk)
    number, rest = print_number(at), remaining(found)
    context = {"found": found, "who": named([found.person_id])[found.person_id], "rest": rest, "capitals": capitals(Decimal(rest)),
               "months": found.month_list.split(), "number": number, "now": at, "printed_by": by.display_name}  # fmt: skip
    file = ready_pdf(render_pdf("benefits/print_overpayment.html", context), f"多发追回告知书_{found.pk}", by=by, at=at)
    AuditEvent.record("OVERPAYMENT_NOTICE_PRINTED", found, by=by, at=at, number=number, amount=f"{rest:.2f}")
    return file
