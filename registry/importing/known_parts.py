"""What hangs on known people beside the dossier itself: open requests and moves, the plaque of the household."""

from collections.abc import Sequence

from registry.models import ChangeRequest, Move, Plaque

OF_IDENTITY = (
    "pk", "person_id", "category_id", "category__kind", "category__is_pay_affecting", "standing", "detail", "started",
    "injury_nature", "injury_grade", "conscript_years", "certificate_no", "relation",
)  # fmt: skip


def attach(people: Sequence, *, plaques: bool) -> None:
    """Tell each Known of its open requests and moves, and if asked of the plaque of its household."""
    known = {one.pk: one for one in people}
    if any(one.is_locked for one in people):
        attach_requests(known)
    if plaques:
        attach_plaques(people)


def attach_requests(known: dict) -> None:
    waiting = ChangeRequest.objects.live().filter(person_id__in=list(known), state="PROPOSED")
    for person, kind, target in waiting.values_list("person_id", "kind", "target"):
        known[person].requests.add((kind, target))
    for person in Move.objects.pending().filter(person_id__in=list(known)).values_list("person_id", flat=True):
        known[person].is_moving = True


def attach_plaques(people: Sequence) -> None:
    homes = [one.household for one in people if one.household]
    hung = dict(Plaque.objects.active().filter(household__in=homes).values_list("household_id", "hung"))
    for one in people:
        one.plaque = hung.get(one.household)
