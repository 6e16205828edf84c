"""Whom a page of benefits speaks of: who she is, at which station, and whether her dossier can be opened from here."""

from collections.abc import Iterable
from typing import NamedTuple

from django.http import Http404
from django.urls import reverse

from benefits.people import NOBODY, Named, named, named_by_ref
from registry.models import Person
from veterans_portal.accounts.models import Office
from veterans_portal.pgscope.scope import after


class Payee(NamedTuple):
    """
    One person; of dossiers that were merged, the one that was kept.

    aliases: the keys of all her dossiers.
    is_here: her dossier lies in the reader's range, so that it can be opened and written.
    """

    pk: int
    aliases: tuple[int, ...]
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
        """The filter for rows of hers, on every dossier; a join would hide those of one who has moved."""
        return {"person__in": self.aliases}

    @property
    def url(self) -> str:
        """Her account of benefits; empty for somebody whom the reader may not know."""
        return reverse("benefits:person", args=[self.ref]) if self.ref else ""


STATUSES = dict(Person.Status.choices)
UNKNOWN = Payee(0, (), "", NOBODY.name, "", "", "", "", "", "", False)


def meet(rows: Iterable, user) -> None:
    """Write on each row whom it speaks of (`payee`), and the station of its day in words (`station`). Two statements."""
    rows = list(rows)
    found = named(row.person_id for row in rows)
    stations = Office.objects.directory().in_bulk(
        {one.office for one in found.values()} | {row.office_id for row in rows}
    )
    people = {key: payee_of(one, stations, user) for key, one in found.items()}
    for row in rows:
        row.payee, row.station = people.get(row.person_id, UNKNOWN), stations[row.office_id].label


def payee_or_404(user, ref: str) -> Payee:
    found = named_by_ref(ref)
    if found is None:
        raise Http404
    return payee_of(found, Office.objects.directory().in_bulk([found.office]), user)


def payee_of(one: Named, stations: dict, user) -> Payee:
    is_here = user.office_id <= one.office < after(user.office_id)
    return Payee(one.kept, one.aliases, one.ref, one.name, one.masked, one.born, one.died, STATUSES[one.status], one.office,
                 stations[one.office].label, is_here)  # fmt: skip


def in_sight(rows):
    """Rows whose person's dossier the reader may open. A test for NULL would ask for no join, and hide nothing."""
    return rows.filter(person__ref__gt="")
