"""变动表: the changes of a period and an office on paper, as the list shows them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from registry.actions.papers import print_changes
from registry.models import Move, StatusChange
from registry.rules.dates import earliest
from registry.views.edits import who
from registry.views.status import StatusFilters, changes_of, prepare
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.pgscope.scope import after

MOST = 1000
TOO_MANY = "有 {} 条，纸面最多 1,000 条。请缩小期间或单位，或导出 Excel。"


def gone(user, office: str, days: tuple | None) -> list[Move]:
    """People handed over to a station out of reach: the change itself now lies with the receiver."""
    low, high = office, after(office)
    rows = Move.objects.visible_to(user).live().filter(state="ACCEPTED", from_office__gte=low, from_office__lt=high)
    rows = rows.exclude(to_office__gte=low, to_office__lt=high).select_related("to_office").order_by("moved_on", "pk")
    if days is None:
        return list(rows[:MOST])
    first, last = days
    return [row for row in rows.filter(moved_on__startswith=f"{first:%Y}") if first <= earliest(row.moved_on) <= last]


def counts_of(rows) -> list[tuple[str, int]]:
    """Return (kind, how many) of the kinds that occur."""
    kinds = [row.kind for row in rows]
    return [(label, kinds.count(kind)) for kind, label in StatusChange.Kind.choices if kind in kinds]


@requires(Permission.EXPORT_MASKED)
@require_POST
def status_changes_print(request):
    """The list as it is filtered in the address, for paper."""
    form = StatusFilters(request.GET, user=request.user)
    rows = form.apply(changes_of(request.user)).order_by("office_id", "effective_earliest", "pk")
    back = f"{reverse('registry:status-changes')}?{request.GET.urlencode()}"
    if (count := rows.count()) > MOST:
        messages.error(request, TOO_MANY.format(f"{count:,}"))
        return redirect(back)
    found = list(rows)
    prepare(found, request.user)
    code = form.values.get("office") or request.user.office_id
    office = get_object_or_404(Office.objects.visible_to(request.user), pk=code)
    timed = "year" in form.values or "part" in form.values
    narrowed = form.values.keys() & {"kind", "review"}
    moved = [] if narrowed else gone(request.user, code, form.days() if timed else None)
    makers = User.objects.names({move.created_by_id for move in moved})
    context = {"rows": found, "counts": counts_of(found), "words": form.words() or "全部",
               "moved": [(move, makers.get(move.created_by_id, "")) for move in moved]}  # fmt: skip
    try:
        file = print_changes(context=context, office=office, rows=len(found) + len(moved), **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect(back)
    return redirect("file-download", pk=file.pk)
