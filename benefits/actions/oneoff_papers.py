"""The sheet that is put up: masked rows, first and last day, and where to object."""

from datetime import datetime

from benefits.actions.entitled_papers import printed
from benefits.models import PublicNotice
from registry.actions.papers import print_number
from veterans_portal.accounts.models import AuditEvent, ReadyFile, User
from veterans_portal.actions import action


@action
def print_posting(*, notice: PublicNotice, by: User, at: datetime) -> ReadyFile:
    """Print a posting. It shows what was frozen when it was posted, and nothing else."""
    number = print_number(at)
    context = {"notice": notice, "rows": [row[1:] for row in notice.rows]}
    file = printed("benefits/print_posting.html", f"公示单_{notice.pk}", context, number=number, by=by, at=at)
    AuditEvent.record("POSTING_PRINTED", notice, by=by, at=at, number=number, notice=notice.pk, rows=len(notice.rows))
    return file
