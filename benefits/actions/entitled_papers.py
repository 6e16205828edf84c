"""Verbs of printing in benefits: every paper has a number, a maker and a trace."""

from datetime import datetime

from benefits.models import Enrolment
from benefits.payees import Payee
from registry.actions.papers import print_number
from registry.rules.names import mask_name
from veterans_portal.accounts.models import AuditEvent, ReadyFile, User
from veterans_portal.actions import action
from veterans_portal.printing import render_pdf
from veterans_portal.ready import ready_pdf


def printed(template: str, title: str, context: dict, *, number: str, by: User, at: datetime) -> ReadyFile:
    """Make the PDF for its maker alone. Raises ValidationError: no typesetting library."""
    shared = {"number": number, "now": at, "printed_by": by.display_name, "office": by.office}
    return ready_pdf(render_pdf(template, context | shared), title, by=by, at=at)


@action
def print_accounts(*, rows: list, by: User, at: datetime) -> ReadyFile:
    """Print the accounts that wait for their second person, last four digits only, to check against cards and books."""
    number = print_number(at)
    file = printed("benefits/print_accounts.html", "收款账户核对表", {"rows": rows}, number=number, by=by, at=at)
    AuditEvent.record("ACCOUNTS_PRINTED", by.office, by=by, at=at, number=number, rows=len(rows))
    return file


@action
def print_unconfirmed(*, rows: list, year: int, by: User, at: datetime) -> ReadyFile:
    """Print the list of those not seen yet, to be put up: masked names, station and deadline, no number."""
    number = print_number(at)
    lines = [(mask_name(row.payee.name), row.payee.station, row.deadline_on) for row in rows]
    context = {"lines": lines, "year": year}
    file = printed("benefits/print_unconfirmed.html", f"{year}年度未确认人员公告", context, number=number, by=by, at=at)
    AuditEvent.record("CONFIRMATION_SHEET_PRINTED", by.office, by=by, at=at, number=number, rows=len(rows), year=year)
    return file


@action
def print_person(*, payee: Payee, context: dict, by: User, at: datetime) -> ReadyFile:
    """Print 个人待遇账 of one person, accounts masked."""
    number = print_number(at)
    file = printed("benefits/print_person.html", f"个人待遇账_{payee.ref}", context, number=number, by=by, at=at)
    AuditEvent.record("PERSON_BENEFITS_PRINTED", by.office, by=by, at=at, number=number, person=payee.pk)
    return file


@action
def print_transfer(*, row: Enrolment, context: dict, by: User, at: datetime) -> ReadyFile:
    """Print 抚恤关系转移单: what the old office pays, through which month it paid, and from when the new one takes over."""
    number = print_number(at)
    file = printed(
        "benefits/print_transfer.html", f"抚恤关系转移单_{row.pk}", context | {"row": row}, number=number, by=by, at=at
    )
    AuditEvent.record("TRANSFER_SHEET_PRINTED", row, by=by, at=at, number=number, programme=row.programme_id)
    return file
