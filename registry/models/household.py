from datetime import date

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from registry import living_codes
from veterans_portal.partial_dates import PartialDateField, partial_date_check
from veterans_portal.sealing import SealedTextField

from .base import LiveQuerySet, RegistryRow
from .people import Person, choices


class HouseholdQuerySet(LiveQuerySet):
    """Households and their plaques, as sets: a district of 35,000 people is one statement."""

    def with_basis(self, on: date):
        """
        Mark `has_auto` and `has_apply`: a member alive on the day whose identity, open on that day, lets the household
        hang a plaque of right, or on application (国办发〔2018〕72号第二条); and `has_active_plaque`.
        """
        Identity, Plaque = apps.get_model("registry.Identity"), apps.get_model("registry.Plaque")
        member = Q(person__memberships__left_on=None) | Q(person__memberships__left_on__gt=on)
        alive = Q(person__status="ACTIVE") | Q(person__status="DECEASED", person__died_earliest__gt=on)
        is_open = Q(standing__in=("CLAIMED", "CONFIRMED"), ended="") | Q(standing="ENDED", ended_earliest__gt=on)
        held = Identity.objects.live().filter(
            member,
            alive,
            is_open,
            Q(started="") | Q(started_earliest__lte=on),
            person__memberships__household=OuterRef("pk"),
            person__memberships__voided_by_batch=None,
            person__voided_by_batch=None,
        )
        of_right = Q(category__plaque_basis="AUTO") | Q(category__plaque_basis="APPLY", is_certificate_holder=True)
        return self.annotate(
            has_auto=Exists(held.filter(of_right)),
            has_apply=Exists(held.filter(category__plaque_basis="APPLY")),
            has_active_plaque=Exists(Plaque.objects.active().filter(household=OuterRef("pk"))),
        )

    def due_for_plaque(self, on: date):
        """应挂未挂 on a day: households with a basis of right and no active plaque, or with one that waits to be hung."""
        Plaque = apps.get_model("registry.Plaque")
        waiting = Exists(Plaque.objects.live().filter(household=OuterRef("pk"), state="PENDING"))
        return self.live().with_basis(on).filter(Q(has_auto=True, has_active_plaque=False) | waiting)


class Household(RegistryRow):
    """户: the people of one address; the honour plaque belongs to it."""

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, verbose_name="所属站")
    book_no = models.CharField("户号", max_length=40, blank=True)
    head_name = models.CharField("户主", max_length=50, blank=True)
    head_pinyin = models.CharField(max_length=200, blank=True, editable=False, db_collation="C")
    group_name = models.CharField("村民组", max_length=30, blank=True)
    address = SealedTextField("住址", label="registry.household.address")
    row_version = models.IntegerField(default=1, editable=False)

    objects = HouseholdQuerySet.as_manager()

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


class Fallen(RegistryRow):
    """烈士、因公牺牲军人、病故军人: the soldier whose survivors are cared for; there may be no survivor."""

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, verbose_name="所属站")
    name = models.CharField("姓名", max_length=50)
    kind = models.CharField("类别", max_length=7, choices=choices(living_codes.FALLEN_KIND))
    unit_post = models.CharField("生前部队职务", max_length=80, blank=True)
    died = PartialDateField("牺牲或病故时间")
    died_place = models.CharField("牺牲或病故地点", max_length=80, blank=True)
    cause = models.CharField("牺牲或病故原因", max_length=200, blank=True)
    approved_by = models.CharField("批准单位", max_length=80, blank=True)
    certificate_no = models.CharField("证明书编号", max_length=40, blank=True)
    buried_at = models.CharField("安葬地", max_length=120, blank=True)
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "烈士和已故军人"
        indexes = [models.Index(fields=["office", "id"], name="fallen_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "certificate_no"],
                condition=~Q(certificate_no="") & Q(voided_by_batch=None),
                name="fallen_certificate_once",
                violation_error_message="这个证明书编号已登记。",
            ),
            partial_date_check("fallen", "died"),
        ]

    def __str__(self):
        return self.name


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
