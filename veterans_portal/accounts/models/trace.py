"""
The trace. AuditEvent says why somebody did something, RowChange what changed in the database.

Both hang on their transaction and are sealed by one hash link per transaction at commit (accounts/sql/trace.sql).
No foreign keys: the trail neither blocks nor follows the live rows.
"""

import json

from django.db import connection, models
from django.db.models import Q

from ..permissions import Permission, Role
from ..scoping import OfficeScopedQuerySet


class TraceQuerySet(OfficeScopedQuerySet):
    def visible_to(self, user):
        return self if user.may(Permission.VIEW_AUDIT) else super().visible_to(user)


class AuditQuerySet(TraceQuerySet):
    def visible_to(self, user):
        seen = super().visible_to(user)
        return seen if user.role == Role.AUDITOR else seen.filter(restricted=False)

    def about(self, obj):
        return self.filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))


class AuditEvent(models.Model):
    """One deed of one person: written by actions, and for each reveal, export, print and login."""

    txid = models.BigIntegerField(db_index=True)
    event = models.CharField("事件", max_length=40)
    at = models.DateTimeField("时间")
    actor = models.BigIntegerField("操作人", null=True)
    office_id = models.TextField("机构", db_collation="C", blank=True)
    object_type = models.CharField("对象类型", max_length=60, blank=True)
    object_id = models.CharField("对象", max_length=60, blank=True)
    facts = models.JSONField("内容", default=dict)
    restricted = models.BooleanField(default=False)
    ip = models.TextField("地址", blank=True)
    request_id = models.TextField(blank=True)
    row_hash = models.BinaryField()

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        indexes = [
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_object"),
            models.Index(fields=["office_id", "-id"], name="audit_office"),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["event", "-id"], name="audit_event"),
        ]

    @classmethod
    def record(cls, event: str, obj=None, *, by, at, restricted: bool = False, **facts) -> int:
        """
        Write one event through the definer function; it works under every role and on pages that only read.

        facts:   counts, sums, keys, field names and document numbers; never a value of a person.
        obj:     a model instance with `office_id`, or None for events about the session itself.
        by:      a User, or None for a login that did not succeed.
        Returns: the event's number, printed on exports.
        """
        office = getattr(obj, "office_id", None) or getattr(by, "office_id", None) or ""
        kind, key = (obj._meta.label_lower, str(obj.pk)) if obj is not None else ("", "")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT audit_note(%s, %s, %s, %s, %s, %s, %s::jsonb, %s)",
                [
                    event,
                    at,
                    by.pk if by else None,
                    office,
                    kind,
                    key,
                    json.dumps(facts, ensure_ascii=False),
                    restricted,
                ],
            )
            return cursor.fetchone()[0]


class RowTxn(models.Model):
    """One transaction that wrote something, and who stood behind it."""

    txid = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.BigIntegerField()
    ip = models.TextField()
    request_id = models.TextField()

    class Meta:
        verbose_name = verbose_name_plural = "事务"


class RowChange(models.Model):
    """修改记录: the changed keys of one row, old and new; sealed values stay sealed. Written by one trigger only."""

    txid = models.BigIntegerField(db_index=True)
    table = models.TextField()
    row = models.TextField()
    op = models.CharField(max_length=1, choices=[("I", "新增"), ("U", "修改"), ("D", "删除")])
    office_id = models.TextField(db_collation="C", null=True)
    old = models.JSONField(null=True)
    new = models.JSONField(null=True)
    row_hash = models.BinaryField()

    objects = TraceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "修改记录"
        indexes = [models.Index(fields=["table", "row", "id"], name="rowchange_row")]


class Head(models.Model):
    """The last link of a chain; there are four, so that commits seldom wait for each other."""

    lane = models.IntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()


class Seal(models.Model):
    """One link of a chain: the digest of one transaction, hashed with the link before it."""

    lane = models.IntegerField()
    seq = models.BigIntegerField()
    txid = models.BigIntegerField(db_index=True)
    n = models.IntegerField()
    digest = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lane", "seq"], name="seal_lane_seq"),
            models.CheckConstraint(name="seal_counts_something", condition=Q(n__gt=0)),
        ]
