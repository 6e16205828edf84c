"""A fallen soldier of each office, and somebody who is his survivor."""

from registry.models import Fallen
from tests import factories as make


def objects(made) -> dict:
    with make.as_(made.keeper):
        fallen = Fallen.objects.create(
            office=made.office, name=made.canary, kind="MARTYR", created_at=make.NOON, created_by=made.keeper
        )
        identity = make.identity(made.person, "21", by=made.keeper)
    return {
        **{(f"registry:{name}", "pk"): fallen.pk for name in ("fallen", "fallen-edit")},
        ("registry:survivor-tie", "pk"): identity.pk,
    }
