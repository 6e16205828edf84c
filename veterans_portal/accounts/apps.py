from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


def load_reference_data(sender, using, **kwargs):
    """
    Put back the rows that belong to the program itself (working days): idempotent.

    The one signal of the project: Django's test runner empties every table and sends it again afterwards.
    """
    from .reference import sync_calendar

    sync_calendar(using=using)


class AccountsConfig(AppConfig):
    name = "veterans_portal.accounts"
    label = "accounts"
    verbose_name = "机构与账号"

    def ready(self):
        from veterans_portal.printing import check_printing
        from veterans_portal.sealing import check_keys

        post_migrate.connect(load_reference_data, sender=self)
        checks.register(check_printing)
        checks.register(check_keys, checks.Tags.security, deploy=True)
