"""接待: one page to write down who came, the log, one entry, mending it on the same day."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from petitions import drafts
from petitions.actions import receptions as actions
from petitions.forms.receptions import ReceptionForm
from petitions.models import Petition, Reception
from petitions.reception_lists import LEDGER, SHOWN, ReceptionFilters, last_month, prepare, tally, this_month
from registry.forms.fields import say
from registry.rules.contacts import mask_phone
from registry.views.listing import Listing
from veterans_portal.accounts.permissions import Permission, requires

WAYS = ["GET", "HEAD", "POST"]
NEVER_REGISTERED = (Reception.Kind.ACCUSATION_GUIDED, Reception.Kind.OTHER_PROCEDURE)
WRONG_KIND = "检举控告引导和其他程序文书不登记为信访事项。"


@requires(Permission.RECEIVE_VISIT)
@require_http_methods(WAYS)
def receptions(request):
    """The log of one's own office, and of those below when asked for."""
    rows = Reception.objects.visible_to(request.user).select_related("channel")
    chosen = ReceptionFilters(request.GET, user=request.user)
    path, today = reverse("petitions:receptions"), timezone.localdate()
    tools = [
        ("登记来访", reverse("petitions:reception-new"), "primary"),
        ("本月", f"{path}?{urlencode(this_month(today))}", ""),
        ("上月", f"{path}?{urlencode(last_month(today))}", ""),
    ]
    listing = Listing(
        title="咨询接待台账", unit="条", columns=LEDGER if request.method == "POST" else SHOWN, prepare=prepare, tools=tools,
        filters=lambda *_, **__: chosen,  # made once: its lists of choices are three questions
        help_chapter="receptions", empty="还没有接待记录。", empty_action=("登记来访", reverse("petitions:reception-new")),
    )  # fmt: skip
    unfigured = Without(chosen).apply(rows)
    return listing.respond(request, rows.order_by("-received_on", "-pk"), tally=tally(unfigured, chosen))


class Without:
    """The filters in force without the figure that was clicked, so that the figures above the list stay."""

    def __init__(self, chosen: ReceptionFilters):
        self.chosen = chosen

    def apply(self, rows):
        if not self.chosen.values.get("office"):
            rows = rows.filter(office_id=self.chosen.user.office_id)
        for name, value in self.chosen.values.items():
            if name != "figure":
                rows = getattr(self.chosen, f"by_{name}")(rows, value)
        return rows


@requires(Permission.RECEIVE_VISIT)
@require_http_methods(WAYS)
def reception_new(request):
    today = timezone.localdate()
    form = ReceptionForm(request.POST if request.method == "POST" else None, user=request.user, today=today)
    if form.is_valid():
        try:
            return log(request, form)
        except ValidationError as refusal:
            say(form, refusal)
    context = {
        "form": form,
        "title": "登记来访",
        "may_register": may_register(request.user),
        "back": reverse("petitions:receptions"),
    }
    return render(request, "petitions/reception_form.html", context, status=422 if form.errors else 200)


def log(request, form):
    """Save the entry; go on to the registration of a case when that button was pressed."""
    values = form.values()
    goes_on = "register" in request.POST and may_register(request.user)
    if goes_on:
        if values["kind"] in NEVER_REGISTERED:
            raise ValidationError({"kind": WRONG_KIND})
        values["result"] = Reception.Result.APPOINTED  # becomes 登记为信访事项 once the case is registered
    row = actions.log_reception(values=values, by=request.user, at=timezone.now())
    if goes_on:
        return take_along(request, row)
    messages.success(request, "接待已登记。")
    return redirect("petitions:reception-new" if "next" in request.POST else "petitions:receptions")


def take_along(request, row: Reception):
    """Nobody is asked twice: what is known goes into the draft of the case, which waits sealed on the server."""
    drafts.start_from(request.session, row)
    messages.success(request, "接待已登记，下面登记信访事项。")
    return redirect("petitions:new")


def may_register(user) -> bool:
    return user.may(Permission.REGISTER_PETITION)


def reception_or_404(request, pk: int) -> Reception:
    rows = Reception.objects.visible_to(request.user).select_related("channel")
    found = get_object_or_404(rows, pk=pk)
    prepare([found], request.user)
    cases = Petition.objects.visible_to(request.user).filter(pk=found.petition_id)
    found.case_number = cases.values_list("number", flat=True).first() if found.petition_id else None
    return found


@requires(Permission.RECEIVE_VISIT)
@require_GET
def reception(request, pk):
    row = reception_or_404(request, pk)
    context = {
        "row": row, "phone": mask_phone(row.phone) if row.phone else "",
        "may_correct": actions.may_correct(row, request.user, timezone.now()),
        "may_register": may_register(request.user) and row.petition_id is None and row.kind not in NEVER_REGISTERED
        and row.office_id == request.user.office_id,
    }  # fmt: skip
    return render(request, "petitions/reception.html", context)


@requires(Permission.REGISTER_PETITION)
@require_POST
def reception_register(request, pk):
    """Take an earlier entry along to the registration of a case."""
    row = reception_or_404(request, pk)
    if not may_register(request.user) or row.kind in NEVER_REGISTERED or row.petition_id:
        messages.info(request, WRONG_KIND if row.kind in NEVER_REGISTERED else "这条接待记录不能再登记为信访事项。")
        return redirect("petitions:reception", pk=pk)
    return take_along(request, row)


@requires(Permission.RECEIVE_VISIT)
@require_http_methods(WAYS)
def reception_correct(request, pk):
    row, now = reception_or_404(request, pk), timezone.now()
    if not actions.may_correct(row, request.user, now):
        messages.info(request, actions.TIED if row.petition_id else actions.OWN_DAY)
        return redirect("petitions:reception", pk=pk)
    typed = request.POST if request.method == "POST" else None
    form = ReceptionForm(typed, user=request.user, today=timezone.localdate(now), initial=written(row))
    if form.is_valid():
        try:
            actions.correct_reception(reception=row, values=form.values(), by=request.user, at=now)
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, "接待记录已更正。")
            return redirect("petitions:reception", pk=pk)
    context = {
        "form": form,
        "title": "更正接待记录",
        "may_register": False,
        "back": reverse("petitions:reception", args=[pk]),
    }
    return render(request, "petitions/reception_form.html", context, status=422 if form.errors else 200)


def written(row: Reception) -> dict:
    """Return an entry as the form shows it."""
    names = ("kind", "people_count", "name", "phone", "summary", "answer", "result", "is_leader_reception", "leader_name",
             "is_reception_day")  # fmt: skip
    found = {name: getattr(row, name) for name in names}
    later = None if row.received_on == timezone.localdate(row.created_at) else row.received_on
    return found | {"channel": row.channel_id, "topic": row.topic_id or "", "received_on": later}
