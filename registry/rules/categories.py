"""Categories as ledgers write them, looked up by their exact spelling only."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from veterans_portal.checked import Checked, Reason

SPLIT = re.compile(r"[、,;/和+＋，；\n]|\s{2,}")
NONE = {"无", "/", "-", "—", "空", ""}


class Hint(NamedTuple):
    """A spelling that is refused, with what to write instead."""

    text: str


@lru_cache(20_000)
def normal_key(text: str) -> str:
    """Return a spelling in the form in which it is compared: NFKC, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def resolve_categories(text: str, aliases: Mapping[str, str | Hint]) -> Checked:
    """
    Return the category codes of a cell that may name several.

    aliases: {normal spelling: code, or a Hint}. The whole cell is tried first, because some names contain “和”.
    Codes: CATEGORY_UNKNOWN, detail "spelling|hint".
    """
    key = normal_key(text)
    if isinstance(known := aliases.get(key), str):
        return Checked([known])
    if key in NONE:
        return Checked([])
    found, reasons = [], []
    for piece in (normal_key(part) for part in SPLIT.split(unicodedata.normalize("NFKC", text))):
        code = aliases.get(piece)
        if piece in NONE:
            continue
        if isinstance(code, str):
            found += [code] if code not in found else []
        else:
            reasons.append(Reason("CATEGORY_UNKNOWN", f"{piece}|{code.text if code else ''}"))
    return Checked(found, tuple(reasons))
