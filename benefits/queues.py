"""What waits for this person in benefits: entries of the home page, and of the first page of the room."""

from datetime import date

from django.db.models import Exists, F, OuterRef

from benefits.models import (
    AnnualConfirmation,
    BankFileRow,
    Batch,
    Enrolment,
    HardshipApplication,
    Line,
    OneOffGrant,
    Overpayment,
    PayeeAccount,
    StandardNotice,
    Suspension,
)
from benefits.payees import in_sight
from benefits.rules.money import add_months, month_of
from registry.models import Move
from registry.queues import Entry, Tally, tallies_of, told
from veterans_portal.accounts.models import Office
from veterans_portal.accounts.permissions import Permission

# queue → sentence with the number, what to do, button, address, its query, tag, kind of tag
QUEUES = {
    "batch-back": ("{} 个发放批次被退回", "按退回原因重新编制", "去编制", "benefits:batches", "?state=DRAFT", "被退回", "back"),
    "batch-approve": ("{} 个发放批次待审批", "先看与上期的差别", "去审批", "benefits:batches", "?state=SUBMITTED", "待审批", "soon"),
    "batch-pay": ("{} 个发放批次待报盘", "生成报盘文件交银行", "去报盘", "benefits:batches", "?state=APPROVED", "待报盘", "soon"),
    "batch-answer": ("{} 个发放批次等回盘、待结清", "导入回盘，对账到 0.00 后结清", "去对账", "benefits:batches", "?state=SENT", "已报盘", "soon"),
    "failed": ("{} 笔银行退回", "账户更换并确认后重新报盘", "去处理", "benefits:batches", "?state=SENT", "已退回", "overdue"),
    "overpaid": ("{} 笔多发待核实", "核实后告知并追回", "去核实", "benefits:overpayments", "", "待核实", "soon"),
    "returned": ("{} 件待遇申报被退回", "补正后重新提交", "去补正", "benefits:enrolments", "?view=back", "被退回", "back"),
    "review": ("{} 件待遇申报待审核", "核对材料后交区县批准", "去审核", "benefits:enrolments", "?view=review", "待审核", "soon"),
    "approve": ("{} 件待遇申报待批准", "批准后从起发月起发放", "去批准", "benefits:enrolments", "?view=approve", "待批准", "soon"),
    "dead": ("{} 名去世人员的待遇没有终止", "已自动停发，请办理终止", "去终止", "benefits:enrolments", "?view=active&waits=dead", "待终止", "soon"),
    "moved": ("{} 件待遇要随人转移", "人员已迁到别的站", "去办理", "benefits:enrolments", "?view=active&waits=moved", "待转移", "soon"),
    "due": ("{} 件待遇本月到复核日期", "登记复核结果，过期暂不发放", "去复核", "benefits:enrolments", "?view=active&waits=review", "待复核", "soon"),
    "stops": ("{} 件停发待确认", "核对决定文书后确认或作废", "去确认", "benefits:stops", "?view=open", "待确认", "soon"),
    "resume": ("{} 名停发人员已完成年度确认", "次月起恢复发放", "去恢复", "benefits:stops", "?view=on&waits=seen", "待恢复", "soon"),
    "faulty": ("{} 个收款账户银行退回", "请本人提供能用的卡，更换账户", "去更换", "benefits:accounts", "?view=fault", "被退回", "overdue"),
    "accounts": ("{} 个收款账户待确认", "对照卡或存折核对", "去确认", "benefits:accounts", "?view=open", "待确认", "soon"),
    "unseen": ("{} 人年度确认公告期满", "逐人核实，仍未确认的提出停发", "去办理", "benefits:confirmations", "?view=due", "公告期满", "overdue"),
    "notices": ("{} 份标准文件待发布", "核对标准表和测算后发布", "去核对", "benefits:notices", "?view=draft&waits=mine", "待发布", "soon"),
    "grants": ("{} 件一次性待遇待办", "审核、批准或补正", "去办理", "benefits:grants", "?view=open&waits=mine", "待办", "soon"),
    "aids": ("{} 件帮扶申请待办", "核查、审核、批准或补正", "去办理", "benefits:aids", "?view=open&waits=mine", "待办", "soon"),
    "urgent": ("{} 件急难帮扶待补办核查", "先行批准的要按期补办", "去补办", "benefits:aids", "?view=urgent", "待补办", "overdue"),
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


def faulty(rows, user):
    """Current accounts to which a bank could not pay: the money waits until somebody brings another one."""
    back = Line.objects.visible_to(user).filter(pay_state="FAILED")
    failed = BankFileRow.objects.visible_to(user).filter(
        line__in=back, line__person=OuterRef("person"), status="FAILED", is_account_fault=True, account_last4=OuterRef("account_last4")
    )  # fmt: skip
    return rows.filter(Exists(failed), replaced_at=None, person__in=back.values("person"))


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
    if user.may(Permission.EDIT_ACCOUNT):
        found["faulty"] = faulty(PayeeAccount.objects.visible_to(user), user)
    if user.may(Permission.CONFIRM_ANNUAL):
        rows = in_sight(AnnualConfirmation.objects.visible_to(user)).filter(
            year=today.year, confirmed_on=None, suspension=None
        )
        found["unseen"] = rows.filter(deadline_on__lt=today)
    return found


def batch_sets(user) -> dict:
    """Batches and payments by whose turn it is: the drafter, another who approves, a third who pays."""
    batches, found = Batch.objects.visible_to(user), {}
    if user.may(Permission.DRAFT_BATCH):
        found["batch-back"] = batches.filter(state="DRAFT").exclude(return_reason="")
        found["overpaid"] = Overpayment.objects.visible_to(user).filter(state="FOUND")
    if user.may(Permission.APPROVE_BATCH):
        found["batch-approve"] = batches.filter(state="SUBMITTED").exclude(drafted_by=user)
    if user.may(Permission.PAY_BATCH):
        found["batch-pay"] = batches.filter(state="APPROVED").exclude(approved_by=user)
        found["batch-answer"] = batches.filter(state="SENT")
        found["failed"] = Line.objects.visible_to(user).filter(pay_state="FAILED")
    return found


def next_states(user) -> tuple[list[str], list[str]]:
    """States of one-off benefits, and of our own aid, from which this person takes the next step."""
    grants, aids = [], []
    if user.may(Permission.PROPOSE_AID):
        grants, aids = ["RETURNED"], ["RETURNED", "SUBMITTED"]
    if user.may(Permission.REVIEW_AID) and user.office.tier != Office.Tier.VILLAGE:
        grants, aids = [*grants, "SUBMITTED"], [*aids, "VISITED"]
    if user.may(Permission.APPROVE_AID) and user.office.is_deciding:
        grants, aids = [*grants, "REVIEWED", "POSTED"], [*aids, "REVIEWED", "POSTED"]
    return grants, aids


def next_grants(rows, user):
    return rows.filter(state__in=next_states(user)[0])


def next_aids(rows, user):
    return rows.filter(line="OWN", state__in=next_states(user)[1])


def to_publish(rows, user):
    """Documents that a person entered and this one may publish; the tables that came with the portal wait in their list."""
    own = [user.office_id]
    if user.office.parent_id is None:
        own += [user.office_id[:size] for size in (0, 2, 4)]
    return rows.filter(state="DRAFT", jurisdiction__in=own, entered_by__isnull=False).exclude(entered_by=user)


def oneoff_sets(user) -> dict:
    """One-off benefits, aid and documents of standards on which this person takes the next step."""
    found = {}
    if any(next_states(user)):
        found["grants"] = next_grants(in_sight(OneOffGrant.objects.visible_to(user)), user)
        found["aids"] = next_aids(in_sight(HardshipApplication.objects.visible_to(user)), user)
    if user.may(Permission.PROPOSE_AID):
        found["urgent"] = in_sight(HardshipApplication.objects.visible_to(user)).filter(is_urgent=True, visited_on=None)
    if user.may(Permission.PUBLISH_NOTICE):
        found["notices"] = to_publish(StandardNotice.objects.visible_to(user), user)
    return found


def seen_again(stops):
    """Stops for want of confirmation whose person has been seen since."""
    return stops.filter(state="CONFIRMED", kind="UNCONFIRMED", month_to=None, confirmation__confirmed_on__isnull=False)


def tallies(user, today) -> list[Tally]:
    """What waits in this room, each told as a number."""
    if not user.may(Permission.READ_BENEFITS):
        return []
    return tallies_of(waiting_sets(user, today) | batch_sets(user) | oneoff_sets(user), QUEUES)


def entries(user, today) -> list[Entry]:
    """The same for the first page of the room alone; all of them are counted in one question."""
    return told(tallies(user, today), user)
