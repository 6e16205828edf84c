"""What the rows of a case share: who made them, and that they are seen with their petition."""

from django.core.exceptions import FieldError
from django.db import models
from django.db.models import Exists, OuterRef, Q

from veterans_portal.accounts.scoping import OfficeScopedQuerySet


class EachExists(Exists):
    """
    EXISTS that PostgreSQL asks of each row by index. Without OFFSET it joins the whole of both sides first, which for a
    thousand clocks that run among fifty thousand cases takes three times as long.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


class OfCaseQuerySet(models.QuerySet):
    """Rows that are seen by whoever sees their petition."""

    petition_path = "petition_id"

    def visible_to(self, user):
        from .petition import Petition

        return self.filter(**{f"{self.petition_path}__in": Petition.objects.visible_to(user).values("pk")})

    def few_visible_to(self, user):
        """The same rows as visible_to, for a list that keeps few rows of many cases."""
        from .petition import Petition

        return self.filter(EachExists(Petition.objects.visible_to(user).filter(pk=OuterRef(self.petition_path))))


def user_key(label: str = "", **over) -> models.ForeignKey:
    """A reference to a colleague; nothing is ever listed by it."""
    return models.ForeignKey(
        "accounts.User", models.PROTECT, verbose_name=label, **{"related_name": "+", "db_index": False} | over
    )


def office_key(label: str = "", **over) -> models.ForeignKey:
    return models.ForeignKey(
        "accounts.Office", models.PROTECT, verbose_name=label, **{"related_name": "+", "db_index": False} | over
    )


NULL = {"null": True, "blank": True}


class Made(models.Model):
    """
    Who made a row, and when. Nothing is deleted.

    Its conditions are put to the database in one question, and only when that is answered with no, one by one for the sentence
    of the one that fails: a case has a dozen of them, and each would take a savepoint of its own.
    """

    created_at = models.DateTimeField("登记时间")
    created_by = user_key("登记人")

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None):
        self._fits = self.fits_all_conditions(exclude)
        super().validate_constraints(exclude)

    def get_constraints(self):
        found = super().get_constraints()
        if not self.__dict__.pop("_fits", False):
            return found
        return [(model, [one for one in rows if not isinstance(one, models.CheckConstraint)]) for model, rows in found]

    def fits_all_conditions(self, exclude=None) -> bool:
        conditions = [one.condition for one in self._meta.constraints if isinstance(one, models.CheckConstraint)]
        try:
            return Q(*conditions).check(self._get_field_expression_map(self._meta, exclude))
        except FieldError:  # a column that is wrong by itself is left out; then the others are tried alone
            return False


class OfficeRow(Made):
    """A row of an office that belongs to no case."""

    objects = OfficeScopedQuerySet.as_manager()

    class Meta:
        abstract = True


class OfCase(Made):
    objects = OfCaseQuerySet.as_manager()

    class Meta:
        abstract = True


def present(*names: str) -> Q:
    return Q(**{f"{name}__isnull": False for name in names})


def absent(*names: str) -> Q:
    return Q(**{f"{name}__isnull": True for name in names})


def together(*names: str) -> Q:
    """All of these columns are filled, or none is."""
    return absent(*names) | present(*names)


def one_of(*names: str) -> Q:
    """Exactly one of these columns is filled."""
    found = Q()
    for name in names:
        found |= present(name) & absent(*(other for other in names if other != name))
    return found


def office_or_name(column: str, name: str) -> Q:
    """An office of the system, or the name of a body outside it."""
    return Q(**{f"{column}__isnull": False, name: ""}) | (absent(column) & ~Q(**{name: ""}))
