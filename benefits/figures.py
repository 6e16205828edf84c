"""
Numbers of benefits for reports, within sight of a reader; each has a list of rows behind it.

Money in yuan, exact. A period is by the day money arrived (paid_on), unless a figure says otherwise. People are distinct
over merged dossiers. Money that other departments gave is kept apart and never added to ours.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from benefits.models import Enrolment, HardshipApplication, Line, Overpayment, Recovery, Suspension
from benefits.rules.money import month_of

NOTHING = Decimal("0.00")
RECURRING = ("REGULAR", "ADJUST", "FUNERAL")
AWARDS = ("AWARD_MERIT", "AWARD_ENLIST")
WHO = "person__survivor_key"
# figure → words, page of its rows, its query
LABELS = {
    "recurring_entitled": ("期末享受定期待遇人数", "benefits:enrolments", "?view=active"),
    "recurring_paid_persons": ("定期待遇到账人数", "benefits:register", ""),
    "recurring_paid_yuan": ("定期待遇到账金额（元）", "benefits:register", ""),
    "award_persons": ("奖励金到账人数", "benefits:grants", "?view=paid"),
    "award_paid_yuan": ("奖励金到账金额（元）", "benefits:grants", "?view=paid"),
    "conscript_paid_persons": ("义务兵家庭优待金到账户数", "benefits:grants", "?view=paid"),
    "conscript_paid_yuan": ("义务兵家庭优待金到账金额（元）", "benefits:grants", "?view=paid"),
    "aid_cases": ("本部门帮扶到账件数", "benefits:aids", "?view=paid"),
    "aid_persons": ("本部门帮扶到账人数", "benefits:aids", "?view=paid"),
    "aid_paid_yuan": ("本部门帮扶到账金额（元）", "benefits:aids", "?view=paid"),
    "medical_times": ("医疗补助到账人次", "benefits:aids", "?view=paid"),
    "civil_aid_persons": ("协助申请民政等部门救助人数", "benefits:aids", "?view=civil"),
    "civil_aid_yuan": ("其他部门救助金额（元，不计入本部门）", "benefits:aids", "?view=civil"),
    "overpaid_found_yuan": ("发现多发金额（元）", "benefits:overpayments", ""),
    "overpaid_recovered_yuan": ("追回金额（元）", "benefits:overpayments", ""),
    "overpaid_outstanding_yuan": ("尚未追回金额（元）", "benefits:overpayments", ""),
}  # fmt: skip


def figures(user, since: date, until: date) -> dict[str, Any]:
    """Return every figure of a period, both days included. Dicts are by programme, kind or line."""
    paid = Line.objects.visible_to(user).filter(pay_state=Line.PayState.PAID, paid_on__range=(since, until))
    return (
        {"recurring_entitled": recurring_entitled(user, until)}
        | recurring(paid)
        | grants(paid)
        | aids(paid)
        | civil(user, since, until)
        | overpaid(user, since, until)
    )


def recurring_entitled(user, until: date) -> int:
    """Living people with a benefit in force, and not stopped, in the month of the last day."""
    month = month_of(until)
    covers = Q(month_from__lte=month) & (Q(month_to=None) | Q(month_to__gte=month))
    rows = (
        Enrolment.objects.visible_to(user)
        .filter(covers, state__in=("ACTIVE", "ENDED"))
        .exclude(person__status="DECEASED")
    )
    stops = Suspension.objects.visible_to(user).filter(covers, state__in=("CONFIRMED", "LIFTED"), pays_arrears=False)
    stopped = {(person, programme) for person, programme in stops.values_list("person_id", "programme_id")}
    held = rows.values_list(WHO, "person_id", "programme_id")
    return len({who for who, person, programme in held if not {(person, None), (person, programme)} & stopped})


def people_and_yuan(rows) -> tuple[int, Decimal]:
    found = rows.aggregate(people=Count(WHO, distinct=True), total=Sum("amount_yuan"))
    return found["people"], found["total"] or NOTHING


def recurring(paid) -> dict:
    persons, total = people_and_yuan(paid.filter(kind__in=RECURRING))
    return {"recurring_paid_persons": persons, "recurring_paid_yuan": total}


def grants(paid) -> dict:
    awards = paid.filter(programme__in=AWARDS).order_by().values("programme_id")
    rows = list(awards.annotate(people=Count(WHO, distinct=True), total=Sum("amount_yuan")))
    persons, total = people_and_yuan(paid.filter(programme="CONSCRIPT_FAMILY"))
    return {
        "award_persons": {row["programme_id"]: row["people"] for row in rows},
        "award_paid_yuan": {row["programme_id"]: row["total"] for row in rows},
        "conscript_paid_persons": persons, "conscript_paid_yuan": total,
    }  # fmt: skip


def aids(paid) -> dict:
    """Our own aid. Households: of the applications that name one, distinct."""
    rows = paid.filter(aid__isnull=False)
    persons, total = people_and_yuan(rows)
    by_kind = rows.order_by().values("aid__kind").annotate(n=Count("pk"), total=Sum("amount_yuan"))
    by_scheme = rows.exclude(aid__scheme="").order_by().values("aid__scheme").annotate(total=Sum("amount_yuan"))
    return {
        "aid_cases": rows.count(), "aid_persons": persons, "aid_paid_yuan": total,
        "aid_households": rows.exclude(aid__household=None).aggregate(n=Count("aid__household", distinct=True))["n"],
        "aid_cases_by_kind": {row["aid__kind"]: row["n"] for row in by_kind},
        "aid_yuan_by_kind": {row["aid__kind"]: row["total"] for row in by_kind},
        "aid_yuan_by_scheme": {row["aid__scheme"]: row["total"] for row in by_scheme},
        "medical_times": rows.filter(aid__kind=HardshipApplication.Kind.MEDICAL).count(),
    }  # fmt: skip


def civil(user, since: date, until: date) -> dict:
    """Help with applications to other departments, by the day they were handed over."""
    rows = HardshipApplication.objects.visible_to(user).exclude(line=HardshipApplication.Line.OWN)
    handed = rows.filter(handed_over_on__range=(since, until))
    by_line = handed.order_by().values("line").annotate(people=Count(WHO, distinct=True))
    return {
        "civil_aid_persons": {row["line"]: row["people"] for row in by_line},
        "civil_aid_yuan": handed.aggregate(total=Sum("external_yuan"))["total"] or NOTHING,
    }


def overpaid(user, since: date, until: date) -> dict:
    """Found by its day, recovered by the day money came back, outstanding as of now."""
    rows = Overpayment.objects.visible_to(user).exclude(state=Overpayment.State.VOID)
    back = Recovery.objects.visible_to(user).filter(voided_at=None, overpayment__in=rows)
    open_rows = rows.exclude(state__in=("SETTLED", "WRITTEN_OFF"))
    owed = open_rows.aggregate(total=Sum(F("amount_yuan") - F("written_off_yuan")))["total"] or NOTHING
    returned = back.filter(overpayment__in=open_rows).aggregate(total=Sum("amount_yuan"))["total"] or NOTHING
    return {
        "overpaid_found_yuan": rows.filter(found_on__range=(since, until)).aggregate(n=Sum("amount_yuan"))["n"]
        or NOTHING,
        "overpaid_recovered_yuan": back.filter(received_on__range=(since, until)).aggregate(n=Sum("amount_yuan"))["n"]
        or NOTHING,
        "overpaid_outstanding_yuan": owed - returned,
    }
