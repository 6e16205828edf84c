"""
Loading what ships with the portal: programmes, dated rules, and the national tables as drafts.

A national table is published by a person who has held it against the document, never by a migration.
"""

from datetime import date
from decimal import Decimal

from django.db import connections, transaction

from benefits import reference
from benefits.models import PolicyRule, Programme, Standard, StandardNotice
from benefits.rules.facts import COMPONENTS

PENDING = "待对照红头文件"
OPTIONAL = {"MARTYR_KIN": ["residence"], "DUTY_KIN": ["residence"], "ILLNESS_KIN": ["residence"]}


def sync_policy(*, using: str = "default") -> None:
    """Write what is missing; what a person has entered, published or withdrawn is left alone. Idempotent."""
    if Programme._meta.db_table not in connections[using].introspection.table_names():
        return  # migrating backwards
    with transaction.atomic(using=using):
        sync_programmes(using)
        sync_rules(using)
        sync_national_tables(using)


def sync_programmes(using: str) -> None:
    known = set(Programme.objects.using(using).values_list("code", flat=True))
    Programme.objects.using(using).bulk_create(
        Programme(
            code=row["code"],
            name=row["name"],
            family=row["family"],
            category_codes=row["categories"].split(),
            frequency="MONTHLY" if row["family"] == "RECURRING" else "ONCE",
            base_rule=row["base_rule"],
            required_keys=row["required"].split(),
            optional_keys=OPTIONAL.get(row["code"], []),
            display_order=int(row["order"]),
            legal_basis=row["legal_basis"],
        )
        for row in reference.table("programmes.csv")
        if row["code"] not in known
    )


def sync_rules(using: str) -> None:
    identity = (
        "rule",
        "programme_id",
        "category_code",
        "other_programme_id",
        "cause",
        "jurisdiction",
        "effective_from",
    )
    known = set(PolicyRule.objects.using(using).values_list(*identity))
    rows = [
        PolicyRule(
            rule=one.rule,
            programme_id=one.programme or None,
            category_code=one.category,
            other_programme_id=one.other or None,
            cause=one.cause,
            value_int=int(one.value) if one.value.isdigit() else None,
            value_code="" if one.value.isdigit() else one.value,
            jurisdiction=one.jurisdiction,
            effective_from=one.effective_from,
            effective_to=one.effective_to,
            citation=one.citation,
            source_mark=one.mark,
            state=PolicyRule.State.PUBLISHED,
        )
        for one in reference.rules()
    ]
    PolicyRule.objects.using(using).bulk_create(
        row for row in rows if tuple(getattr(row, name) for name in identity) not in known
    )


def sync_national_tables(using: str) -> None:
    known = set(StandardNotice.objects.using(using).filter(jurisdiction="").values_list("effective_from", flat=True))
    tables = rows_by_date()
    for day in reference.NATIONAL_DATES:
        if day in known:
            continue
        notice = StandardNotice.objects.using(using).create(
            doc_no=reference.KNOWN_NUMBERS.get(day, f"文号待补（{day:%Y-%m}）"),
            title=f"{day.year}年优抚对象等人员抚恤和生活补助标准（{PENDING}）",
            level=StandardNotice.Level.NATION,
            effective_from=day,
            programme_codes=list(reference.national_programmes()),
            components=[COMPONENTS[0]],
            is_incomplete={row["programme_code"] for row in tables.get(day, ())}
            != set(reference.national_programmes()),
        )
        Standard.objects.using(using).bulk_create(standard_of(row, notice) for row in tables.get(day, ()))


def rows_by_date() -> dict[date, list[dict[str, str]]]:
    """Rows of recurring national standards by day; local rows and rows of an increase are evidence only."""
    found: dict[date, list[dict[str, str]]] = {}
    for row in reference.table("standards_national.csv"):
        usable = (
            row["source_mark"] in reference.LOADED_MARKS
            and row["unit"].startswith("PER_")
            and row["programme_code"] in reference.national_programmes()
        )
        if usable:
            found.setdefault(date.fromisoformat(row["effective_from"]), []).append(row)
    return found


def standard_of(row: dict[str, str], notice: StandardNotice) -> Standard:
    return Standard(
        notice=notice,
        programme_id=row["programme_code"],
        amount_yuan=Decimal(row["amount"]),
        unit=row["unit"],
        key_grade=int(row["key_grade"]) if row["key_grade"] else None,
        key_nature=row["key_nature"],
        key_period=row["key_period"],
        key_residence=row["key_residence"],
        source_mark=row["source_mark"],
    )
