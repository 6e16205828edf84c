from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from registry import codes, living_codes
from registry.rules.ids import mask_id
from veterans_portal.partial_dates import PartialDateField, earliest_of, latest_of, partial_date_check
from veterans_portal.sealing import DigestField, SealedTextField, digest

from .base import LiveQuerySet, PersonRow, RegistryRow

ID_TAKEN = "这个身份证号已有档案。"


def id_digest(id_number: str) -> bytes:
    return digest(id_number, "registry.person.id_number")


def last4_digest(id_number: str) -> bytes:
    return digest(id_number[-4:].upper(), "registry.person.id_last4")


def phone_digest(number: str) -> bytes:
    """Digest of a phone number without separators; both phone columns share it, so one look-up finds either."""
    return digest("".join(filter(str.isdigit, number)), "registry.person.phone")


def choices(table: dict[str, str]):
    return list(table.items())


def both_or_neither(one: str, other: str) -> Q:
    return Q(**{f"{one}__isnull": True, f"{other}__isnull": True}) | Q(
        **{f"{one}__isnull": False, f"{other}__isnull": False}
    )


class PersonQuerySet(LiveQuerySet):
    def in_registry(self):
        """在册: people that lists and counts speak of unless they say otherwise."""
        return self.live().filter(status=Person.Status.ACTIVE)


class Person(RegistryRow):
    """人员: one dossier of one person. Not every beneficiary is a veteran. Never deleted."""

    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", "在册"
        MOVED_OUT = "MOVED_OUT", "迁出"
        DECEASED = "DECEASED", "去世"
        CANCELLED = "CANCELLED", "注销"
        MERGED = "MERGED", "已合并"

    ref = models.CharField("档案号", max_length=12, editable=False)
    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, verbose_name="所属站")
    is_unplaced = models.BooleanField("待分站", default=False)
    name = models.CharField("姓名", max_length=50)
    former_name = models.CharField("曾用名", max_length=50, blank=True)
    initials = models.CharField(max_length=100, blank=True, editable=False, db_collation="C")
    pinyin = models.CharField(max_length=200, blank=True, editable=False, db_collation="C")
    id_number = SealedTextField("身份证号", label="registry.person.id_number")
    id_digest = DigestField()
    id_last4_digest = DigestField()
    no_id_reason = models.CharField("无证件号原因", max_length=10, choices=choices(codes.NO_ID_REASON), blank=True)
    sex = models.CharField("性别", max_length=1, choices=choices(codes.SEX), default="U")
    born = PartialDateField("出生日期")
    born_earliest = earliest_of("born")
    born_latest = latest_of("born")
    archive_born = PartialDateField("档案出生日期")
    ethnicity = models.CharField("民族", max_length=2, choices=choices(codes.ETHNICITY), blank=True)
    marital = models.CharField("婚姻状况", max_length=2, choices=choices(codes.MARITAL), blank=True)
    education = models.CharField("文化程度", max_length=2, choices=choices(codes.EDUCATION), blank=True)
    political = models.CharField("政治面貌", max_length=2, choices=choices(codes.POLITICAL), blank=True)
    employment = models.CharField("就业状态", max_length=2, choices=choices(codes.EMPLOYMENT), blank=True)
    phone = SealedTextField("联系电话", label="registry.person.phone")
    phone_digest = DigestField()
    phone_alt = SealedTextField("固定电话", label="registry.person.phone_alt")
    phone_alt_digest = DigestField()
    hukou_place = SealedTextField("户籍地", label="registry.person.hukou_place")
    hukou_type = models.CharField("户籍类别", max_length=7, choices=choices(codes.HUKOU_TYPE), blank=True)
    address = SealedTextField("现住址", label="registry.person.address")
    workplace = models.CharField("工作单位", max_length=80, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.ACTIVE)
    died = PartialDateField("去世时间")
    died_earliest = earliest_of("died")
    died_latest = latest_of("died")
    registered_on = models.DateField("建档日期")
    # of a merged dossier: the one that was kept, always the last one of a chain
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_from", editable=False, db_index=False
    )
    # who counts: distinct counts and ledgers of money go by this number
    survivor_key = models.GeneratedField(
        expression=Coalesce("merged_into_id", "id"), output_field=models.BigIntegerField(), db_persist=True
    )
    photo = models.ForeignKey(
        "registry.Document", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    note = models.CharField("备注", max_length=500, blank=True)
    row_version = models.IntegerField(default=1, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员"
        indexes = [
            models.Index(fields=["office", "pinyin", "id"], name="person_office_pinyin"),
            models.Index(fields=["office", "id"], name="person_office"),
            models.Index(fields=["id_last4_digest"], name="person_last4"),
            models.Index(fields=["phone_digest"], name="person_phone"),
            # few people have these two: a blank makes no entry
            models.Index(
                fields=["phone_alt_digest"], condition=Q(phone_alt_digest__isnull=False), name="person_phone_alt"
            ),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="person_merged_into"),
            models.Index(fields=["born_earliest"], name="person_born"),
            models.Index(fields=["office"], condition=Q(is_unplaced=True), name="person_unplaced"),
            models.Index(  # lists are counted, and searched by name, from the index alone
                fields=["office", "status"],
                include=["id", "name", "former_name", "pinyin"],
                condition=Q(voided_by_batch=None),
                name="person_live",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["id", "office"], name="person_id_office"),
            models.UniqueConstraint(fields=["ref"], name="person_ref_unique"),
            models.UniqueConstraint(
                fields=["id_digest"],
                condition=Q(voided_by_batch=None) & ~Q(status="MERGED"),
                name="person_id_unique_while_live",
                violation_error_message=ID_TAKEN,
            ),
            models.CheckConstraint(
                name="person_id_or_reason",
                condition=Q(id_number__isnull=True, id_digest__isnull=True, id_last4_digest__isnull=True)
                & ~Q(no_id_reason="")
                | Q(id_number__isnull=False, id_digest__isnull=False, id_last4_digest__isnull=False, no_id_reason=""),
                violation_error_message="没有身份证号时，要选择原因。",
            ),
            models.CheckConstraint(
                name="person_phones_have_digests",
                condition=both_or_neither("phone", "phone_digest") & both_or_neither("phone_alt", "phone_alt_digest"),
            ),
            models.CheckConstraint(
                name="person_dead_has_date",
                condition=Q(status="MERGED")
                | (Q(status="DECEASED") & ~Q(died=""))
                | (~Q(status="DECEASED") & Q(died="")),
                violation_error_message="请填写去世时间，可以只填年月。",
            ),
            models.CheckConstraint(
                name="person_died_after_birth",
                condition=Q(died="") | Q(born="") | Q(died_latest__gte=F("born_earliest")),
                violation_error_message="去世时间早于出生时间。",
            ),
            models.CheckConstraint(
                name="person_has_name", condition=~Q(name=""), violation_error_message="请填写姓名。"
            ),
            models.CheckConstraint(
                name="person_merged_has_target",
                condition=(Q(status="MERGED", merged_into__isnull=False) & ~Q(merged_into=F("id")))
                | (~Q(status="MERGED") & Q(merged_into=None)),
                violation_error_message="请选择保留哪一份档案。",
            ),
            partial_date_check("person", "born"),
            partial_date_check("person", "archive_born"),
            partial_date_check("person", "died"),
        ]

    def __str__(self):
        return self.name

    def aliases(self):
        """All dossiers of this person, merged ones too."""
        return Person.objects.filter(survivor_key=self.merged_into_id or self.pk)

    @property
    def survivor(self):
        """The dossier that is kept: this one, or the one it was merged into. Chains are flat."""
        return self.merged_into if self.merged_into_id else self

    def display_masked(self) -> str:
        return mask_id(self.id_number) if self.id_number else ""


class Livelihood(PersonRow):
    """生活状况: the last survey of a person's living conditions."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="livelihood")
    surveyed_on = models.DateField("调查日期")
    annual_income = models.DecimalField("个人年收入（元）", max_digits=12, decimal_places=2, null=True, blank=True)
    medical = models.CharField("医疗保险", max_length=10, choices=choices(living_codes.MEDICAL), blank=True)
    pension = models.CharField("养老保险", max_length=10, choices=choices(living_codes.PENSION), blank=True)
    housing_fund = models.BooleanField("住房公积金", null=True, blank=True)
    social_aid = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="社会救助")
    housing = models.CharField("住房情况", max_length=10, choices=choices(living_codes.HOUSING), blank=True)
    hardships = ArrayField(models.CharField(max_length=10), default=list, blank=True, verbose_name="主要困难")
    # a service wish, not a petition: codes and a short remark, never exported
    wishes = models.CharField("服务需求", max_length=100, blank=True)
    is_lone_elder = models.BooleanField("孤老", default=False)
    labour = models.CharField("劳动能力", max_length=10, choices=choices(living_codes.LABOUR), blank=True)
    self_care = models.CharField("生活能力", max_length=10, choices=choices(living_codes.SELF_CARE), blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "生活状况"
        indexes = [models.Index(fields=["office", "id"], name="livelihood_office")]
        constraints = [
            models.CheckConstraint(
                name="livelihood_income_not_negative",
                condition=Q(annual_income=None) | Q(annual_income__gte=0),
                violation_error_message="个人年收入不能是负数。",
            )
        ]
