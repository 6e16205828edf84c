"""督办: the clocks of the offices below as figures that lead to their rows."""

from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from petitions import board
from petitions.case_lists import left_of
from petitions.clock_blocks import is_for_supervision
from petitions.views.pages import WAYS
from registry.views.listing import Column, Listing, Shown
from veterans_portal.accounts.permissions import Permission, requires


def left_cell(row) -> Shown:
    words, kind = left_of(row.nearest if row.nearest and row.nearest.due_on else None, timezone.localdate())
    return Shown(words or "—", tag=kind if words else "")


def due_cell(row) -> str:
    clock = row.nearest
    return (
        f"{clock.act_by_on:%Y-%m-%d}" + ("（暂定）" if clock.is_provisional else "")
        if clock and clock.act_by_on
        else ""
    )


COLUMNS = [
    Column("编号", lambda row: Shown(row.case.number, reverse("petitions:case", args=[row.case.pk])), 16),
    Column("环节", lambda row: row.case.get_state_display(), 14),
    Column("责任单位", lambda row: row.responsible, 20),
    Column("承办人", lambda row: row.officer, 10),
    Column("期限种类", lambda row: row.nearest.label if row.nearest else "", 14),
    Column("应办日", due_cell, 12),
    Column("还剩或超期", left_cell, 12),
    Column("收到天数", lambda row: row.case.days_received, 8, is_number=True),
    Column("在手天数", lambda row: row.case.days_held, 8, is_number=True),
]


def act_column(user) -> Column:
    """催办, or 发督办函 from the fifth day on; nothing where the turn is the reader's own office's."""
    today = timezone.localdate()

    def cell(row) -> Shown:
        holder = row.case.turn_office_id or row.case.office_id
        if holder == user.office_id or not holder.startswith(user.office_id):
            return Shown("—")
        is_late = row.nearest is not None and is_for_supervision(row.nearest, today)
        return Shown(
            "发督办函" if is_late else "催办", reverse("petitions:case-deed", args=[row.case.pk, "supervision"])
        )

    return Column("督办", cell, 10)


@requires(Permission.SUPERVISE_PETITIONS)
@require_http_methods(WAYS)
def supervision_board(request):
    today = timezone.localdate()
    figure = request.GET.get("figure") if request.GET.get("figure") in board.LABELS else "overdue"
    columns = COLUMNS if request.method == "POST" else [*COLUMNS, act_column(request.user)]
    listing = Listing(
        title="信访督办", unit="件", columns=columns, prepare=lambda rows, user: board.prepare(rows, user, today),
        empty=f"没有“{board.LABELS[figure]}”的事项。", export_needs=(Permission.EXPORT_PETITIONS,), help_chapter="petitions",
        meta="应办日是届满前最后一个工作日，超期从届满日的次日算起",
    )  # fmt: skip
    rows = board.rows_of(request.user, figure, today)
    if request.method == "POST":
        rows = rows.filter(**{"is_restricted" if figure in board.CASES else "petition__is_restricted": False})
    return listing.respond(request, rows, tally=board.tally(request.user, figure, today), kept={"figure": figure})
