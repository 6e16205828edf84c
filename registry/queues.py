"""What waits for this person in the registry: entries of the home page."""

from dataclasses import dataclass

from django.urls import reverse

from registry.models import ImportBatch, Move, Plaque, StatusChange
from registry.move_lists import in_tab, turn_of
from veterans_portal.accounts.permissions import Permission

OPEN = (ImportBatch.State.MAPPING, ImportBatch.State.CHECKED, ImportBatch.State.PARTLY)
SHOWN = 10


@dataclass
class Entry:
    """One thing to do: what, about whom, what to press, and how urgent it is."""

    title: str
    sub: str
    about: str
    label: str
    url: str
    tag: str = "待处理"
    tag_kind: str = "soon"


def entries(user, today) -> list[Entry]:
    found = []
    if user.may(Permission.IMPORT_LEDGER):
        found += import_entries(user)
    if user.may(Permission.MOVE_PEOPLE):
        found += move_entries(user, today)
    if user.may(Permission.CONFIRM_PLAIN):
        found += review_entries(user)
    if user.may(Permission.APPROVE_PLAQUE):
        found += plaque_entries(user)
    return found


def plaque_entries(user) -> list[Entry]:
    """Exchanges and losses that wait for approval by somebody who did not ask."""
    count = Plaque.objects.visible_to(user).live().filter(state__in=("EXCHANGE", "LOST")).exclude(asked_by=user).count()
    if not count:
        return []
    url = f"{reverse('registry:plaques')}?view=approve"
    return [Entry(f"{count} 块光荣牌申请更换或补发", "批准后发新牌", user.office.label, "去审批", url, "待审批")]


def move_entries(user, today) -> list[Entry]:
    """Moves that wait for this office, the oldest first."""
    rows = Move.objects.visible_to(user).live().select_related("from_office", "to_office")
    waiting = in_tab(rows, "mine", user, today).order_by("pk")[:SHOWN]
    found = []
    for move in waiting:
        turn, kind = turn_of(move, today)
        is_request = move.direction == Move.Direction.PULL and not move.answered_at
        title = f"{move.asked_name}：对方请求迁入" if is_request else "有人员迁来，等接收"
        found.append(Entry(title, f"{move.moved_on} 迁移", move.to_office.label, "答复" if is_request else "接收",
                           reverse("registry:move-detail", args=[move.pk]), turn, kind))  # fmt: skip
    return found


def review_entries(user) -> list[Entry]:
    """Deaths and departures that one person recorded and nobody has looked at yet."""
    open_ones = StatusChange.objects.visible_to(user).live().filter(kind__in=("DEATH", "MOVE_OUT"), reviewed_by=None)
    count = open_ones.exclude(created_by=user).count()
    if not count:
        return []
    url = f"{reverse('registry:status-changes')}?review=open"
    return [Entry(f"{count} 条去世、迁出登记待复核", "登记人以外的人看一遍", user.office.label, "去复核", url)]


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
