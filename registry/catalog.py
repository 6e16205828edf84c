"""Loading the national categories and their spellings."""

from django.db import connections

from registry.models import Category, CategoryAlias
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
