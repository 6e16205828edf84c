"""工作交接清单: choose the colleague or the station, look at what is open, print it or take it as Excel."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from registry import handover
from registry.actions.papers import print_handover
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.views.edits import who
from registry.views.listing import Filters
from veterans_portal.accounts.listing import export_list
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, Role, requires

MANY_COLLEAGUES = 200


class HandoverFilters(Filters):
    """Whose work, and of which office."""

    def build(self):
        self.fields["office"] = Choice(dict(office_choices(self.user)), label="单位", empty=self.user.office.label)
        rows = (
            User.objects.visible_to(self.user)
            .below(self.user.office_id)
            .filter(role__in=(Role.CLERK, Role.HEAD, Role.OFFICER))
        )
        rows = rows.only("display_name", "office_id", "is_active").order_by("office_id", "display_name", "pk")
        people = {
            str(one.pk): one.display_name + ("" if one.is_active else "（已停用）") for one in rows[:MANY_COLLEAGUES]
        }
        self.colleagues = {int(pk): name for pk, name in people.items()}
        self.fields["colleague"] = Choice(people, label="离岗人员", empty="全部人员")


def chosen(request):
    """Return (filters, office, colleague, sections) of the address."""
    form = HandoverFilters(request.GET, user=request.user)
    code = form.values.get("office") or request.user.office_id
    own = request.user.office
    office = own if code == own.pk else get_object_or_404(Office.objects.visible_to(request.user), pk=code)
    pk = form.values.get("colleague")
    rows = User.objects.visible_to(request.user).below(request.user.office_id).only("display_name", "office_id")
    colleague = get_object_or_404(rows, pk=pk) if pk else None
    return form, office, colleague, handover.pack(request.user, office.pk, colleague, timezone.localdate())


@requires(Permission.EXPORT_MASKED)
@require_GET
def handover_pack(request):
    form, office, colleague, sections = chosen(request)
    names = handover.makers(sections, form.colleagues)
    total = sum(len(section.rows) for section in sections)
    context = {"form": form, "office": office, "colleague": colleague, "total": total, "query": request.GET.urlencode(),
               "sections": [(section.title, [(line, names.get(line.maker, "")) for line in section.rows]) for section in sections]}  # fmt: skip
    return render(request, "registry/handover.html", context)


@requires(Permission.EXPORT_MASKED)
@require_POST
def handover_print(request):
    """The same as PDF, or as Excel when `as` says so."""
    form, office, colleague, sections = chosen(request)
    names = handover.makers(sections, form.colleagues)
    if request.POST.get("as") == "xlsx":
        words = form.words() or office.name
        return export_list(
            request,
            title="工作交接清单",
            labels=handover.COLUMNS,
            rows=handover.table_rows(sections, names),
            words=words,
        )
    named = [
        section._replace(rows=[(line, names.get(line.maker, "")) for line in section.rows]) for section in sections
    ]
    try:
        file = print_handover(sections=named, office=office, colleague=colleague, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("registry:handover-pack")
    return redirect("file-download", pk=file.pk)
