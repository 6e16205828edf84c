"""Ledgers on their way out: what is in them, for whom, and the file."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from registry import searching
from registry.actions.exports import export_people, queue_export
from registry.filters import PeopleFilter
from registry.forms.exports import ExportForm
from registry.forms.fields import say
from registry.ledgers import PEOPLE_EXPORT
from registry.models import Person
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.EXPORT_MASKED)
@require_GET
def ledgers(request):
    query = request.GET.get("filter", "") or request.GET.urlencode()
    form = ExportForm(user=request.user, initial={"filter": query})
    return render(request, "registry/ledgers.html", described(request, form, query))


def described(request, form, query: str) -> dict:
    """What the page says about the ledger that would be made."""
    chosen = PeopleFilter.from_query(QueryDict(query), request.user, today=timezone.localdate())
    search = searching.recall(request.session, chosen.q)
    people = chosen.apply(Person.objects.visible_to(request.user))
    if chosen.q:
        people = people.filter(search.condition) if search else people.none()
    return {
        "form": form, "chosen": chosen, "search": search, "count": people.count(), "columns": PEOPLE_EXPORT,
        "inline_rows": settings.EXPORT_INLINE_ROWS,
    }  # fmt: skip


@requires(Permission.EXPORT_MASKED)
@require_POST
def ledger_export(request):
    form, now = ExportForm(request.POST, user=request.user), timezone.now()
    context = described(request, form, request.POST.get("filter", "")[:1000])
    if form.is_valid():
        try:
            return deliver(request, form, context, now)
        except ValidationError as refusal:
            say(form, refusal)
    return render(request, "registry/ledgers.html", context, status=422)


def deliver(request, form, context: dict, now):
    """Make the file now, or in the worker when it is large; the result of a search lives only in this session."""
    arguments = form.arguments() | {"by": request.user, "at": now}
    if context["chosen"].q:
        arguments["search"] = context["search"].condition if context["search"] else None
        if arguments["search"] is None:
            raise ValidationError("查找结果已过期，请重新查找后再导出。")
    elif context["count"] > settings.EXPORT_INLINE_ROWS:
        return redirect("job-detail", pk=queue_export(**arguments).pk)
    file = export_people(today=timezone.localdate(now), **arguments)
    return redirect("file-download", pk=file.pk)
