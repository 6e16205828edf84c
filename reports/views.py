"""情况总览: figures of one's own branch, every number a link to its list."""

from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from reports import figures, shown
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission, requires


def counted(request, query):
    """Return (overview, by_station, sort) of what the query asks for; an office out of reach is a 404."""
    code, by_station, sort = (
        query.get("office") or request.user.office_id,
        query.get("by") == "station",
        query.get("sort", ""),
    )
    office = get_object_or_404(Office.objects.visible_to(request.user).select_related("parent"), pk=code)
    found = figures.overview(request.user, office, today=timezone.localdate(), by_station=by_station)
    found.rows = figures.sort_rows(found.rows, sort)
    return found, by_station, sort


@requires(Permission.VIEW_FIGURES)
@require_GET
def overview(request):
    found, by_station, sort = counted(request, request.GET)
    may_go_up = found.office.pk != request.user.office_id
    context = {
        "overview": found,
        "kpis": shown.kpis(found.total, today=timezone.localdate()),
        "chart": shown.category_chart(found.categories),
        "by_station": by_station,
        "sort": sort,
        "above": found.office.parent if may_go_up else None,
        "today": timezone.localdate(),
        "columns": [(key, label) for key, (label, _) in figures.COLUMNS.items()],
    }
    return render(request, "reports/overview.html", context)


@requires(Permission.VIEW_FIGURES)
@require_POST
def overview_export(request):
    found, by_station, _ = counted(request, request.POST)
    labels = [("单位", 30), *((label, 12) for label, _ in figures.COLUMNS.values()), ("完整度%", 10)]
    rows = [shown.as_row(part) for part in found.rows]
    rows.append(["合计", *shown.as_row(found.total)[1:]])
    title = f"{found.office.label}{'各服务站' if by_station else '下级单位'}对比"
    return export_list(request, title=title, labels=labels, rows=rows, event="FIGURES_EXPORTED")
