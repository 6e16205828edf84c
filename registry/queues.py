"""What waits for this person in the registry: entries of the home page."""

from dataclasses import dataclass

from django.urls import reverse

from registry.models import ImportBatch
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


def entries(user) -> list[Entry]:
    found = []
    if user.may(Permission.IMPORT_LEDGER):
        found += import_entries(user)
    return found


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
