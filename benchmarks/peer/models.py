from django.core.validators import RegexValidator
from django.db import models

from benchmarks.columns import EXPORTED


class Person(models.Model):
    """One row of the ledger, as a first project would model it."""

    name = models.CharField("姓名", max_length=50)
    sex = models.CharField("性别", max_length=2, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    born = models.CharField("出生日期", max_length=20, blank=True)
    id_number = models.CharField(
        "身份证号码", max_length=18, unique=True, validators=[RegexValidator(r"^\d{17}[\dX]$")]
    )
    category = models.CharField("人员类别", max_length=60, blank=True)
    station = models.CharField("所属服务站", max_length=60, db_index=True)
    hukou_type = models.CharField("户籍类别", max_length=10, blank=True)
    hukou_place = models.CharField("户籍地", max_length=200, blank=True)
    address = models.CharField("现住址", max_length=200, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    marital = models.CharField("婚姻状况", max_length=10, blank=True)
    education = models.CharField("文化程度", max_length=10, blank=True)
    political = models.CharField("政治面貌", max_length=20, blank=True)
    employment = models.CharField("就业状态", max_length=20, blank=True)
    enlisted = models.CharField("入伍时间", max_length=20, blank=True)
    discharged = models.CharField("退役时间", max_length=20, blank=True)
    branch = models.CharField("军种", max_length=20, blank=True)
    exit_way = models.CharField("安置方式", max_length=20, blank=True)
    certificate_no = models.CharField("退役证件号", max_length=40, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人员"

    def __str__(self):
        return self.name


def text(label: str) -> models.CharField:
    return models.CharField(label, max_length=200, blank=True)


class LedgerBase(models.Model):
    class Meta:
        abstract = True

    def __str__(self):
        return self.name


# One row of the exported ledger: the same cells that the portal writes.
LedgerRow = type(
    "LedgerRow", (LedgerBase,), {name: text(label) for label, name in EXPORTED.items()} | {"__module__": __name__}
)


class Allowance(models.Model):
    """One amount a month, from a day on."""

    since = models.DateField()
    yuan = models.DecimalField(max_digits=12, decimal_places=2)

    def __str__(self):
        return f"{self.since} {self.yuan}"


class Beneficiary(models.Model):
    """Somebody who is paid by the month."""

    name = models.CharField(max_length=50)
    account = models.CharField(max_length=32)
    since = models.DateField()

    def __str__(self):
        return self.name


class Payment(models.Model):
    """What somebody was paid for one month."""

    person = models.ForeignKey(Beneficiary, models.CASCADE)
    month = models.DateField(db_index=True)
    yuan = models.DecimalField(max_digits=12, decimal_places=2)

    def __str__(self):
        return f"{self.person_id} {self.month} {self.yuan}"
