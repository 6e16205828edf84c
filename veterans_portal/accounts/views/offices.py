"""Offices: list, new, edit, close, import and export."""

import tempfile
from pathlib import Path

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from veterans_portal.accounts import office_file
from veterans_portal.accounts.actions import offices as actions
from veterans_portal.accounts.admin_forms import OfficeEditForm, OfficeFileForm, OfficeFilter, OfficeForm
from veterans_portal.accounts.listing import XLSX, export_list
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission, requires
from veterans_portal.files import scratch
from veterans_portal.ready import make_ready
from veterans_portal.sheets import FileRefused

PAGE = 30


def chosen(request, query):
    """Return (filter form, offices it leaves) for a list or its export."""
    form = OfficeFilter(query)
    form.is_valid()
    offices = Office.objects.visible_to(request.user).order_by("code")
    wanted = form.cleaned_data
    offices = offices.filter(closed_on__isnull=not wanted.get("closed"))
    if wanted.get("tier"):
        offices = offices.filter(tier=wanted["tier"])
    if word := wanted.get("q"):
        offices = offices.filter(Q(name__contains=word) | Q(short_name__contains=word) | Q(code=word))
    return form, offices


@requires(Permission.MANAGE_OFFICES)
@require_GET
def office_list(request):
    form, offices = chosen(request, request.GET)
    accounts = Count("user", filter=Q(user__is_active=True))
    page = Paginator(offices.annotate(accounts=accounts).select_related("parent"), PAGE).get_page(
        request.GET.get("page")
    )
    return render(request, "accounts/office_list.html", {"form": form, "page": page, "query": request.GET.urlencode()})


@requires(Permission.MANAGE_OFFICES)
@require_http_methods(["GET", "HEAD", "POST"])
def office_new(request):
    form = OfficeForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            office = actions.create_office(values=form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, f"已新增机构：{office.name}。")
            return redirect("accounts:offices")
    return show_form(request, form, "新增机构")


def add_refusal(form, refusal: ValidationError) -> None:
    """Put a refusal beside the fields it names; what is about no shown field goes on top."""
    if not hasattr(refusal, "error_dict"):
        return form.add_error(None, refusal)
    for name, errors in refusal.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
    return None


def show_form(request, form, title: str, office: Office | None = None):
    status = 422 if form.errors else 200
    return render(request, "accounts/office_form.html", {"form": form, "title": title, "office": office}, status=status)


@requires(Permission.MANAGE_OFFICES)
@require_http_methods(["GET", "HEAD", "POST"])
def office_edit(request, code):
    office = get_object_or_404(Office.objects.visible_to(request.user), pk=code)
    form = OfficeEditForm(request.POST or None, instance=office, user=request.user)
    if form.is_valid():
        try:
            actions.edit_office(office=office, changes=form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "机构已修改。")
            return redirect("accounts:offices")
    return show_form(request, form, "修改机构", office)


@requires(Permission.MANAGE_OFFICES)
@require_http_methods(["GET", "HEAD", "POST"])
def office_close(request, code):
    office, error = get_object_or_404(Office.objects.visible_to(request.user), pk=code), ""
    if request.method == "POST":
        now = timezone.now()
        try:
            actions.close_office(office=office, closed_on=timezone.localdate(now), by=request.user, at=now)
        except ValidationError as refusal:
            error = " ".join(refusal.messages)
        else:
            messages.success(request, f"{office.name}已停用。")
            return redirect("accounts:offices")
    return render(
        request, "accounts/office_close.html", {"office": office, "error": error}, status=422 if error else 200
    )


@requires(Permission.MANAGE_OFFICES)
@require_POST
def office_reopen(request, code):
    office = get_object_or_404(Office.objects.visible_to(request.user), pk=code)
    try:
        actions.reopen_office(office=office, by=request.user, at=timezone.now())
        messages.success(request, f"{office.name}已恢复。")
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("accounts:offices")


@requires(Permission.MANAGE_OFFICES)
@require_http_methods(["GET", "HEAD", "POST"])
def offices_import(request):
    """Read the file, show what it would do, and do it on the second click; the file is sent twice, nothing is kept."""
    form = OfficeFileForm(request.POST or None, request.FILES or None)
    good, bad = [], []
    if form.is_valid():
        try:
            good, bad = office_file.read_offices(form.cleaned_data["file"].read(), form.cleaned_data["file"].name)
            if "commit" in request.POST and good:
                rows = [{key: value for key, value in row.items() if key != "row"} for row in good]
                counts = actions.import_offices(rows=rows, by=request.user, at=timezone.now())
                messages.success(
                    request,
                    f"新增 {counts['created']} 个，修改 {counts['updated']} 个，无变化 {counts['unchanged']} 个。",
                )
                return redirect("accounts:offices")
        except FileRefused as refusal:
            form.add_error("file", refusal.sentence)
        except ValidationError as refusal:
            form.add_error("file", " ".join(refusal.messages))
    context = {"form": form, "good": good, "bad": bad, "read": bool(good or bad)}
    return render(request, "accounts/offices_import.html", context, status=422 if form.errors else 200)


@requires(Permission.MANAGE_OFFICES)
@require_POST
def offices_template(request):
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        path = Path(folder) / "template.xlsx"
        office_file.make_template(path)
        file = make_ready(path, "机构表模板.xlsx", XLSX, by=request.user, at=timezone.now())
    return redirect("file-download", pk=file.pk)


@requires(Permission.MANAGE_OFFICES)
@require_POST
def offices_export(request):
    _, offices = chosen(request, request.POST)
    labels = [("机构代码", 16), ("机构名称", 30), ("简称", 16), ("层级", 10), ("上级机构代码", 16), ("联系电话", 16), ("地址", 30),
              ("是否审批发放单位", 18)]  # fmt: skip
    rows = [
        (
            o.code,
            o.name,
            o.short_name,
            o.get_tier_display(),
            o.parent_id or "",
            o.phone,
            o.address,
            "是" if o.is_deciding else "否",
        )
        for o in offices
    ]
    return export_list(request, title="机构表", labels=labels, rows=rows)
