"""
The only writer of imports: plans become rows, in one transaction of the caller.

Rows are written in sets. A set that breaks a constraint is halved under savepoints until the one row is found;
it is reported with the constraint's own sentence, and the others go in.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import DataError, IntegrityError, transaction

from registry.derive import derived, ref_of
from registry.importing import locked_facts, plaque_columns
from registry.importing.columns import MADE
from registry.importing.normalizing import Issue
from registry.importing.planning import CREATE, UPDATE
from registry.importing.staging import Staged
from registry.models import Category, Household, HouseholdMember, Identity, ImportBatch, Person, Service
from registry.rules.names import pinyin_key
from veterans_portal.actions import sentence_for
from veterans_portal.bulk import check_keys_at_once, copy_into, reserve_ids, update_from
from veterans_portal.sealing import SealedTextField

SEALED = {field.name: field for field in Person._meta.fields if isinstance(field, SealedTextField)}
FROM_VALUES = (
    "name", "former_name", "no_id_reason", "sex", "born", "archive_born", "ethnicity", "marital", "education",
    "political", "employment", "hukou_type", "workplace", "note",
)  # fmt: skip
PERSON_COLUMNS = (
    "id", "ref", "office", "is_unplaced", *FROM_VALUES, "id_number", "phone", "phone_alt", "hukou_place", "address",
    "initials", "pinyin", "id_digest", "id_last4_digest", "phone_digest", "phone_alt_digest", "status", "died",
    "registered_on", "row_version", "created_at", "created_by", "import_batch",
)  # fmt: skip
IDENTITY_COLUMNS = (
    "office", "person", "category", "detail", "started", "ended", "ended_reason", "standing", "source_label",
    "certificate_no", "authority", "injury_nature", "injury_grade", "conscript_years", "relation", *MADE,
)  # fmt: skip
SERVICE_FIELDS = (
    "enlisted", "discharged", "enlist_place", "branch", "rank", "unit_code", "exit_way", "certificate_no",
    "resettle_province", "resettle_county",
)  # fmt: skip
SERVICE_COLUMNS = ("office", "person", "kind", "enlist_hukou", *SERVICE_FIELDS, *MADE)


class Writer:
    """Writes the planned rows of one batch as one person at one moment."""

    def __init__(self, batch: ImportBatch, *, by, at: datetime, today):
        self.batch, self.by, self.at, self.today = batch, by, at, today
        self.made = (at, by.pk, batch.pk)
        self.categories = {row.code: row for row in Category.objects.all()}
        self.service_columns = SERVICE_COLUMNS
        check_keys_at_once(Person, Identity, Service)

    def seal(self, rows: Sequence[Staged]) -> None:
        """Make ready what the rows of a set bring, all but keys and offices; touches no database."""
        rows = [row for row in rows if not row.is_held]
        self.seal_people([row for row in rows if row.plan.outcome == CREATE])
        for row in rows:
            row.identities = [self.identity_values(row, code) for code in row.plan.identities]
            row.service = self.service_values(row) if locked_facts.adds_service(row) else None

    def seal_people(self, rows: Sequence[Staged]) -> None:
        columns = [field.seal_many([row.values.get(name) for row in rows]) for name, field in SEALED.items()]
        for row, *sealed in zip(rows, *columns, strict=True):
            row.sealed = self.person_values(row, dict(zip(SEALED, sealed, strict=True)))

    def write(self, rows: Sequence[Staged]) -> None:
        """Write rows that are sealed and not held; a row that the database refuses becomes held."""
        rows = [row for row in rows if not row.is_held]
        try:
            with transaction.atomic():
                self.write_all(rows)
        except (IntegrityError, DataError) as error:
            if len(rows) > 1:
                middle = len(rows) // 2
                self.write(rows[:middle])
                self.write(rows[middle:])
            elif rows:
                text = sentence_for(error) if isinstance(error, IntegrityError) else None
                rows[0].reasons.append(Issue("CONSTRAINT", "name", text or "数据库不接受这一行的内容，请核对各列。"))
                rows[0].person_pk = rows[0].plaque_pk = None  # taken for it, and not written

    def write_all(self, rows: Sequence[Staged]) -> None:
        new = [row for row in rows if row.plan.outcome == CREATE]
        for row, pk in zip(new, reserve_ids(Person, len(new)) if new else (), strict=True):
            row.person_pk, row.office = pk, row.values.get("office") or self.batch.office_id
        changed = [row for row in rows if row.plan.outcome == UPDATE]
        for row in changed:
            row.person_pk, row.office = row.plan.known.pk, row.plan.known.office
        if new:
            copy_into(
                Person,
                PERSON_COLUMNS,
                ((row.person_pk, ref_of(row.person_pk), row.office, *row.sealed) for row in new),
            )
        self.update_people(changed)
        self.add_children([*new, *changed])
        for row in rows:
            if row.plan.outcome not in (CREATE, UPDATE):
                row.person_pk = row.plan.known.pk

    def person_values(self, row: Staged, sealed: dict[str, bytes | None]) -> tuple:
        """Return the columns of a new person behind id, ref and office."""
        values = row.values
        follow = derived("name", values["name"]) | derived("id_number", values.get("id_number"))
        follow |= derived("phone", values.get("phone")) | derived("phone_alt", values.get("phone_alt"))
        return (
            bool(values.get("is_unplaced")),
            *(values.get(name) or ("U" if name == "sex" else "") for name in FROM_VALUES),
            sealed["id_number"],
            sealed["phone"],
            sealed["phone_alt"],
            sealed["hukou_place"],
            sealed["address"],
            follow["initials"],
            follow["pinyin"],
            follow["id_digest"],
            follow["id_last4_digest"],
            follow["phone_digest"],
            follow["phone_alt_digest"],
            Person.Status.ACTIVE,
            "",
            date.fromisoformat(values["registered_on"]) if values.get("registered_on") else self.today,
            1,
            *self.made,
        )

    def update_people(self, rows: Sequence[Staged]) -> None:
        """Update only the columns that change: a sealed value written again would look like a change."""
        groups = defaultdict(list)
        for row in rows:
            if fields := tuple(sorted(key for key in row.plan.diff if ":" not in key)):
                groups[fields].append(row)
        for fields, members in groups.items():
            columns = [*fields, *(name for field in fields for name in derived(field, "x"))]
            tuples = (
                (row.person_pk, *(changed_values(row.plan.diff, fields)[name] for name in columns)) for row in members
            )
            update_from(Person, columns, tuples, also="row_version = t.row_version + 1")

    def add_children(self, rows: Sequence[Staged]) -> None:
        self.add_identities(rows)
        services = [(row.office, row.person_pk, *row.service) for row in rows if row.service]
        if services:
            copy_into(Service, SERVICE_COLUMNS, services)
        self.complete_services([row for row in rows if row.plan.service_pk])
        self.join_households([row for row in rows if row.plan.household])
        locked_facts.write_parts(rows)
        plaque_columns.hang(rows, self)
        locked_facts.write_requests(rows, self)

    def add_identities(self, rows: Sequence[Staged]) -> None:
        identities = [(row.office, row.person_pk, *one) for row in rows for one in row.identities]
        if identities:
            copy_into(Identity, IDENTITY_COLUMNS, identities)

    def identity_values(self, row: Staged, code: str) -> tuple:
        """Return the columns of a new identity behind office and person."""
        values, category = row.values, self.categories[code]
        first_benefit = next((c for c in row.plan.identities if self.categories[c].kind == "BENEFIT"), None)
        is_disability = category.detail == "DISABILITY"
        return (
            code,
            category.detail,
            "",
            "",
            "",
            Identity.Standing.CLAIMED,
            (values.get("category") or "")[:60],
            values.get("certificate_no", "") if code == first_benefit else "",
            "",
            values.get("injury_nature", "") if is_disability else "",
            (values.get("injury_grade") or None) if is_disability else None,
            (values.get("conscript_years") or None) if category.detail == "RURAL" else None,
            values.get("relation", "") if category.detail == "SURVIVOR" else "",
            *self.made,
        )

    def service_values(self, row: Staged) -> tuple:
        """Return the columns of a new period of service behind office and person."""
        service = row.plan.service
        return ("", "", *(service.get(name, "") for name in SERVICE_FIELDS), *self.made)

    def complete_services(self, rows: Sequence[Staged]) -> None:
        groups = defaultdict(list)
        for row in rows:
            old = next(one for one in row.plan.known.services if one["pk"] == row.plan.service_pk)
            kept = {name: old[name] for name in row.plan.service}
            row.plan.diff[f"service:{row.plan.service_pk}"] = [kept, row.plan.service]
            groups[tuple(sorted(row.plan.service))].append(row)
        for columns, members in groups.items():
            tuples = ((row.plan.service_pk, *(row.plan.service[name] for name in columns)) for row in members)
            update_from(Service, columns, tuples)

    def join_households(self, rows: Sequence[Staged]) -> None:
        wanted = {(row.office, row.plan.household["book_no"]): row for row in reversed(rows)}
        if not wanted:
            return
        known = {
            (office, book): pk
            for pk, office, book in Household.objects.live()
            .filter(office_id__in={office for office, _ in wanted}, book_no__in={book for _, book in wanted})
            .values_list("pk", "office_id", "book_no")
        }
        missing = [(key, row) for key, row in wanted.items() if key not in known]
        for (key, _row), pk in zip(missing, reserve_ids(Household, len(missing)) if missing else (), strict=True):
            known[key] = pk
        if missing:
            fields = ("id", "office", "book_no", "head_name", "head_pinyin", "group_name", "row_version", *MADE)
            homes = ((known[key], key, row.plan.household) for key, row in missing)
            tuples = ((pk, *key, home["head_name"], pinyin_key(home["head_name"]), home["group_name"], 1, *self.made)
                      for pk, key, home in homes)  # fmt: skip
            copy_into(Household, fields, tuples)
        fields = ("office", "household", "person", "name", "relation", "born", *MADE)
        members = ((row.office, known[row.office, row.plan.household["book_no"]], row.person_pk, row.values["name"], "", "",
                    *self.made) for row in rows)  # fmt: skip
        copy_into(HouseholdMember, fields, members)


def changed_values(diff: dict, fields) -> dict:
    """Return {column: database value} of the changed fields and of what follows from them."""
    columns = {}
    for name in fields:
        new = diff[name][1]
        columns[name] = SEALED[name].seal(new) if name in SEALED else new
        columns |= derived(name, new)
    return columns
