from django.db import models
from django.db.models import F, Q

from registry import living_codes
from veterans_portal.pgscope.scope import after
from veterans_portal.sealing import SealedTextField

from .base import LiveQuerySet, PersonRow, RegistryRow
from .people import Person, choices


class Document(PersonRow):
    """材料: one scanned paper of a person, sealed on disk. Voided with a reason, never deleted."""

    # the composite key of person and office is the constraint
    person = models.ForeignKey(Person, models.PROTECT, related_name="documents", db_constraint=False)
    kind = models.CharField("材料种类", max_length=11, choices=choices(living_codes.DOCUMENT_KIND))
    number = models.CharField("证件编号", max_length=40, blank=True)
    issuer = models.CharField("签发机关", max_length=80, blank=True)
    valid_from = models.DateField("有效期起", null=True, blank=True)
    valid_to = models.DateField("有效期止", null=True, blank=True)
    file_name = models.CharField("文件名", max_length=120)
    stored_name = models.CharField(max_length=32, editable=False)
    content_type = models.CharField(max_length=20, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    bytes = models.IntegerField("大小（字节）", editable=False)
    voided_at = models.DateTimeField(null=True, blank=True, editable=False)
    voided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    void_reason = models.CharField("作废原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "材料"
        indexes = [
            models.Index(fields=["office", "id"], name="document_office"),
            models.Index(
                fields=["valid_to"], condition=Q(valid_to__isnull=False, voided_at=None), name="document_expires"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="document_ends_after_start",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="有效期止早于有效期起。",
            ),
            models.CheckConstraint(
                name="document_voided_has_reason",
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                violation_error_message="请写明作废原因。",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}（{self.file_name}）"

    @property
    def kind_label(self) -> str:
        return self.get_kind_display()


class TwoEndedQuerySet(LiveQuerySet):
    """Rows that both ends may see: the office that sent, and the office that receives."""

    ends = ("office_id", "from_office_id")

    def visible_to(self, user):
        low = user.office_id or ""
        if not low:
            return self.none()
        seen = Q()
        for end in self.ends:
            seen |= Q(**{f"{end}__gte": low, f"{end}__lt": after(low)})
        return self.filter(seen)


class AidReferral(RegistryRow):
    """服务站转介: a need that a person, with consent, lets the station pass on to those who give aid."""

    class State(models.TextChoices):
        OPEN = "OPEN", "待接收"
        TAKEN = "TAKEN", "办理中"
        DONE = "DONE", "已办结"
        CANCELLED = "CANCELLED", "已取消"

    number = models.CharField("转介编号", max_length=20)
    office = models.ForeignKey(
        "accounts.Office", models.PROTECT, db_index=False, related_name="+", verbose_name="接收单位"
    )
    from_office = models.ForeignKey(
        "accounts.Office", models.PROTECT, db_index=False, related_name="+", verbose_name="转出单位"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="referrals")
    # for somebody who has no dossier
    name = SealedTextField("姓名", label="registry.aidreferral.name")
    phone = SealedTextField("联系电话", label="registry.aidreferral.phone")
    need_code = models.CharField("需求", max_length=7, choices=choices(living_codes.NEED))
    note = models.CharField("说明", max_length=100, blank=True)
    consent_on = models.DateField("本人同意日期")
    # of somebody with a dossier: a paper of hers. Which file it is was checked when it was chosen.
    consent_file = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="同意书"
    )
    state = models.CharField("状态", max_length=9, choices=State, default=State.OPEN)
    outcome_note = models.CharField("结果", max_length=200, blank=True)
    taken_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    taken_at = models.DateTimeField(null=True, blank=True)

    objects = TwoEndedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "服务站转介"
        indexes = [
            models.Index(fields=["office", "state"], name="referral_office"),
            models.Index(fields=["from_office", "state"], name="referral_from"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], name="referral_number_unique"),
            models.CheckConstraint(
                name="referral_has_a_person",
                condition=Q(person__isnull=False, name__isnull=True) | Q(person__isnull=True, name__isnull=False),
                violation_error_message="请选择人员，或填写姓名。",
            ),
            models.CheckConstraint(
                name="referral_done_has_outcome",
                condition=~Q(state__in=("DONE", "CANCELLED")) | ~Q(outcome_note=""),
                violation_error_message="请写明结果。",
            ),
            models.CheckConstraint(
                name="referral_taken_by_and_at",
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.number
