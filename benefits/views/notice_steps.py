"""The last three steps of a document of standards: what it would change, its publication or withdrawal, the back pay."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits import tables
from benefits.actions import notices as actions
from benefits.actions import papers
from benefits.forms.notices import WithdrawForm
from benefits.models import StandardNotice
from benefits.preview import TABS, preview
from benefits.views.enrolment_deeds import Nothing
from benefits.views.notices import is_own, notice_or_404, refused_state
from registry.forms.fields import say
from registry.views.edits import WAYS as VERBS
from registry.views.edits import who
from registry.views.listing import PAGE
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.formats import yuan

# ---- 3 测算预览 ---------------------------------------------------------------------------------------------------------


@requires(Permission.ENTER_NOTICE, Permission.PUBLISH_NOTICE)
@require_http_methods(VERBS)
def notice_preview(request, pk):
    """What the document would change, with every sum leading to its rows; POST writes the rows to Excel."""
    found = notice_or_404(request, pk)
    if found.state == StandardNotice.State.WITHDRAWN:
        return refused_state(request, found, "publish")
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "all"
    outcome = preview(found, request.user, timezone.now())
    rows, named = outcome.tab(tab), tables.programme_names(request.user)
    if request.method == "POST":
        verb = print_preview if request.POST.get("as") == "pdf" else export_preview
        return verb(request, found, outcome, tab, named)
    url = reverse("benefits:notice-preview", args=[pk])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "notice": found, "outcome": outcome, "page": page, "tab": TABS[tab],
        "tabs": [{"label": f"{label} {len(outcome.tab(name))}", "url": f"{url}?tab={name}", "current": name == tab}
                 for name, label in TABS.items()],
        "lines": [(row, named[row.programme]) for row in page.object_list],
        "largest": [(row, named[row.programme]) for row in outcome.largest], "is_withdrawal": found.state == "PUBLISHED",
    }  # fmt: skip
    return render(request, "benefits/notice_preview.html", context)


def export_preview(request, notice, outcome, tab, named):
    if not request.user.may(Permission.EXPORT_MASKED):
        raise PermissionDenied
    labels = [
        ("姓名", 12),
        ("单位", 16),
        ("项目", 30),
        ("月数", 8),
        ("补发（元）", 14),
        ("多发（元）", 14),
        ("说明", 40),
    ]
    texts = [(row.name, row.office, named[row.programme], str(row.months), yuan(row.plus), yuan(row.minus),
              why_words(row)) for row in outcome.tab(tab)]  # fmt: skip
    return export_list(request, title="补发测算表", labels=labels, rows=texts, words=notice.doc_no)


def print_preview(request, notice, outcome, tab, named):
    """The same rows on paper; with the sums by office, benefit and month when it is all of them."""
    if not request.user.may(Permission.EXPORT_MASKED):
        raise PermissionDenied
    rows = outcome.tab(tab)
    context = {"outcome": outcome._replace(rows=rows), "lines": [(row, named[row.programme], why_words(row)) for row in rows],
               "is_withdrawal": notice.state == StandardNotice.State.PUBLISHED, "tab": TABS[tab], "is_whole": tab == "all"}  # fmt: skip
    try:
        file = papers.print_preview(notice=notice, rows=len(rows), context=context, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:notice-preview", pk=notice.pk)
    return redirect("file-download", pk=file.pk)


def why_words(row) -> str:
    return "；".join([*(TABS[name] for name in TABS if name in row.why), *([row.message] if row.message else [])])


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
        "outcome": preview(found, request.user, timezone.now()), "row_count": found.standards.count(),
        "back": reverse("benefits:notice", args=[pk]), "place": tables.place_words(found),
        "later": rows.exclude(pk=pk).filter(effective_from__gt=found.effective_from).order_by("-effective_from", "-pk").first()
        if deed == "publish" else None,
    }  # fmt: skip
    return render(request, "benefits/notice_decision.html", context, status=422 if form.errors else 200)


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
    context = {"notice": found, "form": form, "back": reverse("benefits:notice", args=[pk])}
    return render(request, "benefits/notice_backpay.html", context, status=422 if form.errors else 200)
