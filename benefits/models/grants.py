from django.db import models
from django.db.models import Q

from registry.models import Person

from .accounts import PayeeAccount
from .base import BenefitRow, by_and_at, differ, in_order, moment, paper, user_key, yuan
from .programmes import Programme
from .standards import KeyResidence, Standard


class OneOffGrant(BenefitRow):
    """一次性待遇: a merit award, a grant on enlistment, or one half-year of a conscript's family grant."""

    class ExitKind(models.TextChoices):
        NORMAL = "NORMAL", "正常退役"
        PROMOTED = "PROMOTED", "提干"
        ACADEMY = "ACADEMY", "考入军校"
        EARLY_NCO = "EARLY_NCO", "提前选改军士"
        EARLY = "EARLY", "提前退役"
        WARTIME = "WARTIME", "战时"
        DELAYED = "DELAYED", "推后离队"
        EXPELLED = "EXPELLED", "除名、开除军籍"

    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED", "待审核"
        REVIEWED = "REVIEWED", "待批准"
        POSTED = "POSTED", "公示中"
        APPROVED = "APPROVED", "已批准"
        BATCHED = "BATCHED", "已列入批次"
        PAID = "PAID", "已发放"
        RETURNED = "RETURNED", "退回补正"
        REFUSED = "REFUSED", "不予发放"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="grants", verbose_name="项目")
    person = models.ForeignKey(Person, models.PROTECT, related_name="grants", verbose_name="领取人")
    paying_office = models.ForeignKey(
        "accounts.Office", models.PROTECT, related_name="+", db_index=False, verbose_name="发放单位"
    )
    subject_name = models.CharField("军人姓名", max_length=50, blank=True, default="")
    key_class = models.CharField("档次", max_length=30, blank=True, default="")
    key_residence = models.CharField("户籍", max_length=5, choices=KeyResidence, blank=True, default="")
    event_on = models.DateField("事由日期")
    certificate_no = models.CharField("证书编号", max_length=60, blank=True, default="")
    enlist_on = models.DateField("批准入伍日期", null=True, blank=True)
    exit_on = models.DateField("退役日期", null=True, blank=True)
    exit_kind = models.CharField("离队情形", max_length=9, choices=ExitKind, blank=True, default="")
    period_no = models.IntegerField("第几期", null=True, blank=True)
    standard = models.ForeignKey(Standard, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    amount_yuan = yuan("金额（元）")
    working = models.CharField("计算说明", max_length=300, blank=True, default="")
    account = models.ForeignKey(
        PayeeAccount, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="收款账户"
    )
    evidence = paper()
    unit_proof = paper("部队证明")
    state = models.CharField("状态", max_length=9, choices=State, default=State.SUBMITTED)
    note = models.CharField("办理意见", max_length=200, blank=True, default="")
    proposed_by = user_key("申报人")
    proposed_at = moment("申报时间")
    reviewed_by = user_key("审核人")
    reviewed_at = moment("审核时间")
    approved_by = user_key("批准人")
    approved_at = moment("批准时间")
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "一次性待遇"
        indexes = [models.Index(fields=["office", "state", "id"], name="grant_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "certificate_no"],
                condition=~Q(certificate_no="") & ~Q(state__in=("REFUSED", "WITHDRAWN")),
                name="grant_one_per_certificate",
                violation_error_message="该证书已申报。",
            ),
            models.UniqueConstraint(
                fields=["programme", "person", "subject_name", "enlist_on", "period_no"],
                condition=Q(period_no__isnull=False) & ~Q(state__in=("REFUSED", "WITHDRAWN")),
                name="grant_period_once",
                violation_error_message="该期优待金已申报。",
            ),
            models.CheckConstraint(
                name="grant_amount_positive",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="金额应大于 0。",
            ),
            models.CheckConstraint(
                name="grant_period_1_to_4",
                condition=Q(period_no=None) | Q(period_no__range=(1, 5)),
                violation_error_message="优待金每半年一期，最多四期；推后离队的另计一期。",
            ),
            models.CheckConstraint(
                name="grant_delayed_has_proof",
                condition=~Q(exit_kind="DELAYED") | Q(unit_proof__isnull=False),
                violation_error_message="超期服役须附部队证明。",
            ),
            in_order("grant_exit_after_enlistment", "enlist_on", "exit_on", "退役日期早于入伍日期。"),
            by_and_at("grant", "proposed", "reviewed", "approved"),
            differ("grant_approver_is_not_proposer", "approved_by", "proposed_by", "申报人与批准人不能为同一人。"),
            differ("grant_reviewer_is_not_proposer", "reviewed_by", "proposed_by", "申报人与审核人不能为同一人。"),
        ]
