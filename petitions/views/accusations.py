"""检举控告: one page for the person named on the office's settings, for nobody else."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from petitions.actions.registering import register
from petitions.forms.accusing import AccusationForm
from petitions.models import OfficeProfile
from petitions.views.pages import WAYS, attempt, bound, who
from veterans_portal.accounts.permissions import Permission, requires


def is_contact(user) -> bool:
    return OfficeProfile.objects.visible_to(user).filter(office=user.office_id, discipline_contact=user).exists()


@requires(Permission.VIEW_PETITIONS)
@require_http_methods(WAYS)
def new(request):
    if not is_contact(request.user):
        raise PermissionDenied
    form, made = AccusationForm(bound(request), user=request.user, today=timezone.localdate()), []

    def act():
        made.append(register(**form.arguments(), **who(request)).petition)

    if attempt(form, act):
        messages.success(request, f"已登记，编号 {made[0].number}。本件只有你可以看到。")
        return redirect("petitions:case", pk=made[0].pk)
    context = {"form": form, "back": reverse("petitions:cases")}
    return render(request, "petitions/accusation_new.html", context, status=422 if form.errors else 200)
