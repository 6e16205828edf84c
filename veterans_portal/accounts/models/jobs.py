import uuid

from django.db import models


class JobProgress(models.Model):
    """进度: how far a long job is. Plumbing without personal data; written on a connection of its own."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", "排队中"
        RUNNING = "RUNNING", "正在处理"
        DONE = "DONE", "已完成"
        FAILED = "FAILED", "没有完成"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=60, blank=True)
    actor_id = models.BigIntegerField()
    office_id = models.TextField(db_collation="C")
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    phase = models.CharField(max_length=40, blank=True)
    done = models.IntegerField(default=0)
    total = models.IntegerField(default=0)
    sentence = models.CharField(max_length=300, blank=True)
    result_url = models.CharField(max_length=200, blank=True)
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务进度"
        indexes = [models.Index(fields=["actor_id", "-queued_at"], name="job_actor")]

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)
