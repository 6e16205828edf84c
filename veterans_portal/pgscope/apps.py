from django.apps import AppConfig
from django.core import checks


class PgscopeConfig(AppConfig):
    name = "veterans_portal.pgscope"
    label = "pgscope"

    def ready(self):
        from .checks import check_login_role

        checks.register(check_login_role, checks.Tags.database)
