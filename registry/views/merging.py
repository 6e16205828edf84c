"""
Two people over one dossier: who saves second sees what the first one changed, and loses nothing that she typed.

The page carries what it showed, sealed. What she did not touch follows the other's change; what both touched is shown
side by side, and her own text stays in the box.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from registry.actions.anchor import STALE_SENTENCE
from registry.forms.changes import LABELS
from registry.rules.changes import KIND_OF_FIELD, KINDS
from registry.views.pages import PLAIN, form_page, words
from veterans_portal.sealing import CannotUnseal, seal_bytes, unseal_bytes

LABEL = "registry.shown"
UNTOUCHED = "（你没有改，已按现在的内容）"


def plain(value):
    """Return a value as it can be kept in a page and compared."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, list) else value


def values_of(row, names: Iterable[str]) -> dict:
    return {name: getattr(row, name) for name in names} if row is not None else {}


def seal_shown(values: Mapping) -> str:
    content = json.dumps({name: plain(value) for name, value in values.items()}).encode()
    return b64encode(seal_bytes(content, LABEL)).decode()


def open_shown(text: str) -> dict:
    """Return what the page showed; nothing when it was changed or comes from an old key."""
    try:
        return json.loads(unseal_bytes(b64decode(text), LABEL))
    except (CannotUnseal, ValueError, IndexError):
        return {}


def edit_page(request, person, *, names: Iterable[str], make_form: Callable, load: Callable, act: Callable,
              defaults: Mapping | None = None, **context):  # fmt: skip
    """
    A form over a row that somebody else may change meanwhile.

    names:     columns of the row that the form shows.
    make_form: (data or None, initial) → form.  load: () → (row or None, its version).  act: (cleaned data, version).
    """
    row, version = load()
    shown = values_of(row, names)
    form = make_form(request.POST if request.method == "POST" else None, shown or dict(defaults or {}))
    context |= {"person": person, "version": version, "shown": seal_shown(shown)}
    if request.method == "POST":
        context |= {"version": request.POST.get("version", ""), "shown": request.POST.get("shown", "")}
    sent = context["version"]
    context["requests"] = Requests(form, person, row)
    response = form_page(request, form, act=lambda data: act(data, sent), done="已保存。", **context)
    if "stale" not in {error.code for error in form.non_field_errors().as_data()}:
        return response
    row, version = load()
    form, conflicts = merged(request, form, make_form, row, open_shown(context["shown"]), names)
    shown = seal_shown(values_of(row, names))
    context = PLAIN | context | {"form": form, "conflicts": conflicts, "version": version, "shown": shown}
    return render(request, "registry/form.html", context, status=422)


class Requests:
    """What an edit that met locked fields offers instead: a change request a kind, with the typed values carried over."""

    def __init__(self, form, person, row):
        self.form, self.person, self.row = form, person, row

    def __bool__(self):
        return any(True for _ in self)

    def __iter__(self):
        locked = [
            name for name, errors in self.form.errors.as_data().items() if any(one.code == "locked" for one in errors)
        ]
        kinds = dict.fromkeys(KIND_OF_FIELD[name] for name in locked if name in KIND_OF_FIELD)
        for kind in kinds:
            target = "" if self.row is None or self.row.pk == self.person.pk else self.row.pk
            url = f"{reverse('registry:change-new', args=[self.person.ref])}?{urlencode({'kind': kind, 'target': target})}"
            yield {"label": LABELS[kind], "url": url, "values": self.values(kind)}

    def values(self, kind: str) -> dict[str, str]:
        """What was typed; a refused field is no longer among the cleaned ones and is read again."""
        found = {}
        for name in KINDS[kind].fields:
            field = self.form.fields[name]
            found[name] = plain(self.form.cleaned_data.get(name, field.clean(self.form[name].data)))
        return found


def merged(request, form, make_form, row, shown: Mapping, names: Iterable[str]):
    """Return the form again with the other's changes where she typed none, and the list of what the other changed."""
    data, conflicts = request.POST.copy(), []
    for name in names:
        now, typed = plain(getattr(row, name, None)), plain(form.cleaned_data.get(name))
        was = shown.get(name)
        if name not in form.fields or now == was:
            continue
        if typed == was:
            put(data, name, now)
        mine = UNTOUCHED if typed == was else words(form, name, typed)
        before = words(form, name, was)
        conflicts.append(
            {"label": form.fields[name].label, "was": before, "now": words(form, name, now), "typed": mine}
        )
    again = make_form(data, {})
    again.is_valid()
    again.add_error(None, STALE_SENTENCE)
    return again, conflicts


def put(data, name: str, value) -> None:
    """Put a value into form data as the browser would send it."""
    if isinstance(value, list):
        data.setlist(name, value)
    elif value is False:
        data.pop(name, None)
    else:
        data[name] = "on" if value is True else value
