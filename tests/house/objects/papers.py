"""Papers and the data behind them: a spelling and a matter of each office."""

from registry.models import CategoryAlias, Matter
from tests import factories as make


def objects(made) -> dict:
    with make.as_(made.keeper):
        alias = CategoryAlias.objects.create(key=made.canary, category_id="V02", office=made.office)
        matter = Matter.objects.create(
            code=made.office.pk, office=made.office, label=made.canary, materials=made.canary
        )
    return {
        ("registry:category-edit", "code"): "V02",
        ("registry:alias-edit", "pk"): alias.pk,
        **{(f"registry:{name}", "pk"): matter.pk for name in ("matter-edit", "notice")},
    }
