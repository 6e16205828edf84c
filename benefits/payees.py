"""Whom a page of benefits speaks of: her dossier where it is in sight, else what the paying office may still know."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection
from django.http import Http404

from registry.models import Person
from registry.rules.ids import mask_id
from veterans_portal.accounts.models import Office
from veterans_portal.sealing import unseal_bytes

LABEL = "registry.person.id_number"
NAMED = ("office", "merged_into__office")


class Payee(NamedTuple):
    """
    One person.

    survivor: the key that counts, when her dossier was merged into another.
    is_here:  her dossier lies in the reader's range, so that it can be opened and written.
    """

    pk: int
    survivor: int
    ref: str
    name: str
    masked_id: str
    born: str
    died: str
    status: str
    office_id: str
    station: str
    is_here: bool

    @property
    def rows(self) -> dict:
        """The filter for rows of hers, on every dossier that was merged; a join would hide those of one who has moved."""
        return {"person__survivor_key": self.survivor} if self.is_here else {"person": self.pk}


def payees(keys: Iterable[int], user) -> dict[int, Payee]:
    """Return {key: payee}; two statements, one more when somebody has moved away."""
    wanted = set(keys)
    rows = Person.objects.visible_to(user).select_related(*NAMED).in_bulk(wanted)
    found = {pk: of_person(row) for pk, row in rows.items()}
    away = wanted - found.keys()
    return found | {one.pk: one for one in elsewhere(sorted(away), "")} if away else found


def payee_or_404(user, ref: str) -> Payee:
    row = Person.objects.visible_to(user).live().select_related(*NAMED).filter(ref=ref).first()
    if row:
        return of_person(row)
    found = elsewhere([], ref)
    if not found:
        raise Http404
    return found[0]


def of_person(row: Person) -> Payee:
    """Speak of the dossier that is kept, unless it lies out of sight."""
    row = row.survivor or row
    return Payee(row.pk, row.survivor_key, row.ref, row.name, row.display_masked(), row.born, row.died, row.get_status_display(), row.office_id,
                 row.office.label, True)  # fmt: skip


def elsewhere(keys: list[int], ref: str) -> list[Payee]:
    """People who are registered at another office now; only the definer function may name them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM benefit_payees(%s::bigint[], %s)", [keys, ref])
        rows = cursor.fetchall()
    labels = Office.objects.directory().in_bulk({row[-1] for row in rows})
    statuses = dict(Person.Status.choices)
    return [
        Payee(pk, pk, its_ref, name, mask_id(unseal_bytes(bytes(number), LABEL).decode()) if number else "", born, died, statuses[status], office,
              labels[office].label, False)
        for pk, its_ref, name, number, born, died, status, office in rows
    ]  # fmt: skip


def in_sight(rows):
    """Rows whose person's dossier the reader may open. A test for NULL would ask for no join, and hide nothing."""
    return rows.filter(person__ref__gt="")
