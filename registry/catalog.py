"""Loading the national categories, their spellings, and the matters every office starts with."""

from django.db import connections

from registry.matters import MATTERS
from registry.models import Category, CategoryAlias, Matter
from registry.reference import CATEGORIES, REFUSED
from registry.rules.categories import normal_key


def sync_categories(*, using: str = "default") -> None:
    """Write the national rows that are missing or stale; rows of an office are left alone. Idempotent."""
    if Category._meta.db_table not in connections[using].introspection.table_names():
        return  # migrating backwards
    wanted = [
        Category(
            code=row.code,
            label=row.label,
            kind=row.kind,
            detail=row.detail,
            plaque_basis=row.plaque,
            is_pay_affecting=row.kind == Category.Kind.BENEFIT,
            citation=row.citation,
            position=position,
        )
        for position, row in enumerate(CATEGORIES)
    ]
    fields = ["label", "kind", "detail", "plaque_basis", "is_pay_affecting", "citation", "position"]
    Category.objects.using(using).bulk_create(
        wanted, update_conflicts=True, unique_fields=["code"], update_fields=fields
    )
    known = set(CategoryAlias.objects.using(using).filter(office=None).values_list("key", flat=True))
    aliases = [
        CategoryAlias(key=normal_key(text), category_id=row.code)
        for row in CATEGORIES
        for text in dict.fromkeys(row.aliases)
    ]
    aliases += [CategoryAlias(key=normal_key(text), hint=hint) for text, hint in REFUSED.items()]
    CategoryAlias.objects.using(using).bulk_create(alias for alias in aliases if alias.key not in known)


def sync_matters(*, using: str = "default") -> None:
    """Write the national matters that are missing or stale; a district's own rows are left alone. Idempotent."""
    if Matter._meta.db_table not in connections[using].introspection.table_names():
        return  # migrating backwards
    wanted = [
        Matter(code=row.code, label=row.label, conditions=row.conditions, materials="\n".join(row.materials), days=row.days,
               citation=row.citation, position=position)
        for position, row in enumerate(MATTERS)
    ]  # fmt: skip
    fields = ["label", "conditions", "materials", "days", "citation", "position"]
    Matter.objects.using(using).bulk_create(
        wanted, update_conflicts=True, unique_fields=["code", "office"], update_fields=fields
    )
