"""How an office takes part: what it may decide, its words for numbers, where people find it, who reviews it."""

from django.db import models
from django.db.models import Q

from veterans_portal.accounts.scoping import CatalogQuerySet

from .base import NULL, Made, OfficeRow, office_key, office_or_name, user_key


class ProfileQuerySet(CatalogQuerySet):
    """A directory: whoever hands a matter on must know which office decides."""

    def deciding(self):
        return self.filter(can_decide=True)


class OfficeProfile(Made):
    """单位信访设置: one for each office that takes part."""

    office = models.OneToOneField("accounts.Office", models.PROTECT, related_name="+", verbose_name="单位")
    can_decide = models.BooleanField("有权处理", default=False)
    is_petition_bureau = models.BooleanField("党委政府信访部门", default=False)
    case_word = models.CharField("编号代字", max_length=10)
    number_word = models.CharField("文号代字", max_length=10, blank=True)
    # the unit prints on its own paper: only the top margin is left free
    has_letterhead = models.BooleanField("使用印有单位名称的公文纸", default=False)
    public_name = models.CharField("对外名称", max_length=60)
    public_address = models.CharField("接待地址", max_length=100, blank=True)
    public_phone = models.CharField("联系电话", max_length=30, blank=True)
    reception_hours = models.CharField("接待时间", max_length=100, blank=True)
    # the one person who takes in accusations, whatever the role
    discipline_contact = user_key("检举控告联系人", **NULL)
    row_version = models.IntegerField(default=1, editable=False)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位信访设置"
        constraints = [
            models.UniqueConstraint(
                fields=["case_word"],
                name="profile_case_word_unique",
                violation_error_message="这个编号代字已有单位使用。",
            ),
            models.CheckConstraint(
                name="profile_case_word_given",
                condition=~Q(case_word=""),
                violation_error_message="请填写编号代字。",
            ),
            models.CheckConstraint(
                name="profile_decider_has_number_word",
                condition=Q(can_decide=False) | ~Q(number_word=""),
                violation_error_message="有权处理的单位须填写文号代字。",
            ),
        ]

    def __str__(self):
        return self.public_name


class ReviewAuthority(Made):
    """上一级机关: where a review of this office's opinions is asked for, in the order they are printed."""

    profile = models.ForeignKey(OfficeProfile, models.PROTECT, related_name="review_authorities")
    position = models.IntegerField("顺序", default=1)
    office = office_key("机关", **NULL)
    name = models.CharField("机关名称", max_length=60, blank=True)
    address = models.CharField("地址", max_length=100, blank=True)
    ground = models.CharField("依据", max_length=200, blank=True)
    is_active = models.BooleanField("使用中", default=True)

    objects = CatalogQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "上一级机关"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="review_authority_office_or_name",
                condition=office_or_name("office", "name"),
                violation_error_message="请选择本系统单位，或填写机关名称。",
            )
        ]

    def __str__(self):
        return self.office.name if self.office_id else self.name


class NumberSeries(OfficeRow):
    """编号序列: the last number given out by an office for one word and year. Never a gap, never a repeat."""

    office = office_key("单位")
    word = models.CharField("字", max_length=20)
    year = models.IntegerField("年")
    last = models.IntegerField("末号")

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"
        constraints = [
            models.UniqueConstraint(fields=["office", "word", "year"], name="series_unique"),
            models.CheckConstraint(name="series_last_positive", condition=Q(last__gt=0)),
        ]
