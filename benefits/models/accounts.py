from django.db import models
from django.db.models import Q

from registry.models import Person
from veterans_portal.sealing import DigestField, SealedTextField, digest

from .base import BenefitRow, by_and_at, differ, moment, paper, user_key


def account_digest(number: str) -> bytes:
    return digest(number, "benefits.payeeaccount.account_number")


class PayeeAccount(BenefitRow):
    """收款账户: never edited, but replaced. It follows the person to another office (composite foreign key)."""

    class Purpose(models.TextChoices):
        REGULAR = "REGULAR", "定期待遇"
        FUNERAL = "FUNERAL", "丧葬补助费"
        GRANT = "GRANT", "一次性待遇"

    class Relation(models.TextChoices):
        SELF = "SELF", "本人"
        GUARDIAN = "GUARDIAN", "监护人"
        KIN = "KIN", "亲属"
        AGENT = "AGENT", "受托人"

    class Source(models.TextChoices):
        CARD = "CARD", "优待证"
        SOCIAL = "SOCIAL", "社会保障卡（一卡通）"
        OTHER = "OTHER", "其他银行卡"

    # person_id + office_id refer to the person together; see pgscope.operations.walls
    office = models.ForeignKey(
        "accounts.Office", models.PROTECT, db_index=False, db_constraint=False, related_name="+", editable=False
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="payee_accounts", db_constraint=False)
    purpose = models.CharField("用途", max_length=7, choices=Purpose, default=Purpose.REGULAR)
    holder_name = models.CharField("户名", max_length=50)
    holder_relation = models.CharField("户主与本人关系", max_length=8, choices=Relation, default=Relation.SELF)
    holder_id = SealedTextField("户主身份证号", label="benefits.payeeaccount.holder_id")
    bank_name = models.CharField("开户银行", max_length=60)
    bank_code = models.CharField("联行号", max_length=14, blank=True, default="")
    account_number = SealedTextField("账号", label="benefits.payeeaccount.account_number", null=False, blank=False)
    account_digest = DigestField(null=False)
    account_last4 = models.CharField("账号后四位", max_length=4, editable=False)
    source = models.CharField("账户来源", max_length=6, choices=Source, default=Source.OTHER)
    proof = paper("委托或监护证明")
    entered_by = user_key("录入人")
    entered_at = moment("录入时间")
    confirmed_by = user_key("确认人")
    confirmed_at = moment("确认时间")
    replaced_at = moment("更换时间")

    class Meta:
        verbose_name = verbose_name_plural = "收款账户"
        indexes = [
            models.Index(fields=["office", "id"], name="account_office"),
            models.Index(fields=["account_digest"], name="account_number", condition=Q(replaced_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"],
                condition=Q(replaced_at=None),
                name="account_one_current_per_purpose",
                violation_error_message="该用途已有账户，请使用“更换账户”。",
            ),
            by_and_at("account", "entered", "confirmed"),
            differ("account_confirmer_is_not_enterer", "confirmed_by", "entered_by", "录入人与确认人不能为同一人。"),
            models.CheckConstraint(
                name="account_third_party_has_proof",
                condition=Q(holder_relation="SELF") | Q(proof__isnull=False),
                violation_error_message="非本人账户须上传委托或监护证明。",
            ),
            models.CheckConstraint(
                name="account_holder_not_formula",
                condition=~Q(holder_name__regex=r"^[=+@\-]") & ~Q(holder_name__regex=r"[[:cntrl:]]"),
                violation_error_message="户名不能以 = + - @ 开头，也不能含控制字符。",
            ),
        ]

    def __str__(self):
        return self.display_masked()

    def display_masked(self) -> str:
        return f"{self.bank_name} 尾号 {self.account_last4}"
