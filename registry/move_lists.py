"""Moves by whose turn it is: the tabs of the list, their counts, and the entries of the home page."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from registry.models import Move
from registry.rules.moves import DECIDE_AFTER_DAYS, days_open
from veterans_portal.pgscope.scope import after


class Tab(NamedTuple):
    """One view of the list."""

    label: str
    empty: str


TABS = {
    "mine": Tab("待我处理", "没有待接收的人员。"),
    "theirs": Tab("待对方处理", "没有等对方处理的迁移。"),
    "late": Tab("超过 15 天", "没有超过 15 天的迁移。"),
    "done": Tab("已办结", "还没有办结的迁移。"),
}


def own(end: str, user) -> Q:
    return Q(**{f"{end}__gte": user.office_id, f"{end}__lt": after(user.office_id)})


def conditions(user, today: date) -> dict[str, Q]:
    """Return {tab: condition}. A request waits for its giver, then for its receiver; a push for its receiver."""
    giver, taker = own("from_office_id", user), own("to_office_id", user)
    is_open = Q(state=Move.State.OPEN)
    for_giver = Q(direction="PULL", answered_at=None)
    mine = is_open & ((for_giver & giver) | (~for_giver & taker))
    late = timezone.make_aware(datetime.combine(today - timedelta(days=DECIDE_AFTER_DAYS - 1), time.min))
    return {
        "mine": mine,
        "theirs": is_open & ~mine,
        "late": is_open & Q(created_at__lt=late),
        "done": ~is_open,
    }


def in_tab(rows, tab: str, user, today: date):
    return rows.filter(conditions(user, today)[tab])


def move_tally(user, current: str, today: date) -> list[dict]:
    """Return the tabs with their numbers, asked in one question."""
    wanted = conditions(user, today)
    rows = Move.objects.visible_to(user).live()
    numbers = rows.aggregate(**{name: Count("pk", filter=condition) for name, condition in wanted.items()})
    return [
        {"n": numbers[name], "label": tab.label, "url": f"{reverse('registry:moves')}?tab={name}", "current": name == current,
         "state": "overdue" if name == "late" and numbers[name] else "soon" if name == "mine" and numbers[name] else ""}
        for name, tab in TABS.items()
    ]  # fmt: skip


def turn_of(move: Move, today: date) -> tuple[str, str]:
    """Return in words whose turn it is, and how it is drawn."""
    if move.state != Move.State.OPEN:
        return move.get_state_display(), "done" if move.state == "ACCEPTED" else "kind"
    days = days_open(timezone.localdate(move.created_at), today)
    side = "待迁出站答复" if move.direction == "PULL" and not move.answered_at else "待接收站确认"
    return f"{side}，第 {days + 1} 天", "overdue" if days >= DECIDE_AFTER_DAYS else "soon"
