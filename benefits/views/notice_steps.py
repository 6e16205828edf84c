"""The last two steps of a document of standards: its publication or withdrawal, the back pay."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits import tables
from benefits.actions import notices as actions
from benefits.forms.notices import WithdrawForm
from benefits.models import Batch, StandardNotice
from benefits.models.batches import OPEN_STATES
from benefits.views.enrolment_deeds import Nothing
from benefits.views.notice_previews import is_measured, outcome_for
from benefits.views.notices import is_own, notice_or_404, refused_state
from registry.forms.fields import say
from registry.views.edits import WAYS as VERBS
from registry.views.edits import who
from veterans_portal.accounts.permissions import Permission, requires

# ---- 4 发布, 5 补发 ------------------------------------------------------------------------------------------------------


@requires(Permission.PUBLISH_NOTICE)
@require_http_methods(VERBS)
def notice_publication(request, pk):
    return decision(request, pk, "publish", Nothing, actions.publish_notice, "发布", "已发布，从执行月份起生效。",
                    "发布后标准不能再改。已经发放过的月份，差额由补发批次或下一期正常发放补上。")  # fmt: skip


@requires(Permission.PUBLISH_NOTICE)
@require_http_methods(VERBS)
def notice_withdrawal(request, pk):
    return decision(request, pk, "withdraw", WithdrawForm, actions.withdraw_notice, "撤回", "已撤回，此前的标准继续执行。",
                    "撤回后按此前的标准执行。已有批次按此文件审批的，撤回后差额将在下期形成补发或多发。")  # fmt: skip


def decision(request, pk, deed: str, form_class, verb, label: str, done: str, consequence: str):
    """A page that asks, with what follows in money; the button does it."""
    found = notice_or_404(request, pk)
    if not is_own(request.user, found):
        raise PermissionDenied
    if away := refused_state(request, found, deed):
        return away
    if not is_measured(request, found):
        messages.info(request, f"涉及的人多，请先测算，看过金额再{label}。")
        return redirect("benefits:notice-preview", pk=pk)
    form = form_class(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if form.is_valid():
        try:
            verb(notice=found, **form.cleaned_data, **who(request))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, done)
            return redirect("benefits:notice", pk=pk)
    rows = StandardNotice.objects.visible_to(request.user).filter(state="PUBLISHED", level=found.level, jurisdiction=found.jurisdiction,
                                                                  programme_codes__overlap=found.programme_codes)  # fmt: skip
    context = {
        "notice": found, "form": form, "label": label, "consequence": consequence,
        "outcome": outcome_for(request, found)[0], "row_count": found.standards.count(),
        "stale": same_programmes(found, request.user, ["SUBMITTED"]), "back": reverse("benefits:notice", args=[pk]), "place": tables.place_words(found),
        "later": rows.exclude(pk=pk).filter(effective_from__gt=found.effective_from).order_by("-effective_from", "-pk").first()
        if deed == "publish" else None,
    }  # fmt: skip
    return render(request, "benefits/notice_decision.html", context, status=422 if form.errors else 200)


def same_programmes(notice: StandardNotice, user, states) -> list[Batch]:
    """Return the batches in these states that pay what the document is about."""
    rows = Batch.objects.visible_to(user).filter(state__in=states, programme_codes__overlap=notice.programme_codes)
    return list(rows.exclude(kind=Batch.Kind.GRANT).order_by("pk"))


@requires(Permission.DRAFT_BATCH)
@require_http_methods(VERBS)
def notice_backpay(request, pk):
    """A batch of its own for the differences, or none: then the next ordinary batch takes them."""
    found = notice_or_404(request, pk)
    if not request.user.office.is_deciding:
        raise PermissionDenied
    if found.state == StandardNotice.State.DRAFT:
        return refused_state(request, found, "withdraw")
    form = Nothing(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_backpay(notice=found, **who(request))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"补发批次 {made.no} 已编制，请核对后提交审批。")
            return redirect("benefits:batch", pk=made.pk)
    context = {"notice": found, "form": form, "back": reverse("benefits:notice", args=[pk]),
               "open": same_programmes(found, request.user, OPEN_STATES)}  # fmt: skip
    return render(request, "benefits/notice_backpay.html", context, status=422 if form.errors else 200)
