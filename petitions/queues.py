"""What waits for this person among the petitions: entries of the home page."""

from functools import reduce
from operator import or_

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import reverse

from petitions.case_lists import turn_of_mine
from petitions.models import Extension, Petition, Recusal, Review, Supervision
from petitions.next_steps import WAITS
from petitions.workflow import State
from registry.queues import Entry
from veterans_portal.accounts.permissions import HOLDERS, Permission

SHOWN = 20
NO_DAY, HANDS_UP = "没有期限", "上报"  # a station does not sort
BESIDE = {
    "extension": "审批延期",
    "recusal": "决定回避",
    "examining": "复查复核",
    "signing": "审签复查复核",
    "supervision": "答复督办",
}


def entries(user, today) -> list[Entry]:
    """
    Cases whose turn it is, and those in which somebody waits for this office although the turn is another's.

    The nearest day first; one question. Nobody's name: the title has none.
    """
    if not user.may(Permission.VIEW_PETITIONS):
        return []
    turn, beside = turn_of_mine(user), asked_beside(user)
    wanted = reduce(or_, (Q(**{name: True}) for name in ("is_turn", *beside)))
    rows = Petition.objects.visible_to(user).annotate(
        office_label=F("office__name"), is_turn=ExpressionWrapper(Q(turn), output_field=BooleanField()), **beside
    )
    found = []
    for case in rows.filter(wanted).order_by(F("next_act_by_on").asc(nulls_last=True), "pk")[:SHOWN]:
        steps = [BESIDE[name] for name in BESIDE if getattr(case, f"waits_{name}", False)]
        own = [HANDS_UP if case.state == State.REGISTERED and not user.may(Permission.SORT_PETITION) else ""]
        found += [entry(case, today, step) for step in (own if case.is_turn else []) + steps[:1]]
    return found


def asked_beside(user) -> dict[str, Exists]:
    """Return {waits_…: whether a case asks this of the office} for what this person may answer."""
    here = {"petition": OuterRef("pk")}
    asked = {
        "extension": (Permission.APPROVE_EXTENSION, Extension.objects.filter(
            ruled_on=None, petition__office=user.office_id, petition__state=State.HANDLING, **here)),
        "recusal": (Permission.RULE_RECUSAL, Recusal.objects.filter(rules_on(user), is_upheld=None, ended_on=None, **here)),
        "examining": (Permission.EXAMINE_REVIEW, Review.objects.filter(
            office=user.office_id, state__in=("REQUESTED", "EXAMINING", "TO_DELIVER"), **here)),
        "signing": (Permission.APPROVE_REVIEW, Review.objects.filter(office=user.office_id, state="AWAITING_APPROVAL", **here)),
        "supervision": (Permission.HANDLE_PETITION, Supervision.objects.filter(to_office=user.office_id, replied_on=None, **here)),
    }  # fmt: skip
    return {f"waits_{name}": Exists(rows) for name, (needs, rows) in asked.items() if user.may(needs)}


def rules_on(user) -> Q:
    """Whose recusal one decides: an officer's at one's own office, a head's of an office below."""
    heads = Q(user__role__in=HOLDERS[Permission.RULE_RECUSAL])
    return (Q(petition__office=user.office_id) & ~heads) | (heads & ~Q(user__office=user.office_id))


def entry(case: Petition, today, step: str = "") -> Entry:
    step, due = step or WAITS.get(State(case.state), "办理"), case.next_act_by_on
    if due is None:
        tag, kind = NO_DAY, "kind"
    elif due < today:
        tag, kind = f"已过 {(today - due).days} 天", "overdue"
    else:
        tag, kind = f"还剩 {(due - today).days} 天" if due > today else "今天", "soon"
    return Entry(f"信访 {case.number}：{case.title}", case.get_state_display(), case.office_label, step,
                 reverse("petitions:case", args=[case.pk]), tag, kind, due)  # fmt: skip
