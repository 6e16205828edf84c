"""A new case in three steps: 来源与信访人, 诉求与事项, 核对宣读. What is typed stays until it is registered or thrown away."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petitions.actions.looking_up import look_for_same
from petitions.actions.registering import Registered, register
from petitions.drafts import DRAFT, WHAT, WHO, is_sent, note_sent, reception_of, request_key
from petitions.forms.registering import ReadBackForm, WhatForm, WhoForm
from petitions.models import Petition, Reception
from petitions.receipts import receipt_pdf
from petitions.views.pages import WAYS, bound, case_or_404, who
from registry.forms.fields import say
from registry.views.pages import words
from veterans_portal.accounts.models import ReadyFile
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.printing import PrintingUnavailable
from veterans_portal.ready import ready_pdf

STEPS = {WHO: WhoForm, WHAT: WhatForm}


def form_of(request, step: str, data=None):
    return STEPS[step](data, user=request.user, today=timezone.localdate())


def one_step(request, step: str, number: int, following: str):
    """Show a step with what was typed before, or keep what is typed now and go on."""
    form = form_of(request, step, DRAFT.typed(request.session, step))
    if request.method != "POST" and not is_sent(request.session, step):
        form.errors.clear()  # a reception has filled in a part of it; nobody is told off before she has typed
    if request.method == "POST":
        DRAFT.keep(request.session, step, request.POST)
        note_sent(request.session, step)
        form = form_of(request, step, request.POST)
        if form.is_valid():
            return redirect(following)
    context = {"form": form, "number": number}
    status = 422 if request.method == "POST" else 200
    return render(request, "petitions/new_step.html", context, status=status)


@requires(Permission.REGISTER_PETITION)
@require_http_methods(WAYS)
def new(request):
    return one_step(request, WHO, 1, "petitions:new-matter")


@requires(Permission.REGISTER_PETITION)
@require_http_methods(WAYS)
def new_matter(request):
    if not (held := DRAFT.typed(request.session, WHO)) or not form_of(request, WHO, held).is_valid():
        return redirect("petitions:new")
    return one_step(request, WHAT, 2, "petitions:new-review")


@requires(Permission.REGISTER_PETITION)
@require_http_methods(WAYS)
def new_review(request):
    forms = [form_of(request, step, DRAFT.typed(request.session, step)) for step in (WHO, WHAT)]
    for form, url in zip(forms, ("petitions:new", "petitions:new-matter"), strict=True):
        if not form.is_valid():
            return already(request) or redirect(url)
    is_oral = forms[1].cleaned_data["statement_mode"] == "ORAL"
    form, key = ReadBackForm(bound(request), is_oral=is_oral, today=timezone.localdate()), request_key(request.session)
    if request.method == "POST" and form.is_valid():
        try:
            made = register(**arguments(request, *forms), request_key=key, **who(request))
        except ValidationError as refusal:
            if (twin := registered_before(request.user, key)) is not None:
                return redirect("petitions:case", pk=twin.pk)
            say(form, refusal)
        else:
            return hand_out(request, made)
    context = {"form": form, "sections": review(*forms), "key": key, "may_compare": has_number(forms[0])}
    return render(request, "petitions/new_review.html", context, status=422 if form.errors else 200)


def has_number(form: WhoForm) -> bool:
    return bool(form.cleaned_data["id_number_1"])


def registered_before(user, key) -> Petition | None:
    return Petition.objects.visible_to(user).filter(request_key=key).first()


def already(request):
    """The second of two clicks finds the draft gone and the case there."""
    text = request.POST.get("request_key", "")
    twin = registered_before(request.user, text) if len(text) == 36 and text.count("-") == 4 else None
    return redirect("petitions:case", pk=twin.pk) if twin else None


def arguments(request, first: WhoForm, second: WhatForm) -> dict:
    """Return what register takes out of the steps."""
    columns = first.columns() | second.columns()
    if columns["statement_mode"] == "ORAL":
        columns["read_back_on"] = timezone.localdate()
    pk = reception_of(request.session)
    reception = Reception.objects.visible_to(request.user).filter(pk=pk).first() if pk else None
    return {"fields": columns, "petitioners": first.petitioners(), "matters": second.matters(),
            "respondents": second.respondents(), "reception": reception}  # fmt: skip


def hand_out(request, made: Registered):
    """Print the receipt with the query code, which is kept nowhere, and show the new case."""
    DRAFT.drop(request.session)
    now, case = timezone.now(), made.petition
    try:
        pdf = receipt_pdf(case, made.query_code, user=request.user, now=now)
    except PrintingUnavailable as refusal:
        messages.warning(request, f"已登记，编号 {case.number}。{refusal.messages[0]}打印恢复后请重发查询码。")
        return redirect("petitions:case", pk=case.pk)
    file = ready_pdf(pdf, f"登记回执_{case.number}", by=request.user, at=now)
    return redirect("petitions:registered", pk=case.pk, file=file.pk)


@requires(Permission.REGISTER_PETITION)
@require_GET
def registered(request, pk, file):
    """The new case, and the receipt that goes to the petitioner."""
    case = case_or_404(request, pk)
    ready = get_object_or_404(ReadyFile.objects.filter(actor_id=request.user.pk), pk=file)
    return render(request, "petitions/registered.html", {"petition": case, "file": ready})


def review(first: WhoForm, second: WhatForm) -> list[tuple[str, str, list]]:
    """Return (heading, address where it is changed, rows of label and value); what was left empty is left out."""
    found = []
    for form, url in ((first, reverse("petitions:new")), (second, reverse("petitions:new-matter"))):
        for title, fields in form.in_groups():
            rows = [(bound.label, words(form, bound.name, form.cleaned_data.get(bound.name))) for bound in fields
                    if form.cleaned_data.get(bound.name) not in (None, "", [], False)]  # fmt: skip
            if rows:
                found.append((title, url, rows))
    return found


@requires(Permission.REGISTER_PETITION)
@require_POST
def same(request):
    """Open cases of one's own chain that may be the same matter; asked with a click, noted, never a history."""
    form = form_of(request, WHO, DRAFT.typed(request.session, WHO))
    if not form.is_valid():
        return redirect("petitions:new")
    found = look_for_same(id_number=form.cleaned_data["id_number_1"], **who(request))
    return render(request, "petitions/same.html", {"found": found})


@requires(Permission.REGISTER_PETITION)
@require_POST
def discard(request):
    DRAFT.drop(request.session)
    messages.info(request, "填写的内容已清空。")
    return redirect("petitions:new")
