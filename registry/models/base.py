"""What rows of the registry share."""

from django.db import models

from veterans_portal.accounts.scoping import OfficeScopedQuerySet


class LiveQuerySet(OfficeScopedQuerySet):
    def live(self):
        """Rows that no import undo has voided."""
        return self.filter(voided_by_batch=None)


class RegistryRow(models.Model):
    """
    Who made a row, which import brought it, and which undo voided it. Nothing is deleted.

    The three references are set by actions from rows they hold, to tables of which no role may delete: a constraint
    would be asked twice for each of a hundred thousand imported rows and could never answer no.
    """

    created_at = models.DateTimeField("登记时间")
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    import_batch = models.ForeignKey(
        "registry.ImportBatch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_constraint=False,
    )
    voided_by_batch = models.ForeignKey(
        "registry.ImportBatch", models.PROTECT, null=True, blank=True, related_name="+", editable=False, db_index=False,
        db_constraint=False,
    )  # fmt: skip

    objects = LiveQuerySet.as_manager()

    class Meta:
        abstract = True


class PersonRow(RegistryRow):
    """A row that describes a person now; it moves with her to another office (composite foreign key)."""

    # person_id + office_id refer to the person together; see pgscope.operations.walls
    office = models.ForeignKey(
        "accounts.Office", models.PROTECT, db_index=False, db_constraint=False, related_name="+", editable=False
    )

    class Meta:
        abstract = True

    def save(self, **kwargs):
        if self.office_id is None:
            self.office_id = self.person.office_id
        super().save(**kwargs)
