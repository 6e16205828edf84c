from django.apps import AppConfig
from django.db.models.signals import post_migrate


def load_categories(sender, using, **kwargs):
    """Put back the national categories, their spellings and the matters: idempotent, as accounts does with the calendar."""
    from .catalog import sync_categories, sync_matters

    sync_categories(using=using)
    sync_matters(using=using)


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "人员档案"

    def ready(self):
        post_migrate.connect(load_categories, sender=self)
