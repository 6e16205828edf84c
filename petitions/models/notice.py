"""Documents and their delivery."""

from django.db import models
from django.db.models import F, Q

from petitions.notice_kinds import NOTICES, SELF_APPROVED

from .base import NULL, OfCase, absent, office_key, present, together, user_key
from .petition import Petition, Petitioner


class Notice(OfCase):
    """文书. Numbered at approval, frozen as a PDF, never deleted: a voided one keeps its number."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="notices", **NULL)
    review = models.ForeignKey("petitions.Review", models.PROTECT, related_name="notices", db_index=False, **NULL)
    office = office_key("制发单位")
    cycle = models.IntegerField("轮次", default=1)
    kind = models.CharField("种类", max_length=3, choices=[(code, kind.title) for code, kind in NOTICES.items()])
    number_word = models.CharField("文号字", max_length=20, blank=True)
    number_year = models.IntegerField("文号年", **NULL)
    number_no = models.IntegerField("文号", **NULL)
    title = models.CharField("标题", max_length=60)
    body = models.TextField("正文", blank=True)
    template_version = models.IntegerField("版式", default=1)
    drafted_by = user_key("起草人")
    drafted_on = models.DateField("起草日期")
    approved_by = user_key("签发人", **NULL)
    approved_on = models.DateField("签发日期", **NULL)
    issued_on = models.DateField("落款日期", **NULL)
    # the frozen PDF, sealed in the file store
    stored_name = models.CharField(max_length=32, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    returned_on = models.DateField("退回日期", **NULL)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    voided_on = models.DateField("作废日期", **NULL)
    void_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        constraints = [
            models.UniqueConstraint(
                fields=["office", "number_word", "number_year", "number_no"],
                condition=Q(number_no__isnull=False),
                name="notice_number_unique",
                violation_error_message="这个文号已经使用。",
            ),
            models.CheckConstraint(
                name="notice_number_iff_issued",
                condition=(Q(number_word="") & absent("number_year", "number_no"))
                | (~Q(number_word="") & present("number_year", "number_no", "issued_on")),
            ),
            models.CheckConstraint(
                name="notice_approver_is_not_drafter",
                condition=Q(kind__in=SELF_APPROVED) | Q(approved_by=None) | ~Q(approved_by=F("drafted_by")),
                violation_error_message="起草人不能签发。",
            ),
            models.CheckConstraint(
                name="notice_approval_fields_together", condition=together("approved_by", "approved_on")
            ),
            models.CheckConstraint(
                name="notice_void_fields_together",
                condition=(absent("voided_on") & Q(void_reason="")) | (present("voided_on") & ~Q(void_reason="")),
                violation_error_message="请写明作废原因。",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def document_number(self) -> str:
        """青退役信告〔2026〕1号; empty before approval."""
        return f"{self.number_word}〔{self.number_year}〕{self.number_no}号" if self.number_no else ""


class Delivery(OfCase):
    """送达."""

    class Mode(models.TextChoices):
        FACE = "FACE", "当面"
        REGISTERED = "REGISTERED", "挂号或EMS"
        ELECTRONIC = "ELECTRONIC", "电子"
        AGENT = "AGENT", "代收"
        REFUSED_WITNESSED = "REFUSED_WITNESSED", "拒收见证"
        PUBLIC = "PUBLIC", "公告"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="deliveries")
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    petitioner = models.ForeignKey(Petitioner, models.PROTECT, related_name="deliveries", db_index=False, **NULL)
    to_office = office_key("收件单位", **NULL)
    to_name = models.CharField("系统外收件单位", max_length=60, blank=True)
    mode = models.CharField("方式", max_length=20, choices=Mode)
    sent_on = models.DateField("交付或寄出日期")
    received_on = models.DateField("收到日期", **NULL)
    signer = models.CharField("签收人", max_length=50, blank=True)
    signer_relation = models.CharField("与收件人关系", max_length=20, blank=True)
    tracking_no = models.CharField("邮件号", max_length=40, blank=True)
    failed_on = models.DateField("未送达日期", **NULL)
    fail_reason = models.CharField("未送达原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "送达"
        constraints = [
            models.CheckConstraint(
                name="delivery_received_not_before_sent",
                condition=Q(received_on=None) | Q(received_on__gte=F("sent_on")),
                violation_error_message="收到日期不能早于送出日期。",
            ),
            models.CheckConstraint(
                name="delivery_has_addressee",
                condition=present("petitioner") | present("to_office") | ~Q(to_name=""),
                violation_error_message="请选择送达对象。",
            ),
            models.CheckConstraint(
                name="delivery_received_or_failed_not_both",
                condition=Q(received_on=None) | Q(failed_on=None),
                violation_error_message="不能既收到又未送达。",
            ),
            models.CheckConstraint(
                name="delivery_failed_has_reason",
                condition=(absent("failed_on") & Q(fail_reason="")) | (present("failed_on") & ~Q(fail_reason="")),
                violation_error_message="请写明未送达的原因。",
            ),
        ]
