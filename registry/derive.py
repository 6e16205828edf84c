"""Columns of Person and Household that follow from others. Used by the form and by the import, so they cannot differ."""

from registry.models.people import id_digest, last4_digest, phone_digest
from registry.rules.names import initials, pinyin_key

FOLLOWS = {
    "name": ("initials", "pinyin"),
    "head_name": ("head_pinyin",),
    "id_number": ("id_digest", "id_last4_digest"),
    "phone": ("phone_digest",),
    "phone_alt": ("phone_alt_digest",),
}


def derived(field: str, value: str | None) -> dict:
    """Return {column: value} of the columns that follow from one field."""
    if field == "name":
        return {"initials": initials(value), "pinyin": pinyin_key(value)}
    if field == "head_name":
        return {"head_pinyin": pinyin_key(value or "")}
    if field == "id_number":
        return {
            "id_digest": id_digest(value) if value else None,
            "id_last4_digest": last4_digest(value) if value else None,
        }
    if field in ("phone", "phone_alt"):
        return {f"{field}_digest": phone_digest(value) if value else None}
    return {}


DOUBLES = str.maketrans("0123456789", "0246813579")  # digit → sum of the digits of its double


def luhn(digits: str) -> str:
    """Return the Luhn check digit of `digits`."""
    plain, doubled = digits[-2::-2], digits[::-2]
    total = sum(map(int, plain)) + sum(map(int, doubled.translate(DOUBLES)))
    return str(-total % 10)


def ref_of(pk: int) -> str:
    """Return 档案号 of a primary key: DA, nine digits, and a check digit against slips of the pen."""
    digits = f"{pk:09d}"
    return f"DA{digits}{luhn(digits)}"
