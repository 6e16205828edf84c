"""The columns of a plaque as an import writes them; shared by plaque ledgers and by the plaque columns of people ledgers."""

from registry.importing.columns import MADE
from registry.models import Household, Plaque
from registry.rules.names import pinyin_key
from veterans_portal.sealing import SealedTextField

ADDRESS: SealedTextField = Plaque._meta.get_field("address")
HOUSE_ADDRESS: SealedTextField = Household._meta.get_field("address")
TOLD = (
    "serial",
    "batch_no",
    "mode",
    "bases",
    "state",
    "place",
    "hung",
    "hung_by",
    "signer",
    "closed",
    "source_label",
    "note",
)
EMPTY = ("inscription", "decision_note", "exchange_reason", "withdraw_reason", "decision_no", "approver")
PLAQUE_COLUMNS = (
    "id",
    "office",
    "household",
    "holder",
    "address",
    *TOLD,
    *EMPTY,
    "reissue_no",
    "source",
    "row_version",
    *MADE,
)
AS_EMPTY = (*[""] * len(EMPTY), 0, "IMPORT", 1)
HOUSEHOLD_COLUMNS = (
    "id",
    "office",
    "book_no",
    "head_name",
    "head_pinyin",
    "group_name",
    "address",
    "row_version",
    *MADE,
)
MEMBER_COLUMNS = ("office", "household", "person", "name", "relation", "born", *MADE)


def home_tuple(pk: int, office: str, book_no: str, head: str, address, made: tuple) -> tuple:
    """Return a household as HOUSEHOLD_COLUMNS want it; `address` is sealed."""
    return (pk, office, book_no, head, pinyin_key(head), "", address, 1, *made)


def plaque_tuple(pk: int, office: str, home: int, holder: int | None, told: dict, made: tuple) -> tuple:
    """Return the columns of an imported plaque; `told` has what the ledger says, address sealed."""
    return (pk, office, home, holder, told["address"], *(told.get(name, "") for name in TOLD), *AS_EMPTY, *made)


def bases_and_mode(codes, categories) -> tuple[list[str], str]:
    """Return the categories that are a basis, and the mode they give: of right if any of them is."""
    bases = sorted(code for code in codes if categories[code].plaque_basis != "NONE")
    on_application = bases and all(categories[code].plaque_basis == "APPLY" for code in bases)
    return bases, "APPLY" if on_application else "AUTO"


def as_stored(name: str, value):
    return ADDRESS.seal(value or None) if name == "address" else value
