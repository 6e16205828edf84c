"""The work calendar: everybody may look, the city may override a day."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from veterans_portal.accounts.actions.calendar import cover_year, set_day
from veterans_portal.accounts.admin_forms import CalendarForm
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import CalendarDay, CalendarVersion
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.EDIT_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request):
    form = CalendarForm(request.POST or None)
    preview = None
    if form.is_valid():
        values = form.cleaned_data | {"is_working": form.cleaned_data["is_working"] == "1"}
        if "preview" not in request.POST:
            _, moved = set_day(values=values, by=request.user, at=timezone.now())
            messages.success(request, f"工作日历已调整，生成了新版本，改动了 {moved} 个期限。")
            return redirect("accounts:calendar")
        preview = tried(set_day, values=values, by=request.user, at=timezone.now())[1]
    today = timezone.localdate()
    year = request.GET.get("year", "")
    year = int(year) if year.isdigit() and 2000 < int(year) < 2200 else today.year
    days = CalendarDay.objects.visible_to(request.user).filter(on__year=year).order_by("on")
    version = CalendarVersion.objects.visible_to(request.user).order_by("-number").first()
    context = {"form": form, "days": days, "year": year, "version": version, "before": year - 1, "after": year + 1,
               "preview": preview, "is_open": any(day.is_local for day in days) and all(day.is_local for day in days)}  # fmt: skip
    return render(request, "accounts/calendar.html", context, status=422 if form.errors else 200)


def tried(verb, **arguments):
    """Do a deed and take it back, to say beforehand what it would change."""
    with transaction.atomic():
        found = verb(**arguments)
        transaction.set_rollback(True)
    return found


@requires(Permission.EDIT_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_cover(request, year):
    """Say that a year's arrangement stands in the table in full."""
    days = CalendarDay.objects.visible_to(request.user).filter(on__year=year).count()
    if request.method == "POST":
        try:
            moved = cover_year(year=year, by=request.user, at=timezone.now())
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, f"{year} 年的放假安排已录全，改动了 {moved} 个期限。")
        return redirect(f"{reverse('accounts:calendar')}?year={year}")
    return render(request, "accounts/calendar_cover.html", {"year": year, "days": days})


@requires(Permission.EDIT_CALENDAR)
@require_POST
def calendar_export(request):
    days = CalendarDay.objects.visible_to(request.user).order_by("on")
    rows = [
        (f"{day.on}", "上班" if day.is_working else "放假", day.name, day.citation, "是" if day.is_local else "")
        for day in days
    ]
    labels = [("日期", 12), ("上班或放假", 12), ("名称", 16), ("依据", 40), ("本地调整", 10)]
    return export_list(request, title="工作日历", labels=labels, rows=rows)
