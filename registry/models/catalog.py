from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from veterans_portal.accounts.scoping import CatalogQuerySet


class CategoryQuerySet(CatalogQuerySet):
    def in_use(self, on):
        """Categories that may be claimed on this day."""
        begun, over = Q(valid_from=None) | Q(valid_from__lte=on), Q(valid_to__lt=on)
        return self.filter(begun).exclude(over)


class Category(models.Model):
    """类别: a kind of veteran, beneficiary or family. Data with a citation, not code."""

    class Kind(models.TextChoices):
        VETERAN = "VETERAN", "退役身份"
        BENEFIT = "BENEFIT", "优抚"
        FAMILY = "FAMILY", "军属"
        LOCAL = "LOCAL", "地方"

    class Detail(models.TextChoices):
        NONE = "NONE", "无"
        DISABILITY = "DISABILITY", "残疾"
        SURVIVOR = "SURVIVOR", "遗属"
        WAR = "WAR", "参战参试"
        RURAL = "RURAL", "农村籍"

    class PlaqueBasis(models.TextChoices):
        NONE = "NONE", "不悬挂"
        AUTO = "AUTO", "主动悬挂"
        APPLY = "APPLY", "依申请悬挂"

    code = models.CharField("代码", max_length=4, primary_key=True)
    label = models.CharField("名称", max_length=30)
    kind = models.CharField("大类", max_length=7, choices=Kind)
    detail = models.CharField("附加内容", max_length=10, choices=Detail, default=Detail.NONE)
    plaque_basis = models.CharField("悬挂光荣牌", max_length=5, choices=PlaqueBasis, default=PlaqueBasis.NONE)
    is_pay_affecting = models.BooleanField("影响待遇", default=False)
    valid_from = models.DateField("启用日期", null=True, blank=True)
    valid_to = models.DateField("停用日期", null=True, blank=True)
    citation = models.CharField("依据", max_length=200, blank=True)
    office = models.ForeignKey("accounts.Office", models.PROTECT, null=True, blank=True, db_index=False)
    position = models.IntegerField("顺序", default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "类别"

    def __str__(self):
        return self.label


class MatterQuerySet(CatalogQuerySet):
    def effective(self, chain):
        """Of each matter the row of the nearest office; `chain`: codes of an office and of those above it."""
        rows = self.filter(Q(office=None) | Q(office__in=chain)).annotate(
            level=Coalesce("office_id", Value("", models.TextField()))
        )
        nearer = self.model.objects.filter(code=OuterRef("code"), office__in=chain, office__gt=OuterRef("level"))
        return rows.filter(~Exists(nearer))


class Matter(models.Model):
    """办理事项: what a person must bring, where and when; printed as 一次性告知单. A district may write its own."""

    code = models.CharField("代码", max_length=20)
    office = models.ForeignKey("accounts.Office", models.PROTECT, null=True, blank=True, db_index=False)
    label = models.CharField("事项名称", max_length=40)
    conditions = models.TextField("办理条件", blank=True)
    materials = models.TextField("所需材料", help_text="一行一件。")
    place = models.CharField("办理地点", max_length=100, blank=True)
    hours = models.CharField("办理时间", max_length=100, blank=True)
    days = models.CharField("办理时限", max_length=60, blank=True)
    citation = models.CharField("依据", max_length=200, blank=True)
    position = models.IntegerField("顺序", default=0)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理事项"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "office"],
                nulls_distinct=False,
                name="matter_once_per_office",
                violation_error_message="本单位已有这个事项。",
            )
        ]

    def __str__(self):
        return self.label


class CategoryAlias(models.Model):
    """类别写法: what old ledgers call a category. Without a category it is refused, and the hint says what to write."""

    key = models.CharField("写法", max_length=40)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="aliases", db_index=False
    )
    hint = models.CharField("提示", max_length=80, blank=True)
    office = models.ForeignKey("accounts.Office", models.PROTECT, null=True, blank=True, db_index=False)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "类别写法"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "key"],
                nulls_distinct=False,
                name="alias_once",
                violation_error_message="这个写法已有对应的类别。",
            ),
            models.CheckConstraint(
                name="alias_means_or_hints",
                condition=Q(category__isnull=False) | ~Q(hint=""),
                violation_error_message="请选择类别，或填写提示。",
            ),
        ]
