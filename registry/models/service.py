from django.db import models
from django.db.models import F, Q

from registry import codes, living_codes
from veterans_portal.partial_dates import PartialDateField, earliest_of, latest_of, partial_date_check

from .base import LiveQuerySet, PersonRow
from .catalog import Category
from .documents import Document
from .household import Fallen
from .people import Person, choices

OPEN = ("CLAIMED", "CONFIRMED")


class IdentityQuerySet(LiveQuerySet):
    def open(self):
        """Identities that a list counts: claimed or confirmed, and not ended."""
        return self.live().filter(standing__in=OPEN, ended="")


class Identity(PersonRow):
    """身份: one category a person belongs to. Several per person; ended, never deleted."""

    class Standing(models.TextChoices):
        CLAIMED = "CLAIMED", "待核"
        CONFIRMED = "CONFIRMED", "已确认"
        ENDED = "ENDED", "已终止"
        REFUSED = "REFUSED", "不予认定"

    # the composite key of person and office is the constraint
    person = models.ForeignKey(Person, models.PROTECT, related_name="identities", db_constraint=False)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="identities", db_index=False, verbose_name="类别"
    )
    detail = models.CharField(max_length=10, choices=Category.Detail, default="NONE", editable=False)
    started = PartialDateField("认定时间")
    started_earliest = earliest_of("started")
    started_latest = latest_of("started")
    ended = PartialDateField("终止时间")
    ended_earliest = earliest_of("ended")
    ended_latest = latest_of("ended")
    ended_reason = models.CharField("终止原因", max_length=200, blank=True)
    standing = models.CharField("认定状态", max_length=9, choices=Standing, default=Standing.CLAIMED)
    source_label = models.CharField("原始写法", max_length=60, blank=True)
    certificate_no = models.CharField("证书编号", max_length=40, blank=True)
    authority = models.CharField("认定机关", max_length=80, blank=True)
    review_on = models.DateField("下次复核", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    injury_nature = models.CharField("伤残性质", max_length=7, choices=choices(codes.INJURY_NATURE), blank=True)
    injury_grade = models.IntegerField("伤残等级", null=True, blank=True)
    conscript_years = models.IntegerField("折算年限", null=True, blank=True)
    injury_side = models.CharField(
        "伤残属别", max_length=4, choices=choices(living_codes.INJURY_SIDE), blank=True, default="", db_default=""
    )
    injury_part = models.CharField("伤残部位", max_length=100, blank=True, default="", db_default="")
    injured = PartialDateField("负伤时间", db_default="")
    graded = PartialDateField("评残时间", db_default="")
    is_psychiatric = models.BooleanField("精神病评残", default=False, db_default=False)
    is_occupational = models.BooleanField("职业病评残", default=False, db_default=False)
    care = models.CharField(
        "供养方式", max_length=10, choices=choices(living_codes.CARE), blank=True, default="", db_default=""
    )
    war_code = models.CharField(
        "参战参试经历", max_length=2, choices=choices(living_codes.WAR), blank=True, default="", db_default=""
    )
    relation = models.CharField("与军人关系", max_length=10, blank=True)
    fallen = models.ForeignKey(
        Fallen, models.PROTECT, null=True, blank=True, related_name="survivors", db_index=False,
        verbose_name="烈士或已故军人",
    )  # fmt: skip
    is_certificate_holder = models.BooleanField("持证人", default=False, db_default=False)
    evidence = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="证明材料"
    )

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "身份"
        indexes = [
            models.Index(fields=["category", "office"], name="identity_category"),
            models.Index(  # figures are counted from the index alone
                fields=["office", "category"],
                include=["person", "standing"],
                condition=Q(voided_by_batch=None, ended=""),
                name="identity_open",
            ),
            models.Index(fields=["fallen"], condition=Q(fallen__isnull=False), name="identity_fallen"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "category"],
                condition=Q(standing__in=OPEN, ended="", voided_by_batch=None),
                name="identity_one_open_per_category",
                violation_error_message="此人已有这个类别。",
            ),
            models.CheckConstraint(
                name="identity_detail_fits",
                condition=(
                    Q(detail="DISABILITY")
                    | Q(
                        injury_nature="",
                        injury_grade=None,
                        injury_side="",
                        injury_part="",
                        injured="",
                        graded="",
                        care="",
                        is_psychiatric=False,
                        is_occupational=False,
                    )
                )
                & (Q(detail="RURAL") | Q(conscript_years=None))
                & (Q(detail="WAR") | Q(war_code=""))
                & (Q(detail="SURVIVOR") | Q(relation="", fallen=None, is_certificate_holder=False)),
                violation_error_message="该类别不需要填写这些内容。",
            ),
            models.CheckConstraint(
                name="identity_grade_range",
                condition=Q(injury_grade=None)
                | Q(injury_grade__range=(1, 6))
                | (Q(injury_grade__range=(7, 10)) & ~Q(injury_nature="ILLNESS")),
                violation_error_message="残疾等级为一级至十级；因病评残只有一级至六级。",
            ),
            models.CheckConstraint(
                name="identity_checker_differs",
                condition=(
                    Q(standing="CONFIRMED", confirmed_by__isnull=False, confirmed_at__isnull=False)
                    & ~Q(confirmed_by=F("created_by"))
                )
                | (
                    ~Q(standing="CONFIRMED")
                    & (Q(confirmed_by__isnull=True, confirmed_at__isnull=True) | Q(standing="ENDED"))
                ),
                violation_error_message="确认人与登记人不能为同一人。",
            ),
            models.CheckConstraint(
                name="identity_ends_after_start",
                condition=Q(ended="") | Q(started="") | Q(ended_latest__gte=F("started_earliest")),
                violation_error_message="终止时间早于开始时间。",
            ),
            models.CheckConstraint(
                name="identity_ended_has_reason",
                condition=~Q(standing="ENDED") | (~Q(ended="") & ~Q(ended_reason="")),
                violation_error_message="请填写终止时间和原因。",
            ),
            partial_date_check("identity", "started"),
            partial_date_check("identity", "injured"),
            partial_date_check("identity", "graded"),
            partial_date_check("identity", "ended"),
        ]

    def __str__(self):
        return self.category.label


class Service(PersonRow):
    """服役经历: one period of service."""

    # the composite key of person and office is the constraint
    person = models.ForeignKey(Person, models.PROTECT, related_name="services", db_constraint=False)
    kind = models.CharField("服役类型", max_length=9, choices=choices(codes.SERVICE_KIND), blank=True)
    enlisted = PartialDateField("入伍时间")
    enlisted_earliest = earliest_of("enlisted")
    enlisted_latest = latest_of("enlisted")
    discharged = PartialDateField("退役时间")
    discharged_earliest = earliest_of("discharged")
    discharged_latest = latest_of("discharged")
    enlist_place = models.CharField("入伍地", max_length=80, blank=True)
    enlist_hukou = models.CharField("入伍时户籍", max_length=7, choices=choices(codes.HUKOU_TYPE), blank=True)
    branch = models.CharField("军种", max_length=20, blank=True)
    rank = models.CharField("军衔", max_length=20, blank=True)
    unit_code = models.CharField("部队代号", max_length=40, blank=True)
    exit_way = models.CharField("安置方式", max_length=10, choices=choices(codes.EXIT_WAY), blank=True)
    certificate_no = models.CharField("退役证件号", max_length=40, blank=True)
    resettle_province = models.CharField("安置地（省）", max_length=20, blank=True)
    resettle_county = models.CharField("安置地（区县）", max_length=40, blank=True)
    resettle_unit = models.CharField("安置单位", max_length=80, blank=True, default="", db_default="")
    archive_place = models.CharField("档案存放地", max_length=80, blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "服役经历"
        indexes = [models.Index(fields=["office", "id"], name="service_office")]
        constraints = [
            models.CheckConstraint(
                name="service_ends_after_start",
                condition=Q(enlisted="") | Q(discharged="") | Q(discharged_latest__gte=F("enlisted_earliest")),
                violation_error_message="退役时间早于入伍时间。",
            ),
            partial_date_check("service", "enlisted"),
            partial_date_check("service", "discharged"),
        ]


class Award(PersonRow):
    """立功受奖."""

    # the composite key of person and office is the constraint
    person = models.ForeignKey(Person, models.PROTECT, related_name="awards", db_constraint=False)
    kind = models.CharField("奖励种类", max_length=8, choices=choices(living_codes.AWARD_KIND))
    awarded = PartialDateField("奖励时间")
    authority = models.CharField("批准机关", max_length=80, blank=True)
    evidence = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name="证明材料"
    )

    class Meta:
        verbose_name = verbose_name_plural = "立功受奖"
        indexes = [models.Index(fields=["office", "id"], name="award_office")]
        constraints = [partial_date_check("award", "awarded")]
