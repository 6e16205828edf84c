"""What is asked for, one matter at a time: which procedure it belongs to, and what came of it."""

from django.db import models
from django.db.models import Q

from .base import NULL, OfCase, office_key, present
from .catalog import Topic
from .petition import Petition

REASONED = ("SUPPORT", "EXPLAIN", "REJECT")
OUTCOMES = {
    "R6": (*REASONED, "SETTLED"),
    "S": ("ADOPTED", "PARTLY", "NOT_ADOPTED"),
    "R5": ("PERFORMED",),
    "R4": ("PERFORMED", "GUIDED"),
    "R1": ("GUIDED",),
    "R2": ("GUIDED",),
    "R3": ("GUIDED",),
    "N": ("TOLD",),
    "D": ("HANDED_OVER",),
}


def outcome_fits_route() -> Q:
    found = Q(outcome="")
    for route, outcomes in OUTCOMES.items():
        found |= Q(route=route, outcome__in=outcomes)
    return found


class Matter(OfCase):
    """事项. Only R6 has the sixty days of the regulation (条例第三十一条第六项、第三十四条)."""

    class Route(models.TextChoices):
        R1 = "R1", "诉讼、复议、检察监督、刑事立案、公安程序"
        R2 = "R2", "仲裁"
        R3 = "R3", "党员申诉、申请复审"
        R4 = "R4", "行政复议、裁决、确认、许可、处罚"
        R5 = "R5", "申请查处、履行保护职责"
        R6 = "R6", "信访程序"
        S = "S", "建议意见研究"
        D = "D", "移送纪检监察"
        N = "N", "不属本系统职权"

    class Outcome(models.TextChoices):
        SUPPORT = "SUPPORT", "予以支持"
        EXPLAIN = "EXPLAIN", "解释说明"
        REJECT = "REJECT", "不予支持"
        SETTLED = "SETTLED", "调解和解"
        ADOPTED = "ADOPTED", "采纳"
        PARTLY = "PARTLY", "部分采纳"
        NOT_ADOPTED = "NOT_ADOPTED", "未采纳"
        PERFORMED = "PERFORMED", "依法履行或答复"
        GUIDED = "GUIDED", "已导入"
        TOLD = "TOLD", "已告知"
        HANDED_OVER = "HANDED_OVER", "已移交"

    petition = models.ForeignKey(Petition, models.PROTECT, related_name="matters")
    no = models.IntegerField("序号")
    text = models.CharField("内容", max_length=500)
    topic = models.ForeignKey(Topic, models.PROTECT, related_name="+", db_index=False, verbose_name="主题", **NULL)
    route = models.CharField("办理途径", max_length=2, choices=Route, blank=True)
    # R4 that the own bureau keeps is a matter of its own; elsewhere it closes by notice
    is_kept = models.BooleanField("由本单位办理", default=False)
    procedure_name = models.CharField("程序名称", max_length=60, blank=True)
    competent_body = models.CharField("有权机关", max_length=100, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome, blank=True)
    facts = models.TextField("查明的事实", blank=True)
    reasons = models.TextField("理由", blank=True)
    legal_basis = models.TextField("依据", blank=True)
    decision = models.TextField("处理意见", blank=True)
    fulfil_by = office_key("落实单位", **NULL)
    fulfil_due_on = models.DateField("落实期限", **NULL)
    fulfilled_on = models.DateField("落实日期", **NULL)
    fulfil_note = models.CharField("落实情况", max_length=200, blank=True)
    decided_cycle = models.IntegerField("作出意见的轮次", **NULL)
    is_final = models.BooleanField("已复核终结", default=False, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "事项"
        ordering = ["no"]
        constraints = [
            models.UniqueConstraint(
                fields=["petition", "no"], name="matter_no_unique", violation_error_message="事项序号重复。"
            ),
            models.CheckConstraint(
                name="matter_outcome_fits_route",
                condition=outcome_fits_route(),
                violation_error_message="办理结果与办理途径不符。",
            ),
            models.CheckConstraint(
                name="matter_reasoned_when_decided",
                condition=~Q(outcome__in=REASONED) | (~Q(facts="") & ~Q(reasons="") & ~Q(legal_basis="")),
                violation_error_message="须写明查明的事实、理由和依据；解释说明可写“无相应依据”。",
            ),
            models.CheckConstraint(
                name="matter_support_has_fulfilment_day",
                condition=~Q(outcome="SUPPORT") | present("fulfil_by", "fulfil_due_on"),
                violation_error_message="支持的事项须写明落实单位和日期。",
            ),
        ]

    def __str__(self):
        return f"事项{self.no}"
