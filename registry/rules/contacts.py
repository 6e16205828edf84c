"""Phone numbers."""

import re
import unicodedata

from veterans_portal.checked import Checked, Reason

# the form 100 5550 xxxx cannot ring and stands for mobiles in demo and tests
MOBILE = re.compile(r"1\d{10}")
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?")
LOCAL = re.compile(r"[2-9]\d{6,7}")
SPLIT = re.compile(r"[/、,;，；|\n]|\s{2,}")
PREFIX = re.compile(r"^(?:\+?86|0086)-?(?=1\d{2})")
BRACKETED = re.compile(r"^\(?(0\d{2,3})\)?-?(?=\d{7,8})")
EMPTY = {"", "无", "空", "/", "-", "—", "——", "不详", "暂无", "没有", "无电话"}


def phones(value) -> Checked:
    """
    Return the phone numbers of a cell, at most the first two counting; unreadable ones are left out with a warning.

    Codes: warnings PHONE_MULTIPLE PHONE_INVALID; never a refusal.
    """
    if isinstance(value, float | int) and not isinstance(value, bool):
        value = str(int(value))
    text = value if type(value) is str else str(value or "")
    if MOBILE.fullmatch(text):
        return Checked([text])
    found, unreadable = [], []
    for piece in SPLIT.split(unicodedata.normalize("NFKC", text)):
        piece = piece.strip()
        if piece in EMPTY:
            continue
        number = clean_phone(piece)
        (found if number else unreadable).append(number or piece)
    warnings = [Reason("PHONE_INVALID", piece) for piece in unreadable[:1]]
    if len(found) > 1:
        warnings.append(Reason("PHONE_MULTIPLE"))
    return Checked(list(dict.fromkeys(found)), (), tuple(warnings))


def clean_phone(text: str) -> str:
    """Return one number in normal form: 10055500217, 0734-8220001-12, 8220001; "" when it is none."""
    squeezed = re.sub(r"[\s\u200b-\u200f\u00ad()\u2010-\u2015]", lambda m: "-" if m[0] in "‐‑‒–—―" else "", text)
    bare = PREFIX.sub("", squeezed)
    digits = bare.replace("-", "").replace(".", "")
    if MOBILE.fullmatch(digits) and not bare.startswith("0"):
        return digits
    if LANDLINE.fullmatch(bare):
        return BRACKETED.sub(r"\1-", bare)
    return bare if LOCAL.fullmatch(bare) else ""


def mask_phone(number: str) -> str:
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 7 else number


def group_phone(number: str) -> str:
    """Return 100 5550 0217 for reading aloud; landlines stay."""
    return f"{number[:3]} {number[3:7]} {number[7:]}" if MOBILE.fullmatch(number) else number
