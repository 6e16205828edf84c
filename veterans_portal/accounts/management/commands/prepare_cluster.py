"""manage.py prepare_cluster --superuser-url URL: the roles and the database, once per cluster."""

import psycopg
from django.core.management.base import BaseCommand, CommandError
from psycopg import sql

from veterans_portal.pgscope.cluster import ROLES


class Command(BaseCommand):
    help = "以超级用户建立数据库角色和数据库（每个数据库集群一次）。"
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--superuser-url", required=True)
        parser.add_argument("--database", default="portal")
        parser.add_argument("--login-password", required=True)
        parser.add_argument("--owner-password", required=True)

    def handle(self, *, superuser_url, database, login_password, owner_password, **options):
        try:
            connection = psycopg.connect(superuser_url, autocommit=True)
        except psycopg.OperationalError as error:
            raise CommandError(f"连不上数据库：{error}") from error
        with connection:
            for statement in ROLES:
                try:
                    connection.execute(statement)
                except psycopg.errors.DuplicateObject:
                    self.stdout.write(f"已有：{statement}")
            for role, password in (("app_login", login_password), ("app_owner", owner_password)):
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                name = sql.Identifier(database)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER app_owner").format(name))
        self.stdout.write("角色和数据库已就绪。接着运行 manage.py migrate。")
