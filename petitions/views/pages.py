"""What the pages of a case share: finding it within sight, and the life of a form that guards its version."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils import timezone

from petitions.models import Petition
from registry.forms.fields import say

WAYS = ["GET", "HEAD", "POST"]


def who(request) -> dict:
    return {"by": request.user, "at": timezone.now()}


def bound(request):
    return request.POST if request.method == "POST" else None


def case_or_404(request, pk: int) -> Petition:
    rows = Petition.objects.visible_to(request.user).select_related("topic", "channel", "office", "registered_office")
    return get_object_or_404(rows, pk=pk)


def version_sent(request) -> int:
    text = request.POST.get("row_version", "")
    return int(text) if text.isdecimal() else 0


def attempt(form, act) -> bool:
    """Do what a form asks; its refusals are said beside the fields and nothing typed is lost."""
    if not form.is_valid():
        return False
    try:
        act()
    except ValidationError as refusal:
        say(form, refusal)
        return False
    return True
