"""Questions about people that cross offices or belong to no model."""

from collections.abc import Iterable

from django.db import connection

from veterans_portal.accounts.models import Office


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
