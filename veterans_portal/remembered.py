"""
Figures that are counted once and shown until something in the reader's range has changed.

Nothing is ever shown late: each time the database is asked whether a change was sealed since (sql/changed_since.sql),
which takes a fraction of a millisecond where counting 35,000 people takes a tenth of a second. Kept in the memory of
the process; figures only, never a value of a person.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Paginator
from django.db import connection, models
from django.utils.functional import cached_property

from veterans_portal.pgscope.scope import current

MOST = 512
ASK = "SELECT heads, hashes, touched FROM changed_since(%s, %s, %s)"


@dataclass
class Kept:
    """A value and where the chains stood before it was counted."""

    value: Any
    heads: list[int]
    hashes: list[bytes]


_kept: dict[Hashable, Kept] = {}


def remembered(key: Hashable, *models_read: type[models.Model], count: Callable[[], Any]) -> Any:
    """
    Return `count()` of now, counted again only if rows of these models have changed in the person's range.

    key: everything the value depends on beside those rows and the reach of the person.
    The value is shared by requests: do not change it. Outside of a scope, and in a transaction that has written,
    nothing is remembered.
    """
    scope = current()
    if scope is None:
        return count()
    key = (scope.office, key)
    kept = _kept.get(key)
    heads, hashes, touched = ask(kept, [model._meta.db_table for model in models_read])
    if heads is None:
        return count()
    # what was committed after the question may be in the value and not in the marks: then it is counted once more
    value = count() if kept is None or touched else kept.value
    _kept.pop(key, None)
    _kept[key] = Kept(value, heads, hashes)
    while len(_kept) > MOST:
        _kept.pop(next(iter(_kept)), None)
    return value


def ask(kept: Kept | None, tables: Sequence[str]) -> tuple[list[int] | None, list[bytes] | None, bool]:
    with connection.cursor() as cursor:
        cursor.execute(ASK, [kept and kept.heads, kept and kept.hashes, list(tables)])
        return cursor.fetchone()


class RememberedPaginator(Paginator):
    """A paginator that counts its rows only after a change of the models they are chosen by."""

    def __init__(self, rows, per_page: int, *, models_read: Sequence[type[models.Model]]):
        super().__init__(rows, per_page)
        self.models_read = models_read

    @cached_property
    def count(self) -> int:
        try:
            sql, parameters = self.object_list.query.sql_with_params()
        except EmptyResultSet:  # none()
            return 0
        key = ("count", sha256(repr((sql, parameters)).encode()).digest())  # the parameters may be a name
        return remembered(key, *self.models_read, count=self.object_list.count)
