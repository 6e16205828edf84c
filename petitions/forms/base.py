"""What the form of every deed on a case shares: it knows the case, says what follows, and gives the action its arguments."""

from django import forms
from django.urls import reverse

from petitions.calendars import live_calendar
from registry.forms.fields import FullDate, Text
from registry.forms.people import TopicForm
from veterans_portal.accounts.models import Office
from veterans_portal.formats import cn_date
from veterans_portal.widgets import Area

NO_SECRETS = "本系统不联涉密网，禁止录入涉密信息。"
FACTS_ONLY = "只写办理事实，不写对人的评价、情绪和行踪。"


class CaseForm(TopicForm):
    """
    The form of one deed.

    consequence: a sentence for the page, with the days worked out. facts: rows repeated above the form.
    needed_first: (label, address) of what may have to be done before, such as uploading a signed paper.
    arguments:   what the action takes beside petition, row_version, by and at.
    """

    needs_file = ""  # what has to be among the files of the case first
    folded: tuple[str, ...] = ()  # headings of groups that are seldom filled in

    def __init__(self, data=None, *, petition, user, today, **kwargs):
        self.petition, self.user = petition, user
        super().__init__(data, today=today, **kwargs)

    def consequence(self) -> str:
        return ""

    def facts(self) -> list[tuple[str, str]]:
        return []

    def needed_first(self) -> list[tuple[str, str]]:
        if not self.needs_file:
            return []
        return [(f"上传{self.needs_file}", reverse("petitions:file-new", args=[self.petition.pk]))]

    def arguments(self) -> dict:
        return dict(self.cleaned_data)

    def ungrouped(self):
        """Return the bound fields that stand under no heading."""
        held = {name for _, names in self.groups for name in names}
        return [bound for bound in self.visible_fields() if bound.name not in held]


class NothingToFill(CaseForm):
    """The page asks, the button answers."""


def day(label: str, form: TopicForm, *, required: bool = True, ahead: bool = False, **kwargs) -> FullDate:
    """A day in three boxes; today stands in it unless it lies ahead."""
    initial = None if ahead or not required else form.today
    return FullDate(label=label, today=form.today, required=required, allow_future=ahead, initial=initial, **kwargs)


def paragraph(label: str, limit: int, *, rows: int = 4, required: bool = True, **kwargs) -> Text:
    return Text(label=label, max_length=limit, required=required, widget=Area(rows=rows), **kwargs)


def tick(label: str, **kwargs) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, **kwargs)


def office_of(code: str) -> Office | None:
    """Return the office of a chosen code; the choices have been checked by the form."""
    return Office.objects.directory().get(pk=code) if code else None


def spoken(on) -> str:
    return cn_date(on)


def worked_out(rule, *args, **kwargs):
    """Ask a rule of petitions.rules.deadlines with the calendar of today."""
    calendar, _ = live_calendar()
    return rule(*args, calendar=calendar, **kwargs)
