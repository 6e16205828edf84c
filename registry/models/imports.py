from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import models

from veterans_portal.accounts.scoping import OfficeScopedQuerySet
from veterans_portal.sealing import DigestField, Opener, seal_many

PAYLOAD = "registry.importrow.payload"
# dates, error cells and the like are not to become plain texts unnoticed
NOTHING_BY_ITSELF = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS


class ImportBatch(models.Model):
    """导入批次: one uploaded workbook on its way into the registry. Anchor of every import action."""

    class State(models.TextChoices):
        READING = "READING", "正在读取"
        REFUSED = "REFUSED", "不能读取"
        MAPPING = "MAPPING", "待核对列"
        CHECKED = "CHECKED", "待入库"
        PARTLY = "PARTLY", "部分入库"
        COMMITTED = "COMMITTED", "已入库"
        UNDONE = "UNDONE", "已撤销"
        ABANDONED = "ABANDONED", "已取消"

    class Kind(models.TextChoices):
        PEOPLE = "people", "人员台账"
        PLAQUES = "plaques", "光荣牌台账"

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, verbose_name="导入到")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PEOPLE)
    state = models.CharField("状态", max_length=9, choices=State, default=State.READING)
    file_name = models.CharField("文件名", max_length=120)
    stored_name = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64)
    bytes = models.IntegerField("大小")
    file_error = models.CharField(max_length=40, blank=True)
    sheets = models.JSONField(default=list)
    stations = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    dropped = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    month_only = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    txids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    job_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField("上传时间")
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    committed_at = models.DateTimeField(null=True, blank=True)
    committed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects = OfficeScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入批次"
        indexes = [models.Index(fields=["office", "-id"], name="batch_office")]
        constraints = [models.UniqueConstraint(fields=["id", "office"], name="batch_id_office")]

    def __str__(self):
        return self.file_name

    @property
    def committed_rows(self) -> int:
        return self.counts.get("rows", {}).get("COMMITTED", 0)

    @property
    def held_rows(self) -> int:
        return self.counts.get("rows", {}).get("HELD", 0)


class ImportRow(models.Model):
    """
    导入行: one data row of the workbook, as read and as understood.

    payload: one sealed envelope with raw, normalized, extra and diff; real ledgers carry numbers and accounts there.
    Staging: without row history (docs/adr/0006), purged 180 days after the batch is closed.
    """

    class State(models.TextChoices):
        OK = "OK", "可以入库"
        HELD = "HELD", "待处理"
        COMMITTED = "COMMITTED", "已入库"
        DISCARDED = "DISCARDED", "已放弃"
        UNDONE = "UNDONE", "已撤销"

    class Outcome(models.TextChoices):
        CREATE = "CREATE", "新建"
        UPDATE = "UPDATE", "更新"
        UNCHANGED = "UNCHANGED", "无变化"

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, db_constraint=False, related_name="+")
    # batch_id + office_id refer to the batch together; a second constraint would be asked again for every staged row
    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="rows", db_index=False, db_constraint=False)
    sheet = models.IntegerField()
    number = models.IntegerField("Excel 行")
    name = models.CharField("姓名", max_length=60, blank=True)
    id_digest = DigestField()
    payload = models.BinaryField()
    reasons = ArrayField(models.CharField(max_length=30), default=list)
    warnings = ArrayField(models.CharField(max_length=30), default=list)
    confirmed = ArrayField(models.CharField(max_length=30), default=list)
    state = models.CharField(max_length=9, choices=State)
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True)
    person = models.ForeignKey(
        "registry.Person", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    plaque = models.ForeignKey(
        "registry.Plaque", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    fixed_by = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+", db_index=False)
    fixed_at = models.DateTimeField(null=True)

    objects = OfficeScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        indexes = [
            # of held rows only: an index with the state in it would be written twice for every row that goes well
            models.Index(fields=["batch", "sheet", "number"], condition=models.Q(state="HELD"), name="importrow_held"),
        ]
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "number"], name="row_once")]

    @staticmethod
    def seal(contents: Iterable[dict], default: Callable[[Any], Any]) -> list[bytes]:
        """Seal the contents of rows; `default` makes JSON of cells that are none."""
        return seal_many([orjson.dumps(content, default, NOTHING_BY_ITSELF) for content in contents], PAYLOAD)

    @staticmethod
    def opener() -> Callable[[bytes], dict]:
        """Return a function from payload to content, for one thread."""
        open_ = Opener(PAYLOAD).open
        return lambda payload: orjson.loads(open_(payload))


class ColumnMapping(models.Model):
    """列对应: what this office answered the last time a workbook had these headers."""

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False)
    kind = models.CharField(max_length=8, choices=ImportBatch.Kind)
    fingerprint = models.CharField(max_length=64)
    columns = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    objects = OfficeScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "列对应"
        constraints = [models.UniqueConstraint(fields=["office", "kind", "fingerprint"], name="mapping_once")]


class StationAlias(models.Model):
    """站名写法: what this office's workbooks call a station; the office itself stands for 待分站."""

    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False)
    key = models.CharField(max_length=40)
    target = models.ForeignKey("accounts.Office", models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    objects = OfficeScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "站名写法"
        constraints = [models.UniqueConstraint(fields=["office", "key"], name="station_alias_once")]
