from django.db import models
from django.db.models import F, Q

from registry.models import Person
from veterans_portal.sealing import SealedTextField

from .base import BenefitRow, by_and_at, differ, moment, paper, user_key, yuan
from .ledger import Line
from .programmes import Programme

OPEN = ("FOUND", "NOTIFIED", "RECOVERING")


class Overpayment(BenefitRow):
    """多发: money that was paid and not owed. Never netted against ordinary pay without consent or a decision."""

    class Cause(models.TextChoices):
        DEATH = "DEATH", "去世后多发"
        REGRADE = "REGRADE", "调级或更正"
        MOVE = "MOVE", "迁移重复"
        STOP = "STOP", "停发"
        STANDARD = "STANDARD", "标准变动"
        COHOLD = "COHOLD", "不能兼得"
        FALSE_CLAIM = "FALSE_CLAIM", "冒领"
        OTHER = "OTHER", "其他"

    class State(models.TextChoices):
        FOUND = "FOUND", "待核实"
        NOTIFIED = "NOTIFIED", "已告知"
        RECOVERING = "RECOVERING", "追回中"
        SETTLED = "SETTLED", "已结清"
        WRITTEN_OFF = "WRITTEN_OFF", "已核销"
        VOID = "VOID", "已冲销"

    person = models.ForeignKey(Person, models.PROTECT, related_name="overpayments")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", db_index=False)
    paying_office = models.ForeignKey(
        "accounts.Office", models.PROTECT, related_name="+", db_index=False, verbose_name="发放单位"
    )
    # empty once the batch that found it was reopened; the next draft finds it anew
    line = models.OneToOneField(
        Line, models.PROTECT, null=True, blank=True, related_name="overpayment", verbose_name="多发明细"
    )
    amount_yuan = yuan("多发金额（元）")
    month_list = models.CharField("多发月份", max_length=400)
    cause = models.CharField("原因", max_length=11, choices=Cause)
    debtor_name = models.CharField("退款人", max_length=50, blank=True, default="")
    debtor_contact = SealedTextField("退款人联系方式", label="benefits.overpayment.debtor_contact")
    state = models.CharField("状态", max_length=11, choices=State, default=State.FOUND)
    found_on = models.DateField("发现日期")
    consent = paper("本人同意扣回的材料")
    offset_decision_no = models.CharField("扣回决定文号", max_length=60, blank=True, default="")
    offset_percent = models.IntegerField("每次扣回（%）", null=True, blank=True)
    decision_no = models.CharField("核销文号", max_length=60, blank=True, default="")
    written_off_yuan = yuan("核销金额（元）", default=0)
    notified_by = user_key("告知人")
    notified_at = moment("告知时间")
    planned_by = user_key("扣回计划经办人")
    planned_at = moment("扣回计划时间")
    proposed_by = user_key("核销提出人")
    proposed_at = moment("核销提出时间")
    written_off_by = user_key("核销批准人")
    written_off_at = moment("核销时间")
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "多发待追回"
        indexes = [
            models.Index(fields=["office", "state", "id"], name="overpayment_office"),
            models.Index(fields=["paying_office", "state"], name="overpayment_payer"),
        ]
        constraints = [
            models.CheckConstraint(name="overpayment_amount_positive", condition=Q(amount_yuan__gt=0)),
            models.CheckConstraint(name="overpayment_has_line", condition=Q(line__isnull=False) | Q(state="VOID")),
            models.CheckConstraint(
                name="overpayment_written_off_within",
                condition=Q(written_off_yuan__gte=0, written_off_yuan__lte=F("amount_yuan")),
                violation_error_message="追回与核销合计超过多发金额。",
            ),
            models.CheckConstraint(
                name="overpayment_written_off_has_decision",
                condition=Q(written_off_yuan=0) | (~Q(decision_no="") & Q(written_off_by__isnull=False)),
                violation_error_message="核销须填写决定文号，并由另一人批准。",
            ),
            models.CheckConstraint(
                name="overpayment_offset_has_basis",
                condition=Q(offset_percent=None)
                | (Q(offset_percent__range=(1, 100)) & (Q(consent__isnull=False) | ~Q(offset_decision_no=""))),
                violation_error_message="从待遇中扣回须有本人书面同意或处理决定。",
            ),
            by_and_at("overpayment", "notified", "planned", "proposed", "written_off"),
            differ("overpayment_two_people", "written_off_by", "proposed_by", "核销须填写决定文号，并由另一人批准。"),
        ]


class Recovery(BenefitRow):
    """追回: one sum that came back, in money or by setting it off. Never deleted."""

    class Method(models.TextChoices):
        CASH = "CASH", "现金"
        TRANSFER = "TRANSFER", "转账"
        OFFSET = "OFFSET", "待遇扣回"
        REVERSAL = "REVERSAL", "更正冲回"
        SWITCH = "SWITCH", "换项抵扣"

    overpayment = models.ForeignKey(Overpayment, models.PROTECT, related_name="recoveries")
    method = models.CharField("方式", max_length=8, choices=Method)
    amount_yuan = yuan("金额（元）")
    received_on = models.DateField("日期")
    receipt_no = models.CharField("收据号", max_length=40, blank=True, default="")
    line = models.ForeignKey(
        Line, models.PROTECT, null=True, blank=True, related_name="recoveries", verbose_name="抵扣的明细"
    )
    voided_at = moment("撤销时间")  # with the approval of the batch that set it off
    recorded_by = user_key("登记人")
    recorded_at = moment("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "追回记录"
        constraints = [
            models.CheckConstraint(
                name="recovery_amount_positive",
                condition=Q(amount_yuan__gt=0),
                violation_error_message="追回金额应大于 0。",
            ),
            models.CheckConstraint(
                name="recovery_offset_has_line",
                condition=Q(method__in=("CASH", "TRANSFER"), line=None)
                | Q(line=None, voided_at__isnull=False)
                | Q(method__in=("OFFSET", "REVERSAL", "SWITCH"), line__isnull=False),
            ),
            by_and_at("recovery", "recorded"),
        ]
