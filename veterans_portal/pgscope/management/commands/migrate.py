from django.core.management.commands import migrate
from django.db import connections

from veterans_portal.pgscope.grants import grant


class Command(migrate.Command):
    """migrate, as the owner of the tables, followed by the rights of the other roles."""

    def handle(self, *args, **options):
        connection = connections[options["database"]]
        with connection.as_owner():
            super().handle(*args, **options)
            grant(connection)
