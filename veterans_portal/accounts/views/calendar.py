"""The work calendar: everybody may look, the city may override a day."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from veterans_portal.accounts.actions.calendar import set_day
from veterans_portal.accounts.admin_forms import CalendarForm
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import CalendarDay, CalendarVersion
from veterans_portal.accounts.permissions import Permission, requires


@requires(Permission.EDIT_CALENDAR)
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request):
    form = CalendarForm(request.POST or None)
    if form.is_valid():
        values = form.cleaned_data | {"is_working": form.cleaned_data["is_working"] == "1"}
        set_day(values=values, by=request.user, at=timezone.now())
        messages.success(request, "工作日历已调整，生成了新版本。")
        return redirect("accounts:calendar")
    today = timezone.localdate()
    year = request.GET.get("year", "")
    year = int(year) if year.isdigit() and 2000 < int(year) < 2200 else today.year
    days = CalendarDay.objects.visible_to(request.user).filter(on__year=year).order_by("on")
    version = CalendarVersion.objects.visible_to(request.user).order_by("-number").first()
    context = {"form": form, "days": days, "year": year, "version": version, "before": year - 1, "after": year + 1}
    return render(request, "accounts/calendar.html", context, status=422 if form.errors else 200)


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
