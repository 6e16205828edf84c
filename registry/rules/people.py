"""What one cell of a person says about another: birth and sex against the ID number."""

from registry.rules.dates import earliest, latest
from registry.rules.ids import birth_from_id, sex_from_id
from veterans_portal.checked import Checked, Reason

SEXES = {"男": "M", "男性": "M", "M": "M", "1": "M", "女": "F", "女性": "F", "F": "F", "2": "F"}


def birth_of(number: str) -> str:
    return birth_from_id(number)


def check_sex(text: str, number: str) -> Checked:
    """Return M, F or U. Codes: SEX_MISMATCH (detail: what the number says); warning SEX_TAKEN_FROM_ID."""
    written = SEXES.get(text.strip().upper(), "")
    if not number:
        return Checked(written or "U")
    certain = sex_from_id(number)
    if not text.strip() or not written:
        return Checked(certain, (), (Reason("SEX_TAKEN_FROM_ID"),) if text.strip() else ())
    if written != certain:
        return Checked(certain, (Reason("SEX_MISMATCH", "男" if certain == "M" else "女"),))
    return Checked(certain)


def check_born(text: str, number: str) -> Checked:
    """
    Return the birth date: the ID number wins; a partial date that contains it agrees with it.

    Codes: BIRTH_MISMATCH (detail: what the number says); warning BIRTH_TAKEN_FROM_ID when the cell was blank.
    """
    if not number:
        return Checked(text)
    certain = birth_from_id(number)
    if text == certain:
        return Checked(certain)
    if not text:
        return Checked(certain, (), (Reason("BIRTH_TAKEN_FROM_ID"),))
    if not earliest(text) <= earliest(certain) <= latest(text):
        return Checked(certain, (Reason("BIRTH_MISMATCH", certain),))
    return Checked(certain)
