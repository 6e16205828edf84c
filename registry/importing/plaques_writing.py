"""Plans of a plaque ledger become rows: people and households that are missing, then plaques, all in sets."""

from collections import defaultdict
from collections.abc import Sequence

from registry.derive import ref_of
from registry.importing.planning import CREATE, UPDATE
from registry.importing.plaques_rows import (
    ADDRESS,
    HOUSE_ADDRESS,
    HOUSEHOLD_COLUMNS,
    MEMBER_COLUMNS,
    PLAQUE_COLUMNS,
    as_stored,
    bases_and_mode,
    home_tuple,
    plaque_tuple,
)
from registry.importing.staging import Staged
from registry.importing.writing import PERSON_COLUMNS, Writer
from registry.models import Household, HouseholdMember, Person, Plaque
from veterans_portal.bulk import copy_into, reserve_ids, update_from


class PlaqueWriter(Writer):
    """Writes the planned rows of one batch of plaques."""

    def __init__(self, batch, **who):
        super().__init__(batch, **who)
        self.people: dict[str, int] = {}  # ID number → dossier that this batch has made
        self.homes: dict[
            int, tuple[int, str]
        ] = {}  # dossier → household and its office, opened or joined by this batch
        self.books: dict[tuple[str, str], int] = {}

    def seal(self, rows: Sequence[Staged]) -> None:
        new = [row for row in rows if row.plan.outcome == CREATE and not row.is_held]
        creators = [row for row in new if row.plan.creates_person]
        self.seal_people(creators)
        for row in creators:
            row.identities = [self.identity_values(row, code) for code in row.plan.identities]
        for row in new:
            address = row.values.get("home_address") or None
            row.sealed = row.sealed, ADDRESS.seal(address), HOUSE_ADDRESS.seal(address)

    def write_all(self, rows: Sequence[Staged]) -> None:
        new = [row for row in rows if row.plan.outcome == CREATE]
        people = self.open_dossiers(new)
        homes, books = self.open_homes(new)
        self.hang(new, homes)
        self.complete([row for row in rows if row.plan.outcome == UPDATE])
        for row in rows:
            if row.plan.outcome != CREATE:
                known = row.plan.known
                row.person_pk = known.pk if known else people.get(row.values.get("id_number", ""))
        # only what has been written may be built upon: a set that is halved starts again
        self.people, self.homes, self.books = people, homes, books

    def open_dossiers(self, rows: Sequence[Staged]) -> dict[str, int]:
        """Write the people who have none; several rows of one number are one person."""
        people, creators = dict(self.people), []
        unknown = [row for row in rows if row.plan.creates_person]
        for row, pk in zip(unknown, reserve_ids(Person, len(unknown)) if unknown else (), strict=True):
            number = row.values.get("id_number", "")
            if number and number in people:
                row.person_pk = people[number]
                continue
            row.person_pk = pk
            people |= {number: pk} if number else {}
            creators.append(row)
        for row in rows:
            row.office = row.plan.known.office if row.plan.known else row.values.get("office") or self.batch.office_id
            row.person_pk = row.plan.known.pk if row.plan.known else row.person_pk
        if creators:
            new = ((row.person_pk, ref_of(row.person_pk), row.office, *row.sealed[0]) for row in creators)
            copy_into(Person, PERSON_COLUMNS, new)
        self.add_identities(creators)
        return people

    def open_homes(self, rows: Sequence[Staged]) -> tuple[dict, dict]:
        """Find, join or open the household of every new plaque; returns who lives where now, and households by number."""
        homes, books, opened, joining = dict(self.homes), dict(self.books), [], []
        for row, pk in zip(rows, reserve_ids(Household, len(rows)) if rows else (), strict=True):
            if row.person_pk in homes:
                continue
            book_no, home = row.values.get("book_no", ""), row.plan.home
            home = home or books.get((row.office, book_no)) if book_no else home
            if home is None:
                home = pk
                opened.append((pk, row))
                books |= {(row.office, book_no): pk} if book_no else {}
            homes[row.person_pk] = (home, row.plan.home_office or row.office)
            if not self.lives_there(row):
                joining.append((home, row))
        if opened:
            copy_into(Household, HOUSEHOLD_COLUMNS, (
                home_tuple(pk, row.office, row.values.get("book_no", ""), row.values["name"], row.sealed[2], self.made)
                for pk, row in opened
            ))  # fmt: skip
        if joining:
            copy_into(HouseholdMember, MEMBER_COLUMNS, (
                (row.office, home, row.person_pk, self.name_of(row), "", self.born_of(row), *self.made) for home, row in joining
            ))  # fmt: skip
        return homes, books

    @staticmethod
    def lives_there(row: Staged) -> bool:
        return row.plan.known is not None and row.plan.known.book_no is not None

    @staticmethod
    def name_of(row: Staged) -> str:
        return row.plan.known.values["name"] if row.plan.known else row.values["name"]

    @staticmethod
    def born_of(row: Staged) -> str:
        return row.plan.known.values["born"] if row.plan.known else row.values.get("born", "")

    def hang(self, rows: Sequence[Staged], homes: dict) -> None:
        new = []
        for row, pk in zip(rows, reserve_ids(Plaque, len(rows)) if rows else (), strict=True):
            row.plaque_pk = pk
            home, office = homes[row.person_pk]
            told = self.told(row) | {"address": row.sealed[1]}
            new.append(plaque_tuple(pk, office, home, row.person_pk, told, self.made))
        if new:
            copy_into(Plaque, PLAQUE_COLUMNS, new)

    def told(self, row: Staged) -> dict:
        values = row.values
        held = row.plan.known.categories if row.plan.known else row.plan.identities
        bases, mode = bases_and_mode(values.get("categories") or held, self.categories)
        return {
            "serial": values.get("plaque_no", ""), "batch_no": values.get("batch_no", ""), "mode": mode, "bases": bases,
            "state": values["state"], "place": values.get("place", ""), "hung": values.get("hung_date", ""),
            "hung_by": values.get("hung_by", ""), "signer": values.get("signer", ""), "closed": values.get("change_date", ""),
            "source_label": values.get("status", "")[:20], "note": values.get("note", ""),
        }  # fmt: skip

    def complete(self, rows: Sequence[Staged]) -> None:
        """Fill blanks of known plaques: one statement for each set of columns."""
        groups = defaultdict(list)
        for row in rows:
            row.plaque_pk = row.plan.plaque.pk
            _, new = row.plan.diff[f"plaque:{row.plaque_pk}"]
            groups[tuple(sorted(new))].append((row.plaque_pk, new))
        for columns, members in groups.items():
            tuples = ((pk, *(as_stored(name, new[name]) for name in columns)) for pk, new in members)
            update_from(Plaque, columns, tuples, also="row_version = t.row_version + 1")
