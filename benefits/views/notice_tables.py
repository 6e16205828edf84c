"""标准表: the table of one document, filled in one of six ways."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from benefits import tables
from benefits.actions import notices as actions
from benefits.forms.notices import TABLE_FORMS, WAYS
from benefits.models import StandardNotice
from benefits.rules.tables import TableRefused, pasted, raised_rows, read_table
from benefits.views.notices import notice_or_404, refuse_stranger, refused_state
from registry.forms.fields import say
from registry.views.edits import WAYS as VERBS
from registry.views.edits import who
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.sheets import FileRefused, read_workbook


@requires(Permission.ENTER_NOTICE)
@require_http_methods(VERBS)
def notice_table(request, pk):
    """The table of a document: six ways to fill it, one at a time; each replaces what it speaks of."""
    found = notice_or_404(request, pk)
    refuse_stranger(request, found)
    if away := refused_state(request, found, "enter"):
        return away
    way = request.GET.get("way") if request.GET.get("way") in TABLE_FORMS else "type"
    stored, before = tables.rows_of(found), tables.rows_before(found)
    form = table_form(request, found, way, stored, before)
    if form.is_valid():
        try:
            rows = table_of(form, way, stored, before, request)
            version = request.POST.get("version", "")
            actions.save_table(
                notice=found, rows=rows, version=int(version) if version.isdecimal() else 0, **who(request)
            )
        except TableRefused as refusal:
            say(form, ValidationError(refusal.sentences))
        except ValidationError as refusal:
            say(form, refusal)
        else:
            messages.success(request, f"标准表已保存，共 {len(rows)} 行。")
            return redirect("benefits:notice-table", pk=pk)
    url = reverse("benefits:notice-table", args=[pk])
    context = {
        "notice": found, "form": form, "way": way, "label": WAYS[way], "version": found.row_version,
        "ways": [{"label": label, "url": f"{url}?way={name}", "current": name == way} for name, label in WAYS.items()],
        "lines": tables.with_names(tables.compared(before, stored), tables.programme_names(request.user)) if stored else [],
        "is_prefilled": not stored and bool(before), "row_count": len(stored),
    }  # fmt: skip
    return render(request, "benefits/notice_table.html", context, status=422 if form.errors else 200)


def table_form(request, notice: StandardNotice, way: str, stored: list, before: list):
    named, is_sent = tables.programme_names(request.user), request.method == "POST"
    own = {code: named[code] for code in notice.programme_codes if code in named}
    rows = (stored or before) if way == "type" else stored
    return TABLE_FORMS[way](request.POST if is_sent else None, files=request.FILES if is_sent else None, rows=rows, programmes=own,
                            named=named, today=timezone.localdate())  # fmt: skip


def table_of(form, way: str, stored: list, before: list, request) -> list:
    """Return the whole table as it stands after this way of filling it. Raises TableRefused, ValidationError."""
    if way in ("type", "add"):
        return form.table()
    data = form.cleaned_data
    if way in ("percent", "amount"):
        chosen = [row for row in before if data["programme"] in ("", row.programme)]
        if not chosen:
            raise ValidationError("执行月份以前没有可以提标的标准，请逐行填写或上传。")
        more = {"percent": data["percent"], "step": data["step"]} if way == "percent" else {"add": data["amount"]}
        new = raised_rows(chosen, **more)
    else:
        cells = pasted(data["text"]) if way == "paste" else cells_of(data["file"])
        new = read_table(cells, tables.names(request.user), programme=data["programme"], unit=data["unit"])
    said = {(row.programme, row.component) for row in new}
    return [*(row for row in stored if (row.programme, row.component) not in said), *new]


def cells_of(sent) -> list[list]:
    try:
        book = read_workbook(sent.read(), sent.name)
    except FileRefused as refusal:
        raise ValidationError({"file": refusal.sentence}) from refusal
    visible = [sheet for sheet in book.sheets if not sheet.hidden and sheet.rows]
    if not visible:
        raise ValidationError({"file": "文件里没有数据。"})
    return visible[0].rows
