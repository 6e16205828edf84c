"""Who stands on the handling chain of a case: places, those who step aside, who handles, and what was sent on."""

from django.db import models
from django.db.models import F, Q

from veterans_portal.pgscope.scope import after

from .base import NULL, Made, OfCase, absent, office_key, office_or_name, one_of, present, together, user_key
from .petition import Petition


class AccessQuerySet(models.QuerySet):
    """Its wall never names the petition: the petition's wall asks here."""

    def visible_to(self, user):
        code = user.office_id or ""
        return self.filter(Q(user=user) | Q(office_id__gte=code, office_id__lt=after(code)))

    def open(self):
        return self.filter(ended_at=None)


class CaseAccess(Made):
    """办理链: an office or a person who may see a case, and whether it may act."""

    class Basis(models.TextChoices):
        REGISTERED = "REGISTERED", "登记"
        TRANSFER = "TRANSFER", "转交"
        ASSIGNMENT = "ASSIGNMENT", "承办"
        REVIEW = "REVIEW", "复查复核"
        DELIVERY = "DELIVERY", "送达回访"
        SEALED = "SEALED", "专人"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="places", db_index=False)
    office = office_key("单位", **NULL)
    user = user_key("人员", **NULL)
    basis = models.CharField("依据", max_length=10, choices=Basis)
    can_act = models.BooleanField("可办理", default=True)
    granted_at = models.DateTimeField("起")
    ended_at = models.DateTimeField("止", **NULL)

    objects = AccessQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理链"
        indexes = [
            models.Index(fields=["office", "petition"], condition=Q(ended_at=None), name="access_office"),
            models.Index(fields=["user", "petition"], condition=Q(ended_at=None), name="access_user"),
            models.Index(fields=["petition"], name="access_petition"),
        ]
        constraints = [
            models.CheckConstraint(name="access_office_or_user", condition=one_of("office", "user")),
            models.UniqueConstraint(
                fields=["petition", "office", "user", "basis"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="access_one_open_per_holder_and_basis",
                violation_error_message="该单位已在办理链上。",
            ),
        ]


class Recusal(OfCase):
    """回避 (条例第二十八条): while it is upheld the person sees nothing of the case."""

    class Ground(models.TextChoices):
        SELF = "SELF", "本人"
        KIN = "KIN", "近亲属"
        INTEREST = "INTEREST", "利害关系"
        RESPONDENT = "RESPONDENT", "被反映人"
        OTHER = "OTHER", "其他"

    class AskedBy(models.TextChoices):
        SELF = "SELF", "本人申请"
        PETITIONER = "PETITIONER", "信访人申请"
        SYSTEM = "SYSTEM", "系统比对"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="recusals")
    user = user_key("回避人", db_index=True)
    ground = models.CharField("事由", max_length=10, choices=Ground)
    asked_by = models.CharField("提出", max_length=10, choices=AskedBy)
    reason = models.CharField("说明", max_length=200, blank=True)
    ruled_by = user_key("决定人", **NULL)
    ruled_on = models.DateField("决定日期", **NULL)
    is_upheld = models.BooleanField("应当回避", **NULL)
    ended_on = models.DateField("解除日期", **NULL)

    class Meta:
        verbose_name = verbose_name_plural = "回避"
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "user"],
                condition=Q(ended_on=None) & ~Q(is_upheld=False),
                name="recusal_one_open_per_user",
                violation_error_message="此人的回避已经提出。",
            ),
            models.CheckConstraint(
                name="recusal_not_ruled_by_self",
                condition=Q(ruled_by=None) | ~Q(ruled_by=F("user")),
                violation_error_message="不能决定自己的回避。",
            ),
            models.CheckConstraint(
                name="recusal_ruling_fields_together",
                condition=Q(asked_by="SYSTEM", is_upheld=True) | together("ruled_by", "ruled_on", "is_upheld"),
            ),
        ]


class Assignment(OfCase):
    """承办."""

    class Role(models.TextChoices):
        LEAD = "LEAD", "主办"
        ASSIST = "ASSIST", "协办"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="assignments")
    cycle = models.IntegerField("轮次")
    office = office_key("承办单位")
    section = models.CharField("股室", max_length=30, blank=True)
    officer = user_key("承办人", db_index=True)
    role = models.CharField("主协办", max_length=6, choices=Role, default=Role.LEAD)
    started_on = models.DateField("起")
    ended_on = models.DateField("止", **NULL)
    end_reason = models.CharField("原因", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "承办"
        constraints = [
            models.UniqueConstraint(
                fields=["petition"],
                condition=Q(role="LEAD", ended_on=None),
                name="assignment_one_open_lead",
                violation_error_message="本件已有主办人。",
            ),
            models.CheckConstraint(
                name="assignment_ends_not_before_start",
                condition=Q(ended_on=None) | Q(ended_on__gte=F("started_on")),
                violation_error_message="承办结束日期早于开始日期。",
            ),
        ]


class Transfer(OfCase):
    """转交: handed up, sent on, assigned, or designated; with the objection to it and its ruling."""

    class Kind(models.TextChoices):
        HAND_UP = "HAND_UP", "上报代办"
        FORWARD = "FORWARD", "转送"
        ASSIGN = "ASSIGN", "交办"
        DESIGNATE = "DESIGNATE", "指定受理"

    class Ruling(models.TextChoices):
        UPHELD = "UPHELD", "同意退回"
        DISMISSED = "DISMISSED", "不同意"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="transfers")
    kind = models.CharField("方式", max_length=10, choices=Kind)
    from_office = office_key("转出单位", **NULL)
    from_name = models.CharField("来文单位", max_length=60, blank=True)
    to_office = office_key("接收单位", **NULL)
    to_name = models.CharField("系统外单位", max_length=60, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)
    sent_at = models.DateTimeField("转出时间")
    arrived_on = models.DateField("到达日期")
    feedback_due_on = models.DateField("反馈日期", **NULL)
    signed_by = user_key("签收人", **NULL)
    signed_at = models.DateTimeField("签收时间", **NULL)
    recalled_at = models.DateTimeField("撤回时间", **NULL)
    recall_reason = models.CharField("撤回原因", max_length=200, blank=True)
    objection_text = models.TextField("异议理由", blank=True)
    objected_by = user_key("提出异议人", **NULL)
    objected_on = models.DateField("提出异议日期", **NULL)
    ruling = models.CharField("核实结果", max_length=9, choices=Ruling, blank=True)
    ruled_by = user_key("核实人", **NULL)
    ruled_on = models.DateField("核实日期", **NULL)
    ruling_text = models.TextField("核实意见", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "转交"
        indexes = [models.Index(fields=["to_office", "sent_at"], name="transfer_to_office")]
        constraints = [
            models.CheckConstraint(
                name="transfer_from_office_or_name",
                condition=office_or_name("from_office", "from_name"),
                violation_error_message="请写明转出单位。",
            ),
            models.CheckConstraint(
                name="transfer_to_office_or_name",
                condition=office_or_name("to_office", "to_name"),
                violation_error_message="请选择接收单位，或填写系统外单位名称。",
            ),
            models.CheckConstraint(
                name="transfer_not_to_self",
                condition=Q(from_office=None) | Q(to_office=None) | ~Q(from_office=F("to_office")),
                violation_error_message="不能转交给本单位。",
            ),
            models.UniqueConstraint(
                fields=["petition"],
                condition=Q(signed_at=None, recalled_at=None, ruling="", to_name=""),
                name="transfer_one_pending",
                violation_error_message="本件已有一笔转交等待签收。",
            ),
            models.CheckConstraint(
                name="transfer_assign_has_feedback_day",
                condition=~Q(kind="ASSIGN") | present("feedback_due_on"),
                violation_error_message="交办须填写反馈日期。",
            ),
            models.CheckConstraint(
                name="transfer_objection_fields_together",
                condition=(Q(objection_text="") & absent("objected_by", "objected_on"))
                | (~Q(objection_text="") & present("objected_by", "objected_on")),
                violation_error_message="请详细说明理由。",
            ),
            models.CheckConstraint(
                name="transfer_ruling_needs_objection",
                condition=(Q(ruling="") & absent("ruled_by", "ruled_on"))
                | (~Q(ruling="") & present("ruled_by", "ruled_on", "objected_on")),
                violation_error_message="没有提出异议，不能作核实意见。",
            ),
            models.CheckConstraint(
                name="transfer_designated_has_no_objection",
                condition=~Q(kind="DESIGNATE") | absent("objected_on"),
                violation_error_message="指定受理的事项不能提出异议。",
            ),
            models.CheckConstraint(
                name="transfer_signed_fields_together", condition=together("signed_by", "signed_at")
            ),
        ]


class Step(OfCase):
    """办理过程: what was done, in order. Neither changed nor deleted; a mistake is corrected by another step."""

    class Kind(models.TextChoices):
        TRANSITION = "TRANSITION", "环节"
        HEARD = "HEARD", "听取陈述"
        INVESTIGATED = "INVESTIGATED", "调查核实"
        VISITED = "VISITED", "入户"
        MATERIAL = "MATERIAL", "调取材料"
        CALLED = "CALLED", "电话"
        CORRECTION = "CORRECTION", "更正"
        NOTE = "NOTE", "记录"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="steps")
    review = models.ForeignKey("petitions.Review", models.PROTECT, related_name="steps", db_index=False, **NULL)
    kind = models.CharField("种类", max_length=12, choices=Kind)
    action = models.CharField("事项", max_length=30, blank=True)
    from_state = models.CharField("原环节", max_length=20, blank=True)
    to_state = models.CharField("新环节", max_length=20, blank=True)
    cycle = models.IntegerField("轮次")
    on_date = models.DateField("日期")
    at = models.DateTimeField("时间")
    by = user_key("经办人")
    office = office_key("单位")
    text = models.TextField("内容", max_length=4000, blank=True)
    public_stage = models.CharField("公开环节", max_length=10, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理过程"
        constraints = [
            models.CheckConstraint(
                name="step_record_has_text",
                condition=Q(kind="TRANSITION") | ~Q(text=""),
                violation_error_message="请写明办理情况。",
            )
        ]
