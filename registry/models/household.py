from django.db import models
from django.db.models import Q

from registry import living_codes
from veterans_portal.partial_dates import PartialDateField
from veterans_portal.sealing import SealedTextField

from .base import RegistryRow
from .people import Person, choices


class Household(RegistryRow):
    """户: the people of one address; the honour plaque belongs to it."""

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, verbose_name="所属站")
    book_no = models.CharField("户号", max_length=40, blank=True)
    head_name = models.CharField("户主", max_length=50, blank=True)
    group_name = models.CharField("村民组", max_length=30, blank=True)
    address = SealedTextField("住址", label="registry.household.address")
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "户"
        indexes = [models.Index(fields=["office", "book_no"], name="household_office_book")]
        constraints = [
            models.UniqueConstraint(fields=["id", "office"], name="household_id_office"),
            models.UniqueConstraint(
                fields=["office", "book_no"],
                condition=~Q(book_no="") & Q(voided_by_batch=None),
                name="household_book_once_per_office",
                violation_error_message="本站已有这个户号。",
            ),
        ]

    def __str__(self):
        return self.book_no or self.head_name


class HouseholdMember(RegistryRow):
    """户内成员: a registered person, or a relative who has no dossier. Kept at the household's office."""

    office = models.ForeignKey(
        "accounts.Office", models.PROTECT, db_index=False, db_constraint=False, related_name="+", editable=False
    )
    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="memberships")
    name = models.CharField("姓名", max_length=50)
    relation = models.CharField("与户主关系", max_length=9, choices=choices(living_codes.RELATION), blank=True)
    id_number = SealedTextField("身份证号", label="registry.householdmember.id_number")
    born = PartialDateField("出生日期")
    joined_on = models.DateField("入户日期", null=True, blank=True)
    left_on = models.DateField("离户日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "户内成员"
        indexes = [models.Index(fields=["office", "id"], name="member_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(person__isnull=False, left_on=None, voided_by_batch=None),
                name="member_in_one_household",
                violation_error_message="此人已在另一户名下。",
            )
        ]
