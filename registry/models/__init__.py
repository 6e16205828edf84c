from .catalog import Category, CategoryAlias
from .household import Household, HouseholdMember
from .imports import ColumnMapping, ImportBatch, ImportRow, StationAlias
from .people import Livelihood, Person
from .service import Award, Identity, Service

__all__ = [
    "Award",
    "Category",
    "CategoryAlias",
    "ColumnMapping",
    "Household",
    "HouseholdMember",
    "Identity",
    "ImportBatch",
    "ImportRow",
    "Livelihood",
    "Person",
    "Service",
    "StationAlias",
]
