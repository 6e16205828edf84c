"""信访登记台账: what is known of each case, in the columns of the ledger. Restricted cases are never among them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db.models import Min

from petitions.models import (
    Assignment,
    Deadline,
    Delivery,
    Evaluation,
    FollowUp,
    Matter,
    Petition,
    Petitioner,
    Reception,
    Review,
    Topic,
)
from petitions.notice_kinds import REPLIES
from petitions.workflow import State
from registry.rules.contacts import mask_phone
from veterans_portal.accounts.models import Office, User
from veterans_portal.sheets import LedgerColumn

SET = 2000  # cases read at a time
TOLD, ANSWERED = ("NOTICE", "TRANSFER_NOTICE"), ("ANSWER",)
SCORES = {5: "满意", 4: "基本满意", 3: "基本满意", 2: "不满意", 1: "不满意"}
COLUMNS = [
    LedgerColumn(label, width, True)
    for label, width in (
        ("序号", 6), ("编号", 18), ("收到日期", 12), ("登记日期", 12), ("登记单位", 24), ("首问责任人", 12), ("信访形式", 12), ("来源", 10),
        ("来文编号", 16), ("信访目的", 10), ("主题", 14), ("信访人", 10), ("人数", 6), ("批次", 6), ("联系电话", 14), ("诉求摘要", 36),
        ("应告知日", 12), ("告知日", 12), ("告知按期", 8), ("受理日期", 12), ("办理途径", 20), ("承办单位", 24), ("承办人", 10),
        ("包案领导", 10), ("应办结日", 12), ("延期天数", 8), ("延期后应办结日", 14), ("答复日期", 12), ("答复按期", 8), ("办理结果", 16),
        ("收到答复日", 12), ("回访日期", 12), ("回访结果", 10), ("满意度", 10), ("复查", 10), ("复核", 10), ("办理状态", 14),
        ("收到天数", 8), ("备注", 16),
    )
]  # fmt: skip


class Facts(NamedTuple):
    """The days and counts of a case that an import compares."""

    received_on: date
    registered_on: date
    channel: str
    purpose: str
    people_count: int
    accepted_on: date | None
    extension_days: int
    replied_on: date | None

    @property
    def signature(self) -> tuple:
        return tuple(value.isoformat() if isinstance(value, date) else value for value in self)


def grouped(rows: Iterable, key: str = "petition_id") -> dict[int, list]:
    found = defaultdict(list)
    for row in rows:
        found[getattr(row, key)].append(row)
    return found


class Around:
    """What belongs to a set of cases, asked for set-wise."""

    def __init__(self, cases: list[Petition], user: User):
        pks = [case.pk for case in cases]
        self.deadlines = grouped(Deadline.objects.filter(petition__in=pks, cancelled_on=None).order_by("cycle", "pk"))
        self.matters = grouped(Matter.objects.filter(petition__in=pks).order_by("no"))
        self.leads = {row.petition_id: row for row in Petitioner.objects.filter(petition__in=pks, is_lead=True)}
        handlers = Assignment.objects.filter(petition__in=pks, role="LEAD").order_by("cycle", "pk")
        self.handlers = {row.petition_id: row for row in handlers}
        self.calls = {row.petition_id: row for row in FollowUp.objects.filter(petition__in=pks).order_by("pk")}
        marks = Evaluation.objects.filter(petition__in=pks, target="HANDLING", superseded_at=None)
        self.marks = {row.petition_id: row for row in marks}
        self.reviews = grouped(Review.objects.filter(petition__in=pks).order_by("pk"))
        self.batches = {row.petition_id: row for row in Reception.objects.visible_to(user).filter(petition__in=pks)}
        sent = Delivery.objects.filter(
            petition__in=pks, notice__kind__in=REPLIES, notice__voided_on=None, failed_on=None
        )
        days = sent.values("petition_id").annotate(sent=Min("sent_on"), received=Min("received_on"))
        self.sent = {row["petition_id"]: (row["sent"], row["received"]) for row in days.order_by()}

    def clock(self, case: Petition, kinds: tuple[str, ...]) -> Deadline | None:
        return next((one for one in self.deadlines[case.pk] if one.kind in kinds), None)

    def replied_on(self, case: Petition) -> date | None:
        if case.pk in self.sent:
            return self.sent[case.pk][0]
        answer = self.clock(case, ANSWERED)
        return answer.fulfilled_on if answer else None

    def facts(self, case: Petition) -> Facts:
        answer = self.clock(case, ANSWERED)
        return Facts(case.received_on, case.registered_on, case.channel_id, case.purpose, case.people_count, case.accepted_on,
                     answer.extension_days if answer else 0, self.replied_on(case))  # fmt: skip


class Names:
    """What codes and keys are called, asked for once."""

    def __init__(self, user: User):
        self.offices = dict(Office.objects.directory().values_list("pk", "name"))
        self.topics = dict(Topic.objects.visible_to(user).values_list("pk", "label"))
        self.people: dict[int, str] = {}

    def learn(self, pks: Iterable[int | None]) -> None:
        if wanted := {pk for pk in pks if pk} - set(self.people):
            self.people |= User.objects.names(wanted)


def ordinary(cases):
    """Leave restricted cases out, whoever asks: they stand in no list of others."""
    return cases.filter(is_restricted=False)


def rows(cases, *, user: User, today: date, full: bool) -> Iterator[tuple]:
    """Yield the ledger, one case a row, in the order given. full: phones are written out."""
    names, number = Names(user), 0
    pks = list(ordinary(cases).values_list("pk", flat=True))
    for start in range(0, len(pks), SET):
        part = list(Petition.objects.visible_to(user).filter(pk__in=pks[start : start + SET]).select_related("channel"))
        part.sort(key=lambda case: pks.index(case.pk, start))
        around = Around(part, user)
        names.learn(pk for case in part for pk in (case.first_officer_id, case.lead_leader_id))
        names.learn(row.officer_id for row in around.handlers.values())
        for case in part:
            number += 1
            yield written(number, case, around, names, today=today, full=full)


def written(number: int, case: Petition, around: Around, names: Names, *, today: date, full: bool) -> tuple:
    told, answer = around.clock(case, TOLD), around.clock(case, ANSWERED)
    lead, handler = around.leads.get(case.pk), around.handlers.get(case.pk)
    call, replied = around.calls.get(case.pk), around.replied_on(case)
    batch = around.batches.get(case.pk)
    phone = lead.phone if lead and lead.phone else ""
    return (
        str(number), case.number, day(case.received_on), day(case.registered_on), names.offices.get(case.registered_office_id, ""),
        names.people.get(case.first_officer_id, ""), case.channel_text or case.channel.label, case.get_source_display(),
        case.source_ref, case.get_purpose_display(), names.topics.get(case.topic_id, ""), lead.name if lead else "",
        str(case.people_count), str(batch.batch_count if batch else 1), phone if full else mask_phone(phone) if phone else "",
        case.request_text or case.title, day(told and told.due_on), day(told and told.fulfilled_on), in_time(told),
        day(case.accepted_on), routes(around.matters[case.pk]), names.offices.get(handler.office_id, "") if handler else "",
        names.people.get(handler.officer_id, "") if handler else "", names.people.get(case.lead_leader_id, ""),
        day(answer and answer.base_due_on), str(answer.extension_days) if answer else "", day(answer and answer.due_on),
        day(replied), in_time(answer), outcomes(around.matters[case.pk]), day(received_reply(case, around)),
        day(call and not call.is_imported and call.called_on), called(call), satisfaction(case, around), *review_words(around.reviews[case.pk]),
        State(case.state).label, str((today - case.received_on).days), case.legacy_number and f"原编号 {case.legacy_number}",
    )  # fmt: skip


def day(value) -> str:
    return value.isoformat() if value else ""


def in_time(clock: Deadline | None) -> str:
    if clock is None or clock.fulfilled_on is None or clock.due_on is None:
        return ""
    return "是" if clock.fulfilled_on <= clock.due_on else "否"


def routes(matters: list[Matter]) -> str:
    return "、".join(dict.fromkeys(one.get_route_display() for one in matters if one.route))


def outcomes(matters: list[Matter]) -> str:
    said = (one.get_outcome_display() if one.outcome else one.decision for one in matters)
    return "、".join(dict.fromkeys(text for text in said if text))


def received_reply(case: Petition, around: Around) -> date | None:
    return around.sent.get(case.pk, (None, None))[1]


def called(call: FollowUp | None) -> str:
    if call is None or call.is_imported:
        return ""
    if call.declined:
        return "不愿接受回访"
    return call.get_fulfilled_display() if call.reached else "未联系上"


def satisfaction(case: Petition, around: Around) -> str:
    """What the petitioner said at the public page; for imported cases what the old ledger said."""
    if mark := around.marks.get(case.pk):
        return mark.get_score_display()
    call = around.calls.get(case.pk)
    return SCORES.get(call.result_score, "") if call else ""


def review_words(reviews: list[Review]) -> tuple[str, str]:
    last = {row.stage: row.get_outcome_display() if row.outcome else row.get_state_display() for row in reviews}
    return last.get("REVIEW", ""), last.get("RECHECK", "")
