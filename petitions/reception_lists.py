"""What the log of receptions shows, filters and adds up; the same rows go to Excel as 咨询接待台账."""

from datetime import timedelta

from django import forms
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from petitions.forms.receptions import KINDS, channel_choices, topic_choices
from petitions.models import Reception, Topic
from registry.forms.fields import Choice
from registry.forms.people_filter import office_choices
from registry.views.listing import Column, Filters, Shown
from veterans_portal.accounts.models import Office, User
from veterans_portal.widgets import TextBox

VISITS = ("VISIT", "JOINT_VISIT", "HOME")  # 走访: what counts as 接待批次
ALL = "ALL"
DATE_SENTENCE = "日期请写成 2026-09-16。"
FIGURES = {
    "visits": ("接待批次", Q(channel__in=VISITS), "batch_count"),
    "people": ("接待人次", Q(channel__in=VISITS), "people_count"),
    "leader": ("其中领导接访（批）", Q(channel__in=VISITS, is_leader_reception=True), "batch_count"),
    "day": ("其中接访日（批）", Q(channel__in=VISITS, is_reception_day=True), "batch_count"),
    "consult": ("咨询", Q(kind="CONSULT"), "batch_count"),
    "on_spot": ("当场解答化解", Q(result="ON_SPOT"), "batch_count"),
}


class DayField(forms.DateField):
    """A day typed in one box, as in 2026-09-16."""

    def __init__(self, label: str):
        super().__init__(
            label=label, required=False, input_formats=["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d"],
            error_messages={"invalid": DATE_SENTENCE}, widget=TextBox(width=12),
        )  # fmt: skip


class ReceptionFilters(Filters):
    """Filters of the log. Without an office it is the reader's own."""

    def build(self):
        offices = dict(office_choices(self.user))
        self.fields["since"] = DayField("从")
        self.fields["until"] = DayField("到")
        self.fields["channel"] = Choice(channel_choices(self.user), label="形式", empty="全部")
        self.fields["kind"] = Choice(KINDS, label="类别", empty="全部")
        self.fields["topic"] = Choice(topic_choices(self.user), label="主题", empty="全部")
        self.fields["result"] = Choice(dict(Reception.Result.choices), label="结果", empty="全部")
        if len(offices) > 1:
            self.fields["office"] = Choice({ALL: "本单位和下属", **offices}, label="单位", empty="本单位")
        self.fields["figure"] = Choice({name: label for name, (label, *_) in FIGURES.items()}, label="统计口径",
                                       widget=forms.HiddenInput())  # fmt: skip

    def apply(self, rows):
        if not self.values.get("office"):
            rows = rows.filter(office_id=self.user.office_id)
        return super().apply(rows)

    def by_since(self, rows, day):
        return rows.filter(received_on__gte=day)

    def by_until(self, rows, day):
        return rows.filter(received_on__lte=day)

    def by_channel(self, rows, code):
        return rows.filter(channel=code)

    def by_kind(self, rows, kind):
        return rows.filter(kind=kind)

    def by_topic(self, rows, code):
        return rows.filter(Q(topic=code) | Q(topic__parent=code))

    def by_result(self, rows, result):
        return rows.filter(result=result)

    def by_office(self, rows, code):
        return rows if code == ALL else rows.filter(office_id=code)

    def by_figure(self, rows, name):
        return rows.filter(FIGURES[name][1])


def figures_of(rows) -> dict[str, int]:
    """Return {figure: sum} of a set of receptions, all of them in one question."""
    sums = {name: Sum(column, filter=condition) for name, (_, condition, column) in FIGURES.items()}
    return {name: number or 0 for name, number in rows.order_by().aggregate(**sums).items()}


def tally(rows, chosen: ReceptionFilters) -> list[dict]:
    """Return the figures above the log; each leads to the rows it counts. `rows` are filtered by all but the figure."""
    kept = {name: value for name, value in chosen.values.items() if name != "figure"}
    path, found = reverse("petitions:receptions"), figures_of(rows)
    return [
        {"n": found[name], "label": label, "url": f"{path}?{urlencode(kept | {'figure': name})}",
         "current": chosen.values.get("figure") == name, "state": ""}
        for name, (label, *_) in FIGURES.items()
    ]  # fmt: skip


def hour(row) -> str:
    return f"{timezone.localtime(row.started_at):%H:%M}"


def leader(row) -> str:
    return row.leader_name if row.is_leader_reception else ""


def day_link(row) -> Shown:
    return Shown(f"{row.received_on}", reverse("petitions:reception", args=[row.pk]), sub=hour(row))


# 咨询接待台账
LEDGER = [
    Column("日期", lambda one: f"{one.received_on}", 12),
    Column("时间", hour, 8),
    Column("单位", lambda one: one.station, 24),
    Column("接待人", lambda one: one.receiver, 10),
    Column("形式", lambda one: one.channel.label, 10),
    Column("类别", lambda one: one.get_kind_display(), 14),
    Column("批次", lambda one: str(one.batch_count), 6, True),
    Column("人次", lambda one: str(one.people_count), 6, True),
    Column("主题", lambda one: one.topic_label, 14),
    Column("内容", lambda one: one.summary, 30),
    Column("答复", lambda one: one.answer, 30),
    Column("结果", lambda one: one.get_result_display(), 14),
    Column("领导接访", leader, 10),
]
SHOWN = [Column("日期", day_link, 12), *LEDGER[3:6], *LEDGER[7:10], *LEDGER[11:]]


def prepare(rows, user) -> None:
    """Name the officers, stations and topics of one page: three questions."""
    names = User.objects.names(row.officer_id for row in rows)
    directory = Office.objects.directory()
    offices = dict(directory.filter(pk__in={row.office_id for row in rows}).values_list("pk", "name"))
    topics = dict(Topic.objects.visible_to(user).values_list("pk", "label"))
    for row in rows:
        row.receiver = names.get(row.officer_id, "")
        row.station = offices.get(row.office_id, row.office_id)
        row.topic_label = topics.get(row.topic_id, "")


def this_month(today) -> dict[str, str]:
    return {"since": f"{today.replace(day=1)}", "until": f"{today}"}


def last_month(today) -> dict[str, str]:
    end = today.replace(day=1) - timedelta(days=1)
    return {"since": f"{end.replace(day=1)}", "until": f"{end}"}
