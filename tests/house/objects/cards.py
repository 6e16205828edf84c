"""One card of the walk's person, under way."""

from registry.models import Card
from tests import factories as make


def objects(made) -> dict:
    with make.as_(made.keeper):
        card = Card.objects.create(
            person=made.person, kind="VETERAN", state="STATION_OK", accepting_office=made.office, applied_on=make.TODAY,
            state_since=make.TODAY, agent=made.canary, steps=[], created_at=make.NOON, created_by=made.keeper,
        )  # fmt: skip
    return {("registry:card-detail", "pk"): card.pk, ("registry:card-deed", "pk"): card.pk,
            ("registry:card-deed", "step"): "return", ("registry:card-set", "step"): "pass-district"}  # fmt: skip
