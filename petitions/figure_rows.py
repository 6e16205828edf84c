"""The list behind each figure: which rows, which columns. A figure's link opens exactly the rows that were counted."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse

from petitions import figures
from petitions.figures import CLOCK_LABELS, STANDINGS, Ask
from petitions.models import Matter, Petition, Supervision, Transfer
from petitions.reception_lists import LEDGER, prepare
from petitions.workflow import State
from registry.views.listing import Column, Shown
from veterans_portal.accounts.models import Office


class RowsOf(NamedTuple):
    """rows: of (ask, value of the dimension). kind: which columns. unit: what one row is."""

    title: str
    kind: str
    unit: str
    rows: Callable[[Ask, str], QuerySet]


def by_channel(ask: Ask, value: str) -> QuerySet:
    rows = figures.receptions(ask)
    return rows.filter(channel__in=figures.VISITS) if value == "visits" else rows.filter(channel=value)


def visits(ask: Ask, condition: Q) -> QuerySet:
    return figures.receptions(ask).filter(condition, channel__in=figures.VISITS)


def by_topic(ask: Ask, value: str) -> QuerySet:
    return figures.registered(ask).filter(Q(topic=value) | Q(topic__parent=value))


def in_cohort(name: str) -> Callable[[Ask, str], QuerySet]:
    def rows(ask: Ask, value: str) -> QuerySet:
        found = figures.cohort(ask, name)
        return found.filter(STANDINGS[value](ask)) if value in STANDINGS else found

    return rows


ROWS = {
    "receptions": RowsOf("接待记录", "reception", "条", by_channel),
    "leader": RowsOf("领导接访", "reception", "条", lambda ask, _: visits(ask, Q(is_leader_reception=True))),
    "reception-day": RowsOf("接访日接待", "reception", "条", lambda ask, _: visits(ask, Q(is_reception_day=True))),
    "consults": RowsOf("咨询", "reception", "条", lambda ask, _: figures.receptions(ask).filter(kind="CONSULT")),
    "on-spot": RowsOf("当场解答化解", "reception", "条", lambda ask, _: figures.receptions(ask).filter(result="ON_SPOT")),
    "registered": RowsOf("登记的信访事项", "case", "件", lambda ask, _: figures.registered(ask)),
    "purpose": RowsOf("登记的信访事项", "case", "件", lambda ask, value: figures.registered(ask).filter(purpose=value)),
    "topic": RowsOf("登记的信访事项", "case", "件", by_topic),
    "channel": RowsOf("登记的信访事项", "case", "件", lambda ask, value: figures.registered(ask).filter(channel=value)),
    "source": RowsOf("登记的信访事项", "case", "件", lambda ask, value: figures.registered(ask).filter(source=value)),
    "closed": RowsOf("办结的信访事项", "case", "件", lambda ask, value: figures.closed(ask).filter(closing_kind=value)),
    "open": RowsOf("期末在办", "case", "件", lambda ask, _: figures.still_open(ask)),
    "backlog": RowsOf("办结的积案", "case", "件", lambda ask, _: figures.backlog(ask)),
    "settled": RowsOf("化解的事项", "matter", "个事项", lambda ask, _: figures.settled(ask)),
    "registration": RowsOf("登记是否及时", "case", "件", lambda ask, value: figures.registered_in_time(ask, in_time=value == "met")),
    **{f"{name}-clock": RowsOf(f"{label}期限", "clock", "个期限", in_cohort(name)) for name, label in CLOCK_LABELS.items()},
    "replied": RowsOf("答复的信访事项", "case", "件", lambda ask, _: figures.replied(ask)),
    "transfers": RowsOf("转送交办", "transfer", "笔", lambda ask, value: figures.transfers(ask).filter(kind=value)),
    "objections": RowsOf("同意退回的异议", "transfer", "笔", lambda ask, _: figures.objections_upheld(ask)),
    "supervisions": RowsOf("督办", "supervision", "笔", lambda ask, value: figures.supervisions(ask).filter(kind=value)),
}  # fmt: skip


def case_link(number: str, pk: int) -> Shown:
    return Shown(number, reverse("petitions:case", args=[pk]))


def stage(case: Petition) -> str:
    return State(case.state).label


def of_case(read: Callable[[Petition], Any]) -> Callable[[Any], Any]:
    return lambda row: read(row.petition) if row.petition_id else ""


# no name of a petitioner stands in any of these lists
COLUMNS = {
    "reception": [column for column in LEDGER if column.label not in ("内容", "答复")],
    "case": [
        Column("编号", lambda one: case_link(one.number, one.pk), 18),
        Column("题目", lambda one: one.title, 30),
        Column("收到日期", lambda one: f"{one.received_on}", 12),
        Column("登记日期", lambda one: f"{one.registered_on}", 12),
        Column("登记单位", lambda one: one.station, 24),
        Column("形式", lambda one: one.channel.label, 12),
        Column("目的", lambda one: one.get_purpose_display(), 10),
        Column("环节", stage, 14),
        Column("办结日期", lambda one: f"{one.closed_on or ''}", 12),
    ],
    "clock": [
        Column("编号", lambda one: case_link(one.petition.number, one.petition_id), 18),
        Column("题目", lambda one: one.petition.title, 30),
        Column("期限", lambda one: one.label, 14),
        Column("责任单位", lambda one: one.station, 24),
        Column("届满日", lambda one: f"{one.due_on}", 12),
        Column("办到日期", lambda one: f"{one.fulfilled_on or ''}", 12),
        Column("超期原因", lambda one: one.late_reason, 20),
    ],
    "matter": [
        Column("编号", lambda one: case_link(one.petition.number, one.petition_id), 18),
        Column("事项", lambda one: one.text, 36),
        Column("结果", lambda one: one.get_outcome_display(), 12),
        Column("落实日期", lambda one: f"{one.fulfilled_on or ''}", 12),
    ],
    "transfer": [
        Column("编号", lambda one: case_link(one.petition.number, one.petition_id), 18),
        Column("方式", lambda one: one.get_kind_display(), 10),
        Column("转出", lambda one: one.sender, 24),
        Column("接收", lambda one: one.receiver, 24),
        Column("到达日期", lambda one: f"{one.arrived_on}", 12),
        Column("异议", lambda one: one.get_ruling_display() if one.ruling else "", 12),
    ],
    "supervision": [
        Column("方式", lambda one: one.get_kind_display(), 14),
        Column("编号", of_case(lambda case: case.number), 18),
        Column("发出单位", lambda one: one.sender, 24),
        Column("接收单位", lambda one: one.receiver, 24),
        Column("答复期限", lambda one: f"{one.reply_due_on}", 12),
        Column("采纳情况", lambda one: one.get_adopted_display() if one.adopted else "", 12),
    ],
}
WITH = {"reception": ("channel",), "case": ("channel",), "clock": ("petition",), "matter": ("petition",), "transfer": ("petition",),
        "supervision": ("petition",)}  # fmt: skip


def name_offices(rows, user) -> None:
    """Name the offices of one page in one question."""
    wanted = {code for row in rows for code in codes_of(row) if code}
    names = dict(Office.objects.directory().filter(pk__in=wanted).values_list("pk", "name"))
    for row in rows:
        if isinstance(row, Transfer | Supervision):
            row.sender = names.get(row.from_office_id, getattr(row, "from_name", ""))
            row.receiver = names.get(row.to_office_id, getattr(row, "to_name", ""))
        elif not isinstance(row, Matter):
            row.station = names.get(codes_of(row)[0], "")


def codes_of(row) -> tuple:
    if isinstance(row, Transfer | Supervision):
        return (row.from_office_id, row.to_office_id)
    if isinstance(row, Petition):
        return (row.registered_office_id,)
    return (getattr(row, "office_id", None),)


PREPARE = {"reception": prepare} | dict.fromkeys(("case", "clock", "matter", "transfer", "supervision"), name_offices)
