"""材料, 优待证, 光荣牌 and 待办提醒 of a dossier: four sections from one question."""

from django.urls import reverse
from django.utils.dateparse import parse_datetime

from registry import living_codes, prompt_facts
from registry.dossier import Part, Problem
from registry.models import Card, Person, Plaque
from registry.models.plaque import ACTIVE_STATES
from registry.prompt_facts import Known
from registry.reference_cards import CARD_CATEGORIES
from registry.reference_prompts import KEPT_DAYS, LABELS, TO_DO, terms_on, windows_on
from registry.rules.prompts import prompts
from registry.workflow_cards import LIVE, TURNS
from veterans_portal.accounts.permissions import Permission

CARD_STATES, CARD_KINDS = dict(Card.State.choices), dict(Card.Kind.choices)
PLAQUE_STATES, PLACES = dict(Plaque.State.choices), dict(Plaque.Place.choices)


def parts(person: Person, user, today) -> list[Part]:
    """Return the sections of a dossier; settings.DOSSIER_PARTS names this function."""
    known = prompt_facts.of_person(person.pk, user)
    if known is None:
        return []
    return [papers(known, user, today), card(known, user), plaque(known), reminders(known, user, today)]


def papers(known: Known, user, today) -> Part:
    rows = [
        one | {"kind_label": living_codes.DOCUMENT_KIND[one["kind"]], "valid_to": prompt_facts.day(one["valid_to"]),
               "created_at": parse_datetime(one["created_at"]), "maker": ""}
        for one in known.papers
    ]  # fmt: skip
    context = {"rows": rows, "url": reverse("registry:documents", args=[known.ref]), "user": user, "today": today}
    return Part("documents", "材料", "registry/part_documents.html", context, len(rows))


def card(known: Known, user) -> Part:
    """The cards of a person, and the way to a first one where she has a right to it."""
    rows = [
        one | {"state_label": CARD_STATES[one["state"]], "kind_label": CARD_KINDS[one["kind"]], "turn": TURNS.get(one["state"], ""),
               "is_live": one["state"] in LIVE}
        for one in known.cards
    ]  # fmt: skip
    held = {one.category for one in known.facts.identities}
    may_apply = known.facts.is_active and user.may(Permission.ISSUE_CARD) and not any(one["is_live"] for one in rows)
    has_right = any(held & set(codes) for codes in CARD_CATEGORIES.values())
    new_url = reverse("registry:card-new", args=[known.ref]) if may_apply and has_right else ""
    return Part(
        "card",
        "优待证",
        "registry/part_card.html",
        {"rows": rows, "new_url": new_url, "has_right": has_right or not known.facts.is_active},
        len(rows),
    )


def plaque(known: Known) -> Part:
    rows = [
        one | {"state_label": PLAQUE_STATES[one["state"]], "place_label": PLACES.get(one["place"], ""),
               "is_active": one["state"] in ACTIVE_STATES}
        for one in known.plaques
    ]  # fmt: skip
    context = {"rows": rows, "household_url": reverse("registry:household", args=[known.ref])}
    return Part("plaque", "光荣牌", "registry/part_plaque.html", context, sum(one["is_active"] for one in rows))


def reminders(known: Known, user, today) -> Part:
    """What is to do now; each is a problem of the dossier too."""
    found = prompts(known.facts, on=today, ahead=windows_on(today), terms=terms_on(today), kept_days=KEPT_DAYS)
    rows = [
        {"label": LABELS[one.kind], "todo": TO_DO[one.kind], "about": one.about, "due_on": one.due_on, "is_about": one.is_about,
         "url": reverse("registry:prompt-done", args=[known.ref, one.slug, one.day])}
        for one in found
    ]  # fmt: skip
    problems = tuple(Problem(row["label"], "#prompts", "prompts") for row in rows)
    context = {"rows": rows, "user": user, "today": today}
    return Part("prompts", "待办提醒", "registry/part_prompts.html", context, len(rows), problems)
