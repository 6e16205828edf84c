from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate


def load_catalogues(sender, using, **kwargs):
    """Put back topics, channels and the dated terms of the law: idempotent, as accounts does with the calendar."""
    from .reference import sync_catalogues

    sync_catalogues(using=using)


class PetitionsConfig(AppConfig):
    name = "petitions"
    verbose_name = "信访接待"

    def ready(self):
        from .checks import check_next_year

        checks.register(check_next_year, checks.Tags.database)
        post_migrate.connect(load_catalogues, sender=self)
