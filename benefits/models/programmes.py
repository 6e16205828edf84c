from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .base import JurisdictionQuerySet, Key, by_and_at, differ, in_order, moment, span, user_key


class Programme(models.Model):
    """补助项目: one benefit. Its code is its key, and the word by which the rules know it."""

    class Family(models.TextChoices):
        RECURRING = "RECURRING", "定期"
        ONE_OFF = "ONE_OFF", "一次性"
        AID = "AID", "帮扶"

    class Frequency(models.TextChoices):
        MONTHLY = "MONTHLY", "按月"
        QUARTERLY = "QUARTERLY", "按季"
        YEARLY = "YEARLY", "按年"
        ONCE = "ONCE", "一次"

    class BaseRule(models.TextChoices):
        NATIONAL = "NATIONAL", "须有国家标准"
        LOCAL = "LOCAL", "须有地方标准"

    code = models.CharField("项目代码", max_length=20, primary_key=True, db_collation="C")
    name = models.CharField("项目名称", max_length=40)
    family = models.CharField("种类", max_length=9, choices=Family)
    category_codes = ArrayField(models.CharField(max_length=4), default=list, blank=True, verbose_name="服务对象类别")
    frequency = models.CharField("发放周期", max_length=9, choices=Frequency, default=Frequency.MONTHLY)
    jurisdiction = models.CharField("适用地区", max_length=6, blank=True, default="", db_collation="C")
    base_rule = models.CharField("基本标准", max_length=8, choices=BaseRule, default=BaseRule.NATIONAL)
    required_keys = ArrayField(models.CharField(max_length=13), default=list, blank=True, verbose_name="必填档次")
    optional_keys = ArrayField(models.CharField(max_length=13), default=list, blank=True, verbose_name="可选档次")
    cents_anchor_month = models.IntegerField("分位起算月", default=8)
    display_order = models.IntegerField("显示顺序", default=0)
    legal_basis = models.CharField("依据", max_length=100, blank=True)
    is_active = models.BooleanField("启用", default=True)

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补助项目"
        ordering = ["display_order", "code"]
        constraints = [
            models.CheckConstraint(
                name="programme_anchor_1_to_12",
                condition=Q(cents_anchor_month__range=(1, 12)),
                violation_error_message="分位起算月应为 1 至 12。",
            ),
            models.CheckConstraint(
                name="programme_recurring_has_category",
                condition=~Q(family="RECURRING") | ~Q(category_codes=[]),
                violation_error_message="定期项目须指明服务对象类别。",
            ),
        ]

    def __str__(self):
        return self.name


class PolicyRule(models.Model):
    """政策规则: one dated rule with its citation. Code holds only the arithmetic; the numbers stand here."""

    class Rule(models.TextChoices):
        START = "START", "起发月"
        FUNERAL_MONTHS = "FUNERAL_MONTHS", "丧葬补助费月数"
        CONFIRM_DAYS = "CONFIRM_DAYS", "年度确认公告天数"
        CONFIRM_ARREARS = "CONFIRM_ARREARS", "未确认停发后是否补发"
        HOLD = "HOLD", "两项待遇的兼得"
        AWARD_STACK = "AWARD_STACK", "一年内多次奖励"

    class Mark(models.TextChoices):
        VERIFIED = "V", "已核对原文"
        WEAK = "W", "来源较弱"
        LOCAL = "L", "地方规定"
        UNCONFIRMED = "U", "未经本地文件确认"

    class State(models.TextChoices):
        DRAFT = "DRAFT", "草稿"
        PUBLISHED = "PUBLISHED", "已发布"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    rule = models.CharField("规则", max_length=15, choices=Rule)
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="rules", verbose_name="项目"
    )
    category_code = models.CharField("类别", max_length=4, blank=True, default="")
    other_programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="另一项目"
    )
    cause = models.CharField("去世原因", max_length=9, blank=True, default="")
    value_int = models.IntegerField("数值", null=True, blank=True)
    value_code = models.CharField("取值", max_length=15, blank=True, default="")
    jurisdiction = models.CharField("适用地区", max_length=6, blank=True, default="", db_collation="C")
    effective_from = models.DateField("自")
    effective_to = models.DateField("至", null=True, blank=True)
    citation = models.CharField("依据", max_length=200)
    source_mark = models.CharField("核对情况", max_length=1, choices=Mark)
    state = models.CharField("状态", max_length=9, choices=State, default=State.DRAFT)
    entered_by = user_key("录入人")  # empty for rules that came with the portal
    entered_at = moment("录入时间")
    published_by = user_key("发布人")
    published_at = moment("发布时间")

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "政策规则"
        constraints = [
            in_order("rule_ends_after_start", "effective_from", "effective_to", "截止日期早于起始日期。"),
            models.CheckConstraint(
                name="rule_has_citation", condition=~Q(citation=""), violation_error_message="请填写依据。"
            ),
            models.CheckConstraint(
                name="rule_has_value",
                condition=Q(value_int__isnull=False, value_code="") | (Q(value_int=None) & ~Q(value_code="")),
                violation_error_message="请填写数值或取值，只填一项。",
            ),
            by_and_at("rule", "entered", "published"),
            differ("rule_publisher_is_not_author", "published_by", "entered_by", "录入人与发布人不能为同一人。"),
            ExclusionConstraint(
                name="rule_no_overlap",
                expressions=[
                    (
                        Key(
                            F("rule"),
                            F("programme"),
                            F("category_code"),
                            F("other_programme"),
                            F("cause"),
                            F("jurisdiction"),
                        ),
                        "&&",
                    ),
                    (span("effective_from", "effective_to"), "&&"),
                ],
                condition=Q(state="PUBLISHED"),
                violation_error_message="同一规则的适用期间重叠。",
            ),
        ]

    @property
    def office_id(self):
        """The trail of a rule hangs at its jurisdiction; national rows at no office."""
        return self.jurisdiction

    @property
    def value(self) -> str:
        return str(self.value_int) if self.value_int is not None else self.value_code
