"""Ledgers on their way out: which there are, what is in one of them, for whom, and the file."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from registry import searching
from registry.actions.exports import export_ledger, queue_export
from registry.exporting.catalog import LEDGERS, Ledger
from registry.forms.exports import ExportForm
from registry.forms.fields import say
from veterans_portal.accounts.permissions import Permission, requires


def ledger_or_404(code: str) -> Ledger:
    if code not in LEDGERS:
        raise Http404
    return LEDGERS[code]


@requires(Permission.EXPORT_MASKED)
@require_GET
def ledgers(request):
    return render(request, "registry/ledgers.html", {"ledgers": LEDGERS.values()})


@requires(Permission.EXPORT_MASKED)
@require_GET
def ledger(request, code):
    one = ledger_or_404(code)
    query = request.GET.get("filter", "") or request.GET.urlencode()
    form = ExportForm(user=request.user, ledger=one, initial={"filter": query})
    return render(request, "registry/ledger.html", described(request, one, form, query))


def described(request, one: Ledger, form, query: str) -> dict:
    """What the page says about the ledger that would be made."""
    chosen = one.filter.from_query(QueryDict(query), request.user, today=timezone.localdate())
    search = searching.recall(request.session, chosen.q)
    rows = one.source(chosen, request.user)
    if chosen.q:
        rows = rows.filter(search.condition) if search and one.code == "people" else rows.none()
    return {
        "ledger": one, "form": form, "chosen": chosen, "search": search, "count": rows.count(),
        "columns": one.resource.columns, "inline_rows": settings.EXPORT_INLINE_ROWS,
    }  # fmt: skip


@requires(Permission.EXPORT_MASKED)
@require_POST
def ledger_export(request, code):
    one = ledger_or_404(code)
    form, now = ExportForm(request.POST, user=request.user, ledger=one), timezone.now()
    context = described(request, one, form, request.POST.get("filter", "")[:1000])
    if form.is_valid():
        try:
            return deliver(request, form, context, now)
        except ValidationError as refusal:
            say(form, refusal)
    return render(request, "registry/ledger.html", context, status=422)


def deliver(request, form, context: dict, now):
    """Make the file now, or in the worker when it is large; the result of a search lives only in this session."""
    arguments = form.arguments() | {"code": context["ledger"].code, "by": request.user, "at": now}
    if context["chosen"].q:
        arguments["search"] = context["search"].condition if context["search"] else None
        if arguments["search"] is None:
            raise ValidationError("查找结果已过期，请重新查找后再导出。")
    elif context["count"] > settings.EXPORT_INLINE_ROWS:
        return redirect("job-detail", pk=queue_export(**arguments).pk)
    file = export_ledger(today=timezone.localdate(now), **arguments)
    return redirect("file-download", pk=file.pk)
