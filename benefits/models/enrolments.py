from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Q

from registry.models import Person
from veterans_portal.accounts.scoping import OfficeScopedQuerySet

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
from .standards import Keyed, no_illness_above_six

IN_FORCE = ("ACTIVE", "ENDED")  # states whose months count


class EnrolmentQuerySet(OfficeScopedQuerySet):
    def in_force(self):
        return self.filter(state__in=IN_FORCE)


class Enrolment(BenefitRow, Keyed):
    """待遇资格: one person, one benefit, constant keys. What changes is ended, and a new row begins."""

    class Route(models.TextChoices):
        NEW = "NEW", "新申报"
        ARMY_TRANSFER = "ARMY_TRANSFER", "部队转入"
        MOVE_IN = "MOVE_IN", "迁入"
        REGRADE = "REGRADE", "调级"
        CORRECTION = "CORRECTION", "更正"
        OPENING = "OPENING", "启用导入"

    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED", "待审核"
        REVIEWED = "REVIEWED", "待批准"
        POSTED = "POSTED", "公示中"
        RETURNED = "RETURNED", "退回补正"
        REFUSED = "REFUSED", "不予认定"
        ACTIVE = "ACTIVE", "享受中"
        ENDED = "ENDED", "已终止"
        VOID = "VOID", "作废"

    class EndReason(models.TextChoices):
        DEATH = "DEATH", "去世"
        MOVED = "MOVED", "迁出"
        REGRADE = "REGRADE", "调级"
        CORRECTION = "CORRECTION", "更正"
        EXPIRED = "EXPIRED", "到期"
        CANCELLED = "CANCELLED", "取消待遇"
        OTHER = "OTHER", "其他"

    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments", verbose_name="人员")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="enrolments", verbose_name="项目")
    category_code = models.CharField("类别", max_length=4)
    paying_office = models.ForeignKey(
        "accounts.Office", models.PROTECT, related_name="+", db_index=False, verbose_name="发放单位"
    )
    month_from = models.DateField("起发月")
    month_to = models.DateField("止发月", null=True, blank=True)
    service_years = models.IntegerField("折算服役年限", null=True, blank=True)
    is_lone_elder = models.BooleanField("孤老", default=False)
    route = models.CharField("来源", max_length=13, choices=Route, default=Route.NEW)
    decided_on = models.DateField("批准日期")
    decision_no = models.CharField("批准文号", max_length=60, blank=True)
    decided_by_organ = models.CharField("批准机关", max_length=80, blank=True)
    certificate_no = models.CharField("优抚证书编号", max_length=40, blank=True)
    review_on = models.DateField("复核日期", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="替代"
    )
    end_reason = models.CharField("终止原因", max_length=10, choices=EndReason, blank=True, default="")
    evidence = paper()
    state = models.CharField("状态", max_length=9, choices=State, default=State.SUBMITTED)
    note = models.CharField("办理意见", max_length=200, blank=True, default="")
    proposed_by = user_key("申报人")
    proposed_at = moment("申报时间")
    reviewed_by = user_key("审核人")
    reviewed_at = moment("审核时间")
    approved_by = user_key("批准人")
    approved_at = moment("批准时间")
    row_version = models.IntegerField(default=1, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "待遇资格"
        indexes = [
            models.Index(fields=["office", "state", "id"], name="enrolment_office"),
            models.Index(
                fields=["paying_office", "programme"], name="enrolment_payer", condition=Q(state__in=IN_FORCE)
            ),
            models.Index(fields=["review_on"], name="enrolment_review", condition=Q(review_on__isnull=False)),
        ]
        constraints = [
            first_days("enrolment_months_are_first_days", "month_from", "month_to"),
            in_order("enrolment_ends_not_before_start", "month_from", "month_to", "止发月早于起发月。"),
            no_illness_above_six("enrolment_no_illness_above_grade_six", "因病致残只评定一级至六级，请核对残疾证。"),
            models.CheckConstraint(
                name="enrolment_service_years_1_to_40",
                condition=Q(service_years=None) | Q(service_years__range=(1, 40)),
                violation_error_message="折算年限应为1至40的整数，并上传认定材料。",
            ),
            models.CheckConstraint(
                name="enrolment_ended_has_reason",
                condition=~Q(state="ENDED") | (Q(month_to__isnull=False) & ~Q(end_reason="")),
                violation_error_message="请填写止发月和终止原因。",
            ),
            models.CheckConstraint(
                name="enrolment_active_is_approved",
                condition=~Q(state__in=("ACTIVE", "ENDED", "VOID")) | Q(approved_by__isnull=False),
            ),
            by_and_at("enrolment", "proposed", "reviewed", "approved"),
            differ("enrolment_approver_is_not_proposer", "approved_by", "proposed_by", "申报人与批准人不能为同一人。"),
            ExclusionConstraint(
                name="enrolment_no_overlap",
                expressions=[
                    (number_range("person"), "&&"),
                    (Key(F("programme")), "&&"),
                    (span("month_from", "month_to"), "&&"),
                ],
                condition=Q(state__in=IN_FORCE),
                violation_error_message="该人员此项待遇在所选期间已有资格。",
            ),
        ]

    def __str__(self):
        return f"{self.programme_id} {self.month_from:%Y-%m}"
