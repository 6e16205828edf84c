"""历史发放导入: one file, everything wrong in it told at once, and a batch for a second person to approve."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits.actions.openings import import_opening
from benefits.opening import read_opening
from benefits.rules.tables import TableRefused
from benefits.views.notice_tables import cells_of
from registry.forms.fields import say
from registry.forms.people import TopicForm
from registry.views.edits import WAYS, who
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.widgets import FileBox


class OpeningForm(TopicForm):
    """The file."""

    def build(self):
        self.fields["file"] = forms.FileField(
            label="Excel 文件", widget=FileBox(accept=".xlsx,.xls,.csv"), error_messages={"required": "请选择文件。", "empty": "文件是空的，请检查后重新上传。"},
            help_text="一行一个月，表头写：档案号（或身份证号）、项目、月份、金额。月份写成 2025-08。")  # fmt: skip


@requires(Permission.DRAFT_BATCH)
@require_http_methods(WAYS)
def opening(request):
    if not request.user.office.is_deciding:
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = OpeningForm(
        request.POST if is_sent else None, files=request.FILES if is_sent else None, today=timezone.localdate()
    )
    if form.is_valid():
        try:
            made = import_opening(rows=read_opening(cells_of(form.cleaned_data["file"]), request.user), **who(request))
        except TableRefused as refusal:
            say(form, ValidationError(refusal.sentences))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"已读入 {made.person_count} 人的历史发放，批次 {made.no}。请核对后提交审批。")
            return redirect("benefits:batch", pk=made.pk)
    context = {"form": form, "back": reverse("benefits:batches")}
    return render(request, "benefits/opening.html", context, status=422 if form.errors else 200)
