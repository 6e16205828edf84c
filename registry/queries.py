"""Questions about people that cross offices or belong to no model."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from registry.models.people import id_digest
from veterans_portal.accounts.models import AuditEvent, Office, User


def holders(digests: Iterable[bytes]) -> dict[bytes, str]:
    """Return {digest: office code} for ID numbers that have a dossier anywhere (definer function find_holders)."""
    wanted = list(digests)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest, office FROM find_holders(%s)", [wanted])
        return {bytes(digest): office for digest, office in cursor.fetchall()}


def office_names(codes: Iterable[str]) -> dict[str, str]:
    return dict(Office.objects.filter(code__in=set(codes)).values_list("code", "name"))


def match_person(digest: bytes, known_as: str = "") -> tuple[int | None, str | None]:
    """
    Return (key, office code) of the living dossier of an ID number anywhere, when the name fits as well (definer function
    match_person). Callers record the question, and never show what they learned about a person out of scope.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, office FROM match_person(%s, %s)", [digest, known_as])
        return cursor.fetchone() or (None, None)


def match_attendee(id_number: str, *, by: User, at: datetime) -> int | None:
    """
    Return the key of the living dossier of somebody who attends an event, wherever it is kept, or None.

    The question leaves a trace. The caller keeps the key only; what lies behind it stays with the office that keeps it.
    """
    key, office = match_person(id_digest(id_number))
    AuditEvent.record(
        "ATTENDEE_MATCHED",
        by=by,
        at=at,
        found=key is not None,
        elsewhere=bool(office) and not office.startswith(by.office_id),
    )
    return key
