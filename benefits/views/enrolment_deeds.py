"""Each deed on one enrolment with a page of its own: what it is about, what follows, the form, the refusals."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from benefits.actions import enrolment_ends, enrolments, entitled_papers
from benefits.forms.enrolments import EndForm, NoteForm, ReasonForm, ReviewForm, TransferForm
from benefits.models import Enrolment
from benefits.views.enrolments import DEEDS, LABELS, at_level, beside, enrolment_or_404, fits, moves, worth
from benefits.workflow import FLOWS
from registry.forms.people import TopicForm
from registry.models import Move
from registry.views.edits import WAYS, who
from registry.views.pages import form_page
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires

CONSEQUENCE = {
    "review": "审核通过后交区县批准。请先核对身份、档次、批准文件和证明材料。",
    "approval": "批准后从起发月起列入发放；起发月以前的月份在下一批次补发。批准以后档次不能修改，有变化的办理“调级或更正”。",
    "publication": "公示内容只有打码的姓名、村（社区）、项目和金额。公示期满的次日起可以批准。",
    "return": "退回后由申报的站补正，再重新提交。原因会显示给对方。",
    "refusal": "不予认定后这件申报结束。原因会显示给申报的站，由站告知本人；有新材料的可以重新申报。",
    "ending": "止发月以后不再发放，已多发的月份在下一批次列为多发待追回。去世的人员系统已自动停发，终止只是结束资格。",
    "transfer": "迁往另一发放单位的，本单位发到当年十二月，对方批准后从次年一月起发；在同一发放单位内换站的，只更改所属站。",
    "review-date": "复核合格的登记下次复核日期，发放恢复；不再符合条件的，请办理“终止”。",
}
DONE = {
    "review": "已审核，等区县批准。",
    "approval": "已批准，从起发月起列入发放。",
    "publication": "已公示。",
    "return": "已退回补正。",
    "refusal": "已登记不予认定。",
    "ending": "已终止。",
    "transfer": "已转移。",
    "review-date": "已登记复核。",
}
NEEDS = {"return": (Permission.REVIEW_ENROLMENT, Permission.APPROVE_ENROLMENT)}


class Nothing(TopicForm):
    """Nothing to fill in: the page asks, the button answers."""


FORMS = {
    "review": NoteForm,
    "approval": NoteForm,
    "publication": Nothing,
    "return": ReasonForm,
    "refusal": ReasonForm,
    "ending": EndForm,
    "transfer": TransferForm,
    "review-date": ReviewForm,
}


def act_of(deed: str, row: Enrolment, form, request, today: date, amount: str):
    """Return what the button does with the cleaned data."""
    given = {"enrolment": row, **who(request)}
    return {
        "review": lambda data: enrolments.review_enrolment(**data, **given),
        "approval": lambda data: enrolments.approve_enrolment(today=today, **data, **given),
        "publication": lambda data: enrolments.post_enrolment(amount=amount, today=today, **given),
        "return": lambda data: enrolments.return_enrolment(**data, **given),
        "refusal": lambda data: enrolments.refuse_enrolment(**data, **given),
        "ending": lambda data: enrolment_ends.end_enrolment(**data, **given),
        "transfer": lambda data: enrolment_ends.transfer_enrolment(**(data | {"to_office": form.chosen()}), **given),
        "review-date": lambda data: enrolment_ends.settle_review(**data, **given),
    }[deed]


def refuse_deed(request, row: Enrolment, deed: str):
    """Return where to go instead when the state does not allow the deed; raise where the person may not."""
    taken = FLOWS["enrolment"][DEEDS[deed]]
    needed = NEEDS.get(deed, (taken.needs,))
    if not any(request.user.may(permission) for permission in needed):
        raise PermissionDenied
    if row.state in taken.sources and fits(row, deed) and (deed in NEEDS or at_level(request.user, taken.level)):
        return None
    messages.info(request, f"当前为“{row.get_state_display()}”，不能执行此操作。")
    return redirect("benefits:enrolment", pk=row.pk)


@requires(Permission.REVIEW_ENROLMENT, Permission.APPROVE_ENROLMENT)
@require_http_methods(WAYS)
def enrolment_deed(request, pk, deed):
    if deed not in DEEDS:
        raise Http404
    row, today = enrolment_or_404(request, pk), timezone.localdate()
    if away := refuse_deed(request, row, deed):
        return away
    money = worth(row, beside(row, request.user), today)
    row.proposer = User.objects.names([row.proposed_by_id]).get(row.proposed_by_id, "")
    form = form_of(deed, row, request, today)
    amount = money["expected"].amount
    return form_page(
        request, form, act=act_of(deed, row, form, request, today, "" if amount is None else f"{amount:.2f}"), done=DONE[deed],
        template="benefits/enrolment_deed.html", row=row, title=LABELS[deed], label=LABELS[deed], consequence=CONSEQUENCE[deed],
        back=reverse("benefits:enrolment", args=[pk]), shows_money=deed in ("review", "approval", "publication"), **money,
    )  # fmt: skip


def form_of(deed: str, row: Enrolment, request, today: date):
    data = request.POST if request.method == "POST" else None
    if deed == "transfer":
        offices, initial = where_to(row, request.user)
        return TransferForm(data, today=today, offices=offices, initial=initial)
    initial = ending_of(row) if deed == "ending" else {}
    return FORMS[deed](data, today=today, initial=initial)


def ending_of(row: Enrolment) -> dict:
    """A death ends a benefit with its month."""
    died = row.payee.died
    return {"month_to": f"{died[:7]}", "end_reason": "DEATH"} if len(died) >= len("2026-08") else {}


def where_to(row: Enrolment, user) -> tuple[list[Office], dict]:
    """The station that keeps the person now, and what the two stations agreed when she moved."""
    move = (
        Move.objects.visible_to(user)
        .live()
        .filter(Q(person=row.person_id), state=Move.State.ACCEPTED)
        .order_by("-pk")
        .first()
    )
    code = row.payee.office_id
    initial = {"to_office": code}
    if move:
        initial |= {"moved_on": move.moved_on, "paid_through": move.paid_through}
    return list(Office.objects.directory().filter(pk=code)), initial


@requires(Permission.READ_BENEFITS)
@require_POST
def transfer_sheet(request, pk):
    """抚恤关系转移单 of a benefit whose person has gone to another station."""
    row, today = enrolment_or_404(request, pk), timezone.localdate()
    if not moves(row):
        raise Http404
    context = {"paid_until": enrolment_ends.paid_until(row, by=request.user),
               "month_yuan": worth(row, beside(row, request.user), today)["expected"].amount}  # fmt: skip
    try:
        file = entitled_papers.print_transfer(row=row, context=context, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:enrolment", pk=pk)
    return redirect("file-download", pk=file.pk)
