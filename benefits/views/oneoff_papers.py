"""Papers of one-off money that a button makes: the form of an application for aid, and the form for bank cards."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from benefits.actions import oneoff_papers as papers
from benefits.models import HardshipApplication, OneOffGrant, PayeeAccount
from benefits.oneoff import CONSCRIPT
from benefits.payees import in_sight
from benefits.views.oneoff import RowFilters, about, prepare, row_or_404
from registry.views.edits import who
from veterans_portal.accounts.permissions import Permission, requires

IN_HAND = ("SUBMITTED", "REVIEWED", "POSTED", "RETURNED", "APPROVED")
CARD_ROWS = 500


@requires(Permission.READ_BENEFITS)
@require_POST
def aid_form(request, pk):
    row = row_or_404(request, HardshipApplication, pk, to_read=True)
    try:
        file = papers.print_aid(row=row, context=about(request, row), **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:aid", pk=pk)
    return redirect("file-download", pk=file.pk)


@requires(Permission.PROPOSE_AID)
@require_POST
def card_form(request):
    """The families whose next money is on its way, under the filters of the list."""
    user = request.user
    rows = in_sight(OneOffGrant.objects.visible_to(user)).filter(programme=CONSCRIPT, state__in=IN_HAND)
    found = list(
        RowFilters(request.GET, user=user)
        .apply(rows)
        .select_related("programme")
        .order_by("office_id", "pk")[:CARD_ROWS]
    )
    prepare(found, user)
    accounts = PayeeAccount.objects.visible_to(user).filter(
        person__in={row.person_id for row in found}, replaced_at=None, purpose__in=("GRANT", "REGULAR")
    )
    held = {one.person_id: one for one in accounts.order_by("-purpose", "pk")}  # GRANT is read last and stays
    for row in found:
        own = held.get(row.person_id)
        row.bank, row.last4 = (own.bank_name, own.account_last4) if own else ("", "")
    try:
        file = papers.print_card_form(rows=found, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:grants")
    return redirect("file-download", pk=file.pk)
