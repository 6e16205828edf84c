from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from registry.models import Person

from .base import (
    BenefitRow,
    Key,
    by_and_at,
    differ,
    first_days,
    in_order,
    moment,
    number_range,
    paper,
    span,
    user_key,
)
from .programmes import Programme

STATUTORY = ("SENTENCED", "DEPRIVED", "WANTED", "CANCELLED")  # 军人抚恤优待条例第五十九条


class Suspension(BenefitRow):
    """停发记录: months without pay, by a decision of a person. `programme` empty: all benefits."""

    class Kind(models.TextChoices):
        UNCONFIRMED = "UNCONFIRMED", "未年度确认"
        SENTENCED = "SENTENCED", "中止（有期徒刑）"
        DEPRIVED = "DEPRIVED", "中止（剥夺政治权利）"
        WANTED = "WANTED", "中止（通缉）"
        CANCELLED = "CANCELLED", "取消待遇"
        OTHER = "OTHER", "其他停发"

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待确认"
        CONFIRMED = "CONFIRMED", "停发中"
        LIFTED = "LIFTED", "已恢复"
        VOID = "VOID", "作废"

    person = models.ForeignKey(Person, models.PROTECT, related_name="suspensions", verbose_name="人员")
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="项目"
    )
    kind = models.CharField("停发种类", max_length=11, choices=Kind)
    month_from = models.DateField("停发起始月")
    month_to = models.DateField("停发截止月", null=True, blank=True)
    pays_arrears = models.BooleanField("补发停发期间", default=False)
    arrears_basis = models.CharField("补发依据", max_length=200, blank=True, default="")
    decision_no = models.CharField("决定文号", max_length=60, blank=True, default="")
    decided_on = models.DateField("决定日期", null=True, blank=True)
    decided_by_organ = models.CharField("决定机关", max_length=80, blank=True, default="")
    reason = models.CharField("原因", max_length=200, blank=True, default="")
    evidence = paper()
    state = models.CharField("状态", max_length=9, choices=State, default=State.PROPOSED)
    proposed_by = user_key("提出人")
    proposed_at = moment("提出时间")
    confirmed_by = user_key("确认人")
    confirmed_at = moment("确认时间")
    lifted_by = user_key("恢复经办人")
    lifted_at = moment("恢复时间")
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "停发记录"
        indexes = [models.Index(fields=["office", "state", "id"], name="suspension_office")]
        constraints = [
            first_days("suspension_months_are_first_days", "month_from", "month_to"),
            in_order("suspension_ends_after_start", "month_from", "month_to", "停发截止月早于起始月。"),
            models.CheckConstraint(
                name="suspension_statutory_has_decision",
                condition=~Q(kind__in=STATUTORY) | (~Q(decision_no="") & Q(decided_on__isnull=False)),
                violation_error_message="中止、取消须填写省级决定的文号。",
            ),
            models.CheckConstraint(
                name="suspension_cancelled_is_final",
                condition=~Q(kind="CANCELLED") | Q(month_to=None, pays_arrears=False),
                violation_error_message="取消待遇不能恢复，请按新申请办理。",
            ),
            by_and_at("suspension", "proposed", "confirmed", "lifted"),
            differ(
                "suspension_confirmer_is_not_proposer", "confirmed_by", "proposed_by", "提出人与确认人不能为同一人。"
            ),
            ExclusionConstraint(
                name="suspension_no_overlap",
                expressions=[
                    (number_range("person"), "&&"),
                    (Key(F("programme")), "&&"),
                    (span("month_from", "month_to"), "&&"),
                ],
                condition=~Q(state="VOID"),
                violation_error_message="所选期间已有停发记录。",
            ),
        ]

    @property
    def programme_name(self) -> str:
        """Needs select_related("programme")."""
        return self.programme.name if self.programme else "全部待遇"


class AnnualConfirmation(BenefitRow):
    """年度确认: whether a person was seen alive and entitled in one year."""

    class Mode(models.TextChoices):
        VISIT = "VISIT", "现场"
        HOME = "HOME", "入户"
        VIDEO = "VIDEO", "视频"
        PROXY = "PROXY", "代办"
        TERMINAL = "TERMINAL", "终端"
        DATA = "DATA", "比对"

    class NoticeMode(models.TextChoices):
        PHONE = "PHONE", "电话"
        HOME = "HOME", "上门"
        BOARD = "BOARD", "公告栏"
        PAPER = "PAPER", "报纸或网站"

    person = models.ForeignKey(Person, models.PROTECT, related_name="confirmations", verbose_name="人员")
    year = models.IntegerField("年度")
    mode = models.CharField("确认方式", max_length=8, choices=Mode, blank=True, default="")
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    confirmed_by = user_key("确认人")
    evidence = paper()
    notice_on = models.DateField("公告日期", null=True, blank=True)
    notice_mode = models.CharField("公告方式", max_length=5, choices=NoticeMode, blank=True, default="")
    deadline_on = models.DateField("确认期限", null=True, blank=True)
    suspension = models.OneToOneField(
        Suspension, models.PROTECT, null=True, blank=True, related_name="confirmation", verbose_name="停发记录"
    )
    created_at = models.DateTimeField("登记时间")
    created_by = user_key("登记人")

    class Meta:
        verbose_name = verbose_name_plural = "年度确认"
        indexes = [models.Index(fields=["office", "year", "confirmed_on"], name="confirmation_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "year"],
                name="confirmation_once_per_year",
                violation_error_message="该人员本年度已有确认记录。",
            ),
            in_order("confirmation_deadline_after_notice", "notice_on", "deadline_on", "确认期限早于公告日期。"),
            models.CheckConstraint(
                name="confirmation_fields_together",
                condition=(
                    Q(confirmed_on=None, confirmed_by=None, mode="")
                    | (Q(confirmed_on__isnull=False, confirmed_by__isnull=False) & ~Q(mode=""))
                )
                & (
                    Q(notice_on=None, deadline_on=None, notice_mode="")
                    | (Q(notice_on__isnull=False, deadline_on__isnull=False) & ~Q(notice_mode=""))
                ),
                violation_error_message="确认日期、方式、确认人要一起填写；公告日期、方式、期限也是。",
            ),
        ]
