import uuid

from django.db import models


class ReadyFile(models.Model):
    """待下载文件: made by one person's POST, fetched by her alone, gone after a day. Sealed on disk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    actor_id = models.BigIntegerField(db_index=True)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=100)
    stored_name = models.CharField(max_length=60)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "待下载文件"
