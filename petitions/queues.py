"""What waits for this person among the petitions: entries of the home page."""

from django.db.models import F
from django.urls import reverse

from petitions.case_lists import turn_of_mine
from petitions.models import Petition
from petitions.next_steps import WAITS
from petitions.workflow import State
from registry.queues import Entry
from veterans_portal.accounts.permissions import Permission

SHOWN = 10
NO_DAY = "没有期限"


def entries(user, today) -> list[Entry]:
    """Cases whose turn it is, the nearest day first. Nobody's name: the title has none."""
    if not user.may(Permission.VIEW_PETITIONS):
        return []
    rows = Petition.objects.visible_to(user).filter(turn_of_mine(user)).annotate(office_label=F("office__name"))
    found = rows.order_by(F("next_act_by_on").asc(nulls_last=True), "pk")[:SHOWN]
    return [entry(case, today) for case in found]


def entry(case: Petition, today) -> Entry:
    step, due = WAITS.get(State(case.state), "办理"), case.next_act_by_on
    if due is None:
        tag, kind = NO_DAY, "kind"
    elif due < today:
        tag, kind = f"已过 {(today - due).days} 天", "overdue"
    else:
        tag, kind = f"还剩 {(due - today).days} 天" if due > today else "今天", "soon"
    return Entry(f"信访 {case.number}：{case.title}", case.get_state_display(), case.office_label, step,
                 reverse("petitions:case", args=[case.pk]), tag, kind, due)  # fmt: skip
