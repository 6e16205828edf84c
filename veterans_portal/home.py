"""The first page after login: what waits for this person. The only code that knows every room."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from registry import queues
from veterans_portal.accounts.permissions import signed_in


@signed_in
@require_GET
def home(request):
    entries = queues.entries(request.user)
    gaps = queues.gaps(request.user) if request.user.may("VIEW_PEOPLE") else []
    return render(request, "home.html", {"entries": entries, "gaps": gaps, "today": timezone.localdate()})
