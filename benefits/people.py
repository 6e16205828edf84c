"""Who is meant by a row of benefits, and signatures of batches, for readers who may see the rows and not what lies behind them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from benefits.facts import ask
from registry.models import Person
from registry.rules.ids import mask_id


class Named(NamedTuple):
    """
    A person as pages and papers name her; of dossiers that were merged, the one that was kept.

    kept:    its key. aliases: the keys of all her dossiers.
    sealed:  the envelope of her ID number.
    office:  where she is registered now.
    """

    kept: int
    aliases: tuple[int, ...]
    ref: str
    name: str
    sealed: bytes
    born: str
    died: str
    status: str
    hukou: str
    office: str

    @property
    def id_number(self) -> str:
        return Person._meta.get_field("id_number").unseal(self.sealed) if self.sealed else ""

    @property
    def masked(self) -> str:
        return mask_id(self.id_number) if self.sealed else ""


NOBODY = Named(0, (), "", "（已不在本单位）", b"", "", "", "", "", "")


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


COLUMNS = "person, kept, aliases, ref, name, id_number, born, died, status, hukou_type, office"


def named(people: Iterable[int]) -> dict[int, Named]:
    """Return {person: who she is} of people of whom the caller may read a row. One statement."""
    wanted = sorted(set(people))
    return behind(wanted, "") if wanted else {}


def named_by_ref(ref: str) -> Named | None:
    """Return who is meant by a 档案号; None for one that is out of reach. One statement."""
    return next(iter(behind([], ref).values()), None)


def behind(keys: list[int], ref: str) -> dict[int, Named]:
    rows = ask(f"SELECT {COLUMNS} FROM benefit_who(%s::bigint[], %s)", [keys, ref])
    return {
        key: Named(kept, tuple(aliases), ref, name, bytes(sealed or b""), *rest)
        for key, kept, aliases, ref, name, sealed, *rest in rows
    }


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
