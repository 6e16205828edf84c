"""What rows of benefits share: who made them, pairs of person and moment, two people, months, jurisdictions."""

from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Coalesce

from veterans_portal.accounts.scoping import OfficeScopedQuerySet
from veterans_portal.pgscope.scope import after

JURISDICTIONS = (0, 2, 4, 6)  # digits of nation, province, city, district


class BenefitRow(models.Model):
    """A row of one office. Nothing is deleted, but the lines of a draft."""

    # a fact of its day keeps the office of that day; accounts alone follow the person
    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, related_name="+", editable=False)

    objects = OfficeScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class JurisdictionQuerySet(models.QuerySet):
    """Policy: whoever works under a jurisdiction reads its rows, and whoever stands above it."""

    path = "jurisdiction"

    def visible_to(self, user):
        code = user.office_id or ""
        if not code:
            return self.none()
        above = Q(**{f"{self.path}__in": [code[:size] for size in JURISDICTIONS if size <= len(code)]})
        return self.filter(above | Q(**{f"{self.path}__gte": code, f"{self.path}__lt": after(code)}))


def user_key(label: str = "") -> models.ForeignKey:
    return models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=label
    )


def moment(label: str = "") -> models.DateTimeField:
    return models.DateTimeField(label, null=True, blank=True)


def yuan(label: str, **over) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2, **over)


def paper(label: str = "证明材料") -> models.ForeignKey:
    return models.ForeignKey(
        "registry.Document", models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=label
    )


def by_and_at(model: str, *deeds: str) -> models.CheckConstraint:
    """Who did it and when are known together, or not at all."""
    held = Q()
    for deed in deeds:
        held &= Q(**{f"{deed}_by": None, f"{deed}_at": None}) | Q(
            **{f"{deed}_by__isnull": False, f"{deed}_at__isnull": False}
        )
    return models.CheckConstraint(name=f"{model}_by_and_at", condition=held)


def differ(name: str, one: str, other: str, sentence: str) -> models.CheckConstraint:
    """Two deeds are never of one person, whatever the page shows."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{one: None}) | Q(**{other: None}) | ~Q(**{one: F(other)}),
        violation_error_message=sentence,
    )


def first_days(name: str, *fields: str, sentence: str = "月份应为当月1日。") -> models.CheckConstraint:
    held = Q()
    for field in fields:
        held &= Q(**{field: None}) | Q(**{f"{field}__day": 1})
    return models.CheckConstraint(name=name, condition=held, violation_error_message=sentence)


def in_order(name: str, first: str, last: str, sentence: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name, condition=Q(**{last: None}) | Q(**{f"{last}__gte": F(first)}), violation_error_message=sentence
    )


def span(first: str, last: str) -> Func:
    """A range of days, both ends included. Ends in the wrong order are left to their own constraint and sentence."""
    safe = Case(When(**{f"{last}__lt": F(first), "then": F(first)}), default=F(last))
    return Func(F(first), safe, Value("[]"), function="daterange", output_field=models.TextField())


# name the field, never its column: validate() replaces names alone, and a column would be compared with itself
def number_range(field: str) -> Func:
    return Func(F(field), F(field), Value("[]"), function="int8range", output_field=models.TextField())


class Key(Func):
    """
    Text keys joined by |, as a range of one point: core PostgreSQL has a GiST class for ranges, none for text.

    Imported by migrations: never move or rename it. A null key would clash with everybody, so it reads as "".
    """

    arg_joiner = " || '|' || "
    template = "%(expressions)s"

    def __init__(self, *fields, **extra):
        super().__init__(*(Coalesce(field, Value("")) for field in fields), output_field=models.TextField(), **extra)

    def as_sql(self, compiler, connection, **extra):
        joined, params = super().as_sql(compiler, connection, **extra)
        return f"keyrange({joined}, {joined}, '[]')", (*params, *params)
