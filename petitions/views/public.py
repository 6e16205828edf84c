"""Pages for everybody, without login. Nothing of a case stands in an address; nothing is kept in a session."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from petitions import public as questions
from petitions.actions.registering import MOST_REPRESENTATIVES
from petitions.forms.public import EvaluationForm, QueryForm
from petitions.rules.deadlines import MOST_EXTENSION
from petitions.rules.law import statutes
from veterans_portal.accounts.permissions import public
from veterans_portal.address import address_of

NOT_FOUND = "编号或查询码不正确。"
BUSY = "查询过于频繁，请 15 分钟后再试，或拨打受理单位的电话查询。"
REFUSALS = {
    "NO": NOT_FOUND,
    "EARLY": "还没有到可以评价的时候：收到书面告知后可以评价登记告知，收到答复后可以评价办理答复。",
    "LATE": f"办结已满 {settings.EVALUATION_DAYS} 日，不能再评价。有意见请向受理单位提出。",
}
TOLD = ("NOTICE", "ANSWER", "REVIEW_REQUEST", "REVIEW", "RECHECK_REQUEST", "RECHECK")


@public
@require_GET
def service(request):
    """How, where and how fast (条例第十八条)."""
    today = timezone.localdate()
    terms = [law for law in statutes() if law.code in TOLD and law.applies_from <= today and law.applies_to is None]
    terms.sort(key=lambda law: TOLD.index(law.code))
    context = {
        "desks": questions.desks(),
        "terms": terms,
        "extension": MOST_EXTENSION,
        "representatives": MOST_REPRESENTATIVES,
    }
    return render(request, "petitions/service.html", context)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request):
    """How far one's own case is; shown once, at no address of its own."""
    form, found, status = QueryForm(request.POST if request.method == "POST" else None), None, 200
    if form.is_valid():
        try:
            found = questions.progress_of(**form.cleaned_data, address=address_of(request), at=timezone.now())
        except questions.Busy:
            form.add_error(None, BUSY)
            status = 429
        else:
            if found is None:
                form.add_error(None, NOT_FOUND)
    status = 422 if form.errors and status == 200 else status
    return render(request, "petitions/progress.html", {"form": form, "found": found}, status=status)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request):
    form, status = EvaluationForm(request.POST if request.method == "POST" else None), 200
    if form.is_valid():
        try:
            answer = questions.evaluate(
                **form.cleaned_data, address=address_of(request), at=timezone.now(), days=settings.EVALUATION_DAYS
            )
        except questions.Busy:
            form.add_error(None, BUSY)
            status = 429
        else:
            if answer == "OK":
                messages.success(request, "评价已收到，谢谢。以最近一次的评价为准。")
                return redirect("service:petition")
            form.add_error(None, REFUSALS[answer])
    status = 422 if form.errors and status == 200 else status
    return render(request, "petitions/evaluation.html", {"form": form}, status=status)
