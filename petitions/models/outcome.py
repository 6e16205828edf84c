"""After the answer: what was asked of the petitioner, how the work was judged, what the office above pointed out."""

from django.db import models
from django.db.models import F, Q

from veterans_portal.pgscope.scope import after

from .base import NULL, Made, OfCase, absent, office_key, present, user_key
from .chain import Step
from .notice import Delivery, Notice
from .petition import Petition
from .review import Review

SCORES = (1, 5)


class FollowUp(OfCase):
    """回访."""

    class Fulfilled(models.TextChoices):
        DONE = "DONE", "已落实"
        PARTLY = "PARTLY", "部分落实"
        NOT_YET = "NOT_YET", "未落实"
        NOT_CONCERNED = "NOT_CONCERNED", "不涉及"

    class Mode(models.TextChoices):
        PHONE = "PHONE", "电话"
        FACE = "FACE", "当面"
        LETTER = "LETTER", "书面"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="follow_ups")
    cycle = models.IntegerField("轮次")
    called_on = models.DateField("回访日期")
    by = user_key("回访人")
    mode = models.CharField("方式", max_length=6, choices=Mode, default=Mode.PHONE)
    reached = models.BooleanField("已联系上", default=False)
    # a refused call ends it: nobody is called three times who said no
    declined = models.BooleanField("本人不愿接受回访", default=False)
    got_reply = models.BooleanField("收到答复", **NULL)
    understood = models.BooleanField("清楚答复内容", **NULL)
    fulfilled = models.CharField("落实情况", max_length=13, choices=Fulfilled, blank=True)
    service_score = models.IntegerField("服务评分", **NULL)
    result_score = models.IntegerField("结果评分", **NULL)
    needs = models.CharField("还需要的服务", max_length=300, blank=True)
    is_imported = models.BooleanField("导入", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "回访"
        constraints = [
            models.CheckConstraint(
                name="followup_scores_only_if_reached",
                condition=Q(reached=True) | absent("service_score", "result_score"),
                violation_error_message="没有联系上，不能填写评分。",
            ),
            models.CheckConstraint(
                name="followup_scores_in_range",
                condition=(Q(service_score=None) | Q(service_score__range=SCORES))
                & (Q(result_score=None) | Q(result_score__range=SCORES)),
                violation_error_message="评分为 1 至 5。",
            ),
        ]


class Evaluation(OfCase):
    """评价, given by the petitioner. The latest counts; it judges the work, never a person."""

    class Target(models.TextChoices):
        INTAKE = "INTAKE", "登记告知"
        HANDLING = "HANDLING", "办理答复"

    class Score(models.TextChoices):
        SATISFIED = "SATISFIED", "满意"
        FAIR = "FAIR", "基本满意"
        UNSATISFIED = "UNSATISFIED", "不满意"

    # nobody signed in stands behind it
    created_by = None
    created_at = None
    petition = models.ForeignKey(Petition, models.PROTECT, related_name="evaluations")
    cycle = models.IntegerField("轮次", default=1)
    target = models.CharField("对象", max_length=8, choices=Target)
    score = models.CharField("评价", max_length=11, choices=Score)
    comment = models.CharField("意见", max_length=300, blank=True)
    at = models.DateTimeField("时间")
    superseded_at = models.DateTimeField("被更新时间", **NULL)

    class Meta:
        verbose_name = verbose_name_plural = "评价"
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "target"],
                condition=Q(superseded_at=None),
                name="evaluation_one_current_per_target",
            )
        ]


class SupervisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """About a case: with the case. About an office's work as a whole: at both ends."""
        code = user.office_id or ""
        ends = Q()
        for end in ("from_office_id", "to_office_id"):
            ends |= Q(**{f"{end}__gte": code, f"{end}__lt": after(code)})
        cases = Petition.objects.visible_to(user).values("pk")
        return self.filter(Q(petition__in=cases) | (Q(petition=None) & ends)) if code else self.none()


class Supervision(Made):
    """督办 (条例第三十八至四十一条)."""

    class Kind(models.TextChoices):
        URGE = "URGE", "催办"
        SUPERVISE = "SUPERVISE", "督办"
        IMPROVE = "IMPROVE", "改进工作建议"
        POLICY = "POLICY", "完善政策建议"
        ACCOUNT = "ACCOUNT", "追究责任建议"

    class Adopted(models.TextChoices):
        ADOPTED = "ADOPTED", "采纳"
        PARTLY = "PARTLY", "部分采纳"
        NOT_ADOPTED = "NOT_ADOPTED", "未采纳"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="supervisions", **NULL)
    kind = models.CharField("方式", max_length=9, choices=Kind)
    from_office = office_key("发出单位")
    to_office = office_key("接收单位")
    text = models.TextField("内容", max_length=2000)
    notice = models.ForeignKey(Notice, models.PROTECT, related_name="+", db_index=False, **NULL)
    reply_due_on = models.DateField("答复期限")
    replied_on = models.DateField("答复日期", **NULL)
    replied_by = user_key("答复人", **NULL)
    adopted = models.CharField("采纳情况", max_length=11, choices=Adopted, blank=True)
    reply_text = models.TextField("答复", max_length=2000, blank=True)

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        constraints = [
            models.CheckConstraint(
                name="supervision_reply_fields_together",
                condition=(absent("replied_on", "replied_by") & Q(reply_text="", adopted=""))
                | (present("replied_on", "replied_by") & ~Q(reply_text="")),
                violation_error_message="请填写答复内容。",
            ),
            models.CheckConstraint(
                name="supervision_not_to_self",
                condition=~Q(from_office=F("to_office")),
                violation_error_message="不能督办本单位。",
            ),
        ]


class Attachment(OfCase):
    """附件: sealed on disk under a random name, given out as a download to whoever sees the case."""

    class Kind(models.TextChoices):
        STATEMENT = "STATEMENT", "信访材料"
        AUTHORISATION = "AUTHORISATION", "委托书"
        EVIDENCE = "EVIDENCE", "证据材料"
        RECORD = "RECORD", "笔录"
        PROOF = "PROOF", "送达凭证"
        CONSENT = "CONSENT", "同意书"
        AGREEMENT = "AGREEMENT", "协议书"
        WITHDRAWAL = "WITHDRAWAL", "撤回申请"
        OTHER = "OTHER", "其他"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="attachments")
    review = models.ForeignKey(Review, models.PROTECT, related_name="attachments", db_index=False, **NULL)
    step = models.ForeignKey(Step, models.PROTECT, related_name="attachments", db_index=False, **NULL)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="attachments", db_index=False, **NULL)
    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="attachments", db_index=False, **NULL)
    kind = models.CharField("种类", max_length=13, choices=Kind)
    file_name = models.CharField("文件名", max_length=120)
    stored_name = models.CharField(max_length=32, editable=False)
    content_type = models.CharField(max_length=80, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    bytes = models.IntegerField("大小（字节）", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        constraints = [
            models.CheckConstraint(
                name="attachment_has_one_owner",
                condition=absent("review", "step", "delivery", "follow_up")
                | (present("review") & absent("step", "delivery", "follow_up"))
                | (present("step") & absent("review", "delivery", "follow_up"))
                | (present("delivery") & absent("review", "step", "follow_up"))
                | (present("follow_up") & absent("review", "step", "delivery")),
            )
        ]

    def __str__(self):
        return self.file_name


class ReferralLink(OfCase):
    """帮扶转介: the one way out of a case, with consent; the referral itself knows nothing of the case."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="referral_links")
    referral = models.ForeignKey("registry.AidReferral", models.PROTECT, related_name="+", db_index=False)
    consent_on = models.DateField("本人同意日期", **NULL)
    consent = models.ForeignKey(Attachment, models.PROTECT, related_name="+", db_index=False, **NULL)
    shown_text = models.TextField("向本人出示的内容")

    class Meta:
        verbose_name = verbose_name_plural = "帮扶转介"
        constraints = [
            models.CheckConstraint(
                name="referral_has_consent",
                condition=present("consent_on", "consent"),
                violation_error_message="须先征得信访人同意并留存签名。",
            )
        ]


class QueryAttempt(models.Model):
    """A try at the public query page; purged after a day. Kept only to slow down guessing."""

    at = models.DateTimeField(db_index=True)
    ip_hash = models.BinaryField(max_length=32)
    number = models.CharField(max_length=40)
    ok = models.BooleanField()

    class Meta:
        verbose_name = verbose_name_plural = "查询尝试"
        indexes = [
            models.Index(fields=["ip_hash", "at"], name="queryattempt_ip"),
            models.Index(fields=["number", "at"], name="queryattempt_number"),
        ]
