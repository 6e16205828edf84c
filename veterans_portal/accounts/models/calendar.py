from django.db import models

from ..scoping import CatalogQuerySet


class CalendarVersion(models.Model):
    """工作日历版本: every change of the calendar makes a new one, so that a deadline can name what it was computed with."""

    number = models.IntegerField("版本", primary_key=True)
    made_at = models.DateTimeField("生成时间")
    made_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    reason = models.CharField("原因", max_length=200)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "工作日历版本"


class CalendarDay(models.Model):
    """特殊日: a day on which work differs from the plain Monday-to-Friday week."""

    on = models.DateField("日期", primary_key=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=30)
    citation = models.CharField("依据", max_length=200)
    is_local = models.BooleanField("本地调整", default=False)
    version = models.ForeignKey(CalendarVersion, models.PROTECT, related_name="days")

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "特殊日"
