from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from .base import BenefitRow, first_days, yuan


class PayingOffice(BenefitRow):
    """发放单位: the settings of one office that pays. Its row is the lock of every deed that changes what is paid."""

    class FuneralMode(models.TextChoices):
        LUMP = "LUMP", "一次性发放"
        MONTHLY = "MONTHLY", "逐月发放"

    class DayKind(models.TextChoices):
        WORKING = "WORKING", "工作日"
        CALENDAR = "CALENDAR", "自然日"

    office = models.ForeignKey(
        "accounts.Office", models.PROTECT, db_index=False, related_name="+", verbose_name="发放单位"
    )
    ledger_from = models.DateField("启用月份")
    funeral_mode = models.CharField("丧葬补助费发放方式", max_length=7, choices=FuneralMode, default=FuneralMode.LUMP)
    offset_same_months = models.BooleanField("同月多发与补发相抵", default=True)
    offset_max_percent = models.IntegerField("经同意每次扣回上限（%）", default=0)
    second_approval_above_yuan = yuan("超过此金额须第二人审批（元）", null=True, blank=True)
    publication_days = models.IntegerField("公示天数", default=5)
    publication_day_kind = models.CharField("公示天数按", max_length=8, choices=DayKind, default=DayKind.WORKING)
    publication_masks_names = models.BooleanField("公示姓名打码", default=True)
    large_change_percent = models.IntegerField("变动提示幅度（%）", default=30)
    urgent_days = models.IntegerField("急难帮扶补办核查、公示天数", default=10)
    aid_limits = models.JSONField("各类帮扶单次上限（元）", default=dict, blank=True)
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "发放单位"
        constraints = [
            models.UniqueConstraint(
                fields=["office"], name="paying_office_unique", violation_error_message="该单位已设为发放单位。"
            ),
            first_days("paying_office_starts_on_first_day", "ledger_from", sentence="启用月份应为当月1日。"),
            models.CheckConstraint(
                name="paying_office_percents",
                condition=Q(offset_max_percent__range=(0, 100), large_change_percent__range=(1, 100)),
                violation_error_message="百分比应在 0 至 100 之间。",
            ),
            models.CheckConstraint(
                name="paying_office_days",
                condition=Q(publication_days__gte=1, urgent_days__gte=1),
                violation_error_message="天数至少为 1。",
            ),
        ]

    def __str__(self):
        return str(self.office)

    def clean(self):
        if self.office_id and not self.office.is_deciding:
            raise ValidationError({"office": "发放单位应为区县级。"})
