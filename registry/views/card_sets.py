"""Many cards at once: tick them or take all of a filtered list, look at the number once more, then do it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registry.actions.card_sets import MOST, move_cards
from registry.card_lists import VIEWS
from registry.forms.cards import NoForm, ProvinceForm
from registry.forms.fields import say
from registry.views.cards import CardFilters, cards_of
from registry.views.edits import WAYS, who
from registry.workflow_cards import IN_SETS, STEPS
from veterans_portal.accounts.permissions import Permission, requires

SHOWN = 30


def chosen(request, view: str) -> list[int]:
    """Return the keys that were ticked, or those of the whole list under its filters, without one's own."""
    if "all" not in request.POST:
        return [int(pk) for pk in request.POST.getlist("card") if pk.isdecimal()]
    rows = CardFilters(request.GET, user=request.user).apply(cards_of(request.user, view))
    if STEPS[VIEWS[view][2]].target == "DISTRICT_OK":
        rows = rows.exclude(accepted_by=request.user)
    return list(rows.values_list("pk", flat=True)[:MOST])


@requires(Permission.REVIEW_CARD, Permission.REVIEW_CARD_CITY)
@require_http_methods(WAYS)
def card_set(request, step):
    """First the number and the names, then the deed; a refusal is said on the page that asks."""
    view = next((name for name, (_, _, deed) in VIEWS.items() if deed == step), "")
    if step not in IN_SETS:
        raise Http404
    if not request.user.may(STEPS[step].needs):
        raise PermissionDenied
    back, keys = f"{reverse('registry:cards')}?view={view}", chosen(request, view)
    if request.method != "POST" or not keys:
        if request.method == "POST":
            messages.error(request, "请先勾选优待证。")
        return redirect(back)
    form_class, today = ProvinceForm if step == "record-province" else NoForm, timezone.localdate()
    form = form_class(request.POST if "confirm" in request.POST else None, today=today, initial={"approved_on": today})
    if form.is_valid():
        try:
            count = move_cards(cards=keys, step=step, on=form.cleaned_data.get("approved_on"), **who(request))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"{STEPS[step].label}：已办 {count} 张。")
            return redirect(back)
    names = list(cards_of(request.user, view).filter(pk__in=keys).values_list("person__name", flat=True)[:SHOWN])
    context = {"form": form, "keys": keys, "names": names, "more": len(keys) - len(names), "label": STEPS[step].label,
               "back": back}  # fmt: skip
    return render(request, "registry/card_set.html", context, status=422 if form.errors else 200)
