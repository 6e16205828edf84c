"""Papers for the counter: 一人一档 of one person, and 一次性告知单 of one matter."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from registry.actions import catalog as rights
from registry.actions import papers as actions
from registry.forms.fields import say
from registry.forms.papers import FULL, PrintForm
from registry.models import Matter, Person
from registry.views.catalog import bound, matters_of
from registry.views.edits import WAYS, home_of, who
from registry.views.pages import person_or_404
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.EXPORT_MASKED)
@require_http_methods(WAYS)
def dossier_print(request, ref):
    """一人一档: masked, or whole with a purpose; the file opens after the button."""
    person, today = person_or_404(request, ref), timezone.localdate()
    form = PrintForm(bound(request), today=today, user=request.user)
    if form.is_valid():
        data = form.cleaned_data
        try:
            file = actions.print_dossier(person=person, full=data["full"] == FULL, reason=data.get("reason", ""), today=today,
                                         **who(request))  # fmt: skip
        except ValidationError as refusal:
            say(form, refusal)
        else:
            return redirect("file-download", pk=file.pk)
    context = {"form": form, "person": person, "back": home_of(person)}
    return render(request, "registry/dossier_print.html", context, status=422 if form.errors else 200)


def person_of(request) -> Person | None:
    """The person a notice is for, by 档案号; none when it is handed out blank."""
    ref = request.GET.get("person", "")
    if not ref:
        return None
    return get_object_or_404(Person.objects.visible_to(request.user).live(), ref=ref)


@requires(Permission.VIEW_PEOPLE)
@require_http_methods(["GET", "HEAD"])
def notices(request):
    """Which matter is somebody told about?"""
    person = person_of(request)
    query = f"?person={person.ref}" if person else ""
    items = [
        {"label": one.label, "note": "、".join(actions.lines_of(one.materials)),
         "url": reverse("registry:notice", args=[one.pk]) + query}
        for one in matters_of(request.user).order_by("position", "pk")
    ]  # fmt: skip
    return render(request, "registry/notices.html", {"items": items, "person": person})


@requires(Permission.EXPORT_MASKED)
@require_http_methods(WAYS)
def notice(request, pk):
    """One matter as it will be printed; POST prints it."""
    matter: Matter = get_object_or_404(matters_of(request.user), pk=pk)
    person = person_of(request)
    if request.method == "POST":
        try:
            file = actions.print_notice(matter=matter, person=person, **who(request))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            return redirect("file-download", pk=file.pk)
    context = {"matter": matter, "person": person, "materials": actions.lines_of(matter.materials), "office": request.user.office,
               "conditions": actions.lines_of(matter.conditions), "may_edit": rights.may_write_matters(request.user)}  # fmt: skip
    return render(request, "registry/notice.html", context)
