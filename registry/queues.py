"""What waits for this person in the registry: entries of the home page."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db import models
from django.db.models import Count, Value
from django.urls import reverse

from registry import prompt_facts
from registry.models import AidReferral, Card, ChangeRequest, DuplicatePair, ImportBatch, Move, Plaque, StatusChange
from registry.move_lists import in_tab, turn_of
from registry.workflow_cards import STATIONS, states_of
from veterans_portal.accounts.permissions import Permission

OPEN = (ImportBatch.State.MAPPING, ImportBatch.State.CHECKED, ImportBatch.State.PARTLY)
SHOWN = 10


@dataclass
class Entry:
    """One thing to do: what, about whom, what to press, how urgent it is, and the day it must be done by."""

    title: str
    sub: str
    about: str
    label: str
    url: str
    tag: str = "待处理"
    tag_kind: str = "soon"
    due_on: date | None = None


def entries(user, today) -> list[Entry]:
    """What is told one by one; what is told as a number is in `tallies`."""
    found = []
    if user.may(Permission.IMPORT_LEDGER):
        found += import_entries(user)
    if user.may(Permission.MOVE_PEOPLE):
        found += move_entries(user, today)
    if user.may(Permission.EDIT_PEOPLE) and user.office.tier in STATIONS:
        found += prompt_entries(user, today)
    return found


def prompt_entries(user, today) -> list[Entry]:
    """What falls due in this station; bureaus look into their list."""
    lines = prompt_facts.to_do(user, today)
    if not lines:
        return []
    late = sum(line.prompt.due_on < today for line in lines)
    sub = f"其中 {late} 条已过到期日" if late else f"最早 {lines[0].prompt.due_on} 到期"
    return [
        Entry(f"{len(lines)} 条到期提醒要办", sub, user.office.label, "去办理", reverse("registry:prompts"), "到期提醒")
    ]


def move_entries(user, today) -> list[Entry]:
    """Moves that wait for this office, the oldest first."""
    rows = Move.objects.visible_to(user).live().select_related("from_office", "to_office")
    waiting = in_tab(rows, "mine", user, today).order_by("pk")[:SHOWN]
    found = []
    for move in waiting:
        turn, kind = turn_of(move, today)
        is_request = move.direction == Move.Direction.PULL and not move.answered_at
        title = f"{move.asked_name}：{'对方请求迁入' if is_request else '迁来本站，等接收'}"
        found.append(Entry(title, f"{move.moved_on} 迁移", move.to_office.label, "答复" if is_request else "接收",
                           reverse("registry:move-detail", args=[move.pk]), turn, kind))  # fmt: skip
    return found


def counted(**rows) -> dict[str, int]:
    """Count several sets of rows in one question: {name: number}."""
    found = dict.fromkeys(rows, 0)
    labelled = [
        one.order_by()
        .annotate(queue=Value(name, models.TextField()))
        .values("queue")
        .annotate(n=Count("pk"))
        .values_list("queue", "n")
        for name, one in rows.items()
    ]
    return found | dict(labelled[0].union(*labelled[1:], all=True))


def waiting_sets(user) -> dict:
    """What waits for this person and is told as a number, by queue."""
    found = {}
    if user.may(Permission.PROPOSE_CHANGE):
        found["returned"] = ChangeRequest.objects.visible_to(user).live().filter(state="RETURNED", proposed_by=user)
    if user.may(Permission.CONFIRM_PLAIN):
        changes = StatusChange.objects.visible_to(user).live().filter(kind__in=("DEATH", "MOVE_OUT"), reviewed_by=None)
        found["reviews"] = changes.exclude(created_by=user)
    if user.may(Permission.APPROVE_CHANGE):
        found["changes"] = (
            ChangeRequest.objects.visible_to(user).live().filter(state="PROPOSED").exclude(proposed_by=user)
        )
    if user.may(Permission.MERGE_PEOPLE):
        pairs = DuplicatePair.objects.visible_to(user).live().filter(state="OPEN")
        # a town merges for its villages, which may not; a bureau only what no lower office stands above
        found["pairs"] = pairs if user.office.tier in STATIONS else pairs.filter(office=user.office_id)
    if user.may(Permission.APPROVE_PLAQUE):
        found["plaques"] = (
            Plaque.objects.visible_to(user).live().filter(state__in=("EXCHANGE", "LOST")).exclude(asked_by=user)
        )
    if user.may(Permission.EDIT_PEOPLE):
        found["referrals"] = AidReferral.objects.visible_to(user).live().filter(state="OPEN", office=user.office_id)
    return found | card_sets(user)


def card_sets(user) -> dict:
    """Cards by the step that waits for this person. What waits for a bank or a province is not a thing to do."""
    rows, found = Card.objects.visible_to(user).live(), {}
    for state in states_of(user):
        if f"card-{state}" in QUEUES:
            found[f"card-{state}"] = rows.filter(state=state)
    if "card-STATION_OK" in found:
        found["card-STATION_OK"] = found["card-STATION_OK"].exclude(accepted_by=user)
    return found


# queue → sentence with the number, what to do, button, address, its query, tag, kind of tag
QUEUES = {
    "returned": ("{} 件变更申请被退回", "修改后重新提交", "去修改", "registry:changes", "?tab=mine", "被退回", "back"),
    "changes": ("{} 件变更申请待审核", "核对后通过或退回", "去审核", "registry:changes", "", "待审核", "soon"),
    "reviews": ("{} 条去世、迁出登记待复核", "登记人以外的人看一遍", "去复核", "registry:status-changes", "?review=open", "待复核", "soon"),
    "pairs": ("{} 对疑似重复的档案待核对", "是同一人的合并，不是的记下来", "去核对", "registry:duplicates", "", "待核对", "soon"),
    "referrals": ("{} 件转介待接收", "接收后与本人联系", "去接收", "registry:referrals", "", "待接收", "soon"),
    "plaques": ("{} 块光荣牌申请更换或补发", "批准后发新牌", "去审批", "registry:plaques", "?view=approve", "待审批", "soon"),
    "card-APPLIED": ("{} 份优待证申请待受理", "核对照片和身份证", "去受理", "registry:cards", "?view=accept", "待受理", "soon"),
    "card-RETURNED": ("{} 份优待证申请退回补正", "补齐材料后重新受理", "去补正", "registry:cards", "?view=accept", "被退回", "back"),
    "card-STATION_OK": ("{} 份优待证申请待区县审核", "受理人以外的人审核", "去审核", "registry:cards", "?view=district", "待审核", "soon"),
    "card-DISTRICT_OK": ("{} 份优待证申请待市级审核", "通过或退回补正", "去审核", "registry:cards", "?view=city", "待审核", "soon"),
    "card-PROVINCE_OK": ("{} 张优待证可以送制卡", "名单交给银行后登记", "去登记", "registry:cards", "?view=making", "待制卡", "soon"),
    "card-RECEIVED": ("{} 张优待证待下发到站", "送到服务站后登记", "去下发", "registry:cards", "?view=send", "待下发", "soon"),
    "card-READY": ("{} 张优待证待领取", "通知本人带身份证来领", "去发放", "registry:cards", "?view=ready", "待领取", "soon"),
}  # fmt: skip


class Tally(NamedTuple):
    """Something to do that is told as a number: the rows, the sentence with {}, and what an Entry shows."""

    rows: models.QuerySet
    sentence: str
    sub: str
    label: str
    url: str
    tag: str
    tag_kind: str


def tallies_of(sets: dict, queues: dict) -> list[Tally]:
    """Return the tallies of a room: {queue: rows} with {queue: (sentence, sub, label, url name, query, tag, kind)}."""
    return [
        Tally(sets[name], sentence, sub, label, f"{reverse(url)}{query}", tag, kind)
        for name, (sentence, sub, label, url, query, tag, kind) in queues.items()
        if name in sets
    ]


def tallies(user, today) -> list[Tally]:
    return tallies_of(waiting_sets(user), QUEUES)


def told(found: list[Tally], user) -> list[Entry]:
    """Return the entries of tallies, of whatever rooms, that are not zero; all are counted in one question."""
    numbers = counted(**{f"n{at}": one.rows for at, one in enumerate(found)}) if found else {}
    return [
        Entry(one.sentence.format(numbers[f"n{at}"]), one.sub, user.office.label, one.label, one.url, one.tag, one.tag_kind)
        for at, one in enumerate(found)
        if numbers[f"n{at}"]
    ]  # fmt: skip


def import_entries(user) -> list[Entry]:
    batches = ImportBatch.objects.visible_to(user).filter(state__in=OPEN).select_related("office").order_by("-pk")
    return [
        Entry(f"台账《{batch.file_name}》", import_sentence(batch), batch.office.label, "继续处理",
              reverse("registry:import-detail", args=[batch.pk]), batch.get_state_display())
        for batch in batches[:SHOWN]
    ]  # fmt: skip


def import_sentence(batch: ImportBatch) -> str:
    rows = batch.counts.get("rows", {})
    held, ready = rows.get("HELD", 0), sum(rows.get(name, 0) for name in ("CREATE", "UPDATE", "UNCHANGED"))
    if batch.state == ImportBatch.State.MAPPING:
        return "已读取，请核对列"
    parts = [f"{ready} 行可以入库"] if ready else []
    return "，".join([*parts, *([f"{held} 行需要修改"] if held else [])]) or "等待处理"


# what a dossier may lack: key of the figures → words
GAPS = {
    "no_phone": "缺联系电话",
    "no_id": "没有身份证号",
    "no_category": "没有类别",
    "unplaced": "待分站",
}


def gaps(total) -> list[dict]:
    """Return what dossiers lack, each with the list of exactly these people; `total` counts and links them."""
    return [
        {"label": label, "n": total.counts[key], "url": total.url(key)}
        for key, label in GAPS.items()
        if total.counts[key]
    ]
