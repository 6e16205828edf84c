"""The clocks of a case. They measure the agency. What changed a clock is in the row history."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from .base import NULL, OfCase, OfCaseQuerySet, absent, office_key, present, together, user_key
from .catalog import DeadlineRule
from .chain import Step, Transfer
from .matter import Matter
from .petition import Petition


class DeadlineQuerySet(OfCaseQuerySet):
    def running(self):
        """Neither met nor cancelled."""
        return self.filter(fulfilled_on=None, cancelled_on=None)


class Deadline(OfCase):
    """期限: one running, paused, met or cancelled term."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="deadlines")
    review = models.ForeignKey("petitions.Review", models.PROTECT, related_name="deadlines", db_index=False, **NULL)
    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="deadlines", db_index=False, **NULL)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="deadlines", db_index=False, **NULL)
    cycle = models.IntegerField("轮次", default=1)
    kind = models.CharField("期限", max_length=20)
    # none for a day that somebody set: feedback on an assignment, fulfilment, the term of another statute
    rule = models.ForeignKey(DeadlineRule, models.PROTECT, related_name="+", db_index=False, **NULL)
    label = models.CharField("名称", max_length=30)
    citation = models.CharField("依据", max_length=200, blank=True)
    # the petitioner's own window: never escalated, never red
    is_window = models.BooleanField("信访人期限", default=False)
    grace_through = models.DateField("宽限至", **NULL)
    office = office_key("责任单位")
    owner = user_key("责任人", **NULL)
    start_step = models.ForeignKey(Step, models.PROTECT, related_name="+", db_index=False, **NULL)
    start_on = models.DateField("起算日")
    extension_days = models.IntegerField("延期天数", default=0)
    # a number, not a reference: the shipped calendar is 1
    calendar_version = models.IntegerField("工作日历版本")
    base_due_on = models.DateField("未延期届满日", **NULL)
    due_on = models.DateField("届满日", **NULL)
    act_by_on = models.DateField("应办日", **NULL)
    remaining_days = models.IntegerField("剩余天数", **NULL)
    is_provisional = models.BooleanField("暂定", default=False)
    working = models.CharField("推算说明", max_length=200)
    fulfilled_on = models.DateField("办到日期", **NULL)
    fulfilled_step = models.ForeignKey(Step, models.PROTECT, related_name="+", db_index=False, **NULL)
    cancelled_on = models.DateField("取消日期", **NULL)
    cancel_reason = models.CharField("取消原因", max_length=100, blank=True)
    late_reason = models.CharField("超期原因", max_length=200, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "期限"
        indexes = [
            models.Index(
                fields=["office", "act_by_on", "id"],
                condition=Q(fulfilled_on=None, cancelled_on=None),
                name="deadline_running",
            ),
            models.Index(fields=["kind", "due_on", "id"], name="deadline_cohort"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "kind", "review", "transfer", "matter"],
                condition=Q(fulfilled_on=None, cancelled_on=None),
                nulls_distinct=False,
                name="deadline_one_open_per_kind_and_subject",
                violation_error_message="这项期限已在计算。",
            ),
            models.CheckConstraint(
                name="deadline_due_unless_paused",
                condition=(present("due_on", "act_by_on") & absent("remaining_days"))
                | (absent("due_on", "act_by_on") & present("remaining_days")),
            ),
            models.CheckConstraint(
                name="deadline_met_or_cancelled_not_both",
                condition=Q(fulfilled_on=None) | Q(cancelled_on=None),
                violation_error_message="已办到的期限不能再取消。",
            ),
            models.CheckConstraint(
                name="deadline_cancelled_has_reason",
                condition=Q(cancelled_on=None, cancel_reason="") | (present("cancelled_on") & ~Q(cancel_reason="")),
            ),
            models.CheckConstraint(
                name="deadline_extension_0_to_30",
                condition=Q(extension_days__range=(0, 30)),
                violation_error_message="延长不得超过 30 日。",
            ),
            models.CheckConstraint(
                name="deadline_act_by_not_after_due",
                condition=Q(act_by_on=None) | Q(act_by_on__lte=F("due_on")),
            ),
        ]

    def __str__(self):
        return self.label


class DeadlinePause(OfCase):
    """中止: days that are not counted, and the article that says so."""

    class Kind(models.TextChoices):
        HEARING = "HEARING", "听证"
        APPRAISAL = "APPRAISAL", "鉴定"
        INSPECTION = "INSPECTION", "勘验"
        OTHER = "OTHER", "其他"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="pauses")
    deadline = models.ForeignKey(Deadline, models.PROTECT, related_name="pauses")
    kind = models.CharField("事由", max_length=10, choices=Kind)
    from_on = models.DateField("起")
    to_on = models.DateField("止", **NULL)
    citation = models.CharField("依据", max_length=200)
    decided_by = user_key("决定人")

    class Meta:
        verbose_name = verbose_name_plural = "中止"
        constraints = [
            models.CheckConstraint(
                name="pause_ends_not_before_start",
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                violation_error_message="中止结束日期早于开始日期。",
            ),
            ExclusionConstraint(
                name="pause_no_overlap",
                expressions=[
                    (Func("deadline_id", "deadline_id", Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (
                        Func("from_on", "to_on", Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="与已有的中止时段重叠。",
            ),
        ]


class Extension(OfCase):
    """延期 (条例第三十四条): once a cycle, up to thirty days, by somebody other than the applicant."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="extensions")
    cycle = models.IntegerField("轮次")
    days = models.IntegerField("延长天数")
    reason = models.TextField("理由", max_length=1000)
    applied_by = user_key("申请人")
    applied_on = models.DateField("申请日期")
    ruled_by = user_key("审批人", **NULL)
    ruled_on = models.DateField("审批日期", **NULL)
    is_approved = models.BooleanField("批准", **NULL)
    ruling_text = models.CharField("审批意见", max_length=200, blank=True)
    notice = models.ForeignKey("petitions.Notice", models.PROTECT, related_name="+", db_index=False, **NULL)

    class Meta:
        verbose_name = verbose_name_plural = "延期"
        constraints = [
            models.CheckConstraint(
                name="extension_days_1_to_30",
                condition=Q(days__range=(1, 30)),
                violation_error_message="延长不得超过 30 日。",
            ),
            models.UniqueConstraint(
                fields=["petition", "cycle"],
                condition=Q(is_approved=True),
                name="extension_one_approved_per_cycle",
                violation_error_message="本轮已延长一次。",
            ),
            models.UniqueConstraint(
                fields=["petition"],
                condition=Q(ruled_on=None),
                name="extension_one_open",
                violation_error_message="已有一份延期申请等待审批。",
            ),
            models.CheckConstraint(
                name="extension_ruler_is_not_applicant",
                condition=Q(ruled_by=None) | ~Q(ruled_by=F("applied_by")),
                violation_error_message="申请人不能审批自己的延期。",
            ),
            models.CheckConstraint(
                name="extension_ruling_fields_together", condition=together("ruled_by", "ruled_on", "is_approved")
            ),
        ]
