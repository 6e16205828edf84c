from django.apps import AppConfig
from django.db.models.signals import post_migrate


def load_policy(sender, using, **kwargs):
    """Put back the shipped programmes, rules and tables: idempotent, as registry does with its categories."""
    from .seeding import sync_policy

    sync_policy(using=using)


class BenefitsConfig(AppConfig):
    name = "benefits"
    verbose_name = "待遇发放"

    def ready(self):
        post_migrate.connect(load_policy, sender=self)
