from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from veterans_portal.partial_dates import PartialDateField, earliest_of, latest_of, partial_date_check
from veterans_portal.pgscope.scope import after
from veterans_portal.sealing import SealedTextField

from .base import LiveQuerySet, RegistryRow
from .documents import Document
from .household import Household
from .people import Person

ACTIVE_STATES = ("TO_VERIFY", "PENDING", "HELD", "HUNG", "EXCHANGE", "LOST", "KEPT")
ON_THE_WALL = ("HUNG", "EXCHANGE", "KEPT")  # 在挂


class RoundQuerySet(LiveQuerySet):
    def visible_to(self, user):
        """Rounds of one's own branch, and those that an office above has planned for it: a name and a day."""
        code = user.office_id or ""
        if not code:
            return self.none()
        above = [code[:length] for length in range(1, len(code))]
        return self.filter(Q(office_id__gte=code, office_id__lt=after(code)) | Q(office_id__in=above))


class PlaqueRound(RegistryRow):
    """悬挂批次: the plaques that a station hangs for one festival, e.g. 2027年春节."""

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, verbose_name="组织单位")
    name = models.CharField("批次名称", max_length=40)
    due_on = models.DateField("完成日期")
    closed_on = models.DateField("办结日期", null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "悬挂批次"
        constraints = [
            models.UniqueConstraint(fields=["id", "office"], name="plaqueround_id_office"),
            models.UniqueConstraint(
                fields=["office", "name"],
                condition=Q(voided_by_batch=None),
                name="round_name_once_per_office",
                violation_error_message="本单位已有这个名称的批次。",
            ),
        ]

    def __str__(self):
        return self.name


class PlaqueQuerySet(LiveQuerySet):
    def active(self):
        return self.live().filter(state__in=ACTIVE_STATES)

    def on_the_wall(self):
        return self.live().filter(state__in=ON_THE_WALL)


class Plaque(RegistryRow):
    """光荣牌: one plaque of one household. Every basis is kept; none ranks above another. Never deleted."""

    class Mode(models.TextChoices):
        AUTO = "AUTO", "主动悬挂"
        APPLY = "APPLY", "依申请悬挂"

    class State(models.TextChoices):
        TO_VERIFY = "TO_VERIFY", "待核实"
        PENDING = "PENDING", "待悬挂"
        HELD = "HELD", "已发未挂"
        HUNG = "HUNG", "已悬挂"
        EXCHANGE = "EXCHANGE", "更换待批"
        LOST = "LOST", "遗失"
        KEPT = "KEPT", "保留不再更换"
        REPLACED = "REPLACED", "已更换"
        WITHDRAWN = "WITHDRAWN", "已取消收回"

    class Place(models.TextChoices):
        DOOR = "DOOR", "大门"
        ROOM = "ROOM", "客厅"

    class ExchangeReason(models.TextChoices):
        MOVED = "MOVED", "居住地或户籍地改变"
        WORN = "WORN", "老化破损"
        LOST = "LOST", "遗失"

    class WithdrawReason(models.TextChoices):
        CRIME = "CRIME", "被判处刑事处罚"
        ORDER = "ORDER", "治安管理处罚且影响恶劣"
        DISMISSED = "DISMISSED", "被除名或开除军籍"

    class Source(models.TextChoices):
        SYSTEM = "SYSTEM", "本系统登记"
        IMPORT = "IMPORT", "台账导入"

    office = models.ForeignKey(
        "accounts.Office", models.PROTECT, db_index=False, db_constraint=False, related_name="+", editable=False
    )
    # the composite key of household and office is the constraint
    household = models.ForeignKey(Household, models.PROTECT, related_name="plaques", db_constraint=False)
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="plaques", verbose_name="持牌人"
    )
    serial = models.CharField("光荣牌编号", max_length=20, blank=True)
    batch_no = models.CharField("生产批次", max_length=20, blank=True)
    mode = models.CharField("悬挂方式", max_length=5, choices=Mode, default=Mode.AUTO)
    bases = ArrayField(models.CharField(max_length=4), default=list, blank=True, verbose_name="悬挂依据")
    state = models.CharField("状态", max_length=9, choices=State, default=State.PENDING)
    place = models.CharField("悬挂位置", max_length=4, choices=Place, blank=True)
    address = SealedTextField("悬挂地址", label="registry.plaque.address")
    inscription = models.CharField("落款", max_length=40, blank=True)
    round = models.ForeignKey(PlaqueRound, models.PROTECT, null=True, blank=True, related_name="plaques")
    hung = PartialDateField("悬挂日期")
    hung_earliest = earliest_of("hung")
    hung_latest = latest_of("hung")
    hung_by = models.CharField("悬挂人", max_length=50, blank=True)
    signer = models.CharField("签收人", max_length=50, blank=True)
    photo = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    exchange_reason = models.CharField("更换原因", max_length=5, choices=ExchangeReason, blank=True)
    asked_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField("审批意见", max_length=200, blank=True)
    reissue_no = models.IntegerField("补发次数", default=0)
    closed = PartialDateField("更换/收回日期")
    closed_earliest = earliest_of("closed")
    closed_latest = latest_of("closed")
    withdraw_reason = models.CharField("取消原因", max_length=9, choices=WithdrawReason, blank=True)
    decision_no = models.CharField("决定文号", max_length=60, blank=True)
    approver = models.CharField("批准人", max_length=50, blank=True)
    old_destroyed_on = models.DateField("旧牌销毁日期", null=True, blank=True)
    source = models.CharField("来源", max_length=6, choices=Source, default=Source.SYSTEM)
    source_label = models.CharField("原始写法", max_length=20, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    row_version = models.IntegerField(default=1, editable=False)

    objects = PlaqueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "光荣牌"
        indexes = [
            models.Index(fields=["office", "state"], name="plaque_office_state"),
            models.Index(fields=["household"], name="plaque_household"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(state__in=ACTIVE_STATES, voided_by_batch=None),
                name="plaque_one_active_per_household",
                violation_error_message="该户已有光荣牌，一户只挂一块。",
            ),
            models.UniqueConstraint(
                fields=["office", "serial"],
                condition=~Q(serial="") & Q(state__in=("HELD", "HUNG", "EXCHANGE", "KEPT"), voided_by_batch=None),
                name="plaque_serial_once_while_active",
                violation_error_message="这个牌号正在使用。",
            ),
            models.CheckConstraint(
                name="plaque_hung_has_facts",
                condition=Q(source="IMPORT") | ~Q(state="HUNG") | (~Q(hung="") & ~Q(place="") & ~Q(signer="")),
                violation_error_message="请填写悬挂日期、位置和家庭签收人。",
            ),
            models.CheckConstraint(
                name="plaque_withdrawn_has_decision",
                condition=Q(source="IMPORT")
                | ~Q(state="WITHDRAWN")
                | (~Q(withdraw_reason="") & ~Q(decision_no="") & ~Q(approver="")),
                violation_error_message="请填写取消依据、决定文号和批准人。",
            ),
            models.CheckConstraint(
                name="plaque_checker_differs",
                condition=Q(decided_by=None) | Q(asked_by=None) | ~Q(decided_by=F("asked_by")),
                violation_error_message="审核人与申请人不能为同一人。",
            ),
            models.CheckConstraint(
                name="plaque_closes_after_hung",
                condition=Q(closed="") | Q(hung="") | Q(closed_latest__gte=F("hung_earliest")),
                violation_error_message="收回或更换日期早于悬挂日期。",
            ),
            models.CheckConstraint(
                name="plaque_by_and_at",
                condition=(Q(asked_by=None, asked_at=None) | Q(asked_by__isnull=False, asked_at__isnull=False))
                & (Q(decided_by=None, decided_at=None) | Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            partial_date_check("plaque", "hung"),
            partial_date_check("plaque", "closed"),
        ]

    def __str__(self):
        return self.serial or f"光荣牌 {self.pk}"
