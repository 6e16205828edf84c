"""Names of the people on lines, and signatures of batches, for readers who may see the lines and not those behind them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from benefits.facts import ask
from registry.models import Person
from registry.rules.ids import mask_id


class Named(NamedTuple):
    """A person as papers name her. `sealed`: the envelope of her ID number; `office`: where she is registered now."""

    name: str
    sealed: bytes
    hukou: str
    office: str
    ref: str

    @property
    def id_number(self) -> str:
        return Person._meta.get_field("id_number").unseal(self.sealed) if self.sealed else ""

    @property
    def masked(self) -> str:
        return mask_id(self.id_number)


NOBODY = Named("（已不在本单位）", b"", "", "", "")


class Signed(NamedTuple):
    """A batch as a station may know it: number, state, months, who signed and when, and the hash that was approved."""

    no: str
    kind: str
    state: str
    period_from: date | None
    period_to: date | None
    drafted_by: int | None
    drafted_at: datetime | None
    approved_by: int | None
    approved_at: datetime | None
    sent_by: int | None
    sent_at: datetime | None
    sha256: str


def named(people: Iterable[int]) -> dict[int, Named]:
    """Return {person: her name and number} of people of whom the caller may read a line. One statement."""
    wanted = sorted(set(people))
    if not wanted:
        return {}
    rows = ask("SELECT person, name, id_number, hukou_type, office, ref FROM benefit_people(%s)", [wanted])
    return {key: Named(name, bytes(sealed or b""), *rest) for key, name, sealed, *rest in rows}


def signed(batches: Iterable[int]) -> dict[int, Signed]:
    """Return {batch: number and signatures} of approved batches of which the caller may read lines. One statement."""
    wanted = sorted(set(batches))
    if not wanted:
        return {}
    rows = ask(
        "SELECT id, no, kind, state, period_from, period_to, drafted_by, drafted_at, approved_by, approved_at, sent_by,"
        " sent_at, sha256 FROM benefit_batches(%s)",
        [wanted],
    )
    return {key: Signed(*rest) for key, *rest in rows}


def name_rows(rows: Iterable, *, attribute: str = "person_id") -> None:
    """Write `who` on each row. One statement."""
    rows = list(rows)
    found = named(getattr(row, attribute) for row in rows)
    for row in rows:
        row.who = found.get(getattr(row, attribute), NOBODY)
