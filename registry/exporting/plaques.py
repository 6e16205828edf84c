"""E6 光荣牌台账: one row a plaque, with those that hang no more; it comes back without a change."""

from collections import Counter

from registry import codes, living_codes
from registry.ledgers_plaques import PLAQUE_EXPORT
from registry.models import Category, Identity, Plaque
from registry.resources import LedgerResource

STATES, MODES = dict(Plaque.State.choices), dict(Plaque.Mode.choices)
REASONS = dict(Plaque.ExchangeReason.choices) | dict(Plaque.WithdrawReason.choices)


class PlaqueResource(LedgerResource):
    """Columns of the plaque ledger, by station and household."""

    columns = PLAQUE_EXPORT
    wanted = ("holder_id", "holder__ref", "holder__name", "holder__id_number", "household__head_name", "household__book_no",
              "serial", "bases", "mode", "address", "place", "hung", "hung_by", "signer", "state", "closed", "exchange_reason",
              "withdraw_reason", "reissue_no", "batch_no", "note")  # fmt: skip
    renamed = {
        "holder__ref": "ref",
        "holder__name": "holder",
        "holder__id_number": "id_number",
        "household__head_name": "head",
        "household__book_no": "book_no",
        "serial": "plaque_no",
        "address": "home_address",
        "hung": "hung_date",
        "closed": "change_date",
    }
    ordering = ("office_id", "household__head_pinyin", "household_id", "pk")

    def prepare(self, user):
        self.labels = dict(Category.objects.visible_to(user).values_list("code", "label"))
        self.states = Counter()

    def complete(self, rows, user):
        relations = self.relations_of({row["holder_id"] for row in rows}, user)
        for row in rows:
            row["holder"] = row["holder"] or row["head"]
            row["relation"] = relations.get(row["holder_id"], "")
            row["bases"] = "、".join(self.labels.get(code, code) for code in row["bases"])
            row["mode"], row["status"] = MODES[row["mode"]], STATES[row["state"]]
            row["place"] = codes.PLAQUE_PLACE.get(row["place"], "")
            row["change_reason"] = REASONS.get(row["withdraw_reason"] or row["exchange_reason"], "")
            row["reissue_no"] = row["reissue_no"] or ""

    @staticmethod
    def relations_of(people, user) -> dict[int, str]:
        rows = (
            Identity.objects.visible_to(user)
            .open()
            .filter(person_id__in=people, detail="SURVIVOR")
            .exclude(relation="")
        )
        return {
            person: living_codes.SURVIVOR_RELATION.get(relation, relation)
            for person, relation in rows.order_by("pk").values_list("person_id", "relation")
        }

    def note(self, values):
        self.states[values["status"]] += 1

    def total(self, number, unit):
        by_state = "、".join(f"{label} {self.states[label]}" for label in STATES.values() if self.states[label])
        return f"{number} {unit}" + (f"：{by_state}" if by_state else "")
