"""Lists that people choose from. Topics and channels may be edited; terms of the law may not."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Concat

from veterans_portal.accounts.scoping import CatalogQuerySet

from .base import NULL, office_key


class Topic(models.Model):
    """主题: two levels."""

    code = models.CharField("代码", max_length=20, primary_key=True)
    label = models.CharField("名称", max_length=30)
    parent = models.ForeignKey("self", models.PROTECT, related_name="children", verbose_name="上级主题", **NULL)
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="别的写法")
    # which body usually has the power: shown to whoever sorts
    usual_body = models.CharField("一般由谁处理", max_length=100, blank=True)
    position = models.IntegerField("顺序", default=0)
    is_active = models.BooleanField("使用中", default=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "主题"

    def __str__(self):
        return self.label


class Channel(models.Model):
    """信访形式, with the form of the law (条例第十七条) it counts as."""

    code = models.CharField("代码", max_length=20, primary_key=True)
    label = models.CharField("名称", max_length=30)
    law_form = models.CharField("法定形式", max_length=20, blank=True)
    aliases = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name="别的写法")
    position = models.IntegerField("顺序", default=0)
    is_active = models.BooleanField("使用中", default=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信访形式"

    def __str__(self):
        return self.label


def key_hash() -> Func:
    """Whom and what a rule is for, as one number: an exclusion compares ranges, and there is none of texts."""
    office_code = Coalesce("office_id", Value(""), output_field=models.TextField())
    channel = Coalesce("channel_id", Value(""), output_field=models.TextField())
    key = Concat(
        "code", Value("|"), office_code, Value("|"), channel, Value("|"), "source", output_field=models.TextField()
    )
    return Func(key, Value(0), function="hashtextextended", output_field=models.BigIntegerField())


def same_key() -> Func:
    return Func(key_hash(), key_hash(), Value("[]"), function="int8range", output_field=BigIntegerRangeField())


class DateSpan(Func):
    function = "daterange"
    output_field = DateRangeField()


class DeadlineRule(models.Model):
    """期限规则: one length for one span of time, with its source. Statutory rows are read only."""

    class Unit(models.TextChoices):
        CALENDAR = "CALENDAR", "日"
        WORKING = "WORKING", "工作日"

    class FirstDay(models.TextChoices):
        NEXT_DAY = "NEXT_DAY", "次日起算"
        SAME_DAY = "SAME_DAY", "当日起算"

    class Roll(models.TextChoices):
        NONE = "NONE", "不顺延"
        NEXT_WORKING_DAY = "NEXT_WORKING_DAY", "顺延至下一工作日"

    code = models.CharField("代码", max_length=20)
    label = models.CharField("名称", max_length=30)
    starts = models.CharField("起算事由", max_length=20)
    days = models.IntegerField("天数")
    unit = models.CharField("单位", max_length=8, choices=Unit, default=Unit.CALENDAR)
    first_day = models.CharField("首日", max_length=8, choices=FirstDay, default=FirstDay.NEXT_DAY)
    roll = models.CharField("届满日", max_length=16, choices=Roll, default=Roll.NONE)
    is_statutory = models.BooleanField("法定", default=False)
    citation = models.CharField("依据", max_length=200)
    # a local promise may be for one office, one channel or one source; the law is for all
    office = office_key("单位", **NULL)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False, verbose_name="形式", **NULL)
    source = models.CharField("来源", max_length=20, blank=True)
    pause_kinds = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name="可中止的事由")
    # what a regulation of the place adds to the law: why the days are counted so, and what else may stop them
    policy_citation = models.CharField("算法依据", max_length=200, blank=True)
    local_pause_kinds = ArrayField(
        models.CharField(max_length=12), default=list, blank=True, verbose_name="另可中止的事由"
    )
    pause_citation = models.CharField("中止依据", max_length=200, blank=True)
    applies_from = models.DateField("起用日期")
    applies_to = models.DateField("停用日期", **NULL)
    is_active = models.BooleanField("启用", default=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限规则"
        constraints = [
            ExclusionConstraint(
                name="deadline_rule_no_overlap",
                expressions=[
                    (same_key(), RangeOperators.OVERLAPS),
                    (DateSpan("applies_from", "applies_to", Value("[]")), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_active=True),
                violation_error_message="同一期限在同一时段只能有一条规则。",
            ),
            models.CheckConstraint(
                name="deadline_rule_has_citation", condition=~Q(citation=""), violation_error_message="请填写依据。"
            ),
            models.CheckConstraint(
                name="rule_days_positive", condition=Q(days__gt=0), violation_error_message="天数应大于 0。"
            ),
            models.CheckConstraint(
                name="rule_ends_not_before_start",
                condition=Q(applies_to=None) | Q(applies_to__gte=F("applies_from")),
                violation_error_message="停用日期早于起用日期。",
            ),
            models.CheckConstraint(
                name="rule_policy_has_citation",
                condition=~Q(is_statutory=True) | Q(first_day="NEXT_DAY", roll="NONE") | ~Q(policy_citation=""),
                violation_error_message="改变首日或届满日的算法，请写明依据。",
            ),
            models.CheckConstraint(
                name="rule_local_pause_has_citation",
                condition=Q(local_pause_kinds=[]) | ~Q(pause_citation=""),
                violation_error_message="增加中止事由，请写明依据。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.label} {self.days}{self.get_unit_display()}"

    @property
    def stopped_by(self) -> list[str]:
        """What may stop this clock: by the law, and by what an administrator has entered with its source."""
        return [*self.pause_kinds, *self.local_pause_kinds]
