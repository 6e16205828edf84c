"""What happened to a dossier as a whole: status changes, moves, requests that wait for a second person, merges."""

from django.db import models
from django.db.models import F, Q

from registry import living_codes
from veterans_portal.partial_dates import PartialDateField, earliest_of, latest_of, partial_date_check
from veterans_portal.sealing import DigestField, SealedTextField

from .base import RegistryRow
from .documents import Document, TwoEndedQuerySet
from .imports import ImportRow
from .people import Person, choices

MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"


def month_check(model: str, field: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=f"{model}_{field}_is_month",
        condition=Q(**{field: ""}) | Q(**{f"{field}__regex": MONTH}),
        violation_error_message="月份请写成 2026-08。",
    )


class DatedRow(RegistryRow):
    """A fact of one day: it keeps the office of that day when the person moves on (a plain foreign key)."""

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, related_name="+", editable=False)

    class Meta:
        abstract = True


class StatusChange(DatedRow):
    """变动: a death, a departure, a transfer, a cancellation or the taking back of one. Never deleted."""

    class Kind(models.TextChoices):
        DEATH = "DEATH", "去世"
        MOVE_OUT = "MOVE_OUT", "迁出本系统"
        TRANSFER = "TRANSFER", "站间迁移"
        CANCEL = "CANCEL", "注销"
        RESTORE = "RESTORE", "恢复"
        DEATH_CORRECT = "DEATH_CORRECT", "更正去世时间"
        MERGE = "MERGE", "合并"
        UNMERGE = "UNMERGE", "撤销合并"

    person = models.ForeignKey(Person, models.PROTECT, related_name="status_changes")
    kind = models.CharField("变动种类", max_length=13, choices=Kind)
    effective = PartialDateField("变动时间")
    effective_earliest = earliest_of("effective")
    effective_latest = latest_of("effective")
    death_cause = models.CharField("去世原因", max_length=9, choices=choices(living_codes.DEATH_CAUSE), blank=True)
    paid_through = models.CharField("待遇已发至", max_length=7, blank=True)
    next_payer_from = models.CharField("下一发放单位起始月", max_length=7, blank=True)
    destination = models.CharField("迁往何处", max_length=100, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)
    evidence = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reviewed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "变动"
        indexes = [
            models.Index(fields=["office", "kind", "effective_earliest"], name="statuschange_office"),
            models.Index(fields=["person", "id"], name="statuschange_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="status_checker_differs",
                condition=Q(reviewed_by=None, reviewed_at=None)
                | (Q(reviewed_by__isnull=False, reviewed_at__isnull=False) & ~Q(reviewed_by=F("created_by"))),
                violation_error_message="复核人与登记人不能为同一人。",
            ),
            partial_date_check("statuschange", "effective"),
            month_check("statuschange", "paid_through"),
            month_check("statuschange", "next_payer_from"),
        ]


class MoveQuerySet(TwoEndedQuerySet):
    ends = ("from_office_id", "to_office_id")

    def pending(self):
        return self.live().filter(state=Move.State.OPEN)


class Move(RegistryRow):
    """
    站间迁移: a handshake of two stations. A request (PULL) of somebody whom the receiver cannot see names the person by
    ID number; whether there was such a person stays unknown to the receiver until the other side answers.
    """

    class Direction(models.TextChoices):
        PUSH = "PUSH", "迁出方发起"
        PULL = "PULL", "接收方发起"

    class State(models.TextChoices):
        OPEN = "OPEN", "待对方确认"
        ACCEPTED = "ACCEPTED", "已接收"
        REFUSED = "REFUSED", "已退回"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    class PlaquePlan(models.TextChoices):
        TAKE = "TAKE", "随带"
        HAND_IN = "HAND_IN", "交回"
        NONE = "NONE", "没有光荣牌"

    # the office that proposed it; the trail hangs there
    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, related_name="+", editable=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="moves")
    from_office = models.ForeignKey(
        "accounts.Office",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="迁出站",
    )
    to_office = models.ForeignKey(
        "accounts.Office", models.PROTECT, related_name="+", db_index=False, verbose_name="接收站"
    )
    direction = models.CharField("发起方", max_length=4, choices=Direction)
    state = models.CharField("状态", max_length=9, choices=State, default=State.OPEN)
    # what the receiver of a request knows
    asked_name = models.CharField("姓名", max_length=50, blank=True)
    asked_id = SealedTextField("身份证号", label="registry.move.asked_id")
    asked_digest = DigestField()
    moved_on = PartialDateField("迁移时间")
    hukou_moved = models.BooleanField("户籍一并迁移", default=False)
    paid_through = models.CharField("待遇已发至", max_length=7, blank=True)
    next_payer_from = models.CharField("下一发放单位起始月", max_length=7, blank=True)
    plaque_plan = models.CharField("光荣牌", max_length=7, choices=PlaquePlan, default=PlaquePlan.NONE)
    reason = models.CharField("迁移原因", max_length=200, blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField("处理意见", max_length=200, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    row_version = models.IntegerField(default=1, editable=False)

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "站间迁移"
        indexes = [
            models.Index(fields=["from_office", "state"], name="move_from"),
            models.Index(fields=["to_office", "state"], name="move_to"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(state="OPEN", voided_by_batch=None, person__isnull=False),
                name="move_one_open_per_person",
                violation_error_message="此人有一笔迁移正在办理。",
            ),
            models.CheckConstraint(
                name="move_offices_differ",
                condition=Q(from_office=None) | ~Q(from_office=F("to_office")),
                violation_error_message="迁出站与接收站相同。",
            ),
            models.CheckConstraint(
                name="move_push_has_person",
                condition=Q(direction="PULL", asked_digest__isnull=False)
                | Q(person__isnull=False, from_office__isnull=False),
            ),
            models.CheckConstraint(
                name="move_decided_by_and_at",
                condition=Q(decided_by=None, decided_at=None, state="OPEN")
                | (Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(state="OPEN")),
            ),
            models.CheckConstraint(
                name="move_answered_by_and_at",
                condition=Q(answered_by=None, answered_at=None)
                | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="move_refused_has_note",
                condition=~Q(state="REFUSED") | ~Q(decision_note=""),
                violation_error_message="请写明退回原因。",
            ),
            partial_date_check("move", "moved_on"),
            month_check("move", "paid_through"),
            month_check("move", "next_payer_from"),
        ]


class ChangeRequest(DatedRow):
    """变更申请: a fact that can start or raise money, proposed by one person and approved by another."""

    class Kind(models.TextChoices):
        NAME = "NAME", "姓名"
        ID_NUMBER = "ID_NUMBER", "身份证号"
        BORN = "BORN", "出生日期"
        HUKOU_TYPE = "HUKOU_TYPE", "户籍类别"
        SERVICE_DATES = "SERVICE_DATES", "服役时间"
        CONSCRIPT_YEARS = "CONSCRIPT_YEARS", "折算年限"
        IDENTITY_CONFIRM = "IDENTITY_CONFIRM", "确认身份"
        IDENTITY_CHANGE = "IDENTITY_CHANGE", "变更身份内容"
        RESTORE = "RESTORE", "恢复在册"
        CANCEL = "CANCEL", "注销档案"
        DEATH_CORRECT = "DEATH_CORRECT", "更正去世时间"

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待审核"
        APPROVED = "APPROVED", "已通过"
        RETURNED = "RETURNED", "已退回"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    person = models.ForeignKey(Person, models.PROTECT, related_name="change_requests")
    kind = models.CharField("事项", max_length=16, choices=Kind)
    target = models.CharField(max_length=40, editable=False)  # model:pk
    # JSON objects of field → text; they may hold an ID number, so they are sealed whole
    before = SealedTextField("原内容", label="registry.changerequest.before")
    after = SealedTextField("新内容", label="registry.changerequest.after")
    reason = models.CharField("申请理由", max_length=200, blank=True)
    evidence = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    state = models.CharField("状态", max_length=9, choices=State, default=State.PROPOSED)
    proposed_at = models.DateTimeField("申请时间")
    proposed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField("审核意见", max_length=200, blank=True)
    # staging is purged after 180 days; the number stays
    import_row = models.ForeignKey(
        ImportRow, models.DO_NOTHING, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "变更申请"
        indexes = [
            models.Index(fields=["office", "state"], name="changerequest_office"),
            models.Index(fields=["person", "id"], name="changerequest_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="change_checker_differs",
                condition=Q(decided_by=None, decided_at=None)
                | (
                    Q(decided_by__isnull=False, decided_at__isnull=False)
                    & (Q(state="WITHDRAWN") | ~Q(decided_by=F("proposed_by")))
                ),
                violation_error_message="审核人与申请人不能为同一人。",
            ),
            models.CheckConstraint(
                name="change_decided_has_checker",
                condition=~Q(state__in=("APPROVED", "RETURNED")) | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="change_returned_has_note",
                condition=~Q(state="RETURNED") | ~Q(decision_note=""),
                violation_error_message="请写明退回原因。",
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "target"],
                condition=Q(state="PROPOSED", voided_by_batch=None),
                name="change_one_open",
                violation_error_message="同一事项已有待审核的申请。",
            ),
        ]


class DuplicatePair(DatedRow):
    """疑似重复: two dossiers that may be one person. Its office is the lowest that stands above both."""

    class Rule(models.TextChoices):
        NAME_BIRTH = "NAME_BIRTH", "姓名和出生日期相同"
        NAME_PHONE = "NAME_PHONE", "姓名和电话相同"

    class State(models.TextChoices):
        OPEN = "OPEN", "待核对"
        MERGED = "MERGED", "已合并"
        DISTINCT = "DISTINCT", "不是同一人"

    # nobody when the nightly run found it
    created_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    first = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    second = models.ForeignKey(Person, models.PROTECT, related_name="+")
    rule = models.CharField("依据", max_length=10, choices=Rule)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    note = models.CharField("说明", max_length=200, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复"
        indexes = [models.Index(fields=["office", "state"], name="duplicatepair_office")]
        constraints = [
            models.CheckConstraint(name="pair_is_ordered", condition=Q(first__lt=F("second"))),
            models.UniqueConstraint(fields=["first", "second"], name="pair_is_ordered_once"),
            models.CheckConstraint(
                name="pair_decided_by_and_at",
                condition=Q(state="OPEN", decided_by=None, decided_at=None)
                | (~Q(state="OPEN") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]


class Merge(DatedRow):
    """合并: which rows went from one dossier to the other, so that it can be undone. Never deleted."""

    survivor = models.ForeignKey(Person, models.PROTECT, related_name="+")
    loser = models.ForeignKey(Person, models.PROTECT, related_name="+")
    pair = models.ForeignKey(DuplicatePair, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    loser_status = models.CharField(max_length=10)
    # {table: keys that were re-pointed}, and what the survivor held before: {field: text}, sealed whole
    moved = models.JSONField(default=dict)
    kept = SealedTextField(label="registry.merge.kept")
    survivor_version = models.IntegerField()
    loser_version = models.IntegerField()
    undone_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "合并"
        indexes = [models.Index(fields=["office", "id"], name="merge_office")]
        constraints = [
            models.CheckConstraint(name="merge_of_two", condition=~Q(survivor=F("loser"))),
            models.CheckConstraint(
                name="merge_undone_by_and_at",
                condition=Q(undone_by=None, undone_at=None) | Q(undone_by__isnull=False, undone_at__isnull=False),
            ),
        ]


class PromptDone(DatedRow):
    """提醒处理: a prompt that somebody has dealt with; it does not come back."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="prompts_done")
    kind = models.CharField("提醒", max_length=20)
    due_on = models.DateField("到期日")
    outcome = models.CharField("处理结果", max_length=100)

    class Meta:
        verbose_name = verbose_name_plural = "提醒处理"
        indexes = [models.Index(fields=["office", "id"], name="promptdone_office")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "due_on"],
                condition=Q(voided_by_batch=None),
                name="prompt_done_once",
                violation_error_message="这条提醒已经处理过。",
            ),
            models.CheckConstraint(
                name="prompt_done_has_outcome",
                condition=~Q(outcome=""),
                violation_error_message="请填写处理结果。",
            ),
        ]
