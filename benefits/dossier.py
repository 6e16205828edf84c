"""What the dossier of a person shows of her benefits: one section, one question."""

from django.db.models import Subquery
from django.urls import reverse

from benefits.models import Enrolment, PayeeAccount
from benefits.standing import grade_words
from registry.dossier import Part
from veterans_portal.accounts.permissions import Permission

ACCOUNT = {"bank": "bank_name", "last4": "account_last4", "checked_at": "confirmed_at"}
SHOWN = ("ACTIVE", "SUBMITTED", "REVIEWED", "POSTED", "RETURNED")


def parts(person, user, today) -> list[Part]:
    """Return the section 待遇 for those who may read it (settings.DOSSIER_PARTS)."""
    if not user.may(Permission.READ_BENEFITS):
        return []
    current = PayeeAccount.objects.visible_to(user).filter(
        person__survivor_key=person.survivor_key, purpose="REGULAR", replaced_at=None
    )
    rows = (
        Enrolment.objects.visible_to(user)
        .filter(person__survivor_key=person.survivor_key, state__in=SHOWN)
        .select_related("programme")
    )
    rows = rows.annotate(**{name: Subquery(current.values(column)[:1]) for name, column in ACCOUNT.items()})
    held = list(rows.order_by("programme__display_order", "pk"))
    for row in held:
        row.words = grade_words(row)
    context = {
        "held": held,
        "account": account_words(held),
        "url": reverse("benefits:person", args=[person.ref]),
        "user": user,
    }
    return [Part("benefits", "待遇", "benefits/_dossier.html", context, len(held))]


def account_words(held: list[Enrolment]) -> str:
    """Say where the money of a benefit in force goes."""
    paid = next((row for row in held if row.state == "ACTIVE"), None)
    if paid is None:
        return ""
    if paid.bank is None:
        return "还没有收款账户，不能发放"
    return f"{paid.bank} 尾号 {paid.last4}，{'已确认' if paid.checked_at else '待确认'}"
