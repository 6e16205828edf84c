"""The petition itself, who brought it, whom it is about, and the matters it is made of."""

from django.db import models
from django.db.models import F, Q

from petitions.workflow import State
from veterans_portal.accounts.permissions import Permission
from veterans_portal.pgscope.scope import after
from veterans_portal.sealing import DigestField, SealedTextField, digest

from .base import NULL, Made, OfCase, absent, office_key, present, together, user_key
from .catalog import Channel, Topic


def id_digest(number: str) -> bytes:
    return digest(number, "petitions.petitioner.id_number")


def phone_digest(number: str) -> bytes:
    return digest("".join(filter(str.isdigit, number)), "petitions.petitioner.phone")


def phone_last4_digest(number: str) -> bytes:
    return digest("".join(filter(str.isdigit, number))[-4:], "petitions.petitioner.phone_last4")


class PetitionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """
        What an open place on the handling chain shows: one's own, one's office's, and below for a supervisor.

        A restricted case shows itself only to the person named. Whoever is reported on, or stands back, sees nothing.
        """
        from .chain import CaseAccess, Recusal

        access = CaseAccess.objects.filter(ended_at=None)
        held = access.filter(held_by(user)).values("petition_id")
        named = access.filter(user=user).values("petition_id")
        code = user.office_id or ""
        above = [code[:length] for length in range(1, len(code) + 1)]
        reported = Respondent.objects.filter(
            Q(user=user) | Q(office_id__in=above, petition__is_restricted=True)
        ).values("petition_id")
        aside = Recusal.objects.filter(user=user, is_upheld=True, ended_on=None).values("petition_id")
        return (
            self.filter(pk__in=held)
            .filter(Q(is_restricted=False) | Q(pk__in=named))
            .exclude(pk__in=reported)
            .exclude(pk__in=aside)
        )

    def open(self):
        return self.exclude(state=State.CLOSED)


def held_by(user) -> Q:
    """A place on a chain that is the user's own, the office's, or, for a supervisor, of an office below."""
    code = user.office_id or ""
    if user.may(Permission.SUPERVISE_PETITIONS) and code:
        return Q(user=user) | Q(office_id__gte=code, office_id__lt=after(code))
    return Q(user=user) | Q(office_id=code)


class Petition(Made):
    """信访事项: 1 row = 1 件. Never deleted."""

    class Source(models.TextChoices):
        DIRECT = "DIRECT", "直接提出"
        FROM_PETITION_BUREAU = "FROM_PETITION_BUREAU", "信访部门"
        FROM_UPPER = "FROM_UPPER", "上级"
        FROM_OTHER = "FROM_OTHER", "其他"

    class Purpose(models.TextChoices):
        SUGGESTION = "SUGGESTION", "建议意见"
        ACCUSATION = "ACCUSATION", "检举控告"
        APPEAL = "APPEAL", "申诉求决"

    class StatementMode(models.TextChoices):
        WRITTEN = "WRITTEN", "书面"
        ORAL = "ORAL", "口头"
        IMPORTED = "IMPORTED", "导入"

    class UrgentGround(models.TextChoices):
        SAFETY = "SAFETY", "人身安全"
        LIVELIHOOD = "LIVELIHOOD", "基本生活无着"
        DISASTER = "DISASTER", "突发灾害事故"

    class ClosingKind(models.TextChoices):
        ANSWERED = "ANSWERED", "答复办结"
        GUIDED = "GUIDED", "引导法定途径"
        TOLD = "TOLD", "告知有权机关"
        HANDED_OVER = "HANDED_OVER", "已移交"
        SENT_OUT = "SENT_OUT", "已转送系统外下级"
        RETURNED = "RETURNED", "已退回来文单位"
        NOT_ACCEPTED = "NOT_ACCEPTED", "不予（不再）受理"
        MERGED = "MERGED", "并案"
        WITHDRAWN = "WITHDRAWN", "信访人撤回"
        INVALID = "INVALID", "无效件"

    number = models.CharField("编号", max_length=40)
    legacy_number = models.CharField("原编号", max_length=40, blank=True)
    # set by the page that registers, so that a form sent twice makes one row
    request_key = models.UUIDField(editable=False, **NULL)
    office = office_key("当前单位")
    registered_office = office_key("登记单位")
    first_officer = user_key("首问责任人")
    lead_leader = user_key("包案领导", **NULL)
    follow_up_office = office_key("回访单位")
    state = models.CharField("环节", max_length=20, choices=State.choices, default=State.REGISTERED)
    cycle = models.IntegerField("轮次", default=1)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False, verbose_name="信访形式")
    channel_text = models.CharField("形式原文", max_length=40, blank=True)
    source = models.CharField("来源", max_length=20, choices=Source, default=Source.DIRECT)
    source_name = models.CharField("来文单位", max_length=60, blank=True)
    source_ref = models.CharField("来文编号", max_length=60, blank=True)
    source_arrived_on = models.DateField("转到日期", **NULL)
    purpose = models.CharField("信访目的", max_length=10, choices=Purpose, default=Purpose.APPEAL)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", db_index=False, verbose_name="主题")
    title = models.CharField("题目", max_length=40)
    request_text = models.TextField("请求", max_length=4000, blank=True)
    facts_text = models.TextField("事实和理由", max_length=8000, blank=True)
    statement_mode = models.CharField("陈述方式", max_length=8, choices=StatementMode, default=StatementMode.WRITTEN)
    read_back_on = models.DateField("宣读确认日期", **NULL)
    received_on = models.DateField("收到日期")
    registered_on = models.DateField("登记日期")
    accepted_on = models.DateField("受理日期", **NULL)
    is_simple = models.BooleanField("简易办理", default=False)
    people_count = models.IntegerField("人数", default=1)
    notice_exempt_reason = models.CharField("不需告知的原因", max_length=60, blank=True)
    is_restricted = models.BooleanField("限制知悉", default=False, editable=False)
    urgent_ground = models.CharField("紧急报告事由", max_length=10, choices=UrgentGround, blank=True)
    urgent_to = models.CharField("报告对象", max_length=60, blank=True)
    urgent_on = models.DateField("报告日期", **NULL)
    # decided, but its document has not been delivered yet
    pending_closing = models.CharField("待结案方式", max_length=12, choices=ClosingKind, blank=True)
    closing_kind = models.CharField("办结方式", max_length=12, choices=ClosingKind, blank=True)
    closed_on = models.DateField("办结日期", **NULL)
    closed_by = user_key("办结人", **NULL)
    same_as = models.ForeignKey("self", models.PROTECT, related_name="+", verbose_name="并案至", **NULL)
    query_code_hash = models.BinaryField(editable=False, **NULL)
    row_version = models.IntegerField(default=1, editable=False)
    # whose turn it is, refreshed by every deed: what queues are read from
    turn_office = office_key("轮到单位", editable=False, **NULL)
    turn_user = user_key("轮到", editable=False, **NULL)
    next_act_by_on = models.DateField("应办日", editable=False, **NULL)

    objects = PetitionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "信访事项"
        indexes = [
            models.Index(fields=["office", "state", "next_act_by_on", "id"], name="petition_office"),
            models.Index(fields=["turn_office", "next_act_by_on", "id"], name="petition_turn_office"),
            models.Index(fields=["turn_user", "next_act_by_on", "id"], name="petition_turn_user"),
            models.Index(fields=["registered_on", "id"], name="petition_registered"),
            models.Index(fields=["closed_on", "id"], condition=Q(state="CLOSED"), name="petition_closed"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], name="petition_number_unique", violation_error_message="这个编号已经使用。"
            ),
            models.UniqueConstraint(
                fields=["registered_office", "legacy_number"],
                condition=~Q(legacy_number=""),
                name="petition_legacy_number_unique_per_office",
                violation_error_message="这个原编号在本单位已经登记。",
            ),
            models.UniqueConstraint(
                fields=["request_key"],
                name="petition_request_key_unique",
                violation_error_message="这件信访事项刚才已经登记，请勿重复提交。",
            ),
            models.CheckConstraint(
                name="petition_received_not_after_registered",
                condition=Q(received_on__lte=F("registered_on")),
                violation_error_message="收到日期不能晚于登记日期。",
            ),
            models.CheckConstraint(
                name="petition_accepted_not_before_received",
                condition=Q(accepted_on=None) | Q(accepted_on__gte=F("received_on")),
                violation_error_message="受理日期不能早于收到日期。",
            ),
            models.CheckConstraint(
                name="petition_closed_fields_together",
                condition=(Q(state="CLOSED") & ~Q(closing_kind="") & present("closed_on", "closed_by"))
                | (~Q(state="CLOSED") & Q(closing_kind="") & absent("closed_on", "closed_by")),
                violation_error_message="办结须写明方式、日期和办结人。",
            ),
            models.CheckConstraint(
                name="petition_oral_was_read_back",
                condition=~Q(statement_mode="ORAL") | present("read_back_on"),
                violation_error_message="口头反映须向信访人宣读并确认。",
            ),
            models.CheckConstraint(
                name="petition_restricted_iff_accusation",
                condition=Q(is_restricted=True, purpose="ACCUSATION")
                | (Q(is_restricted=False) & ~Q(purpose="ACCUSATION")),
                violation_error_message="检举控告由指定联系人单独登记。",
            ),
            models.CheckConstraint(
                name="petition_restricted_has_no_query_code",
                condition=Q(is_restricted=False) | absent("query_code_hash"),
                violation_error_message="检举控告不设查询码。",
            ),
            models.CheckConstraint(
                name="petition_people_at_least_one",
                condition=Q(people_count__gte=1),
                violation_error_message="人数至少为 1。",
            ),
            models.CheckConstraint(
                name="petition_merged_has_target_not_self",
                condition=(
                    (~Q(closing_kind="MERGED") & ~Q(pending_closing="MERGED")) | present("same_as")
                ) & (Q(same_as=None) | ~Q(same_as=F("id"))),
                violation_error_message="并案须选择另一件在办的信访事项。",
            ),
            models.CheckConstraint(
                name="petition_urgent_fields_together",
                condition=(Q(urgent_ground="", urgent_to="") & absent("urgent_on"))
                | (~Q(urgent_ground="") & ~Q(urgent_to="") & present("urgent_on")),
                violation_error_message="紧急报告须写明事由、对象和日期。",
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.number

    @property
    def is_closed(self) -> bool:
        return self.state == State.CLOSED


class Petitioner(OfCase):
    """信访人: one row for each person who signs, up to five of them representatives (条例第二十条)."""

    class Relation(models.TextChoices):
        SELF = "SELF", "退役军人本人"
        SPOUSE = "SPOUSE", "配偶"
        PARENT = "PARENT", "父母"
        CHILD = "CHILD", "子女"
        KIN = "KIN", "其他亲属"
        SERVING_KIN = "SERVING_KIN", "现役军人家属"
        OTHER = "OTHER", "其他"

    class IdKind(models.TextChoices):
        CITIZEN = "CITIZEN", "居民身份证"
        OFFICER = "OFFICER", "军官证"
        OTHER = "OTHER", "其他证件"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="petitioners")
    # "+": no dossier leads to a petition
    person = models.ForeignKey(
        "registry.Person", models.PROTECT, related_name="+", db_index=False, verbose_name="人员档案", **NULL
    )
    name = models.CharField("姓名", max_length=50)
    id_kind = models.CharField("证件种类", max_length=8, choices=IdKind, blank=True)
    id_number = SealedTextField("证件号码", label="petitions.petitioner.id_number")
    id_digest = DigestField()
    phone = SealedTextField("联系电话", label="petitions.petitioner.phone")
    phone_digest = DigestField()
    phone_last4_digest = DigestField()
    address = SealedTextField("住址", label="petitions.petitioner.address")
    email = SealedTextField("电子邮箱", label="petitions.petitioner.email")
    relation = models.CharField("与退役军人关系", max_length=12, choices=Relation, default=Relation.SELF)
    is_lead = models.BooleanField("首位", default=False)
    representative_no = models.IntegerField("代表序号", **NULL)
    is_agent = models.BooleanField("代理人", default=False)
    authorisation = models.ForeignKey(
        "petitions.Attachment", models.PROTECT, related_name="+", db_index=False, verbose_name="委托书", **NULL
    )
    agrees_electronic = models.BooleanField("同意电子送达", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "信访人"
        indexes = [
            models.Index(fields=["id_digest"], name="petitioner_id"),
            models.Index(fields=["phone_last4_digest"], name="petitioner_phone_last4"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["petition"],
                condition=Q(is_lead=True),
                name="petitioner_one_lead",
                violation_error_message="首位信访人只能有一位。",
            ),
            models.CheckConstraint(
                name="petitioner_representative_no_1_to_5",
                condition=Q(representative_no=None) | Q(representative_no__range=(1, 5)),
                violation_error_message="共同信访的代表不得超过 5 人。",
            ),
            models.UniqueConstraint(
                fields=["petition", "representative_no"],
                name="petitioner_representative_no_unique",
                violation_error_message="代表序号重复。",
            ),
            models.CheckConstraint(
                name="petitioner_sealed_have_digests",
                condition=together("id_number", "id_digest") & together("phone", "phone_digest", "phone_last4_digest"),
            ),
            models.CheckConstraint(
                name="petitioner_has_name", condition=~Q(name=""), violation_error_message="请填写信访人姓名。"
            ),
        ]

    def __str__(self):
        return self.name

    def display_masked(self) -> str:
        from registry.rules.ids import mask_id

        return mask_id(self.id_number) if self.id_number else ""

    def masked_phone(self) -> str:
        from registry.rules.contacts import mask_phone

        return mask_phone(self.phone) if self.phone else ""


class Respondent(OfCase):
    """被反映对象: who must not see, handle or approve."""

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="respondents")
    office = office_key("单位", **NULL)
    user = user_key("工作人员", **NULL)
    name = models.CharField("姓名或名称", max_length=60, blank=True)
    role_text = models.CharField("职务", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "被反映对象"
        constraints = [
            models.CheckConstraint(
                name="respondent_names_someone",
                condition=present("office") | present("user") | ~Q(name=""),
                violation_error_message="请写明被反映的单位或人员。",
            )
        ]
