"""公示: the postings of an office, one with its masked rows, its printed sheet, and what objections it met."""

from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from benefits.actions.oneoff import record_objections
from benefits.actions.oneoff_papers import print_posting
from benefits.forms.grants import ObjectionForm
from benefits.models import PublicNotice
from registry.forms.fields import Choice
from registry.views.edits import WAYS, who
from registry.views.listing import Column, Filters, Listing, Shown
from registry.views.pages import form_page
from veterans_portal.accounts.permissions import Permission, requires


class PublicationFilters(Filters):
    """Filters of the list."""

    def build(self):
        self.fields["subject"] = Choice(dict(PublicNotice.Subject.choices), label="公示事项", empty="全部")

    def by_subject(self, rows, subject):
        return rows.filter(subject=subject)


COLUMNS = [
    Column(
        "公示事项", lambda row: Shown(row.get_subject_display(), reverse("benefits:publication", args=[row.pk])), 12
    ),
    Column("人数", lambda row: str(len(row.rows)), 8, is_number=True),
    Column("公示日期", lambda row: f"{row.from_on:%Y-%m-%d}", 12),
    Column("截止日期", lambda row: f"{row.until_on:%Y-%m-%d}", 12),
    Column("异议数", lambda row: str(row.objections), 8, is_number=True),
]


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def publications(request):
    listing = Listing(title="公示", unit="次", columns=COLUMNS, filters=PublicationFilters, help_chapter="grants", empty="还没有公示。",
                      empty_action=("看一次性待遇", reverse("benefits:grants")))  # fmt: skip
    return listing.respond(request, PublicNotice.objects.visible_to(request.user).order_by("-from_on", "-pk"))


def publication_or_404(request, pk: int) -> PublicNotice:
    return get_object_or_404(PublicNotice.objects.visible_to(request.user).select_related("office"), pk=pk)


@requires(Permission.READ_BENEFITS)
@require_http_methods(WAYS)
def publication(request, pk):
    """One posting; who approves notes the objections on it."""
    found = publication_or_404(request, pk)
    may = request.user.may(Permission.APPROVE_AID) and request.user.office_id == found.office_id
    initial = {"objections": found.objections, "objection_text": found.objection_text}
    form = ObjectionForm(
        request.POST if request.method == "POST" else None, today=timezone.localdate(), initial=initial
    )
    return form_page(request, form, act=lambda data: record_objections(notice=found, **data, **who(request)), done="异议情况已登记。",
                     template="benefits/publication.html", back=reverse("benefits:publication", args=[pk]), notice=found, may_note=may,
                     is_own=found.office_id.startswith(request.user.office_id),
                     rows=found.shown())  # fmt: skip


@requires(Permission.READ_BENEFITS)
@require_POST
def publication_sheet(request, pk):
    file = print_posting(notice=publication_or_404(request, pk), **who(request))
    return redirect("file-download", pk=file.pk)
