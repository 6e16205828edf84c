"""Cards by step: the tabs of the list and their numbers, whose turn it is, and how long a card has waited."""

from datetime import date

from django.db.models import Count, Q
from django.urls import reverse

from registry.models import Card
from registry.workflow_cards import NEXT, STAGES, TURNS, states_of

# tab → label, states, the deed that may be done on many cards of the tab
VIEWS = {
    "accept": ("待受理", ("APPLIED", "RETURNED"), ""),
    "district": ("待县审", ("STATION_OK",), "pass-district"),
    "city": ("待市审", ("DISTRICT_OK",), "pass-city"),
    "province": ("待省审", ("CITY_OK",), "record-province"),
    "making": ("待制卡", ("PROVINCE_OK",), "start-making"),
    "sign": ("制卡中", ("MAKING",), "sign-in"),
    "send": ("待下发", ("RECEIVED",), "send"),
    "ready": ("待领取", ("READY",), ""),
    "issued": ("在用和挂失", ("ISSUED", "LOST", "REPLACING"), ""),
    "closed": ("已停用", ("CLOSED",), ""),
}
WAITING = set(NEXT) - {"LOST"}
TAG = {"ISSUED": "done", "RETURNED": "back", "LOST": "overdue"}
SLOW_DAYS = 30  # a wait that the page draws as late; a display matter, no deadline


def own_tab(user) -> str:
    """Return the first tab in which something can wait for this person."""
    mine = states_of(user)
    return next((name for name, (_, states, _) in VIEWS.items() if set(states) & set(mine)), "issued")


def tally(user, current: str) -> list[dict]:
    """Return the tabs with their numbers, asked in one question; those in which one's own work waits are marked."""
    rows = Card.objects.visible_to(user).live()
    numbers = rows.aggregate(
        **{name: Count("pk", filter=Q(state__in=states)) for name, (_, states, _) in VIEWS.items()}
    )
    mine, url = set(states_of(user)), reverse("registry:cards")
    return [
        {"n": numbers[name], "label": label, "url": f"{url}?view={name}", "current": name == current,
         "state": "soon" if numbers[name] and mine & set(states) else ""}
        for name, (label, states, _) in VIEWS.items()
    ]  # fmt: skip


def days_waiting(card: Card, today: date) -> int | None:
    """Return the days since the card came to its step; None when it waits for nobody."""
    return (today - card.state_since).days if card.state in WAITING else None


def stages_of(card: Card) -> list[dict]:
    """
    Return the way of an application: each stage done with its day, the current one, and those to come.

    A card that was returned stands at the first stage again, so that the steps after it are to do.
    """
    order = [state for state, *_ in STAGES]
    state = {"RETURNED": "APPLIED", "LOST": "ISSUED", "REPLACING": "ISSUED"}.get(card.state, card.state)
    taken = {step["state"]: step["on"] for step in card.steps}
    reached = [name for name in order if name in taken]
    last = order.index(state) if state in order else (order.index(reached[-1]) if reached else 0)
    found = []
    for position, (name, label, turn) in enumerate(STAGES):
        # a stage is what has been done; the one after the last that was done is what waits
        kind = "done" if position <= last else "todo"
        if position == last + 1 and card.state in WAITING:
            kind = "now"
        when = taken.get(name, "") if kind == "done" else (TURNS.get(card.state, turn) if kind == "now" else "")
        found.append({"label": label, "kind": kind, "note": when})
    return found
