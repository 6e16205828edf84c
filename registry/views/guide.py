"""新手引导: the two buttons of the list on the home page."""

from django.contrib import messages
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from registry import guide
from registry.views.edits import who
from veterans_portal.accounts.models import AuditEvent
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.VIEW_PEOPLE)
@require_POST
def guide_handbook(request):
    """Open the handbook; that it was opened ticks off the step."""
    AuditEvent.record(guide.READ, **who(request))
    return redirect("help-chapter", chapter="start")


@requires(Permission.VIEW_PEOPLE)
@require_POST
def guide_hide(request):
    AuditEvent.record(guide.HIDDEN, **who(request))
    messages.success(request, "新手引导已收起。要再看，点右上角“帮助”。")
    return redirect("home")
