"""E7 优待证, E8 变动 and E9 迁移: papers and facts of a day. Who has left the reader's range is not named."""

from django.utils import timezone

from registry.ledgers import ExportColumn, shared
from registry.models import Card, Move, Person, StatusChange
from registry.resources import LedgerResource
from veterans_portal.accounts.models import Office, User

GONE = "已迁往外站"


def people_of(rows: list[dict], user) -> dict[int, tuple]:
    """Return {person: (档案号, name, ID number)} of those whose dossiers the reader may see."""
    people = Person.objects.visible_to(user).filter(pk__in={row["person_id"] for row in rows if row["person_id"]})
    return {pk: told for pk, *told in people.values_list("pk", "ref", "name", "id_number")}


def directory() -> dict[str, str]:
    return dict(Office.objects.directory().values_list("code", "name"))


class CardResource(LedgerResource):
    """优待证台账."""

    columns = (
        *shared("ref", "name", "id_number"),
        ExportColumn("kind", "证件种类", 24),
        ExportColumn("accepting", "受理站", 24),
        ExportColumn("applied_on", "申请日期", 12),
        ExportColumn("state", "当前环节", 12),
        ExportColumn("issued_on", "发放日期", 12),
        ExportColumn("signer", "签收人", 10),
    )
    wanted = ("person_id", "kind", "accepting_office_id", "applied_on", "state", "issued_on", "signer")
    ordering = ("office_id", "applied_on", "pk")

    def prepare(self, user):
        self.offices = directory()

    def complete(self, rows, user):
        people, kinds, states = people_of(rows, user), dict(Card.Kind.choices), dict(Card.State.choices)
        for row in rows:
            row["ref"], row["name"], row["id_number"] = people.get(row["person_id"], ("", GONE, ""))
            row["kind"], row["state"] = kinds[row["kind"]], states[row["state"]]
            row["accepting"] = self.offices.get(row["accepting_office_id"], "")


class ChangeResource(LedgerResource):
    """变动台账."""

    columns = (
        *shared("ref", "name", "id_number"),
        ExportColumn("kind", "变动种类", 12),
        ExportColumn("effective", "变动时间", 12),
        ExportColumn("paid_through", "待遇已发至", 12),
        ExportColumn("next_payer_from", "下一发放单位起始月", 16),
        ExportColumn("reason", "原因", 24),
        ExportColumn("maker", "登记人", 10),
        ExportColumn("made", "登记时间", 12),
        ExportColumn("reviewer", "复核人", 10),
    )
    wanted = ("person_id", "kind", "effective", "paid_through", "next_payer_from", "reason", "destination", "created_by_id",
              "created_at", "reviewed_by_id")  # fmt: skip
    ordering = ("-effective_earliest", "-pk")

    def complete(self, rows, user):
        people, kinds = people_of(rows, user), dict(StatusChange.Kind.choices)
        names = User.objects.names({row[key] for row in rows for key in ("created_by_id", "reviewed_by_id")})
        for row in rows:
            row["ref"], row["name"], row["id_number"] = people.get(row["person_id"], ("", GONE, ""))
            row["kind"], row["reason"] = kinds[row["kind"]], row["reason"] or row["destination"]
            row["maker"], row["reviewer"] = names.get(row["created_by_id"], ""), names.get(row["reviewed_by_id"], "")
            row["made"] = local_day(row["created_at"])


class MoveResource(LedgerResource):
    """迁移台账."""

    columns = (
        ExportColumn("ref", "档案号", 14),
        ExportColumn("name", "姓名", 10),
        ExportColumn("giver", "迁出站", 24),
        ExportColumn("taker", "接收站", 24),
        ExportColumn("moved_on", "迁移时间", 12),
        ExportColumn("paid_through", "已发至", 10),
        ExportColumn("next_payer_from", "起发月", 10),
        ExportColumn("state", "状态", 12),
        ExportColumn("maker", "经办", 10),
    )
    wanted = ("person_id", "from_office_id", "to_office_id", "moved_on", "paid_through", "next_payer_from", "state", "direction",
              "asked_name", "answered_at", "created_by_id")  # fmt: skip
    ordering = ("-pk",)

    def prepare(self, user):
        self.offices = directory()

    def complete(self, rows, user):
        people, states = people_of(rows, user), dict(Move.State.choices)
        names = User.objects.names({row["created_by_id"] for row in rows})
        for row in rows:
            ref, name, _ = people.get(row["person_id"], ("", row["asked_name"] or GONE, ""))
            hidden = is_hidden(row, user)
            row["ref"], row["name"] = ("", row["asked_name"]) if hidden else (ref, name)
            row["giver"] = "待查找" if hidden else self.offices.get(row["from_office_id"], "")
            row["taker"] = self.offices.get(row["to_office_id"], "")
            row["state"], row["maker"] = states[row["state"]], names.get(row["created_by_id"], "")


def is_hidden(row: dict, user) -> bool:
    """Of a request that is not answered the receiver knows only what was asked."""
    gives = bool(row["from_office_id"]) and row["from_office_id"].startswith(user.office_id)
    return row["direction"] == "PULL" and not gives and not row["answered_at"] and row["state"] != "ACCEPTED"


def local_day(moment) -> str:
    return timezone.localdate(moment).isoformat()
