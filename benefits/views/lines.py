"""为什么是这个数: one line and all it stands on, on screen and on one page of paper."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from benefits.actions import papers
from benefits.models import Batch, Line, LineCancellation
from benefits.why import why
from registry.views.edits import who
from veterans_portal.accounts.permissions import Permission, requires


def line_or_404(request, pk: int) -> Line:
    """A station reads its own lines once they are approved; the paying office its drafts too."""
    user = request.user
    rows = Line.objects.visible_to(user).select_related("programme")
    found = get_object_or_404(rows, pk=pk)
    if found.pay_state == Line.PayState.DRAFTED:
        get_object_or_404(Batch.objects.visible_to(user), pk=found.batch_id)
    return found


@requires(Permission.READ_BENEFITS)
@require_GET
def line_why(request, pk):
    line, user = line_or_404(request, pk), request.user
    found = why(line, user)
    asked = LineCancellation.objects.visible_to(user).filter(line=line).first()
    may_cancel = user.may(Permission.PAY_BATCH) and line.pay_state in ("WAITING", "FAILED") and asked is None
    may_confirm = user.may(Permission.APPROVE_BATCH) and line.pay_state in ("WAITING", "FAILED") and asked is not None
    sees_batch = Batch.objects.visible_to(user).filter(pk=line.batch_id).exists()
    context = {"found": found, "line": line, "may_cancel": may_cancel and sees_batch, "may_confirm": may_confirm and sees_batch,
               "asked": asked, "sees_batch": sees_batch,
               "back": reverse("benefits:batch", args=[line.batch_id]) if sees_batch else reverse("benefits:register")}  # fmt: skip
    return render(request, "benefits/why.html", context)


@requires(Permission.READ_BENEFITS)
@require_POST
def line_why_print(request, pk):
    line = line_or_404(request, pk)
    try:
        file = papers.print_why(line=line, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:line-why", pk=pk)
    return redirect("file-download", pk=file.pk)
