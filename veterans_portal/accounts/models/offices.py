from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Left, Length

from ..scoping import OfficeScopedQuerySet


class OfficeQuerySet(OfficeScopedQuerySet):
    office_path = "code"

    def in_use(self):
        return self.filter(closed_on=None)

    def directory(self):
        """Any office's name and phone: the directory is no secret among those who are signed in."""
        return self.all()


class Office(models.Model):
    """机构: a bureau or a service station. Its division code is the key, and the code of a child begins with it."""

    class Tier(models.TextChoices):
        CITY = "CITY", "市级"
        DISTRICT = "DISTRICT", "区县"
        TOWN = "TOWN", "乡镇街道"
        VILLAGE = "VILLAGE", "村社区"
        OUTSIDE = "OUTSIDE", "外部单位"

    code = models.TextField("机构代码", primary_key=True, db_collation="C")
    name = models.CharField("机构名称", max_length=60)
    short_name = models.CharField("简称", max_length=30, blank=True)
    tier = models.CharField("层级", max_length=8, choices=Tier)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级机构"
    )
    # own or ancestor's code, empty if there is none: figures group by these
    district_code = models.TextField("所属区县", db_collation="C", blank=True, default="", editable=False)
    town_code = models.TextField("所属乡镇街道", db_collation="C", blank=True, default="", editable=False)
    is_deciding = models.BooleanField("审批发放单位", default=False)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    address = models.CharField("地址", max_length=100, blank=True)
    opened_on = models.DateField("启用日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构"
        constraints = [
            models.CheckConstraint(
                name="office_code_is_digits",
                condition=Q(code__regex=r"^[1-9]\d{3,11}$"),
                violation_error_message="机构代码应为 4 至 12 位数字，一般是 4、6、9 或 12 位区划代码。",
            ),
            models.CheckConstraint(
                name="office_code_extends_parent",
                condition=Q(parent=None) | Q(parent_id=Left("code", Length("parent_id")), code__gt=F("parent_id")),
                violation_error_message="机构代码要以上级机构的代码开头，并且比它长。",
            ),
            models.UniqueConstraint(
                Coalesce("parent_id", Value("")),
                condition=Q(parent=None) & ~Q(tier="OUTSIDE"),
                name="office_single_root",
                violation_error_message="已经有一个最上级机构，请选择上级机构。",
            ),
            models.UniqueConstraint(
                "parent_id",
                "name",
                name="office_name_once_per_parent",
                violation_error_message="同一上级下已有这个名称的机构。",
            ),
            models.CheckConstraint(
                name="office_closes_after_opening",
                condition=Q(opened_on=None) | Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                violation_error_message="停用日期早于启用日期。",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def office_id(self):
        """The office itself, so that an audit event can be about an office."""
        return self.code

    @property
    def label(self):
        return self.short_name or self.name

    def settle_codes(self):
        """Fill `district_code` and `town_code` from the tier and the parent."""
        above = self.parent
        self.district_code = self.code if self.tier == self.Tier.DISTRICT else (above.district_code if above else "")
        self.town_code = self.code if self.tier == self.Tier.TOWN else (above.town_code if above else "")
