"""What waits for this person in the registry: entries of the home page."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.urls import reverse

from registry.models import ImportBatch, Person
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
    state: str = "open"


def entries(user) -> list[Entry]:
    found = []
    if user.may(Permission.IMPORT_LEDGER):
        found += import_entries(user)
    return found


def import_entries(user) -> list[Entry]:
    batches = ImportBatch.objects.visible_to(user).filter(state__in=OPEN).select_related("office").order_by("-pk")
    return [
        Entry(f"台账《{batch.file_name}》", import_sentence(batch), batch.office.label, "继续处理",
              reverse("registry:import-detail", args=[batch.pk]))
        for batch in batches[:SHOWN]
    ]  # fmt: skip


def import_sentence(batch: ImportBatch) -> str:
    rows = batch.counts.get("rows", {})
    held, ready = rows.get("HELD", 0), sum(rows.get(name, 0) for name in ("CREATE", "UPDATE", "UNCHANGED"))
    if batch.state == ImportBatch.State.MAPPING:
        return "已读取，请核对列"
    parts = [f"{ready} 行可以入库"] if ready else []
    return "，".join([*parts, *([f"{held} 行需要修改"] if held else [])]) or "等待处理"


GAPS = {
    "no_phone": ("缺联系电话", Q(phone_digest=None, phone_alt_digest=None)),
    "no_id": ("没有身份证号", Q(id_digest=None)),
    "no_address": ("缺现住址", Q(address=None)),
}


def gaps(user) -> list[dict]:
    """Return what dossiers lack, each with the list of exactly these people; empty ones are left out."""
    people = Person.objects.visible_to(user).in_registry()
    counted = people.aggregate(
        total=Count("pk"),
        unplaced=Count("pk", filter=Q(is_unplaced=True)),
        **{key: Count("pk", filter=condition) for key, (_, condition) in GAPS.items()},
    )
    without = people.exclude(
        identities__in=people.model.identities.rel.related_model.objects.visible_to(user).open()
    ).count() if counted["total"] else 0
    lines = [(key, label, counted[key], f"gap={key}") for key, (label, _) in GAPS.items()]
    lines += [("no_category", "没有类别", without, "gap=no_category"), ("unplaced", "待分站", counted["unplaced"], "unplaced=1")]
    return [
        {"key": key, "label": label, "n": number, "url": f"{reverse('registry:people')}?{query}"}
        for key, label, number, query in lines
        if number
    ]
