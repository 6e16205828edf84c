"""银行模板: how each bank wants its file and writes its answer."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from benefits.actions import bank_templates as actions
from benefits.banking.formats import out_template
from benefits.banking.writing import FileContext, Order, file_bytes
from benefits.forms.bank_templates import EXAMPLES, FORMS, typed
from benefits.models import BankTemplate
from registry.forms.fields import say
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Listing, Shown
from veterans_portal.accounts.permissions import Permission, requires

SAMPLE_YUAN = Decimal("840.00")
COLUMNS = [
    Column("模板名称", lambda one: Shown(one.name, reverse("benefits:bank-template", args=[one.pk])), 24),
    Column("银行", lambda one: one.bank_name, 24),
    Column("方向", lambda one: one.get_direction_display(), 8),
    Column("格式", lambda one: one.settings.get("format", ""), 8),
    Column("编码", lambda one: one.settings.get("encoding", ""), 12),
    Column("状态", lambda one: Shown("启用" if one.is_active else "停用", tag="done" if one.is_active else "kind"), 8),
]


@requires(Permission.CONFIGURE_BENEFITS, Permission.PAY_BATCH)
@require_http_methods(WAYS)
def bank_templates(request):
    new_url = reverse("benefits:bank-template-new")
    may = request.user.may(Permission.CONFIGURE_BENEFITS)
    tools = (
        [("新建报盘模板", f"{new_url}?direction=OUT", "primary"), ("新建回盘模板", f"{new_url}?direction=BACK", "")]
        if may
        else ()
    )
    listing = Listing(title="银行模板", unit="个", columns=COLUMNS, tools=tools, help_chapter="bank", empty="还没有银行模板。",
                      empty_action=("新建报盘模板", f"{new_url}?direction=OUT") if may else ("", ""))  # fmt: skip
    return listing.respond(
        request, BankTemplate.objects.visible_to(request.user).order_by("-is_active", "bank_name", "direction", "pk")
    )


def template_page(request, template: BankTemplate | None, direction: str):
    is_sent = request.method == "POST"
    initial = typed(template) if template else EXAMPLES[direction]
    form = FORMS[direction](request.POST if is_sent else None, today=timezone.localdate(), initial=initial)
    if form.is_valid():
        try:
            data = form.cleaned_data
            actions.save_template(template=template, name=data["name"], bank_name=data["bank_name"], direction=direction,
                                  settings=form.settings(), **who(request))  # fmt: skip
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, "模板已保存。")
            return redirect("benefits:bank-templates")
    label = BankTemplate.Direction(direction).label
    context = {"form": form, "template": template, "title": template.name if template else f"新建{label}模板", "direction": label,
               "sample": sample(template) if template else ""}  # fmt: skip
    return render(request, "benefits/bank_template.html", context, status=422 if form.errors else 200)


def sample(template: BankTemplate) -> str:
    """Return what a file would look like, with one made-up order."""
    if template.direction != BankTemplate.Direction.OUT or template.settings["format"] == "XLSX":
        return ""
    chosen, today = out_template(template.settings), timezone.localdate()
    order = Order(f"{template.office_id}-样例-R01{1:06}", "张三", "6230520000000001234", template.bank_name, "", SAMPLE_YUAN, "",
                  "样例项目", f"{today:%Y%m}", template.office_id)  # fmt: skip
    context = FileContext("样例批次", template.bank_name, today, 1, 1, 1)
    return file_bytes(chosen, [order], context).decode(chosen.encoding)


@requires(Permission.CONFIGURE_BENEFITS)
@require_http_methods(WAYS)
def bank_template_new(request):
    direction = request.GET.get("direction") if request.GET.get("direction") in BankTemplate.Direction else "OUT"
    return template_page(request, None, direction)


@requires(Permission.CONFIGURE_BENEFITS, Permission.PAY_BATCH)
@require_http_methods(WAYS)
def bank_template(request, pk):
    found = get_object_or_404(BankTemplate.objects.visible_to(request.user), pk=pk)
    return template_page(request, found, found.direction)


@requires(Permission.CONFIGURE_BENEFITS)
@require_POST
def bank_template_switch(request, pk):
    found = get_object_or_404(BankTemplate.objects.visible_to(request.user), pk=pk)
    try:
        switched = actions.switch_template(template=found, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "模板已启用。" if switched.is_active else "模板已停用。")
    return redirect("benefits:bank-templates")
