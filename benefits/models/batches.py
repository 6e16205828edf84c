from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registry.models import Person
from veterans_portal.accounts.scoping import OfficeScopedQuerySet

from .base import BenefitRow, by_and_at, differ, first_days, in_order, moment, user_key, yuan
from .programmes import Programme
from .standards import StandardNotice

OPEN_STATES = ("DRAFT", "SUBMITTED")  # lines may be rebuilt or thrown away
HELD_STATES = ("APPROVED", "SENT", "CLOSED")  # lines are frozen


class BatchQuerySet(OfficeScopedQuerySet):
    def held(self):
        """Approved, sent or closed."""
        return self.filter(state__in=HELD_STATES)


class Batch(BenefitRow):
    """发放批次: one computation of what an office pays, drafted by one person, approved by another, paid by a third."""

    class Kind(models.TextChoices):
        REGULAR = "REGULAR", "正常发放"
        BACKPAY = "BACKPAY", "补发"
        GRANT = "GRANT", "一次性"
        OPENING = "OPENING", "启用导入"

    class State(models.TextChoices):
        DRAFT = "DRAFT", "草稿"
        SUBMITTED = "SUBMITTED", "待审批"
        APPROVED = "APPROVED", "已审批"
        SENT = "SENT", "已报盘"
        CLOSED = "CLOSED", "已结清"
        CANCELLED = "CANCELLED", "已撤销"

    no = models.CharField("批次号", max_length=24, editable=False)
    kind = models.CharField("种类", max_length=7, choices=Kind)
    period_from = models.DateField("发放月份起", null=True, blank=True)
    period_to = models.DateField("发放月份止", null=True, blank=True)
    window_from = models.DateField("追溯起始月")
    # last month that may be paid late: of the period, or, for back pay, of the last approved ordinary batch
    through_on = models.DateField("补发截止月")
    programme_codes = ArrayField(models.CharField(max_length=20), default=list, verbose_name="项目")
    notice = models.ForeignKey(
        StandardNotice, models.PROTECT, null=True, blank=True, related_name="batches", verbose_name="标准文件"
    )
    takes_earlier_months = models.BooleanField("同时补发以前月份", default=True)
    state = models.CharField("状态", max_length=9, choices=State, default=State.DRAFT)
    line_count = models.IntegerField("明细数", default=0)
    person_count = models.IntegerField("人数", default=0)
    payable_yuan = yuan("实发合计（元）", default=0)
    recover_yuan = yuan("多发合计（元）", default=0)
    left_out_yuan = yuan("未列入的以前月份差额（元）", default=0)
    draft_hash = models.CharField("编制校验码", max_length=64, blank=True, default="")
    rules_version = models.CharField("规则版本", max_length=10, blank=True, default="")
    opened_by = user_key("开批人")
    opened_at = moment("开批时间")
    drafted_by = user_key("编制人")
    drafted_at = moment("编制时间")
    submitted_by = user_key("提交人")
    submitted_at = moment("提交时间")
    approved_by = user_key("审批人")
    approved_at = moment("审批时间")
    second_approved_by = user_key("第二审批人")
    second_approved_at = moment("第二审批时间")
    sent_by = user_key("发放人")
    sent_at = moment("报盘时间")
    return_reason = models.CharField("退回或撤回原因", max_length=200, blank=True, default="")
    row_version = models.IntegerField(default=1, editable=False)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发放批次"
        indexes = [models.Index(fields=["office", "state", "id"], name="paybatch_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["no"], name="batch_no_unique", violation_error_message="批次号重复，请重试。"
            ),
            by_and_at("batch", "opened", "drafted", "submitted", "approved", "second_approved", "sent"),
            differ("batch_drafter_is_not_approver", "drafted_by", "approved_by", "编制人与审批人不能为同一人。"),
            differ("batch_drafter_is_not_second", "drafted_by", "second_approved_by", "编制人与审批人不能为同一人。"),
            differ("batch_approver_is_not_payer", "approved_by", "sent_by", "审批人与发放人不能为同一人。"),
            differ("batch_drafter_is_not_payer", "drafted_by", "sent_by", "编制人与发放人不能为同一人。"),
            differ(
                "batch_second_approver_differs", "second_approved_by", "approved_by", "第二审批人与审批人不能为同一人。"
            ),
            models.CheckConstraint(
                name="batch_period_fits_kind",
                condition=(Q(kind__in=("REGULAR", "OPENING")) & Q(period_from__isnull=False, period_to__isnull=False))
                | (Q(kind__in=("BACKPAY", "GRANT")) & Q(period_from=None, period_to=None)),
                violation_error_message="正常发放要填发放月份；补发和一次性批次不填。",
            ),
            first_days("batch_months_are_first_days", "period_from", "period_to", "window_from", "through_on"),
            in_order("batch_period_in_order", "period_from", "period_to", "发放月份起晚于止。"),
            models.CheckConstraint(
                name="batch_held_is_approved",
                condition=~Q(state__in=HELD_STATES) | (Q(approved_by__isnull=False) & ~Q(draft_hash="")),
            ),
            models.CheckConstraint(
                name="batch_sent_has_payer",
                condition=~Q(state="SENT") | Q(sent_by__isnull=False),
            ),
        ]

    def __str__(self):
        return self.no


class BatchException(BenefitRow):
    """异常: what a person must look at before a batch is handed in. `office`: the station of the person."""

    class Code(models.TextChoices):
        NO_STANDARD = "NO_STANDARD", "缺少标准"
        NO_ACCOUNT = "NO_ACCOUNT", "没有收款账户"
        ACCOUNT_UNCONFIRMED = "ACCOUNT_UNCONFIRMED", "收款账户未确认"
        FUNERAL_UNDECIDED = "FUNERAL_UNDECIDED", "去世原因未登记"
        FUNERAL_NO_PAYEE = "FUNERAL_NO_PAYEE", "没有丧葬补助费收款账户"
        REVIEW_DUE = "REVIEW_DUE", "到期未复核"
        CATEGORY_LOST = "CATEGORY_LOST", "身份已不在册"
        BORN_NOT_FULL = "BORN_NOT_FULL", "出生日期不全"
        DEATH_MONTH_UNKNOWN = "DEATH_MONTH_UNKNOWN", "去世月份不明"
        MERGED_TWICE = "MERGED_TWICE", "合并后同一待遇有两条资格"
        SHARED_ACCOUNT = "SHARED_ACCOUNT", "同一账号多人"
        BELOW_FLOOR = "BELOW_FLOOR", "低于国家标准"
        COHOLD_UNDECIDED = "COHOLD_UNDECIDED", "两项待遇能否兼得没有规定"
        LARGE_CHANGE = "LARGE_CHANGE", "金额变动较大"
        MOVE_PENDING = "MOVE_PENDING", "正在办理迁移"
        FUNERAL_WHILE_STOPPED = "FUNERAL_WHILE_STOPPED", "去世时处于停发期"
        BEFORE_LEDGER = "BEFORE_LEDGER", "早于启用月份"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="exceptions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", db_index=False)
    code = models.CharField("异常", max_length=21, choices=Code)
    is_blocking = models.BooleanField("本期不发放")
    message = models.CharField("说明", max_length=200, blank=True, default="")
    accepted_by = user_key("确认人")
    accepted_at = moment("确认时间")
    accept_reason = models.CharField("确认说明", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "编制异常"
        constraints = [
            models.UniqueConstraint(fields=["batch", "person", "programme", "code", "message"], name="exception_once"),
            by_and_at("exception", "accepted"),
        ]


class Departure(BenefitRow):
    """减少人员: whom the last ordinary batch paid and this one does not. `office`: the station of the person."""

    class Reason(models.TextChoices):
        DEATH = "DEATH", "去世"
        MOVED = "MOVED", "迁出"
        STOPPED = "STOPPED", "停发"
        CANCELLED = "CANCELLED", "取消"
        ENDED = "ENDED", "到期或终止"
        EXCEPTION = "EXCEPTION", "异常未发"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="departures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField("原因", max_length=9, choices=Reason)
    last_amount_yuan = yuan("上期金额（元）")

    class Meta:
        verbose_name = verbose_name_plural = "减少人员"
        constraints = [
            models.UniqueConstraint(fields=["batch", "person", "programme"], name="departure_once"),
        ]


class BatchSnapshot(BenefitRow):
    """审批快照: the canonical form that was approved, packed. Frozen; a reopened batch keeps it as superseded."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="snapshots")
    sha256 = models.CharField("校验码", max_length=64)
    line_count = models.IntegerField("明细数")
    payable_yuan = yuan("实发合计（元）")
    packed = models.BinaryField()
    taken_at = models.DateTimeField("审批时间")
    superseded_at = moment("作废时间")

    class Meta:
        verbose_name = verbose_name_plural = "审批快照"
        constraints = [
            models.UniqueConstraint(fields=["batch"], condition=Q(superseded_at=None), name="snapshot_one_current"),
            models.CheckConstraint(
                name="snapshot_superseded_later",
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("taken_at")),
            ),
        ]
