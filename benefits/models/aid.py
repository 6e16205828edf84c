from django.db import models
from django.db.models import F, Q

from registry.models import AidReferral, Household, Person

from .accounts import PayeeAccount
from .base import BenefitRow, by_and_at, differ, moment, paper, user_key, yuan
from .programmes import Programme

CIVIL = ("CIVIL_TEMP", "CIVIL_DIBAO", "CIVIL_MEDICAL")


class HardshipApplication(BenefitRow):
    """帮扶申请: our own aid, or help with an application to another department. A named person decides, no formula."""

    class Line(models.TextChoices):
        OWN = "OWN", "本部门帮扶"
        CIVIL_TEMP = "CIVIL_TEMP", "协助申请临时救助"
        CIVIL_DIBAO = "CIVIL_DIBAO", "协助申请低保"
        CIVIL_MEDICAL = "CIVIL_MEDICAL", "协助申请医疗救助"

    class Kind(models.TextChoices):
        HARDSHIP = "HARDSHIP", "困难帮扶"
        MEDICAL = "MEDICAL", "医疗补助"
        EMERGENCY = "EMERGENCY", "急难救助"
        OTHER = "OTHER", "其他"

    class Situation(models.TextChoices):
        INJURY = "INJURY", "服役致残或患重病，就业困难且医疗康复支出突增"
        JOBLESS = "JOBLESS", "长期失业或突然下岗"
        RELAPSE = "RELAPSE", "旧伤复发、残情病情加重"
        SUDDEN = "SUDDEN", "火灾水灾、交通事故、重大疾病、人身伤害、见义勇为等突发情况"
        OTHER = "OTHER", "其他"

    class State(models.TextChoices):
        SUBMITTED = "SUBMITTED", "待核查"
        VISITED = "VISITED", "已核查"
        REVIEWED = "REVIEWED", "待批准"
        POSTED = "POSTED", "公示中"
        APPROVED = "APPROVED", "已批准"
        BATCHED = "BATCHED", "已列入批次"
        PAID = "PAID", "已发放"
        HANDED_OVER = "HANDED_OVER", "已转民政等部门"
        RESULT = "RESULT", "已反馈"
        RETURNED = "RETURNED", "退回补正"
        REFUSED = "REFUSED", "不予帮扶"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    line = models.CharField("办理途径", max_length=13, choices=Line, default=Line.OWN)
    kind = models.CharField("帮扶种类", max_length=9, choices=Kind, blank=True, default="")
    programme = models.ForeignKey(
        Programme, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="项目"
    )
    scheme = models.CharField("专项名称", max_length=60, blank=True, default="")
    person = models.ForeignKey(Person, models.PROTECT, related_name="aid_applications", verbose_name="申请人")
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="家庭"
    )
    paying_office = models.ForeignKey(
        "accounts.Office", models.PROTECT, related_name="+", db_index=False, verbose_name="发放单位"
    )
    situation = models.CharField("困难情形", max_length=7, choices=Situation)
    family_size = models.IntegerField("家庭人口", default=1)
    income_yuan = yuan("家庭年收入（元，不含抚恤补助优待金）", default=0)
    amount_asked = yuan("申请金额（元）", null=True, blank=True)
    reason = models.CharField("申请理由", max_length=300)
    cost_yuan = yuan("医疗总费用（元）", null=True, blank=True)
    insured_yuan = yuan("已报销（元）", null=True, blank=True)
    self_paid_yuan = yuan("自付（元）", null=True, blank=True)
    visited_on = models.DateField("核查日期", null=True, blank=True)
    visited_by = user_key("核查人")
    visit_note = models.CharField("核查情况", max_length=300, blank=True, default="")
    review_meeting = models.CharField("民主评议", max_length=200, blank=True, default="")
    collective_note = models.CharField("集体研究意见", max_length=200, blank=True, default="")
    amount_approved = yuan("批准金额（元）", null=True, blank=True)
    is_urgent = models.BooleanField("急难先行", default=False)
    urgent_due_on = models.DateField("补办期限", null=True, blank=True)
    external_result = models.CharField("外部门办理结果", max_length=200, blank=True, default="")
    external_yuan = yuan("外部门救助金额（元）", null=True, blank=True)
    handed_over_on = models.DateField("转办日期", null=True, blank=True)
    handed_over_to = models.CharField("转往部门", max_length=60, blank=True, default="")
    referral = models.OneToOneField(
        AidReferral, models.PROTECT, null=True, blank=True, related_name="application", verbose_name="服务站转介"
    )
    account = models.ForeignKey(
        PayeeAccount, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="收款账户"
    )
    evidence = paper()
    state = models.CharField("状态", max_length=11, choices=State, default=State.SUBMITTED)
    note = models.CharField("办理意见", max_length=200, blank=True, default="")
    proposed_by = user_key("申请受理人")
    proposed_at = moment("受理时间")
    reviewed_by = user_key("审核人")
    reviewed_at = moment("审核时间")
    approved_by = user_key("批准人")
    approved_at = moment("批准时间")
    row_version = models.IntegerField(default=1, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "帮扶申请"
        indexes = [models.Index(fields=["office", "state", "id"], name="aid_office")]
        constraints = [
            models.CheckConstraint(
                name="aid_own_amount_when_approved",
                condition=~Q(line="OWN")
                | ~Q(state__in=("APPROVED", "BATCHED", "PAID"))
                | Q(amount_approved__gt=0, approved_by__isnull=False),
                violation_error_message="请填写批准金额。",
            ),
            models.CheckConstraint(
                name="aid_kind_for_own_only",
                condition=(Q(line="OWN") & ~Q(kind="")) | (~Q(line="OWN") & Q(kind="")),
                violation_error_message="本部门帮扶要选择种类，协助申请不选。",
            ),
            models.CheckConstraint(
                name="aid_self_paid_is_cost_less_insured",
                condition=Q(cost_yuan=None, insured_yuan=None, self_paid_yuan=None)
                | Q(self_paid_yuan=F("cost_yuan") - F("insured_yuan")),
                violation_error_message="自付费用应等于总费用减已报销。",
            ),
            models.CheckConstraint(
                name="aid_civil_has_no_own_amount",
                condition=Q(line="OWN") | Q(amount_approved=None),
                violation_error_message="协助申请事项不由本部门拨付，不填批准金额。",
            ),
            models.CheckConstraint(
                name="aid_outside_money_for_civil_only",
                condition=~Q(line="OWN") | Q(external_yuan=None, external_result=""),
                violation_error_message="外部门结果只在协助申请中填写。",
            ),
            models.CheckConstraint(
                name="aid_amounts_not_negative",
                condition=Q(family_size__gte=1, income_yuan__gte=0),
                violation_error_message="家庭人口至少为 1，收入不能是负数。",
            ),
            by_and_at("aid", "proposed", "reviewed", "approved"),
            differ("aid_approver_is_not_proposer", "approved_by", "proposed_by", "受理人与批准人不能为同一人。"),
        ]
