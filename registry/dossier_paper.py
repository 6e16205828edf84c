"""一人一档: what the printed dossier shows, on one page of A4."""

from collections.abc import Iterator
from datetime import date, datetime

from registry.dossier import Dossier
from registry.history import History
from registry.models import Card, Document, Person, Plaque, StatusChange

# how closely the page is set, and how many papers and lines of history it then shows
DENSITIES = (("", 8, 8), ("dossier--1", 10, 6), ("dossier--2", 10, 4), ("dossier--2", 4, 2))
NO_NUMBER = "没有登记"


def paper_contexts(person: Person, user, *, full: bool, number: str, at: datetime, today: date) -> Iterator[dict]:
    """Yield the paper set wide, then ever closer; what is left out at last is said on it."""
    dossier = Dossier(person, user, today)
    own = Document.objects.visible_to(user).live().filter(person=person, voided_at=None)
    documents = list(own.order_by("kind", "-pk"))
    history = History(person, user, keys=dossier.keys(), per_page=DENSITIES[0][2])
    lines = list(history.page(1))
    shared = {
        "person": person, "dossier": dossier, "plaque": plaque_of(dossier, user), "card": card_of(person, user),
        "id_number": number_of(person, full), "full": full, "number": number, "now": at, "printed_by": user.display_name,
        "changes": StatusChange.objects.visible_to(user).live().filter(person=person).order_by("effective_earliest", "pk"),
    }  # fmt: skip
    for density, papers, lines_shown in DENSITIES:
        yield shared | {
            "density": density, "documents": documents[:papers], "more_documents": max(0, len(documents) - papers),
            "lines": lines[:lines_shown], "more_lines": max(0, history.paginator.count - lines_shown),
        }  # fmt: skip


def number_of(person: Person, full: bool) -> str:
    if not person.id_number:
        return f"{NO_NUMBER}（{person.get_no_id_reason_display()}）"
    return person.id_number if full else person.display_masked()


def plaque_of(dossier: Dossier, user) -> Plaque | None:
    """The plaque of the person's household: the active one, else the last one there was."""
    if dossier.membership is None:
        return None
    rows = Plaque.objects.visible_to(user).live().filter(household=dossier.membership.household_id)
    return rows.active().order_by("-pk").first() or rows.order_by("-pk").first()


def card_of(person: Person, user) -> Card | None:
    return Card.objects.visible_to(user).live().filter(person=person).order_by("-pk").first()
