from django.core.management.commands import flush
from django.db import connections


class Command(flush.Command):
    """flush, as the owner of the tables; only test databases let their ledgers be emptied."""

    def handle(self, **options):
        with connections[options["database"]].as_owner():
            super().handle(**options)
