"""What every action shares: one transaction, and a Chinese sentence where the database refuses."""

from contextlib import contextmanager
from functools import cache, wraps

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction


@cache
def sentences() -> dict[str, str]:
    """Return {constraint name: the sentence shown to the user} of all models."""
    found = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.violation_error_message != constraint.default_violation_error_message:
                found[constraint.name] = str(constraint.violation_error_message)
    return found


def sentence_for(error: IntegrityError) -> str | None:
    """Return the sentence of the constraint that PostgreSQL names, or None if it has none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return sentences().get(diagnosis.constraint_name) if diagnosis else None


@contextmanager
def refusals():
    """
    Turn a violated constraint into its sentence.

    full_clean() sees only the rows this person may see; a twin behind the wall shows up only here.
    """
    try:
        yield
    except IntegrityError as error:
        if (sentence := sentence_for(error)) is None:
            raise
        raise ValidationError(sentence) from error


def action(verb):
    """Make a keyword-only verb one transaction; a refused constraint reads as its sentence."""

    @wraps(verb)
    def run(*args, **kwargs):
        with refusals(), transaction.atomic():
            return verb(*args, **kwargs)

    return run
