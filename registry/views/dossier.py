"""One dossier: the page, its history, and showing the full ID number once."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from registry.actions import people as actions
from registry.dossier import Dossier
from registry.forms.fields import say
from registry.forms.people import Reveal
from registry.history import History
from registry.portraits import portrait
from registry.views.pages import person_or_404
from veterans_portal.accounts.permissions import Permission, requires

LATEST = 6


@requires(Permission.VIEW_PEOPLE)
@require_GET
def person(request, ref):
    found = person_or_404(request, ref)
    dossier = Dossier(found, request.user, timezone.localdate())
    history = History(found, request.user, keys=dossier.keys(), per_page=LATEST, labels=dossier.category_labels)
    context = {
        "person": found,
        "dossier": dossier,
        "history": history.page(1),
        "lines": history.paginator.count,
    }
    return render(request, "registry/person.html", context)


@requires(Permission.READ_DOCUMENT)
@require_GET
def person_photo(request, ref):
    """The face in the head of the dossier, kept by no cache; the original is read as a paper, with a trace."""
    photo = person_or_404(request, ref).photo
    picture = portrait(photo.stored_name) if photo and photo.voided_at is None else None
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})


@requires(Permission.VIEW_PEOPLE)
@require_GET
def person_history(request, ref):
    found = person_or_404(request, ref)
    page = History(found, request.user).page(request.GET.get("page"))
    return render(request, "registry/person_history.html", {"person": found, "page": page})


@requires(Permission.REVEAL_ID)
@require_http_methods(["GET", "HEAD", "POST"])
def id_reveal(request, ref):
    """Ask for the reason; the answer shows the number once and is kept nowhere."""
    found, number = person_or_404(request, ref), ""
    form = Reveal(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            number = actions.reveal_id(person=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as refusal:
            say(form, refusal)
    context = {"person": found, "form": form, "number": number}
    response = render(request, "registry/id_reveal.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response
