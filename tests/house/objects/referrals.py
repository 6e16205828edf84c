"""A referral of each office, to itself."""

from registry.models import AidReferral
from tests import factories as make


def objects(made) -> dict:
    with make.as_(made.keeper):
        referral = AidReferral.objects.create(
            number=made.canary, office=made.office, from_office=made.office, name=made.canary, need_code="JOB", note=made.canary,
            consent_on=make.TODAY, created_at=make.NOON, created_by=made.keeper,
        )  # fmt: skip
    return {
        **{(f"registry:{name}", "pk"): referral.pk for name in ("referral", "referral-deed")},
        ("registry:referral-deed", "deed"): "taking",
    }
