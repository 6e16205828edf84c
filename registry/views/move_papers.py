"""The paper that goes with a move: what was agreed, for both stations to sign."""

from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from registry.models import Move
from registry.views.moves import move_or_404
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.printing import render_pdf
from veterans_portal.ready import ready_pdf


@requires(Permission.EXPORT_MASKED)
@require_POST
def handover(request, pk):
    """迁移交接单 as PDF; the ID number is masked, and shown only where the dossier is in sight."""
    move, now = move_or_404(request, pk), timezone.now()
    if move.state != Move.State.ACCEPTED:
        raise Http404
    AuditEvent.record("HANDOVER_PRINTED", move, by=request.user, at=now)
    names = User.objects.names([move.created_by_id, move.answered_by_id, move.decided_by_id])
    context = {"move": move, "names": names, "giver_clerk": names.get(move.answered_by_id or move.created_by_id, ""),
               "taker_clerk": names.get(move.decided_by_id, ""), "printed_by": request.user.display_name, "now": now}  # fmt: skip
    file = ready_pdf(render_pdf("registry/print_move.html", context), "迁移交接单", by=request.user, at=now)
    return redirect("file-download", pk=file.pk)
