"""What waits for this person in benefits: entries of the home page, and of the first page of the room."""

from datetime import date

from django.db.models import F
from django.urls import reverse

from benefits.models import AnnualConfirmation, Enrolment, PayeeAccount, Suspension
from benefits.payees import in_sight
from benefits.rules.money import add_months, month_of
from registry.models import Move
from registry.queues import Entry, counted
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission

# queue → sentence with the number, what to do, button, address, its query, tag, kind of tag
QUEUES = {
    "returned": ("{} 件待遇申报被退回", "补正后重新提交", "去补正", "benefits:enrolments", "?view=back", "被退回", "back"),
    "review": ("{} 件待遇申报待审核", "核对材料后交区县批准", "去审核", "benefits:enrolments", "?view=review", "待审核", "soon"),
    "approve": ("{} 件待遇申报待批准", "批准后从起发月起发放", "去批准", "benefits:enrolments", "?view=approve", "待批准", "soon"),
    "dead": ("{} 名去世人员的待遇没有终止", "已自动停发，请办理终止", "去终止", "benefits:enrolments", "?view=active&waits=dead", "待终止", "soon"),
    "moved": ("{} 件待遇要随人转移", "人员已迁到别的站", "去办理", "benefits:enrolments", "?view=active&waits=moved", "待转移", "soon"),
    "due": ("{} 件待遇本月到复核日期", "登记复核结果，过期暂不发放", "去复核", "benefits:enrolments", "?view=active&waits=review", "待复核", "soon"),
    "stops": ("{} 件停发待确认", "核对决定文书后确认或作废", "去确认", "benefits:stops", "?view=open", "待确认", "soon"),
    "resume": ("{} 名停发人员已完成年度确认", "次月起恢复发放", "去恢复", "benefits:stops", "?view=on&waits=seen", "待恢复", "soon"),
    "accounts": ("{} 个收款账户待确认", "对照卡或存折核对", "去确认", "benefits:accounts", "?view=open", "待确认", "soon"),
    "unseen": ("{} 人年度确认公告期满", "逐人核实，仍未确认的提出停发", "去办理", "benefits:confirmations", "?view=due", "公告期满", "overdue"),
}  # fmt: skip


def dead(rows):
    return rows.filter(state="ACTIVE", person__status="DECEASED")


def moved(rows, user):
    """In force, and the person has gone to another station: her dossier may lie behind a wall, the move does not."""
    gone = Move.objects.visible_to(user).live().filter(state=Move.State.ACCEPTED)
    return rows.filter(state="ACTIVE", person_id__in=gone.values("person_id")).exclude(
        pk__in=in_sight(rows).filter(person__office_id=F("office_id")).values("pk")
    )


def reviews(rows, today: date):
    """What comes up for review before the month is over."""
    return rows.filter(state="ACTIVE", review_on__lt=add_months(month_of(today), 1))


def enrolment_sets(user, today) -> dict:
    rows, found = Enrolment.objects.visible_to(user), {}
    if user.may(Permission.PROPOSE_ENROLMENT):
        found["returned"] = rows.filter(state="RETURNED")
    if user.may(Permission.REVIEW_ENROLMENT) and user.office.tier != Office.Tier.VILLAGE:
        found["review"] = rows.filter(state="SUBMITTED")
    if user.may(Permission.APPROVE_ENROLMENT) and user.office.is_deciding:
        found["approve"] = rows.filter(state__in=("REVIEWED", "POSTED")).exclude(proposed_by=user)
        found |= {"dead": dead(rows), "moved": moved(rows, user), "due": reviews(rows, today)}
    return found


def waiting_sets(user, today) -> dict:
    """What waits for this person and is told as a number, by queue."""
    found = enrolment_sets(user, today)
    if user.may(Permission.CONFIRM_STOP) and user.office.is_deciding:
        stops = in_sight(Suspension.objects.visible_to(user))
        found["stops"] = stops.filter(state="PROPOSED").exclude(proposed_by=user)
        found["resume"] = seen_again(stops)
    if user.may(Permission.CONFIRM_ACCOUNT):
        accounts = PayeeAccount.objects.visible_to(user).filter(replaced_at=None, confirmed_at=None)
        found["accounts"] = accounts.exclude(entered_by=user)
    if user.may(Permission.CONFIRM_ANNUAL):
        rows = in_sight(AnnualConfirmation.objects.visible_to(user)).filter(
            year=today.year, confirmed_on=None, suspension=None
        )
        found["unseen"] = rows.filter(deadline_on__lt=today)
    return found


def seen_again(stops):
    """Stops for want of confirmation whose person has been seen since."""
    return stops.filter(state="CONFIRMED", kind="UNCONFIRMED", month_to=None, confirmation__confirmed_on__isnull=False)


def entries(user, today) -> list[Entry]:
    """Return what waits, each with its number; all of them are counted in one question."""
    if not user.may(Permission.READ_BENEFITS):
        return []
    sets = waiting_sets(user, today)
    numbers = counted(**sets) if sets else {}
    return [
        Entry(sentence.format(numbers[name]), sub, user.office.label, label, f"{reverse(url)}{query}", tag, kind)
        for name, (sentence, sub, label, url, query, tag, kind) in QUEUES.items()
        if numbers.get(name)
    ]
