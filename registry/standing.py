"""What the people of a household give it a right to, read from the registry; the rule itself is in rules.plaques."""

from django.db.models import Exists, F, OuterRef

from registry.models import HouseholdMember, Identity, Person, Plaque
from registry.models.plaque import ACTIVE_STATES
from registry.reference import PLAQUES_SINCE
from registry.rules.plaques import Basis, Standing, plaque_standing


def bases_of(household_ids) -> dict[int, list[Basis]]:
    """
    Return the bases of households: identities of their members, open ones of the living, ended ones of the dead.

    Two questions for any number of households. Members count until they leave.
    """
    members = HouseholdMember.objects.live().filter(
        household_id__in=list(household_ids), left_on=None, person__isnull=False
    )
    people = {}
    for household, pk, status, died in members.values_list(
        "household_id", "person_id", "person__status", "person__died"
    ):
        people[pk] = (household, status, died)
    found: dict[int, list[Basis]] = {pk: [] for pk in household_ids}
    held = Identity.objects.live().filter(person_id__in=list(people)).exclude(category__plaque_basis="NONE")
    columns = ("person_id", "category_id", "category__plaque_basis", "standing", "ended", "ended_reason",
               "is_certificate_holder", "relation")  # fmt: skip
    for pk, category, how, state, ended, reason, holder, relation in held.order_by("category_id", "pk").values_list(
        *columns
    ):
        household, status, died = people[pk]
        alive = status == Person.Status.ACTIVE
        is_open = state in ("CLAIMED", "CONFIRMED") and not ended
        if (alive and is_open) or (status == Person.Status.DECEASED and (is_open or reason == "去世")):
            found[household].append(Basis(category, how, alive, died, holder, relation))
    return found


def keep_plaque_without_basis(person: Person) -> int:
    """After a death: a plaque on the wall of a household that keeps no living basis is kept, not exchanged any more."""
    own = HouseholdMember.objects.live().filter(person=person, left_on=None).values("household_id")
    hung = Plaque.objects.on_the_wall().filter(household_id__in=own).exclude(state=Plaque.State.KEPT)
    states = dict(hung.values_list("household_id", "state"))
    if not states:
        return 0
    bases = bases_of(states)
    kept = [
        pk for pk, state in states.items()
        if plaque_standing(bases[pk], since=PLAQUES_SINCE, plaque_state=state) == Standing.KEEP
    ]  # fmt: skip
    rows = Plaque.objects.live().filter(household_id__in=kept, state__in=("HUNG", "EXCHANGE"))
    return sum(keep(row) for row in rows)


def keep(plaque: Plaque) -> int:
    plaque.state = Plaque.State.KEPT
    plaque.row_version += 1
    plaque.save(update_fields=["state", "row_version"])
    return 1


def take_down_plaque_left_behind(person: Person, *, closed: str) -> int:
    """After a departure: a plaque that nobody registered stays under is gone with its holder, or was handed in."""
    own = HouseholdMember.objects.live().filter(person=person, left_on=None).values_list("household_id", flat=True)
    others = HouseholdMember.objects.live().filter(
        household_id=OuterRef("household_id"), left_on=None, person__status="ACTIVE"
    )
    rows = Plaque.objects.live().filter(
        ~Exists(others), household_id__in=list(own), state__in=("HELD", "HUNG", "EXCHANGE", "LOST")
    )
    return rows.update(
        state=Plaque.State.REPLACED, exchange_reason="MOVED", closed=closed, row_version=F("row_version") + 1
    )


def hang_plaque_with_basis(person: Person) -> int:
    """After a restoration: a kept plaque of a household that has a living basis again hangs like any other."""
    own = HouseholdMember.objects.live().filter(person=person, left_on=None).values("household_id")
    kept = {
        row.household_id: row for row in Plaque.objects.live().filter(household_id__in=own, state=Plaque.State.KEPT)
    }
    bases = bases_of(kept)
    living = [row for pk, row in kept.items() if any(basis.alive and basis.how != "NONE" for basis in bases[pk])]
    for row in living:
        row.state = Plaque.State.HUNG
        row.row_version += 1
        row.save(update_fields=["state", "row_version"])
    return len(living)


def standing_of(household_id: int) -> Standing:
    """Return what one household may hang today."""
    active = Plaque.objects.live().filter(household_id=household_id, state__in=ACTIVE_STATES).first()
    withdrawn = Plaque.objects.live().filter(household_id=household_id).order_by("pk").last()
    bases = bases_of([household_id])[household_id]
    return plaque_standing(
        bases,
        since=PLAQUES_SINCE,
        plaque_state=active.state if active else "",
        is_withdrawn=active is None and withdrawn is not None and withdrawn.state == Plaque.State.WITHDRAWN,
    )
