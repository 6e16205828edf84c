"""
修改记录 of one dossier: what changed (RowChange), why (AuditEvent), who and when (RowTxn), newest first.

One transaction is one line. Sealed values are opened here and nowhere else; an ID number is shown masked.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Value

from registry import living_codes
from registry.models import Award, Category, HouseholdMember, Identity, Livelihood, Person, Service
from registry.rules.ids import mask_id
from veterans_portal.accounts.events import EVENTS
from veterans_portal.accounts.models import AuditEvent, Office, RowChange, RowTxn, User
from veterans_portal.sealing import CannotUnseal, SealedTextField

PER_PAGE = 20
CHILDREN = {model._meta.db_table: model for model in (Identity, Service, Award, Livelihood, HouseholdMember)}
MODELS = {Person._meta.db_table: Person} | CHILDREN
# columns that say nothing to a reader: keys, digests, copies, what the line says anyway
HIDDEN = {"id", "ref", "person", "household", "created_at", "created_by", "confirmed_at", "confirmed_by", "import_batch",
          "voided_by_batch", "registered_on", "row_version", "detail"}  # fmt: skip
OTHER = "档案有改动"
IMPORTED = "导入台账"
VOIDED = "撤销导入"


class Change(NamedTuple):
    """One column: its label, and what it was and became, as people read it."""

    label: str
    old: str
    new: str


@dataclass
class RowLine:
    """One row of one table within a transaction."""

    noun: str  # 身份, 服役经历 …; empty for the person itself
    is_new: bool
    changes: list[Change] = field(default_factory=list)


@dataclass
class Line:
    """One transaction on the dossier."""

    at: datetime
    title: str
    who: str
    rows: list[RowLine]


class History:
    """The pages of one dossier's history as `user` may see it."""

    def __init__(
        self,
        person: Person,
        user,
        *,
        keys: dict[str, list[str]] | None = None,
        per_page: int = PER_PAGE,
        labels: dict[str, str] | None = None,
    ):
        self.person, self.user, self.labels = person, user, labels or {}
        self.keys = keys or self.find_keys()
        self.paginator = Paginator(self.transactions(), per_page)

    def find_keys(self) -> dict[str, list[str]]:
        """Return {table: keys of the rows that belong to the person}."""
        queries = [
            model.objects.visible_to(self.user)
            .filter(person=self.person)
            .order_by()
            .values_list(Value(table, models.TextField()), "pk")
            for table, model in CHILDREN.items()
        ]
        keys = defaultdict(list, {Person._meta.db_table: [str(self.person.pk)]})
        for table, pk in queries[0].union(*queries[1:], all=True):
            keys[table].append(str(pk))
        return keys

    def changes(self):
        """Row changes of the dossier; one index look-up a table."""
        condition = models.Q()
        for table, rows in self.keys.items():
            condition |= models.Q(table=table, row__in=rows)
        return RowChange.objects.visible_to(self.user).filter(condition)

    def events(self):
        return AuditEvent.objects.visible_to(self.user).about(self.person)

    def transactions(self) -> list[int]:
        changed, noted = (rows.order_by().values_list("txid") for rows in (self.changes(), self.events()))
        return sorted((txid for (txid,) in changed.union(noted)), reverse=True)

    def page(self, number):
        """Return a page of Line; its paginator counts transactions."""
        page = self.paginator.get_page(number)
        page.object_list = self.lines(list(page.object_list))
        return page

    def lines(self, txids: list[int]) -> list[Line]:
        if not txids:
            return []
        rows = defaultdict(list)
        for change in self.changes().filter(txid__in=txids).order_by("pk"):
            rows[change.txid].append(change)
        said = (
            AuditEvent.objects.visible_to(self.user).filter(txid=models.OuterRef("txid")).order_by("pk").values("event")
        )
        who = User.objects.filter(pk=models.OuterRef("actor")).values("display_name")[:1]
        made = {txn.txid: txn for txn in RowTxn.objects.filter(txid__in=txids).annotate(
            who=models.Subquery(who), said=ArraySubquery(said))}  # fmt: skip
        reader = Reader((change for changes in rows.values() for change in changes), self.labels)
        return [
            Line(made[txid].at, title_of(made[txid].said, rows[txid]), made[txid].who or "系统",
                 [line for line in map(reader.line, rows[txid]) if line])
            for txid in txids
            if txid in made
        ]  # fmt: skip


def title_of(events: Iterable[str], changes: Iterable[RowChange]) -> str:
    """Return what was done: the event's own words, or what kind of writing it was."""
    said = [label_of(event) for event in events]
    if said:
        return "、".join(dict.fromkeys(said))
    for change in changes:
        if (change.new or {}).get("voided_by_batch_id"):
            return VOIDED
        if (change.new or {}).get("import_batch_id"):
            return IMPORTED
    return OTHER


def label_of(event: str) -> str:
    return EVENTS.get(event, OTHER)


class Reader:
    """Makes words of changed columns; looks up the labels of foreign keys once."""

    def __init__(self, changes: Iterable[RowChange], known: dict[str, str]):
        seen = defaultdict(set)
        for change in changes:
            for values in (change.old or {}, change.new or {}):
                for column in ("category_id", "office_id"):
                    if values.get(column) and (column == "category_id" or change.op == "U"):
                        seen[column].add(values[column])
        self.labels = {"category": known, "office": {}}
        if missing := seen["category_id"] - set(known):
            self.labels["category"] = known | dict(Category.objects.filter(pk__in=missing).values_list("pk", "label"))
        if seen["office_id"]:
            self.labels["office"] = dict(Office.objects.filter(pk__in=seen["office_id"]).values_list("pk", "name"))

    def line(self, change: RowChange) -> RowLine | None:
        model = MODELS[change.table]
        is_new = change.op == "I"
        old, new = change.old or {}, change.new or {}
        line = RowLine("" if model is Person else str(model._meta.verbose_name), is_new)
        for column in shown_columns(model):
            if column.column in new and (old.get(column.column) or "") != (new[column.column] or ""):
                if is_new and (column.name == "office" or new[column.column] in (False, [])):
                    continue
                was = "" if is_new else self.say(column, old.get(column.column))
                line.changes.append(Change(str(column.verbose_name), was, self.say(column, new[column.column])))
        return line if line.changes or (is_new and line.noun) else None

    def say(self, column: models.Field, value) -> str:
        if value is None or value == "":
            return ""
        if isinstance(column, SealedTextField):
            return self.open(column, value)
        if column.is_relation:
            return self.labels.get(column.name, {}).get(value, str(value))
        if isinstance(value, bool):
            return "是" if value else "否"
        table = (
            dict(column.flatchoices) if column.choices else living_codes.HARDSHIPS if isinstance(value, list) else {}
        )
        if isinstance(value, list):
            return "、".join(str(table.get(item, item)) for item in value)
        return str(table.get(value, value))

    @staticmethod
    def open(column: SealedTextField, value: str) -> str:
        try:
            text = column.unseal(bytes.fromhex(value.removeprefix("\\x")))
        except CannotUnseal:
            return "（打不开）"
        return mask_id(text) if column.name == "id_number" else text


def shown_columns(model) -> list[models.Field]:
    """Columns with a Chinese name that somebody can fill in."""
    return [
        column
        for column in model._meta.concrete_fields
        if not column.generated and column.name not in HIDDEN and not str(column.verbose_name).isascii()
    ]
