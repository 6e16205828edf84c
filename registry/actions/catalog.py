"""Verbs of what is data and not code: categories of the city, spellings, and matters of the counter."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Q

from registry.actions.anchor import UNCHANGED_SENTENCE, changes_in, fill, refuse_stale, version_of
from registry.importing.lookups import chain
from registry.ledgers import NEVER_READ
from registry.models import Category, CategoryAlias, Matter
from registry.rules.categories import normal_key
from veterans_portal.accounts.models import AuditEvent, Office, User
from veterans_portal.accounts.permissions import Permission
from veterans_portal.actions import action

NOT_RECORDED = "本系统不记录这类内容，请换一个写法。"
NATIONAL = "全国统一的类别不能改名称和依据，只能停用或恢复。"
NOT_YOURS = "这个写法由其他单位维护，本单位不能改。"
MOST_LOCAL = 999
CATEGORY_FIELDS = ("label", "is_pay_affecting", "valid_from", "valid_to", "citation")
MATTER_FIELDS = ("label", "conditions", "materials", "place", "hours", "days", "citation")


def lock_catalog() -> None:
    """The first category stands for the whole catalogue: names and codes are given out one writer at a time."""
    Category.objects.order_by("pk").select_for_update(of=("self",)).first()


def refuse_words(field: str, text: str) -> None:
    """What no ledger may say of a person is no category of hers either."""
    if NEVER_READ.search(text):
        raise ValidationError({field: NOT_RECORDED})


def known_as(key: str, office: str | None) -> tuple[str, CategoryAlias | None]:
    """Return (label, alias) of what a spelling means at an office already; a label means itself, a hint nothing."""
    codes = chain(office) if office else []
    for label in Category.objects.filter(Q(office=None) | Q(office__in=codes)).values_list("label", flat=True):
        if normal_key(label) == key:
            return label, None
    rows = CategoryAlias.objects.filter(Q(office=None) | Q(office__in=codes), key=key).select_related("category")
    nearest = sorted(rows, key=lambda row: len(row.office_id or ""), reverse=True)
    for row in nearest:
        if row.category_id:
            return row.category.label, row
    return "", nearest[0] if nearest else None


# ---- categories --------------------------------------------------------------------------------------------------------


@action
def save_category(*, category: Category | None, values: Mapping, version: str, by: User, at: datetime) -> Category:
    """
    Add a local category, or change one. Of a national one only the days of use can be changed.

    version: version_of(category, CATEGORY_FIELDS) of what the page showed; "" for a new one.
    Raises:  ValidationError: a name in use, a national name, words that are not recorded, nothing changes, stale.
    """
    lock_catalog()
    found = Category.objects.visible_to(by).get(pk=category.pk) if category else new_category(by)
    changed = changes_in(found, values)
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    if category:
        refuse_stale(version_of(found, CATEGORY_FIELDS), version)
    if category and found.office_id is None and changed.keys() - {"valid_from", "valid_to"}:
        raise ValidationError(NATIONAL)
    fill(found, changed)
    refuse_words("label", found.label)
    if "label" in changed:
        refuse_label(found)
    if found.valid_from and found.valid_to and found.valid_to < found.valid_from:
        raise ValidationError({"valid_to": "停用日期早于启用日期。"})
    found.full_clean(validate_unique=False)
    found.save(force_insert=category is None)
    AuditEvent.record("CATEGORY_SAVED", found, by=by, at=at, category=found.pk, fields=sorted(changed))
    return found


def refuse_label(category: Category) -> None:
    label, _ = known_as(normal_key(category.label), category.office_id)
    others = Category.objects.exclude(pk=category.pk).values_list("label", flat=True)
    if label and normal_key(label) in {normal_key(other) for other in others}:
        raise ValidationError({"label": f"“{category.label}”已是“{label}”的名称或写法。"})


def new_category(by: User) -> Category:
    """A local category with the next free code, L001 to L999; it stands after all others."""
    used = set(Category.objects.filter(code__startswith="L").values_list("code", flat=True))
    code = next((f"L{n:03}" for n in range(1, MOST_LOCAL + 1) if f"L{n:03}" not in used), None)
    if code is None:
        raise ValidationError("地方类别的代码已用完，请联系系统管理员。")
    last = Category.objects.order_by("-position").values_list("position", flat=True).first() or 0
    return Category(code=code, kind=Category.Kind.LOCAL, office_id=by.office_id, position=last + 1)


# ---- spellings ---------------------------------------------------------------------------------------------------------


def may_edit_alias(alias: CategoryAlias, user: User) -> bool:
    """National spellings are the city's, the others belong to those who import at their office or above it."""
    if alias.office_id is None:
        return user.may(Permission.MANAGE_CATALOG)
    return user.may(Permission.IMPORT_LEDGER) and Office.objects.visible_to(user).filter(pk=alias.office_id).exists()


@action
def save_alias(*, alias: CategoryAlias | None, key: str, category: Category | None, hint: str, by: User,
               at: datetime) -> CategoryAlias:  # fmt: skip
    """
    Say what a spelling of old ledgers means: at one's own office and below, or everywhere when the city says it.

    category: None refuses the spelling, and `hint` says what to write instead.
    Raises:   ValidationError: the spelling has a meaning here already, it belongs to another office, nothing changes.
    """
    lock_catalog()
    text = normal_key(key)
    if not text:
        raise ValidationError({"key": "请填写写法。"})
    refuse_words("key", text)
    office = (None if by.may(Permission.MANAGE_CATALOG) else by.office_id) if alias is None else alias.office_id
    found = CategoryAlias.objects.get(pk=alias.pk) if alias else CategoryAlias(office_id=office)
    if alias and not may_edit_alias(found, by):
        raise ValidationError(NOT_YOURS)
    label, holder = known_as(text, office)
    if label and (holder is None or holder.pk != found.pk):
        raise ValidationError({"key": f"这个写法已对应“{label}”。"})
    if alias and (found.key, found.category_id, found.hint) == (text, category.pk if category else None, hint):
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    found.key, found.category, found.hint = text, category, "" if category else hint
    found.full_clean()
    found.save()
    AuditEvent.record(
        "ALIAS_SAVED", found, by=by, at=at, alias=found.pk, category=found.category_id, national=office is None
    )
    return found


# ---- matters -----------------------------------------------------------------------------------------------------------


def may_write_matters(user: User) -> bool:
    """What people must bring is said by the office that decides, and by the city."""
    return user.may(Permission.MANAGE_CATALOG) or (user.may(Permission.IMPORT_LEDGER) and user.office.is_deciding)


@action
def save_matter(*, matter: Matter | None, values: Mapping, version: str, by: User, at: datetime) -> Matter:
    """
    Write a matter of the counter for one's own office and all below it.

    matter:  the row the page showed. One of an office above is not changed: the own office gets a row of its own.
    version: version_of(matter, MATTER_FIELDS); "" for a new one.
    Raises:  ValidationError: not the deciding office, no materials, stale, nothing changes.
    """
    if not may_write_matters(by):
        raise ValidationError("办理事项由区县维护。")
    lock_catalog()
    base = Matter.objects.visible_to(by).filter(Q(office=None) | Q(office__in=chain(by.office_id)))
    shown = base.get(pk=matter.pk) if matter else None
    if shown:
        refuse_stale(version_of(shown, MATTER_FIELDS), version)
    changed = changes_in(shown, values) if shown else dict(values)
    if not changed:
        raise ValidationError(UNCHANGED_SENTENCE, code="unchanged")
    found = shown if shown and shown.office_id == by.office_id else own_matter(shown, by)
    fill(found, values)
    if not [line for line in found.materials.splitlines() if line.strip()]:
        raise ValidationError({"materials": "请填写所需材料，一行一件。"})
    refuse_words("label", found.label)
    found.full_clean()
    found.save()
    AuditEvent.record("MATTER_SAVED", found, by=by, at=at, matter=found.pk, fields=sorted(changed))
    return found


def own_matter(shown: Matter | None, by: User) -> Matter:
    """A row of the own office: for the same matter as the one shown, or a new matter after all others."""
    if shown:
        return Matter(code=shown.code, office_id=by.office_id, position=shown.position)
    last = Matter.objects.order_by("-position").values_list("position", flat=True).first() or 0
    number = Matter.objects.filter(office=by.office_id).count() + 1
    return Matter(code=f"{by.office_id}-{number}", office_id=by.office_id, position=last + 1)
