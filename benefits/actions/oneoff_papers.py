"""Papers of one-off money: the sheet that is put up, the form of an application for aid, the form for bank cards."""

from collections.abc import Sequence
from datetime import datetime

from benefits.actions.entitled_papers import printed
from benefits.models import HardshipApplication, OneOffGrant, PublicNotice
from registry.actions.papers import print_number
from veterans_portal.accounts.models import AuditEvent, ReadyFile, User
from veterans_portal.actions import action
from veterans_portal.money import capitals

CARD_LINES = 12  # of one sheet


@action
def print_posting(*, notice: PublicNotice, by: User, at: datetime) -> ReadyFile:
    """Print a posting. It shows what was frozen when it was posted, and nothing else."""
    number = print_number(at)
    context = {"notice": notice, "rows": notice.shown()}
    file = printed("benefits/print_posting.html", f"公示单_{notice.pk}", context, number=number, by=by, at=at)
    AuditEvent.record("POSTING_PRINTED", notice, by=by, at=at, number=number, notice=notice.pk, rows=len(notice.rows))
    return file


@action
def print_aid(*, row: HardshipApplication, context: dict, by: User, at: datetime) -> ReadyFile:
    """Print 帮扶审批表 of one application: what was asked, found, said and decided, with room for signatures."""
    number, decided = print_number(at), row.amount_approved
    context = context | {"row": row, "capitals": capitals(decided) if decided is not None else ""}
    file = printed("benefits/print_aid.html", f"帮扶审批表_{row.pk}", context, number=number, by=by, at=at)
    AuditEvent.record("AID_FORM_PRINTED", row, by=by, at=at, number=number, key=row.pk, state=row.state)
    return file


@action
def print_card_form(*, rows: Sequence[OneOffGrant], by: User, at: datetime) -> ReadyFile:
    """
    Print 优待金领取人银行卡信息采集表: the families that were asked for, and empty lines for those who come in.

    What is known stands there already, numbers masked; bank, number and signature are written by hand.
    """
    number = print_number(at)
    context = {"rows": rows, "blank": range(len(rows) + 1, max(CARD_LINES, len(rows) + 3) + 1)}
    file = printed(
        "benefits/print_card_form.html", "优待金领取人银行卡信息采集表", context, number=number, by=by, at=at
    )
    AuditEvent.record("CARD_FORM_PRINTED", by.office, by=by, at=at, number=number, rows=len(rows))
    return file
