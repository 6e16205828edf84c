"""
Objects for the walk of every address: each module here gives those of one part of the portal.

    def objects(made: Made) -> dict: ...     # {(view name, argument): value} of rows at made.office, marked with made.canary
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from registry.models import Household, Person
from veterans_portal.accounts.models import Office, User


class Made(NamedTuple):
    """What an office of the walk has already: `keeper` is an OFFICER there; `place` is own, sibling or foreign."""

    place: str
    office: Office
    canary: str
    keeper: User
    person: Person
    household: Household


def more_objects(made: Made) -> dict:
    found = {}
    for module in iter_modules(__path__):
        found |= import_module(f"{__name__}.{module.name}").objects(made)
    return found
