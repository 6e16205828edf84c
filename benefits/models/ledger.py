from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from registry.models import Person
from veterans_portal.accounts.scoping import OfficeScopedQuerySet
from veterans_portal.sealing import DigestField

from .accounts import PayeeAccount
from .aid import HardshipApplication
from .base import BenefitRow, by_and_at, differ, first_days, in_order, moment, user_key, yuan
from .batches import Batch
from .enrolments import Enrolment
from .grants import OneOffGrant
from .programmes import Programme


class LineQuerySet(OfficeScopedQuerySet):
    def approved(self):
        """Lines that a second person has approved; what is still being drafted is nobody's money."""
        return self.exclude(pay_state=Line.PayState.DRAFTED)


class Line(BenefitRow):
    """
    发放明细: what one person gets of one benefit in one batch. `office` is the station of that day.

    While the batch is a draft its lines are thrown away and made anew; once approved only pay_state and paid_on change.
    """

    class PayClass(models.TextChoices):
        CURRENT = "CURRENT", "当期"
        PRIOR = "PRIOR", "以前月份"
        AFTER = "AFTER", "去世以后"
        GRANT = "GRANT", "一次性"

    class Kind(models.TextChoices):
        REGULAR = "REGULAR", "当期"
        ADJUST = "ADJUST", "补发"
        FUNERAL = "FUNERAL", "丧葬补助费"
        RECOVER = "RECOVER", "多发"
        GRANT = "GRANT", "一次性"

    class Change(models.TextChoices):
        NEW = "NEW", "新增"
        SAME = "SAME", "不变"
        CHANGED = "CHANGED", "金额变化"
        RESUMED = "RESUMED", "恢复"
        NONE = "", "—"

    class PayState(models.TextChoices):
        DRAFTED = "DRAFTED", "编制中"
        WAITING = "WAITING", "待报盘"
        SENT = "SENT", "已报盘"
        PAID = "PAID", "已到账"
        FAILED = "FAILED", "已退回"
        CANCELLED = "CANCELLED", "已作废"
        NONE = "NONE", "无需支付"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="lines")
    person = models.ForeignKey(Person, models.PROTECT, related_name="benefit_lines")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", db_index=False)
    category_code = models.CharField("类别", max_length=4)
    pay_class = models.CharField("款别", max_length=7, choices=PayClass)
    kind = models.CharField("种类", max_length=7, choices=Kind)
    months = models.IntegerField("月数", default=0)
    month_from = models.DateField("起始月", null=True, blank=True)
    month_to = models.DateField("截止月", null=True, blank=True)
    gross_yuan = yuan("应发（元）")
    offset_yuan = yuan("扣回（元）", default=0)
    amount_yuan = yuan("实发（元）")
    # amount of one ordinary month, to compare with the last batch
    month_yuan = yuan("月标准（元）", default=0)
    last_month_yuan = yuan("上期月标准（元）", null=True, blank=True)
    # how the offset is made up: [[how, overpayment, programme, amount]…]
    offsets = models.JSONField(default=list, blank=True)
    account = models.ForeignKey(
        PayeeAccount, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="账户"
    )
    # as they stood when drafted: the account itself may follow the person to another district
    payee_name = models.CharField("户名", max_length=50, blank=True, default="")
    payee_bank = models.CharField("开户银行", max_length=60, blank=True, default="")
    payee_last4 = models.CharField("账号后四位", max_length=4, blank=True, default="")
    payee_digest = DigestField()
    change = models.CharField("与上期比", max_length=7, choices=Change, blank=True, default="")
    pay_state = models.CharField("支付状态", max_length=9, choices=PayState, default=PayState.DRAFTED)
    paid_on = models.DateField("到账日期", null=True, blank=True)
    grant = models.ForeignKey(OneOffGrant, models.PROTECT, null=True, blank=True, related_name="lines")
    aid = models.ForeignKey(HardshipApplication, models.PROTECT, null=True, blank=True, related_name="lines")
    remark = models.CharField("备注", max_length=200, blank=True, default="")

    objects = LineQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发放明细"
        indexes = [
            models.Index(fields=["office", "paid_on"], name="line_office_paid"),
            models.Index(fields=["batch", "programme", "person"], name="line_batch"),
        ]
        constraints = [
            # what the months of a line refer to
            models.UniqueConstraint(
                fields=["id", "batch", "person", "programme"], name="line_id_batch_person_programme"
            ),
            models.UniqueConstraint(
                fields=["batch", "person", "programme", "pay_class"],
                condition=~Q(pay_class="GRANT"),
                name="line_once_per_batch_person_programme_class",
                violation_error_message="本批次已有该人员此项待遇的明细。",
            ),
            models.CheckConstraint(
                name="line_amount_is_gross_less_offset",
                condition=Q(amount_yuan=F("gross_yuan") - F("offset_yuan")),
                violation_error_message="实发应等于应发减扣回。",
            ),
            models.CheckConstraint(
                name="line_amount_sign_fits_kind",
                condition=Q(kind="RECOVER", gross_yuan__lt=0, offset_yuan=0)
                | (~Q(kind="RECOVER") & Q(gross_yuan__gte=0, offset_yuan__gte=0, amount_yuan__gte=0)),
                violation_error_message="多发为负数，其他明细不能为负数。",
            ),
            models.CheckConstraint(
                name="line_grant_has_source",
                condition=(
                    Q(pay_class="GRANT", kind="GRANT")
                    & (Q(grant__isnull=False, aid=None) | Q(grant=None, aid__isnull=False))
                )
                | (~Q(pay_class="GRANT") & ~Q(kind="GRANT") & Q(grant=None, aid=None)),
            ),
            models.UniqueConstraint(
                fields=["grant"],
                condition=Q(grant__isnull=False) & ~Q(pay_state="CANCELLED"),
                name="line_grant_once",
                violation_error_message="该笔一次性待遇已列入批次。",
            ),
            models.UniqueConstraint(
                fields=["aid"],
                condition=Q(aid__isnull=False) & ~Q(pay_state="CANCELLED"),
                name="line_aid_once",
                violation_error_message="该笔帮扶已列入批次。",
            ),
            models.CheckConstraint(
                name="line_paid_has_day",
                condition=Q(pay_state="PAID", paid_on__isnull=False) | ~Q(pay_state="PAID"),
                violation_error_message="请填写到账日期。",
            ),
            first_days("line_months_are_first_days", "month_from", "month_to"),
            in_order("line_months_in_order", "month_from", "month_to", "起始月晚于截止月。"),
        ]


class LineMonthQuerySet(OfficeScopedQuerySet):
    def live(self):
        return self.filter(is_live=True)


class LineMonth(BenefitRow):
    """
    月份台账: what one batch gave one person for one month. The live rows of a month sum to what was paid for it.

    parts: [[component, level, standard, entitled, already, amount]…], amounts as text with two decimals.
    """

    class Kind(models.TextChoices):
        REGULAR = "REGULAR", "当期"
        FUNERAL = "FUNERAL", "丧葬补助费"
        ADJUST = "ADJUST", "调整"

    # line, batch, person and programme refer to the line together: one composite key instead of four
    line = models.ForeignKey(Line, models.PROTECT, related_name="month_rows", db_constraint=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", db_constraint=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    month_on = models.DateField("月份")
    kind = models.CharField("种类", max_length=7, choices=Kind)
    round_no = models.IntegerField("调整次序", default=0)
    entitled_yuan = yuan("应发（元）")
    already_yuan = yuan("已发（元）")
    amount_yuan = yuan("本次（元）")
    parts = models.JSONField("构成", default=list)
    reasons = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="原因")
    is_live = models.BooleanField("有效", default=True)

    objects = LineMonthQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "月份台账"
        indexes = [models.Index(fields=["office", "month_on"], name="month_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "programme", "month_on", "kind", "round_no"],
                condition=Q(is_live=True),
                name="month_once_per_person_programme_kind",
                violation_error_message="其中有月份已有该项待遇的发放记录，请重新编制。",
            ),
            models.CheckConstraint(
                name="month_amount_is_entitled_less_already",
                condition=Q(amount_yuan=F("entitled_yuan") - F("already_yuan")),
            ),
            models.CheckConstraint(
                name="month_round_fits_kind",
                condition=Q(kind__in=("REGULAR", "FUNERAL"), round_no=0) | Q(kind="ADJUST", round_no__gte=1),
            ),
            first_days("month_is_first_day", "month_on"),
        ]


class LineCancellation(BenefitRow):
    """作废: a line that no bank took leaves the ledger, proposed by one person and confirmed by another."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="cancellations")
    reason = models.CharField("作废原因", max_length=200)
    proposed_by = user_key("提出人")
    proposed_at = moment("提出时间")
    confirmed_by = user_key("确认人")
    confirmed_at = moment("确认时间")

    class Meta:
        verbose_name = verbose_name_plural = "明细作废"
        constraints = [
            models.UniqueConstraint(
                fields=["line"], name="cancellation_once", violation_error_message="该笔已提出作废。"
            ),
            models.CheckConstraint(
                name="cancellation_has_reason", condition=~Q(reason=""), violation_error_message="请写明作废原因。"
            ),
            by_and_at("cancellation", "proposed", "confirmed"),
            differ(
                "cancellation_confirmer_is_not_proposer", "confirmed_by", "proposed_by", "提出人与确认人不能为同一人。"
            ),
        ]
