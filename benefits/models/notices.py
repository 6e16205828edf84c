from decimal import Decimal

from django.db import models
from django.db.models import Q

from veterans_portal.accounts.scoping import OfficeScopedQuerySet
from veterans_portal.pgscope.scope import after

from .base import BenefitRow, in_order, user_key
from .offices import PayingOffice


class PostedQuerySet(OfficeScopedQuerySet):
    """A posting is for everybody: the stations below the office that put it up read it too."""

    def visible_to(self, user):
        code = user.office_id or ""
        if not code:
            return self.none()
        above = [code[:size] for size in range(1, len(code))]
        return self.filter(Q(office__in=above) | Q(office__gte=code, office__lt=after(code)))


class PublicNotice(BenefitRow):
    """公示: a list that was posted before a decision. The rows are masked and frozen; no number, no illness."""

    class Subject(models.TextChoices):
        ENROLMENT = "ENROLMENT", "待遇资格"
        GRANT = "GRANT", "一次性待遇"
        AID = "AID", "帮扶"

    subject = models.CharField("公示事项", max_length=9, choices=Subject)
    from_on = models.DateField("公示日期")
    days = models.IntegerField("公示天数")
    day_kind = models.CharField("按", max_length=8, choices=PayingOffice.DayKind)
    until_on = models.DateField("公示截止日期")
    # [[key of the row, masked name, village, programme, grounds, amount]…]
    rows = models.JSONField("公示内容", default=list)
    objections = models.IntegerField("异议数", default=0)
    objection_text = models.CharField("异议处理情况", max_length=300, blank=True, default="")
    posted_by = user_key("公示人")
    posted_at = models.DateTimeField("公示时间")

    objects = PostedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公示"
        indexes = [models.Index(fields=["office", "-from_on"], name="publicnotice_office")]
        constraints = [
            in_order("notice_until_after_from", "from_on", "until_on", "公示截止日期早于公示日期。"),
            models.CheckConstraint(
                name="publicnotice_days",
                condition=Q(days__gte=1, objections__gte=0),
                violation_error_message="天数至少为 1。",
            ),
        ]

    def shown(self) -> list[tuple]:
        """What is put up: masked name, village, programme, grounds, amount (None when none was asked for)."""
        return [(*row[1:-1], Decimal(row[-1]) if row[-1] else None) for row in self.rows]

    def keys(self) -> set[int]:
        """Keys of the rows that were posted."""
        return {row[0] for row in self.rows}
