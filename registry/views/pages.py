"""What the pages of a dossier share: finding the person, and the life of a form."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.choices import flatten_choices

from registry.forms.fields import NOT_FILLED, say
from registry.models import Person

PLAIN = {
    "lead": "",
    "banner": "",
    "conflicts": None,
    "more": [],
    "version": "",
    "shown": "",
    "requests": (),
}  # what registry/form.html may show


def person_or_404(request, ref: str) -> Person:
    return get_object_or_404(
        Person.objects.visible_to(request.user).live().select_related("office", "livelihood"), ref=ref
    )


def form_page(request, form, *, act, done: str, back, template: str = "registry/form.html", **context):
    """
    Show a form, or do what it asks and go `back`.

    act:   called with the cleaned data; its ValidationError is said beside the fields, and nothing typed is lost.
    """
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, done)
            return redirect(back)
    context = PLAIN | context | {"form": form, "back": back}
    return render(request, template, context, status=422 if form.errors else 200)


def words(form, name: str, value) -> str:
    """Return a value of a form field as people read it."""
    if value in (None, "", []):
        return NOT_FILLED
    labels = dict(flatten_choices(getattr(form.fields[name], "choices", ())))
    if isinstance(value, list):
        return "、".join(str(labels.get(one, one)) for one in value)
    if isinstance(value, bool):  # one is a number of people, and equals True
        return "是" if value else "否"
    return str(labels.get(value, value))
