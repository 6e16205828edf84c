from .card import Card
from .catalog import Category, CategoryAlias, Matter
from .change import ChangeRequest, DuplicatePair, Merge, Move, PromptDone, StatusChange
from .documents import AidReferral, Document
from .household import Fallen, Household, HouseholdMember
from .imports import ColumnMapping, ImportBatch, ImportRow, StationAlias
from .people import Livelihood, Person
from .plaque import Plaque, PlaqueRound
from .service import Award, Identity, Service

__all__ = [
    "AidReferral",
    "Award",
    "Card",
    "Category",
    "CategoryAlias",
    "ChangeRequest",
    "ColumnMapping",
    "Document",
    "DuplicatePair",
    "Fallen",
    "Household",
    "HouseholdMember",
    "Identity",
    "ImportBatch",
    "ImportRow",
    "Livelihood",
    "Matter",
    "Merge",
    "Move",
    "Person",
    "Plaque",
    "PlaqueRound",
    "PromptDone",
    "Service",
    "StationAlias",
    "StatusChange",
]
