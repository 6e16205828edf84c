"""
Numbers of benefits for reports, within sight of a reader; each has the list of exactly its rows behind it.

Money in yuan, exact. A period is by the day money arrived (paid_on), unless a figure says otherwise. People are distinct
over merged dossiers; somebody who has moved away since still counts where she was paid. Money that other departments gave
is kept apart and never added to ours.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.http import urlencode

from benefits.entitled_in import entitled_in, merged_people
from benefits.models import Enrolment, HardshipApplication, Line, Overpayment, Recovery
from benefits.rules.money import month_of

NOTHING = Decimal("0.00")
RECURRING = ("REGULAR", "ADJUST", "FUNERAL")
AWARDS = {"AWARD_MERIT": "立功受奖奖励", "AWARD_ENLIST": "大学生入伍奖励"}
CONSCRIPT = "CONSCRIPT_FAMILY"
OPEN = ("FOUND", "NOTIFIED", "RECOVERING")


def figures(user, since: date, until: date) -> dict[str, Any]:
    """Return every figure of a period, both days included. Dicts are by programme, kind, scheme or line."""
    paid, merged = paid_lines(user, since, until), merged_people(user)
    return (
        {"recurring_entitled": recurring_entitled(user, until)}
        | recurring(paid, merged)
        | one_off(paid.filter(kind="GRANT"), merged)
        | civil(user, since, until, merged)
        | overpaid(user, since, until)
    )


def paid_lines(user, since: date, until: date):
    return Line.objects.visible_to(user).filter(pay_state=Line.PayState.PAID, paid_on__range=(since, until))


def distinct(people: Iterable[int], merged: dict[int, int]) -> int:
    """Count people; of dossiers that were merged, the one that was kept."""
    return len({merged.get(person, person) for person in people})


def recurring_entitled(user, until: date) -> int:
    """Living people to whom the month of the last day is owed, whatever was paid."""
    return entitled_in(Enrolment.objects.visible_to(user), user, month_of(until)).persons


def recurring(paid, merged: dict[int, int]) -> dict:
    rows = paid.filter(kind__in=RECURRING).order_by().values_list("person_id").annotate(total=Sum("amount_yuan"))
    found = list(rows)
    return {
        "recurring_paid_persons": distinct((person for person, _ in found), merged),
        "recurring_paid_yuan": sum((total for _, total in found), NOTHING),
    }


class Paid(NamedTuple):
    """One line of one-off money. kind, scheme, household: of our own aid."""

    person: int
    programme: str
    amount: Decimal
    kind: str | None
    scheme: str | None
    household: int | None


def one_off(rows, merged: dict[int, int]) -> dict:
    """Awards, conscripts' family grants, our own aid. One statement."""
    columns = ("person_id", "programme_id", "amount_yuan", "aid__kind", "aid__scheme", "aid__household_id")
    found = [Paid(merged.get(person, person), *rest) for person, *rest in rows.order_by().values_list(*columns)]
    awards, conscripts = by(found, "programme", AWARDS), [one for one in found if one.programme == CONSCRIPT]
    return {
        "award_persons": {code: distinct((one.person for one in listed), merged) for code, listed in awards.items()},
        "award_paid_yuan": {code: summed(listed) for code, listed in awards.items()},
        "conscript_paid_persons": distinct((one.person for one in conscripts), merged),
        "conscript_paid_yuan": summed(conscripts),
    } | aids([one for one in found if one.kind])


def aids(found: list[Paid]) -> dict:
    """Our own aid. A household is the one that the application names; without one a person stands for her own."""
    kinds, schemes = by(found, "kind"), by([one for one in found if one.scheme], "scheme")
    return {
        "aid_cases": len(found),
        "aid_persons": len({one.person for one in found}),
        "aid_households": len({home_of(one.person, one.household) for one in found}),
        "aid_paid_yuan": summed(found),
        "aid_cases_by_kind": {kind: len(listed) for kind, listed in kinds.items()},
        "aid_yuan_by_kind": {kind: summed(listed) for kind, listed in kinds.items()},
        "aid_yuan_by_scheme": {scheme: summed(listed) for scheme, listed in schemes.items()},
        "medical_times": len(kinds.get(HardshipApplication.Kind.MEDICAL, ())),
    }


def home_of(person: int, household: int | None) -> tuple[str, int]:
    """What counts as one household: the one on record, or the person herself."""
    return ("household", household) if household else ("person", person)


def by(rows: Iterable[Paid], name: str, wanted: Iterable[str] | None = None) -> dict[str, list[Paid]]:
    found = defaultdict(list)
    for row in rows:
        if wanted is None or getattr(row, name) in wanted:
            found[getattr(row, name)].append(row)
    return dict(sorted(found.items()))


def summed(rows: Iterable[Paid]) -> Decimal:
    return sum((row.amount for row in rows), NOTHING)


def civil(user, since: date, until: date, merged: dict[int, int]) -> dict:
    """Help with applications to other departments, by the day they were handed over. One statement."""
    rows = HardshipApplication.objects.visible_to(user).exclude(line=HardshipApplication.Line.OWN)
    handed = rows.filter(handed_over_on__range=(since, until)).values_list("line", "person_id", "external_yuan")
    people, money = defaultdict(set), defaultdict(lambda: NOTHING)
    for line, person, amount in handed.order_by():
        people[line].add(merged.get(person, person))
        money[line] += amount or NOTHING
    return {
        "civil_aid_persons": {line: len(found) for line, found in sorted(people.items())},
        "civil_aid_yuan": sum(money.values(), NOTHING),
        "civil_aid_yuan_by_line": dict(sorted(money.items())),
    }


def overpaid(user, since: date, until: date) -> dict:
    """Found by its day, recovered by the day money came back, outstanding as of now. Two statements."""
    rows = Overpayment.objects.visible_to(user).exclude(state=Overpayment.State.VOID)
    found = rows.aggregate(
        found=Sum("amount_yuan", filter=Q(found_on__range=(since, until))),
        owed=Sum(F("amount_yuan") - F("written_off_yuan"), filter=Q(state__in=OPEN)),
    )
    # spelled as a filter over both, because a recovery of a settled case counts for its period and not for what is open
    back = recoveries(user).aggregate(
        period=Sum("amount_yuan", filter=Q(received_on__range=(since, until))),
        open=Sum("amount_yuan", filter=Q(overpayment__state__in=OPEN)),
    )
    return {
        "overpaid_found_yuan": found["found"] or NOTHING,
        "overpaid_recovered_yuan": back["period"] or NOTHING,
        "overpaid_outstanding_yuan": (found["owed"] or NOTHING) - (back["open"] or NOTHING),
    }


def recoveries(user):
    """What came back, without what was voided with its batch."""
    rows = Recovery.objects.visible_to(user).filter(voided_at=None)
    return rows.exclude(overpayment__state=Overpayment.State.VOID)


# ---- figures as a page shows them ---------------------------------------------------------------------------------------


class Figure(NamedTuple):
    """One number: its key (and what it is by), its words, and the list of exactly its rows."""

    key: str
    label: str
    value: int | Decimal
    url: str


PAID, AIDS, OWED, BACK = "benefits:paid", "benefits:aids", "benefits:overpayments", "benefits:recoveries"
# key → words, page of its rows, its query; {} stands for what the figure is by
SHOWN = {
    "recurring_entitled": ("期末享受定期待遇人数", "benefits:entitled", {}),
    "recurring_paid_persons": ("定期待遇到账人数", PAID, {"what": "RECURRING"}),
    "recurring_paid_yuan": ("定期待遇到账金额（元）", PAID, {"what": "RECURRING"}),
    "award_persons": ("{}到账人数", PAID, {"what": "{}"}),
    "award_paid_yuan": ("{}到账金额（元）", PAID, {"what": "{}"}),
    "conscript_paid_persons": ("义务兵家庭优待金领取人数", PAID, {"what": CONSCRIPT}),
    "conscript_paid_yuan": ("义务兵家庭优待金到账金额（元）", PAID, {"what": CONSCRIPT}),
    "aid_cases": ("本部门帮扶到账件数", PAID, {"what": "AID"}),
    "aid_persons": ("本部门帮扶到账人数", PAID, {"what": "AID"}),
    "aid_households": ("本部门帮扶到账户数", PAID, {"what": "AID"}),
    "aid_paid_yuan": ("本部门帮扶到账金额（元）", PAID, {"what": "AID"}),
    "aid_cases_by_kind": ("其中{}件数", PAID, {"what": "AID", "kind": "{}"}),
    "aid_yuan_by_kind": ("其中{}金额（元）", PAID, {"what": "AID", "kind": "{}"}),
    "aid_yuan_by_scheme": ("专项“{}”金额（元）", PAID, {"what": "AID", "scheme": "{}"}),
    "medical_times": ("医疗补助到账人次", PAID, {"what": "AID", "kind": "MEDICAL"}),
    "civil_aid_persons": ("{}人数", AIDS, {"view": "civil", "line": "{}"}),
    "civil_aid_yuan": ("其他部门救助金额（元，不计入本部门）", AIDS, {"view": "civil"}),
    "civil_aid_yuan_by_line": ("{}金额（元，不计入本部门）", AIDS, {"view": "civil", "line": "{}"}),
    "overpaid_found_yuan": ("发现多发金额（元）", OWED, {"view": "valid"}),
    "overpaid_recovered_yuan": ("追回金额（元）", BACK, {}),
    "overpaid_outstanding_yuan": ("现在尚未追回金额（元）", OWED, {"view": "open"}),
}  # fmt: skip
AS_OF_NOW = ("overpaid_outstanding_yuan",)


def shown(found: dict, since: date, until: date) -> list[Figure]:
    """Return the figures with the address of their rows."""
    words = AWARDS | dict(HardshipApplication.Kind.choices) | dict(HardshipApplication.Line.choices)
    period = {"since": f"{since:%Y-%m}", "until": f"{until:%Y-%m}"}
    rows = []
    for key, (label, page, query) in SHOWN.items():
        if key == "recurring_entitled":
            query = query | {"month": period["until"]}
        elif key not in AS_OF_NOW:
            query = query | period
        values = found[key] if isinstance(found[key], dict) else {"": found[key]}
        for code, value in values.items():
            own = {name: text.format(code) for name, text in query.items()}
            rows.append(Figure(key, label.format(words.get(code, code)), value, f"{reverse(page)}?{urlencode(own)}"))
    return rows
