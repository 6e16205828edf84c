"""What may follow an opinion: a review and a second one, a hearing, a mediation."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from .base import NULL, OfCase, absent, office_key, office_or_name, present, user_key
from .matter import Matter
from .notice import Notice
from .petition import Petition


class Review(OfCase):
    """复查、复核 (条例第三十五、三十六条)."""

    class Stage(models.TextChoices):
        REVIEW = "REVIEW", "复查"
        RECHECK = "RECHECK", "复核"

    class State(models.TextChoices):
        REQUESTED = "REQUESTED", "已收到请求"
        EXAMINING = "EXAMINING", "审查中"
        AWAITING_APPROVAL = "AWAITING_APPROVAL", "待审批"
        TO_DELIVER = "TO_DELIVER", "待送达"
        CONCLUDED = "CONCLUDED", "已办结"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    class Outcome(models.TextChoices):
        UPHELD = "UPHELD", "维持"
        CHANGED = "CHANGED", "变更"
        REVOKED_REDO = "REVOKED_REDO", "撤销并重新办理"
        REFUSED = "REFUSED", "不予受理"

    class RefuseGround(models.TextChoices):
        OUT_OF_TIME = "OUT_OF_TIME", "超过期限"
        NOT_R6 = "NOT_R6", "不属于信访程序事项"
        SAME_FACTS_FINAL = "SAME_FACTS_FINAL", "同一事实和理由已复核终结"
        WRONG_BODY = "WRONG_BODY", "应向其他机关提出"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="reviews")
    cycle = models.IntegerField("轮次")
    stage = models.CharField("阶段", max_length=7, choices=Stage)
    reply = models.ForeignKey(Notice, models.PROTECT, related_name="review_requests", db_index=False)
    previous = models.ForeignKey(
        "self", models.PROTECT, related_name="+", db_index=False, verbose_name="前一阶段", **NULL
    )
    office = office_key("复查复核机关", **NULL)
    office_name = models.CharField("系统外机关", max_length=60, blank=True)
    request_text = models.TextField("请求和理由", max_length=4000, blank=True)
    handed_in_on = models.DateField("提出日期")
    requested_on = models.DateField("收到请求日期")
    state = models.CharField("环节", max_length=20, choices=State, default=State.REQUESTED)
    examiner = user_key("审查人", **NULL)
    outcome = models.CharField("结论", max_length=12, choices=Outcome, blank=True)
    refuse_ground = models.CharField("不予受理事由", max_length=20, choices=RefuseGround, blank=True)
    concluded_on = models.DateField("办结日期", **NULL)
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "复查复核"
        constraints = [
            models.UniqueConstraint(
                fields=["petition"],
                condition=~Q(state__in=("CONCLUDED", "WITHDRAWN")),
                name="review_one_open_per_petition",
                violation_error_message="本件的复查、复核正在进行。",
            ),
            models.UniqueConstraint(
                fields=["reply", "stage"],
                condition=~Q(state="WITHDRAWN"),
                name="review_stage_once_per_reply",
                violation_error_message="这份意见书已经申请过。",
            ),
            models.CheckConstraint(
                name="review_recheck_follows_review",
                condition=Q(stage="REVIEW", previous=None) | Q(stage="RECHECK", previous__isnull=False),
                violation_error_message="复核须先有复查意见。",
            ),
            models.CheckConstraint(
                name="review_office_or_name",
                condition=office_or_name("office", "office_name"),
                violation_error_message="请写明复查、复核机关。",
            ),
            models.CheckConstraint(
                name="review_concluded_fields_together",
                condition=(Q(state="CONCLUDED") & ~Q(outcome="") & present("concluded_on"))
                | (~Q(state="CONCLUDED") & absent("concluded_on")),
                violation_error_message="办结须写明结论和日期。",
            ),
            models.CheckConstraint(
                name="review_refused_has_ground",
                condition=(Q(outcome="REFUSED") & ~Q(refuse_ground="")) | (~Q(outcome="REFUSED") & Q(refuse_ground="")),
                violation_error_message="不予受理须选择事由。",
            ),
            models.CheckConstraint(
                name="review_received_not_before_handed_in",
                condition=Q(requested_on__gte=F("handed_in_on")),
                violation_error_message="收到请求日期不能早于提出日期。",
            ),
        ]


class Hearing(OfCase):
    """听证."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="hearings")
    review = models.ForeignKey(Review, models.PROTECT, related_name="hearings", db_index=False, **NULL)
    from_on = models.DateField("开始日期")
    to_on = models.DateField("结束日期", **NULL)
    chair = models.CharField("主持人", max_length=30)
    attendees = models.CharField("参加人", max_length=300, blank=True)
    record = models.ForeignKey(
        "petitions.Attachment", models.PROTECT, related_name="+", db_index=False, verbose_name="笔录", **NULL
    )
    pause = models.OneToOneField("petitions.DeadlinePause", models.PROTECT, related_name="hearing", **NULL)

    class Meta:
        verbose_name = verbose_name_plural = "听证"
        constraints = [
            models.CheckConstraint(
                name="hearing_ends_not_before_start",
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                violation_error_message="听证结束日期早于开始日期。",
            )
        ]


class Mediation(OfCase):
    """调解、和解. No clock stops."""

    class Kind(models.TextChoices):
        MEDIATION = "MEDIATION", "调解"
        SETTLEMENT = "SETTLEMENT", "和解"

    class Result(models.TextChoices):
        AGREED = "AGREED", "达成协议"
        NOT_AGREED = "NOT_AGREED", "未达成"
        STOPPED = "STOPPED", "终止"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="mediations")
    matters = models.ManyToManyField(
        Matter, through="petitions.MediationMatter", related_name="mediations", verbose_name="事项"
    )
    kind = models.CharField("方式", max_length=10, choices=Kind)
    parties = models.CharField("当事人", max_length=200)
    consent_on = models.DateField("各方同意日期", **NULL)
    mediator = models.CharField("主持人", max_length=30)
    sessions = ArrayField(models.DateField(), default=list, blank=True, verbose_name="各次日期")
    result = models.CharField("结果", max_length=10, choices=Result, blank=True)
    agreement = models.ForeignKey(
        "petitions.Attachment", models.PROTECT, related_name="+", db_index=False, verbose_name="协议书", **NULL
    )
    agreed_on = models.DateField("签订日期", **NULL)
    perform_by_on = models.DateField("履行期限", **NULL)
    performed_on = models.DateField("履行日期", **NULL)

    class Meta:
        verbose_name = verbose_name_plural = "调解"
        constraints = [
            models.CheckConstraint(
                name="mediation_has_consent",
                condition=present("consent_on"),
                violation_error_message="须征得各方同意。",
            ),
            models.CheckConstraint(
                name="mediation_agreed_has_agreement",
                condition=~Q(result="AGREED") | present("agreement", "agreed_on"),
                violation_error_message="达成协议的，须上传签字的协议书。",
            ),
        ]


class MediationMatter(OfCase):
    """Which matters a mediation is about."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="+", db_index=False)
    mediation = models.ForeignKey(Mediation, models.PROTECT, related_name="links")
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = verbose_name_plural = "调解事项"
        constraints = [models.UniqueConstraint(fields=["mediation", "matter"], name="mediation_matter_once")]
