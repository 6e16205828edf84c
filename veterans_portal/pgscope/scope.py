"""
Who asks, said to PostgreSQL: one role and five settings, valid for one transaction.

`scope()` is the only way in. The database wrapper repeats it at every BEGIN, so no view can forget it
and no pooled connection can carry it over to the next person.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import connections
from psycopg.pq import TransactionStatus

SQL = (
    "SELECT set_config('role',%s,true), set_config('app.lo',%s,true), set_config('app.hi',%s,true),"
    " set_config('app.actor',%s,true), set_config('app.ip',%s,true), set_config('app.request_id',%s,true)"
)
NOBODY = ("none", "", "", "", "", "")

_scope = ContextVar("scope", default=None)


def after(code: str) -> str:
    """Return the first code that is greater than every code starting with `code` (half-open range)."""
    return code[:-1] + chr(ord(code[-1]) + 1) if code else ""


@dataclass(frozen=True)
class Scope:
    """One person's reach: a database role and the subtree of offices below `office`."""

    role: str
    office: str = ""
    actor: int = 0
    ip: str = ""
    request_id: str = ""

    def params(self) -> tuple[str, ...]:
        return (self.role, self.office, after(self.office), str(self.actor), self.ip, self.request_id)


def current() -> Scope | None:
    return _scope.get()


def apply(connection, params) -> None:
    connection.connection.execute(SQL, params)


@contextmanager
def scope(wanted: Scope, *, using: str = "default"):
    """
    Run the block as `wanted`; transactions begun inside carry its role and settings.

    Raises: RuntimeError when a scope is already open: widening inside a transaction survives the savepoint.
    """
    if _scope.get() is not None:
        raise RuntimeError("nested scope")
    connection = connections[using]
    token, inside = _scope.set(wanted), connection.in_atomic_block
    try:
        if inside:  # a test has already opened the transaction
            apply(connection, wanted.params())
        yield wanted
    finally:
        _scope.reset(token)
        # needs_rollback misses a transaction that PostgreSQL has already given up
        if inside and connection.in_atomic_block and not connection.needs_rollback and is_usable(connection):
            apply(connection, NOBODY)


def is_usable(connection) -> bool:
    return connection.connection.info.transaction_status == TransactionStatus.INTRANS
