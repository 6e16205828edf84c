"""One row for each time people were received, whether or not it became a petition."""

from django.db import models
from django.db.models import Q

from veterans_portal.sealing import DigestField, SealedTextField

from .base import NULL, OfficeRow, absent, office_key, present, user_key
from .catalog import Channel, Topic


class Reception(OfficeRow):
    """接待记录: 1 row = 1 批. Name and phone are blanked after three years."""

    class Kind(models.TextChoices):
        CONSULT = "CONSULT", "咨询"
        REPORT = "REPORT", "反映诉求"
        PROGRESS = "PROGRESS", "查进度"
        MATERIAL = "MATERIAL", "送材料"
        SUGGEST = "SUGGEST", "建议感谢"
        OTHER_PROCEDURE = "OTHER_PROCEDURE", "其他程序文书"
        ACCUSATION_GUIDED = "ACCUSATION_GUIDED", "检举控告引导"

    class Result(models.TextChoices):
        ON_SPOT = "ON_SPOT", "当场解答化解"
        REGISTERED = "REGISTERED", "登记为信访事项"
        PASSED = "PASSED", "代转有关单位"
        GUIDED = "GUIDED", "引导法定途径"
        APPOINTED = "APPOINTED", "约定再谈"

    office = office_key("接待单位")
    received_on = models.DateField("接待日期")
    started_at = models.DateTimeField("接待时间")
    officer = user_key("接待人")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False, verbose_name="形式")
    kind = models.CharField("类别", max_length=20, choices=Kind, default=Kind.CONSULT)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", db_index=False, verbose_name="主题", **NULL)
    people_count = models.IntegerField("人次", default=1)
    batch_count = models.IntegerField("批次", default=1)
    name = SealedTextField("姓名", label="petitions.reception.name")
    phone = SealedTextField("电话", label="petitions.reception.phone")
    phone_digest = DigestField()
    person = models.ForeignKey(
        "registry.Person", models.PROTECT, related_name="+", db_index=False, verbose_name="人员档案", **NULL
    )
    summary = models.CharField("内容", max_length=200, blank=True)
    answer = models.CharField("答复", max_length=500, blank=True)
    result = models.CharField("结果", max_length=10, choices=Result)
    is_leader_reception = models.BooleanField("领导接访", default=False)
    leader_name = models.CharField("接访领导", max_length=30, blank=True)
    is_reception_day = models.BooleanField("接访日", default=False)
    petition = models.ForeignKey(
        "petitions.Petition", models.PROTECT, related_name="receptions", verbose_name="信访事项", **NULL
    )
    is_imported = models.BooleanField("导入", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "接待记录"
        indexes = [models.Index(fields=["office", "-received_on", "-id"], name="reception_office")]
        constraints = [
            models.CheckConstraint(
                name="reception_people_at_least_one",
                condition=Q(people_count__gte=1, batch_count__gte=1),
                violation_error_message="人数至少为 1。",
            ),
            models.CheckConstraint(
                name="reception_batch_over_one_is_imported",
                condition=Q(batch_count=1) | Q(is_imported=True),
                violation_error_message="一条接待记录为一批。",
            ),
            models.CheckConstraint(
                name="reception_registered_has_petition",
                condition=~Q(result="REGISTERED") | present("petition"),
                violation_error_message="结果为“登记为信访事项”的，须登记信访事项。",
            ),
            models.CheckConstraint(
                name="reception_leader_named_iff_leader",
                condition=(Q(is_leader_reception=True) & ~Q(leader_name=""))
                | Q(is_leader_reception=False, leader_name=""),
                violation_error_message="领导接访须写明接访领导。",
            ),
            models.CheckConstraint(
                name="reception_accusation_keeps_no_content",
                condition=~Q(kind="ACCUSATION_GUIDED")
                | (Q(summary="", answer="") & absent("name", "phone", "person", "petition")),
                violation_error_message="检举控告内容不在接待记录中保存。",
            ),
        ]
