from django.db import models
from django.db.models import F, Q

from .base import PersonRow
from .people import Person

LIVE_STATES = (
    "APPLIED", "STATION_OK", "DISTRICT_OK", "CITY_OK", "PROVINCE_OK", "RETURNED", "MAKING", "RECEIVED", "READY", "ISSUED",
    "LOST",
)  # fmt: skip


class Card(PersonRow):
    """优待证: one card of a person on its way through five levels. Card and account numbers are not stored."""

    class Kind(models.TextChoices):
        VETERAN = "VETERAN", "退役军人优待证"
        SURVIVOR = "SURVIVOR", "烈士、因公牺牲军人、病故军人遗属优待证"

    class State(models.TextChoices):
        APPLIED = "APPLIED", "已申请"
        STATION_OK = "STATION_OK", "站已受理"
        DISTRICT_OK = "DISTRICT_OK", "县已审"
        CITY_OK = "CITY_OK", "市已审"
        PROVINCE_OK = "PROVINCE_OK", "省已审"
        RETURNED = "RETURNED", "退回补正"
        MAKING = "MAKING", "制卡中"
        RECEIVED = "RECEIVED", "县已签收"
        READY = "READY", "待领取"
        ISSUED = "ISSUED", "已发放"
        LOST = "LOST", "已挂失"
        REPLACING = "REPLACING", "补换中"
        CLOSED = "CLOSED", "已停用"

    class Place(models.TextChoices):
        HUKOU = "HUKOU", "户籍地"
        RESIDENCE = "RESIDENCE", "常住地"

    class Reason(models.TextChoices):
        FIRST = "FIRST", "首次申领"
        UNREADABLE = "UNREADABLE", "芯片或磁条失效"
        DEFACED = "DEFACED", "卡面污损"
        FACE_CHANGED = "FACE_CHANGED", "卡面信息变化"
        PROVINCE_MOVED = "PROVINCE_MOVED", "跨省迁移"
        KIND_CHANGED = "KIND_CHANGED", "更换证件种类"
        LOST = "LOST", "遗失"
        OTHER = "OTHER", "其他"

    # the composite key of person and office is the constraint
    person = models.ForeignKey(Person, models.PROTECT, related_name="cards", db_constraint=False)
    kind = models.CharField("证件种类", max_length=8, choices=Kind)
    state = models.CharField("当前环节", max_length=11, choices=State, default=State.APPLIED)
    accepting_office = models.ForeignKey(
        "accounts.Office", models.PROTECT, related_name="+", db_index=False, verbose_name="受理站"
    )
    apply_place = models.CharField("申领地", max_length=9, choices=Place, default=Place.HUKOU)
    applied_on = models.DateField("申请日期")
    bank = models.CharField("合作银行", max_length=20, blank=True)
    reason = models.CharField("申领原因", max_length=14, choices=Reason, default=Reason.FIRST)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    agent = models.CharField("代办人", max_length=50, blank=True)
    # the steps taken: [{"state", "on", "by"}], in order
    steps = models.JSONField("经过", default=list, blank=True)
    state_since = models.DateField("到本环节日期")
    accepted_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    accepted_at = models.DateTimeField(null=True, blank=True)
    district_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    district_at = models.DateTimeField(null=True, blank=True)
    city_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    city_at = models.DateTimeField(null=True, blank=True)
    return_note = models.CharField("退回原因", max_length=200, blank=True)
    issued_on = models.DateField("领取日期", null=True, blank=True)
    signer = models.CharField("签收人", max_length=50, blank=True)
    closed_reason = models.CharField("停用原因", max_length=100, blank=True)
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "优待证"
        indexes = [
            models.Index(fields=["office", "state", "state_since"], name="card_office_state"),
            models.Index(fields=["person", "id"], name="card_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state__in=LIVE_STATES, voided_by_batch=None),
                name="card_one_live_per_person",
                violation_error_message="此人已有在办或在用的优待证。",
            ),
            models.CheckConstraint(
                name="card_checker_differs",
                condition=Q(district_by=None) | ~Q(district_by=F("accepted_by")),
                violation_error_message="受理人与审核人不能为同一人。",
            ),
            models.CheckConstraint(
                name="card_issued_is_signed",
                condition=~Q(state="ISSUED") | (Q(issued_on__isnull=False) & ~Q(signer="")),
                violation_error_message="请填写领取日期和签收人。",
            ),
            models.CheckConstraint(
                name="card_closed_has_reason",
                condition=~Q(state="CLOSED") | ~Q(closed_reason=""),
                violation_error_message="请填写停用原因。",
            ),
            models.CheckConstraint(
                name="card_by_and_at",
                condition=(
                    Q(accepted_by=None, accepted_at=None) | Q(accepted_by__isnull=False, accepted_at__isnull=False)
                )
                & (Q(district_by=None, district_at=None) | Q(district_by__isnull=False, district_at__isnull=False))
                & (Q(city_by=None, city_at=None) | Q(city_by__isnull=False, city_at__isnull=False)),
            ),
        ]
