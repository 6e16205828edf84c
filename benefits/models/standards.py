from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from .base import JurisdictionQuerySet, by_and_at, differ, first_days, moment, user_key, yuan
from .programmes import Programme


class KeyNature(models.TextChoices):
    WAR = "WAR", "因战"
    DUTY = "DUTY", "因公"
    ILLNESS = "ILLNESS", "因病"
    MENTAL = "MENTAL", "精神障碍"


class KeyPeriod(models.TextChoices):
    JAPAN = "JAPAN", "抗日战争时期"
    LIBERATION = "LIBERATION", "解放战争时期"
    POST1949 = "POST1949", "建国后"


class KeyResidence(models.TextChoices):
    URBAN = "URBAN", "城镇"
    RURAL = "RURAL", "农村"


class Keyed(models.Model):
    """What an amount may depend on. In a standard a blank means: not distinguished."""

    key_grade = models.IntegerField("残疾等级", null=True, blank=True)
    key_nature = models.CharField("残疾性质", max_length=7, choices=KeyNature, blank=True, default="")
    key_period = models.CharField("参加革命时期", max_length=10, choices=KeyPeriod, blank=True, default="")
    key_residence = models.CharField("户籍", max_length=5, choices=KeyResidence, blank=True, default="")
    key_class = models.CharField("档次", max_length=30, blank=True, default="")

    class Meta:
        abstract = True


def no_illness_above_six(name: str, sentence: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(key_grade=None)
        | Q(key_grade__range=(1, 6))
        | (Q(key_grade__range=(7, 10)) & ~Q(key_nature="ILLNESS")),
        violation_error_message=sentence,
    )


class StandardNotice(models.Model):
    """标准文件: a document that sets standards. Published by a second person; never changed afterwards."""

    class Level(models.TextChoices):
        NATION = "NATION", "国家"
        PROVINCE = "PROVINCE", "省"
        CITY = "CITY", "市"
        DISTRICT = "DISTRICT", "区县"

    class State(models.TextChoices):
        DRAFT = "DRAFT", "待发布"
        PUBLISHED = "PUBLISHED", "已发布"
        WITHDRAWN = "WITHDRAWN", "已撤回"

    doc_no = models.CharField("文号", max_length=60)
    title = models.CharField("标题", max_length=120, blank=True)
    level = models.CharField("级别", max_length=8, choices=Level)
    jurisdiction = models.CharField("适用地区", max_length=6, blank=True, default="", db_collation="C")
    effective_from = models.DateField("执行月份")
    published_on = models.DateField("印发日期", null=True, blank=True)
    received_on = models.DateField("收文日期", null=True, blank=True)
    programme_codes = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="项目")
    components = ArrayField(models.CharField(max_length=6), default=list, blank=True, verbose_name="构成")
    is_full_table = models.BooleanField("整表替换", default=True)
    is_incomplete = models.BooleanField("标准待补", default=False)
    is_sample = models.BooleanField("示例", default=False)
    scan_name = models.CharField("扫描件", max_length=120, blank=True)
    scan_stored = models.CharField(max_length=32, blank=True, editable=False)  # sealed on disk
    state = models.CharField("状态", max_length=9, choices=State, default=State.DRAFT)
    entered_by = user_key("录入人")  # empty for tables that came with the portal
    entered_at = moment("录入时间")
    published_by = user_key("发布人")
    published_at = moment("发布时间")
    withdrawn_by = user_key("撤回人")
    withdrawn_at = moment("撤回时间")
    withdraw_reason = models.CharField("撤回原因", max_length=200, blank=True)
    row_version = models.IntegerField(default=1, editable=False)

    objects = JurisdictionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标准文件"
        indexes = [models.Index(fields=["state", "-effective_from"], name="notice_state")]
        constraints = [
            models.CheckConstraint(
                name="notice_level_fits_jurisdiction",
                condition=Q(level="NATION", jurisdiction="")
                | Q(level="PROVINCE", jurisdiction__regex=r"^\d{2}$")
                | Q(level="CITY", jurisdiction__regex=r"^\d{4}$")
                | Q(level="DISTRICT", jurisdiction__regex=r"^\d{6}$"),
                violation_error_message="级别与适用地区不符：国家不填，省 2 位，市 4 位，区县 6 位。",
            ),
            first_days(
                "notice_starts_on_first_day",
                "effective_from",
                sentence="执行日期应为某月1日；文件另有写法的，请按文件选定当月或次月。",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "doc_no"],
                condition=~Q(state="WITHDRAWN"),
                name="notice_doc_no_once",
                violation_error_message="该文号已录入。",
            ),
            by_and_at("notice", "entered", "published", "withdrawn"),
            differ("notice_publisher_is_not_author", "published_by", "entered_by", "录入人与发布人不能为同一人。"),
            models.CheckConstraint(
                name="notice_withdrawn_has_reason",
                condition=~Q(state="WITHDRAWN") | ~Q(withdraw_reason=""),
                violation_error_message="请写明撤回原因。",
            ),
        ]

    def __str__(self):
        return self.doc_no

    @property
    def office_id(self):
        """The trail of a document hangs at its jurisdiction; national ones at no office."""
        return self.jurisdiction


class StandardQuerySet(JurisdictionQuerySet):
    path = "notice__jurisdiction"


class Standard(Keyed):
    """补助标准: one amount of a document. Frozen by the database once the document is published."""

    class Component(models.TextChoices):
        BASE = "BASE", "基本标准"
        GROWTH = "GROWTH", "自然增长"
        GRAIN = "GRAIN", "粮油补贴"
        ORPHAN = "ORPHAN", "孤老增发"
        OTHER1 = "OTHER1", "其他补助1"
        OTHER2 = "OTHER2", "其他补助2"
        OTHER3 = "OTHER3", "其他补助3"
        OTHER4 = "OTHER4", "其他补助4"
        OTHER5 = "OTHER5", "其他补助5"

    class Stacking(models.TextChoices):
        ADD = "ADD", "叠加"
        TOTAL = "TOTAL", "总额（含上级）"

    class Unit(models.TextChoices):
        PER_YEAR = "PER_YEAR", "元/年"
        PER_MONTH = "PER_MONTH", "元/月"
        PER_MONTH_PER_SERVICE_YEAR = "PER_MONTH_PER_SERVICE_YEAR", "元/月·服役年"
        PER_YEAR_PER_SERVICE_YEAR = "PER_YEAR_PER_SERVICE_YEAR", "元/年·服役年"
        ONE_OFF = "ONE_OFF", "元（一次性）"
        ONE_OFF_PER_SERVICE_YEAR = "ONE_OFF_PER_SERVICE_YEAR", "元/服役年（一次性）"

    notice = models.ForeignKey(StandardNotice, models.PROTECT, related_name="standards", verbose_name="标准文件")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="standards", verbose_name="项目")
    component = models.CharField("构成", max_length=6, choices=Component, default=Component.BASE)
    component_label = models.CharField("构成名称", max_length=30, blank=True, default="")
    stacking = models.CharField("叠加方式", max_length=5, choices=Stacking, default=Stacking.ADD)
    amount_yuan = yuan("金额（元）")
    unit = models.CharField("单位", max_length=26, choices=Unit)
    base_yuan = yuan("计算基数（元）", null=True, blank=True)
    percent = models.DecimalField("百分比", max_digits=7, decimal_places=3, null=True, blank=True)
    source_mark = models.CharField("核对情况", max_length=1, blank=True, default="")

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补助标准"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "notice",
                    "programme",
                    "component",
                    "key_grade",
                    "key_nature",
                    "key_period",
                    "key_residence",
                    "key_class",
                ],
                nulls_distinct=False,
                name="standard_once_per_notice",
                violation_error_message="同一文件中该档标准重复。",
            ),
            models.CheckConstraint(
                name="standard_amount_not_negative",
                condition=Q(amount_yuan__gte=0),
                violation_error_message="金额不能是负数。",
            ),
            no_illness_above_six("standard_no_illness_above_grade_six", "因病致残只有一级至六级标准。"),
            models.CheckConstraint(
                name="standard_total_only_on_base",
                condition=Q(stacking="ADD") | Q(component="BASE"),
                violation_error_message="只有基本标准可以写总额。",
            ),
        ]

    @property
    def office_id(self):
        return self.notice.jurisdiction
