"""The lists of cases: whose turn, which office, what waits to be signed for; how near the day is."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.urls import reverse

from petitions.clock_blocks import rung_of
from petitions.models import Deadline, Petition, Step
from petitions.rules.deadlines import days_since
from petitions.rules.rungs import Rung
from petitions.workflow import PLACES, State
from veterans_portal.accounts.models import User
from veterans_portal.accounts.permissions import Permission

TABS = {"mine": "轮到我", "office": "本单位", "sign": "待签收", "open": "全部在办", "closed": "已办结"}
KINDS = {Rung.SOON: "soon", Rung.NEAR: "soon", Rung.DUE: "soon", Rung.CALM: "kind"}


def states_held(user) -> list[str]:
    """Return the states whose holder this person may be."""
    held = [state for state, place in PLACES.items() if state != State.CLOSED and user.may(place.needs)]
    if user.may(Permission.HAND_UP_PETITION):
        held.append(State.REGISTERED)
    return held


def turn_of_mine(user) -> Q:
    """Cases this person is named for, and those of her office that nobody is named for and she may take."""
    of_office = Q(turn_office=user.office_id, turn_user=None, state__in=states_held(user))
    return ~Q(state=State.CLOSED) & (Q(turn_user=user) | of_office)


def conditions(user) -> dict[str, Q]:
    return {
        "mine": turn_of_mine(user),
        "office": Q(office=user.office_id) & ~Q(state=State.CLOSED),
        "sign": Q(state=State.TRANSFERRED, turn_office=user.office_id),
        "open": ~Q(state=State.CLOSED),
        "closed": Q(state=State.CLOSED),
    }


def tally(user, current: str) -> list[dict]:
    """Return the tabs with their numbers, counted in one question; how much has ever been closed is nobody's work."""
    wanted, url = conditions(user), reverse("petitions:cases")
    del wanted["closed"]
    rows = Petition.objects.visible_to(user).open()
    numbers = rows.aggregate(**{f"n_{name}": Count("pk", filter=condition) for name, condition in wanted.items()})
    return [{"n": numbers.get(f"n_{name}"), "label": label, "url": f"{url}?tab={name}", "current": name == current,
             "state": "soon" if name in ("mine", "sign") and numbers[f"n_{name}"] else ""} for name, label in TABS.items()]  # fmt: skip


def with_holder(rows):
    """Add the name of whoever is named for the turn; a count of the rows does not ask for it."""
    named = User.objects.filter(pk=OuterRef("turn_user")).values("display_name")[:1]
    return rows.annotate(holder_name=Subquery(named))


def add_days(rows: list[Petition], user, today: date) -> None:
    """Give each case of a page its nearest clock and how long it has lain in hand: two questions."""
    keys = [row.pk for row in rows]
    clocks = nearest_clocks(Deadline.objects.running().few_visible_to(user).filter(petition__in=keys))
    moves = Step.objects.few_visible_to(user).filter(petition__in=keys, kind="TRANSITION").exclude(action="follow_up")
    moved = dict(
        moves.order_by().values("petition_id").annotate(last=Max("on_date")).values_list("petition_id", "last")
    )
    for row in rows:
        row.clock = clocks.get(row.pk)
        end = row.closed_on or today
        row.days_received = days_since(from_on=row.received_on, today=end)
        row.days_held = days_since(from_on=min(moved.get(row.pk, row.registered_on), end), today=end)
        row.left, row.left_kind = left_of(row.clock, today)


def nearest_clocks(rows) -> dict[int, Deadline]:
    found: dict[int, Deadline] = {}
    for clock in rows.filter(is_window=False).exclude(due_on=None).select_related("rule").order_by("act_by_on", "pk"):
        found.setdefault(clock.petition_id, clock)
    return found


def left_of(clock: Deadline | None, today: date) -> tuple[str, str]:
    """Return (超期 2 天, kind of tag); before the end days are measured to the last working day, after it from the end."""
    if clock is None:
        return "", "kind"
    over = (today - clock.due_on).days
    if over > 0:
        return f"超期 {over} 天", "overdue"
    left = (clock.act_by_on - today).days
    words = f"还剩 {left} 天" if left > 0 else "今天须办"
    return words, KINDS[rung_of(clock, today)]


def offices_of(rows: Iterable[Petition]) -> set[str]:
    return {code for row in rows for code in (row.office_id, row.turn_office_id) if code}
