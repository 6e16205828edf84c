"""The PostgreSQL backend of Django, plus two things: scope at BEGIN, and a door for the owner."""

from contextlib import contextmanager

from django.db.backends.postgresql import base

from .scope import apply, current


class DatabaseWrapper(base.DatabaseWrapper):
    def _set_autocommit(self, autocommit):
        super()._set_autocommit(autocommit)
        if not autocommit and (scope := current()) is not None:  # the outermost atomic() begins here
            with self.wrap_database_errors:
                apply(self, scope.params())

    @contextmanager
    def as_owner(self):
        """Reconnect as the owner of the tables: for migrate, flush, and creating test databases only."""
        was, owner = self.settings_dict, self.settings_dict["OWNER"]
        if was["USER"] == owner["USER"]:
            yield
            return
        if self.in_atomic_block:
            raise RuntimeError("as_owner() inside a transaction")
        self.close()
        options = {key: value for key, value in was["OPTIONS"].items() if key != "pool"}
        self.settings_dict = {**was, **owner, "OPTIONS": options}
        try:
            yield
        finally:
            self.close()
            self.settings_dict = was

    @contextmanager
    def _nodb_cursor(self):
        with self.as_owner(), super()._nodb_cursor() as cursor:
            yield cursor
