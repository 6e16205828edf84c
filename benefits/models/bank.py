from django.db import models
from django.db.models import Q

from veterans_portal.sealing import SealedTextField

from .base import BenefitRow, by_and_at, moment, user_key, yuan
from .batches import Batch
from .ledger import Line


class BankTemplate(BenefitRow):
    """银行模板: how one bank wants its payment file, or writes its answer. The settings are data, not code."""

    class Direction(models.TextChoices):
        OUT = "OUT", "报盘"
        BACK = "BACK", "回盘"

    name = models.CharField("模板名称", max_length=40)
    bank_name = models.CharField("银行", max_length=60)
    direction = models.CharField("方向", max_length=4, choices=Direction)
    settings = models.JSONField("格式", default=dict)
    is_active = models.BooleanField("启用", default=True)
    created_by = user_key("设置人")
    created_at = moment("设置时间")
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "银行模板"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "name", "direction"],
                name="template_name_once",
                violation_error_message="已有这个名称的模板。",
            ),
        ]

    def __str__(self):
        return self.name


class BankFile(BenefitRow):
    """报盘文件: what was handed to a bank. The bytes lie sealed on disk and can be rebuilt from the rows."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="bank_files")
    template = models.ForeignKey(BankTemplate, models.PROTECT, related_name="+", db_index=False)
    attempt = models.IntegerField("报盘次数", default=1)
    part_no = models.IntegerField("第几份")
    part_of = models.IntegerField("共几份")
    file_name = models.CharField("文件名", max_length=120)
    row_count = models.IntegerField("笔数")
    total_yuan = yuan("合计（元）")
    sha256 = models.CharField("校验码", max_length=64)
    stored_name = models.CharField(max_length=32, editable=False)
    created_by = user_key("生成人")
    created_at = moment("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "报盘文件"
        constraints = [
            models.UniqueConstraint(fields=["batch", "template", "attempt", "part_no"], name="file_part_once"),
            models.CheckConstraint(
                name="file_part_within", condition=Q(part_no__gte=1, part_of__gte=1, row_count__gte=1)
            ),
            by_and_at("bankfile", "created"),
        ]

    def __str__(self):
        return self.file_name


class BankFileRow(BenefitRow):
    """报盘明细: one payment order of one line. A line has at most one that is open or paid."""

    class Status(models.TextChoices):
        SENT = "SENT", "已报盘"
        PAID = "PAID", "已到账"
        FAILED = "FAILED", "已退回"

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="rows")
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    line = models.ForeignKey(Line, models.PROTECT, related_name="bank_rows")
    row_ref = models.CharField("流水号", max_length=32)
    attempt_no = models.IntegerField("第几次报盘", default=1)
    payee_name = models.CharField("户名", max_length=50)
    bank_name = models.CharField("开户银行", max_length=60, default="")
    bank_code = models.CharField("联行号", max_length=14, blank=True, default="")
    account = SealedTextField("账号", label="benefits.bankfilerow.account", null=False, blank=False)
    account_last4 = models.CharField("账号后四位", max_length=4)
    amount_yuan = yuan("金额（元）")
    status = models.CharField("状态", max_length=6, choices=Status, default=Status.SENT)
    code = models.CharField("银行代码", max_length=20, blank=True, default="")
    message = models.CharField("银行说明", max_length=200, blank=True, default="")
    is_account_fault = models.BooleanField("账号问题", default=False)
    result_on = models.DateField("回盘日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报盘明细"
        constraints = [
            models.UniqueConstraint(fields=["row_ref"], name="row_ref_unique"),
            models.UniqueConstraint(fields=["line", "attempt_no"], name="row_attempt_once"),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(status__in=("SENT", "PAID")),
                name="row_one_open_or_paid_per_line",
                violation_error_message="该笔正在办理或已到账，不能重复报盘。",
            ),
            models.CheckConstraint(name="row_amount_positive", condition=Q(amount_yuan__gt=0)),
            models.CheckConstraint(
                name="row_answered_has_day", condition=Q(status="SENT") | Q(result_on__isnull=False)
            ),
        ]


class BankReturn(BenefitRow):
    """回盘: the answer of a bank, staged, looked at, then applied as a whole or refused as a whole."""

    class State(models.TextChoices):
        STAGED = "STAGED", "待确认"
        APPLIED = "APPLIED", "已入账"
        REFUSED = "REFUSED", "已退回"

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="bank_returns")
    file = models.ForeignKey(BankFile, models.PROTECT, null=True, blank=True, related_name="returns", db_index=False)
    template = models.ForeignKey(BankTemplate, models.PROTECT, related_name="+", db_index=False)
    file_name = models.CharField("文件名", max_length=120)
    stored_name = models.CharField(max_length=32, editable=False)
    sha256 = models.CharField("校验码", max_length=64)
    row_count = models.IntegerField("行数", default=0)
    ok_count = models.IntegerField("成功笔数", default=0)
    ok_yuan = yuan("成功金额（元）", default=0)
    failed_count = models.IntegerField("失败笔数", default=0)
    failed_yuan = yuan("失败金额（元）", default=0)
    state = models.CharField("状态", max_length=7, choices=State, default=State.STAGED)
    refuse_reason = models.CharField("退回原因", max_length=200, blank=True, default="")
    staged_by = user_key("导入人")
    staged_at = moment("导入时间")
    applied_by = user_key("入账人")
    applied_at = moment("入账时间")

    class Meta:
        verbose_name = verbose_name_plural = "回盘"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "sha256"],
                condition=~Q(state="REFUSED"),
                name="return_file_once",
                violation_error_message="该回盘文件已导入。",
            ),
            by_and_at("return", "staged", "applied"),
        ]


class BankReturnRow(BenefitRow):
    """回盘明细: one line of an answer, and whether it fits what was sent."""

    class Outcome(models.TextChoices):
        MATCHED = "MATCHED", "相符"
        NOT_FOUND = "NOT_FOUND", "查无此笔"
        AMBIGUOUS = "AMBIGUOUS", "不止一笔相符"
        AMOUNT_DIFFERS = "AMOUNT_DIFFERS", "金额不符"
        DUPLICATE = "DUPLICATE", "文件内重复"
        CONFLICT = "CONFLICT", "与已有结果矛盾"

    bank_return = models.ForeignKey(BankReturn, models.PROTECT, related_name="rows")
    row_no = models.IntegerField("行号")
    raw = models.CharField("原文（账号已遮盖）", max_length=300, blank=True, default="")
    amount_yuan = yuan("金额（元）", null=True, blank=True)
    outcome = models.CharField("核对结果", max_length=14, choices=Outcome)
    bank_row = models.ForeignKey(
        BankFileRow, models.PROTECT, null=True, blank=True, related_name="answers", verbose_name="报盘明细"
    )
    status = models.CharField("银行结果", max_length=6, choices=BankFileRow.Status, blank=True, default="")
    code = models.CharField("银行代码", max_length=20, blank=True, default="")
    reason = models.CharField("说明", max_length=200, blank=True, default="")
    is_account_fault = models.BooleanField("账号问题", default=False)
    result_on = models.DateField("回盘日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "回盘明细"
        constraints = [
            models.UniqueConstraint(fields=["bank_return", "row_no"], name="return_row_once"),
            models.CheckConstraint(
                name="return_matched_has_row", condition=~Q(outcome="MATCHED") | Q(bank_row__isnull=False)
            ),
        ]
