"""
Partial dates: 1983, 1983-10 or 1983-10-05, stored as the paper says it.

Two generated columns give the range of days that the text can mean, so the database can compare without anybody
inventing a day. The functions below are imported by migrations: never move or rename them.
"""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Func, Q, Value, When
from django.db.models.functions import Cast, Coalesce, NullIf, Substr

SHAPE = r"^\d{4}(-\d\d(-\d\d)?)?$"
SENTENCE = "日期请写成 1983、1983-10 或 1983-10-05。"


def part(field, start, size):
    return Cast(NullIf(Substr(field, start, size), Value("")), models.IntegerField())


def make_date(year, month, day):
    return Func(year, month, day, function="make_date", output_field=models.DateField())


def earliest(field):
    return make_date(part(field, 1, 4), Coalesce(part(field, 6, 2), Value(1)), Coalesce(part(field, 9, 2), Value(1)))


class LastOfMonth(Func):
    template = "((%(expressions)s + interval '1 month' - interval '1 day')::date)"
    output_field = models.DateField()


def latest(field):
    month = LastOfMonth(make_date(part(field, 1, 4), Coalesce(part(field, 6, 2), Value(12)), Value(1)))
    return Case(When(Q(**{f"{field}__regex": r"^.{8}"}), then=earliest(field)), default=month)


def validate_partial_date(text: str) -> None:
    """Refuse text that is not a partial date, or names a day that does not exist."""
    if not re.match(SHAPE, text):
        raise ValidationError(SENTENCE)
    numbers = [int(number) for number in text.split("-")] + [1, 1]
    try:
        date(*numbers[:3])
    except ValueError as error:
        raise ValidationError("没有“%(text)s”这一天，请核对。", params={"text": text}) from error


class PartialDateField(models.CharField):
    """A partial date; declare `<name>_earliest` and `<name>_latest` beside it with the two functions below."""

    default_validators = [validate_partial_date]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 10, "blank": True, "default": ""} | kwargs)


def earliest_of(field: str) -> models.GeneratedField:
    return models.GeneratedField(expression=earliest(field), output_field=models.DateField(null=True), db_persist=True)


def latest_of(field: str) -> models.GeneratedField:
    return models.GeneratedField(expression=latest(field), output_field=models.DateField(null=True), db_persist=True)


def partial_date_check(model: str, field: str) -> models.CheckConstraint:
    """Return the constraint that keeps junk out of a partial date column."""
    return models.CheckConstraint(
        name=f"{model}_{field}_is_partial_date",
        condition=Q(**{field: ""}) | Q(**{f"{field}__regex": SHAPE}),
        violation_error_message=SENTENCE,
    )
