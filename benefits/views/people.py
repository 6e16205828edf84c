"""个人待遇账: what one person stands in, where her money goes, what was stopped, and every month with what was paid."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat, TruncDate
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from benefits.actions import entitled_papers as papers
from benefits.models import (
    AnnualConfirmation,
    Enrolment,
    HardshipApplication,
    LineMonth,
    OneOffGrant,
    Overpayment,
    PayeeAccount,
    Suspension,
)
from benefits.payees import Payee, payee_or_404
from benefits.standing import grade_words
from registry.views.edits import who
from veterans_portal.accounts.models import Office, User
from veterans_portal.accounts.permissions import Permission, requires

MONTHS = 24
PAPER_MONTHS = 36
NOTHING = Decimal("0.00")


class MonthRow(NamedTuple):
    """One month of one benefit: entitled by the latest row, paid over all of them. `line`: the latest line, which says why."""

    month: object
    programme: str
    entitled: Decimal
    paid: Decimal
    states: str
    line: int


def ledger(payee: Payee, user) -> list[MonthRow]:
    """Return every month × programme of the live ledger, the newest first. What is being drafted is nobody's money."""
    rows = LineMonth.objects.visible_to(user).live().filter(**payee.rows).exclude(line__pay_state="DRAFTED")
    found = defaultdict(list)
    for row in rows.select_related("line", "programme").order_by("month_on", "programme__display_order", "pk"):
        found[row.month_on, row.programme.name].append(row)
    return [
        MonthRow(month, name, held[-1].entitled_yuan, sum((one.amount_yuan for one in held), NOTHING),
                 "、".join(dict.fromkeys(one.line.get_pay_state_display() for one in held)), held[-1].line_id)
        for (month, name), held in reversed(found.items())
    ]  # fmt: skip


def spells(payee: Payee, user) -> list[Enrolment]:
    """Everything that was ever asked for; what is in force first."""
    rows = Enrolment.objects.visible_to(user).filter(**payee.rows).select_related("programme")
    found = sorted(rows.order_by("-month_from", "-pk"), key=lambda row: row.state != "ACTIVE")
    stations = Office.objects.directory().in_bulk({row.office_id for row in found})
    for row in found:
        row.words, row.station = grade_words(row), stations[row.office_id].label
    return found


def accounts(payee: Payee, user) -> list[PayeeAccount]:
    rows = list(PayeeAccount.objects.visible_to(user).filter(**payee.rows).order_by("-pk"))
    names = User.objects.names({key for row in rows for key in (row.entered_by_id, row.confirmed_by_id)})
    for row in rows:
        row.maker, row.checker = names.get(row.entered_by_id, ""), names.get(row.confirmed_by_id, "")
    return sorted(rows, key=lambda row: row.replaced_at is not None)


def stops(payee: Payee, user) -> list[Suspension]:
    rows = Suspension.objects.visible_to(user).filter(**payee.rows).select_related("programme")
    return list(rows.order_by("-month_from", "-pk"))


class Entry(NamedTuple):
    """A one-off benefit, an application for aid, or an overpayment. `amount`: None while it is not decided."""

    table: str
    url: str
    label: str
    on: date
    amount: Decimal | None
    state: str


# table → model, what is shown of a row: what for, its day, its amount
SOURCES = {
    "grant": (OneOffGrant, F("programme__name"), F("event_on"), F("amount_yuan")),
    "aid": (HardshipApplication, Cast("line", CharField()), TruncDate("proposed_at"), F("amount_approved")),
    "overpayment": (Overpayment, Concat("programme__name", Value("|"), "cause"), F("found_on"), F("amount_yuan")),
}


def entries(payee: Payee, user) -> list[Entry]:
    """Return what is not paid month by month, the newest first. One statement."""
    parts = []
    for table, (model, what, on, amount) in SOURCES.items():
        rows = model.objects.visible_to(user).filter(**payee.rows).exclude(state="VOID")
        parts.append(rows.annotate(table=Value(table), what=what, on=on, amount=amount)
                     .values_list("table", "pk", "what", "on", "amount", "state"))  # fmt: skip
    found, words = [], dict(HardshipApplication.Line.choices) | dict(Overpayment.Cause.choices)
    for table, pk, what, on, amount, state in parts[0].union(*parts[1:], all=True).order_by("-on", "table", "-pk"):
        label = "，".join(words.get(part, part) for part in what.split("|"))
        url = reverse(f"benefits:{table}", args=[pk])
        found.append(Entry(table, url, label, on, amount, SOURCES[table][0].State(state).label))
    return found


def sheet_of(payee: Payee, user) -> dict:
    """What the page and the printed sheet share."""
    seen = AnnualConfirmation.objects.visible_to(user).filter(**payee.rows).order_by("-year").first()
    others = entries(payee, user)
    return {"payee": payee, "spells": spells(payee, user), "accounts": accounts(payee, user), "stops": stops(payee, user),
            "seen": seen, "months": ledger(payee, user), "overpaid": [one for one in others if one.table == "overpayment"],
            "one_offs": [one for one in others if one.table != "overpayment"]}  # fmt: skip


@requires(Permission.READ_BENEFITS)
@require_GET
def person(request, ref):
    payee = payee_or_404(request.user, ref)
    if payee.ref != ref:  # her dossier was merged into another
        return redirect("benefits:person", ref=payee.ref)
    context = sheet_of(payee, request.user)
    page = Paginator(context["months"], MONTHS).get_page(request.GET.get("page"))
    current = {row.purpose for row in context["accounts"] if row.replaced_at is None}
    context |= {
        "page": page, "year": timezone.localdate().year, "lacks_account": "REGULAR" not in current,
        "in_force": any(row.state == "ACTIVE" for row in context["spells"]),
        "may_stop": request.user.may(Permission.STOP_BENEFIT) and request.user.office.is_deciding,
    }  # fmt: skip
    return render(request, "benefits/person.html", context)


@requires(Permission.READ_BENEFITS)
@require_POST
def person_print(request, ref):
    """One sheet about one person's benefits; the file opens after the button."""
    payee = payee_or_404(request.user, ref)
    context = sheet_of(payee, request.user)
    context |= {"months": context["months"][:PAPER_MONTHS], "left_out": max(len(context["months"]) - PAPER_MONTHS, 0)}
    try:
        file = papers.print_person(payee=payee, context=context, **who(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("benefits:person", ref=ref)
    return redirect("file-download", pk=file.pk)
