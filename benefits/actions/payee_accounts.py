"""
Verbs of an account for payment (anchor: the person): entered by one, confirmed by another, never edited but replaced.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError

from benefits.models import PayeeAccount, account_digest
from registry.models import Document, Person
from veterans_portal.accounts.models import AuditEvent, User
from veterans_portal.actions import action

SAME_PERSON = "录入人与确认人不能为同一人。"
WRONG_NUMBER = "账号应为8至32位数字。"
HAS_ONE = "该用途已有账户，请使用“更换账户”。"
NEEDS_PROOF = "非本人账户须上传委托或监护证明。"
FORMULA = "{name}不能以 = + - @ 开头，也不能含控制字符。"
SAME_NUMBER = "新账号与原账号相同，不用更换。"
MOST = 500
REVEAL_REASONS = {"RETURNED": "核对退回的款项", "BANK": "银行要求核对", "PAYEE": "本人或家属查询", "AUDIT": "审计检查"}
FACTS = ("holder_name", "holder_relation", "holder_id", "bank_name", "bank_code", "source")
TEXTS = {"holder_name": "户名", "bank_name": "开户银行", "bank_code": "联行号"}
DANGEROUS = re.compile(r"^[=+@\-]|[\x00-\x1f\x7f]")
NUMBER = re.compile(r"[0-9]{8,32}")


def lock_payee(person: Person, *, by: User) -> Person:
    """Lock the dossier; funeral money needs an account after a death, so only merged and cancelled ones are closed."""
    found = Person.objects.visible_to(by).live().select_for_update(of=("self",)).get(pk=person.pk)
    if found.status in (Person.Status.MERGED, Person.Status.CANCELLED):
        raise ValidationError(f"这份档案{found.get_status_display()}，不能再修改。")
    return found


def plain_number(text: str) -> str:
    """Take the blanks and dashes out of a number. Raises ValidationError: not 8 to 32 digits."""
    digits = re.sub(r"[\s-]", "", text)
    if not NUMBER.fullmatch(digits):
        raise ValidationError({"account_number": WRONG_NUMBER})
    return digits


def built(person: Person, purpose: str, number: str, values: Mapping, proof: Document | None, *, by: User,
          at: datetime) -> PayeeAccount:  # fmt: skip
    for name, label in TEXTS.items():
        if DANGEROUS.search(values.get(name) or ""):
            raise ValidationError({name: FORMULA.format(name=label)})
    if values.get("holder_relation", "SELF") != PayeeAccount.Relation.SELF and proof is None:
        raise ValidationError({"evidence": NEEDS_PROOF})
    digits = plain_number(number)
    return PayeeAccount(
        person=person, office_id=person.office_id, purpose=purpose, account_number=digits, account_digest=account_digest(digits),
        account_last4=digits[-4:], proof=proof, entered_by=by, entered_at=at,
        **{name: values.get(name) or ("" if name != "holder_id" else None) for name in FACTS},
    )  # fmt: skip


def keep(account: PayeeAccount) -> None:
    """Hold a new row to its model and write it. An empty sealed column is NULL."""
    account.full_clean(exclude=["account_number", "account_digest", "holder_id"])
    account.save()


@action
def enter_account(*, person: Person, purpose: str, account_number: str, values: Mapping, proof: Document | None = None,
                  by: User, at: datetime) -> PayeeAccount:  # fmt: skip
    """
    Enter where somebody's money goes. It is paid to only after a second person has confirmed it.

    values: FACTS. Raises ValidationError: not 8 to 32 digits, a formula, somebody else's account without proof, one is
            there already.
    """
    found = lock_payee(person, by=by)
    if PayeeAccount.objects.filter(person__survivor_key=found.survivor_key, purpose=purpose, replaced_at=None).exists():
        raise ValidationError(HAS_ONE)
    account = built(found, purpose, account_number, values, proof, by=by, at=at)
    keep(account)
    AuditEvent.record("ACCOUNT_ENTERED", account, by=by, at=at, purpose=purpose, source=account.source)
    return account


@action
def replace_account(*, account: PayeeAccount, account_number: str, values: Mapping, proof: Document | None = None, by: User,
                    at: datetime) -> PayeeAccount:  # fmt: skip
    """
    Put another account in the place of one. Until it is confirmed nothing is paid for this purpose.

    Raises: ValidationError: replaced already, the same number and holder, and what entering refuses.
    """
    found = lock_payee(account.person.merged_into or account.person, by=by)
    old = PayeeAccount.objects.visible_to(by).select_for_update(of=("self",)).get(pk=account.pk)
    if old.replaced_at:
        raise ValidationError("这个账户已被更换，请刷新后查看。")
    fresh = built(found, old.purpose, account_number, values, proof, by=by, at=at)
    if bytes(old.account_digest) == bytes(fresh.account_digest) and old.holder_name == fresh.holder_name:
        raise ValidationError({"account_number": SAME_NUMBER})
    old.replaced_at = at
    old.save(update_fields=["replaced_at"])
    keep(fresh)
    AuditEvent.record("ACCOUNT_REPLACED", fresh, by=by, at=at, purpose=fresh.purpose, origin=old.pk)
    return fresh


@action
def confirm_accounts(*, accounts: Iterable[int], by: User, at: datetime) -> int:
    """
    Confirm entered accounts as a set, against the paper or the printed list; returns how many. One statement, one event.

    Raises: ValidationError: none or more than 500 chosen, one's own among them, confirmed or replaced meanwhile.
    """
    wanted = sorted(set(accounts))
    if not wanted:
        raise ValidationError("请先勾选要确认的账户。")
    if len(wanted) > MOST:
        raise ValidationError(f"一次最多确认 {MOST} 个账户。")
    rows = PayeeAccount.objects.visible_to(by).filter(pk__in=wanted)
    people = Person.objects.visible_to(by).filter(pk__in=rows.values("person_id"))
    list(people.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    locked = rows.select_for_update(of=("self",)).order_by("pk")
    found = list(locked.values_list("entered_by_id", "confirmed_at", "replaced_at"))
    if len(found) != len(wanted) or any(confirmed or replaced for _, confirmed, replaced in found):
        raise ValidationError("有的账户已经确认或更换，请刷新后重选。")
    if own := sum(maker == by.pk for maker, *_ in found):
        raise ValidationError(SAME_PERSON if len(found) == own == 1 else f"其中 {own} 个账户由你本人录入。")
    count = rows.update(confirmed_by=by, confirmed_at=at)
    AuditEvent.record("ACCOUNTS_CONFIRMED", by.office, by=by, at=at, count=count, accounts=wanted)
    return count


@action
def reveal_account(*, account: PayeeAccount, reason: str, by: User, at: datetime) -> str:
    """Return the whole number once, with a trace of who asked and why. Raises ValidationError: no reason."""
    if reason not in REVEAL_REASONS:
        raise ValidationError({"reason": "请选择查看原因。"})
    found = PayeeAccount.objects.visible_to(by).get(pk=account.pk)
    AuditEvent.record("ACCOUNT_REVEALED", found, by=by, at=at, reason=reason)
    return found.account_number


def waiting(user: User):
    """Accounts that wait for their second person."""
    return PayeeAccount.objects.visible_to(user).filter(replaced_at=None, confirmed_at=None)


def is_shared(account: PayeeAccount, user: User) -> bool:
    """Tell whether somebody else in sight is paid to the same number."""
    same = PayeeAccount.objects.visible_to(user).filter(account_digest=account.account_digest, replaced_at=None)
    return same.exclude(person__survivor_key=account.person.survivor_key).exists()
