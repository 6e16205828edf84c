"""Citizen ID numbers. Source: GB 11643-1999 (18 digits, ISO 7064 MOD 11-2)."""

import re
import unicodedata
from datetime import date
from operator import mul

from registry.codes import PROVINCES
from veterans_portal.checked import Checked, Reason, refused

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
SHAPE = re.compile(r"[1-9]\d{16}[\dX]")
MASKED = re.compile(r"\s*[1-9]\d{5}\*{8}\d{3}[\dXx]\s*")
# white space, zero-width, bidi marks, soft hyphen
INVISIBLE = re.compile("[\\s\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
WRAPPED = re.compile(r'="?([^"]*)"?$')
QUOTES = "'\"‘’“”`´"
LOOKS_LIKE_X = str.maketrans({"Х": "X", "Χ": "X", "×": "X", "х": "X", "χ": "X", "✕": "X"})
PLACEHOLDERS = {
    "",
    "空",
    "无",
    "不详",
    "暂无",
    "待补",
    "没有",
    "/",
    "-",
    "—",
    "——",
    "N/A",
    "NA",
    "未知",
    "待查",
    "未办",
}
SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+?\d+")
EARLIEST_YEAR = 1870
EXACT_INTEGER = 10**15  # a double is exact below; Excel keeps 15 digits


def id_check_digit(body17: str) -> str:
    """Return the last character of a number with these 17 digits. 11010519491231002 → X."""
    return CHECKS[sum(map(mul, WEIGHTS, map(int, body17))) % 11]


def upgrade_id15(id15: str) -> str:
    """Return the 18-character form of an old 15-digit number; the century is always 19 (nobody of 18xx lives)."""
    body = f"{id15[:6]}19{id15[6:]}"
    return body + id_check_digit(body)


def birth_from_id(number: str) -> str:
    """Return the birth date of a full number as 1949-12-31."""
    return f"{number[6:10]}-{number[10:12]}-{number[12:14]}"


def sex_from_id(number: str) -> str:
    """Return M or F: the 17th digit is odd for men."""
    return "M" if int(number[16]) % 2 else "F"


def mask_id(number: str) -> str:
    """Return 110105********002X."""
    return f"{number[:6]}********{number[14:]}" if number else ""


def is_masked_id(text: str) -> bool:
    return "*" in text and bool(MASKED.fullmatch(text))


def check_id(value, *, today: date) -> Checked:
    """
    Read a cell as an ID number in normal form: 18 ASCII characters, X in capitals.

    Codes: ID_MISSING ID_PRECISION_LOST ID_BAD_LENGTH ID_BAD_CHARS ID_BAD_DATE ID_BAD_AREA ID_BAD_CHECKSUM;
    warnings ID_NORMALIZED ID_UPGRADED_15. A numeric cell of 16 digits or more is refused even if its digits pass.
    """
    if type(value) is str and len(value) == 18 and value.isascii() and SHAPE.fullmatch(value):
        reasons = faults(value, today)
        return Checked(value if not reasons else "", reasons) if reasons else Checked(value)
    if isinstance(value, bool) or hasattr(value, "year"):
        return refused("ID_BAD_CHARS", str(value))
    if isinstance(value, int | float):
        if abs(value) >= EXACT_INTEGER:
            return refused("ID_PRECISION_LOST")
        value = str(int(value)) if value == int(value) else repr(value)
    return check_text(value or "", today)


def check_text(raw: str, today: date) -> Checked:
    text = cleaned(raw)
    if text in PLACEHOLDERS:
        return refused("ID_MISSING")
    if SCIENTIFIC.fullmatch(text):
        return refused("ID_PRECISION_LOST")
    if len(text) not in (15, 18):
        # letters and Chinese words first: "见附件" is not a length problem
        return refused("ID_BAD_LENGTH", str(len(text))) if text.rstrip("X").isdigit() else bad_characters(text)
    warnings = (Reason("ID_NORMALIZED"),) if text != raw else ()
    if len(text) == 15:
        if not (text.isascii() and text.isdigit()):
            return bad_characters(text)
        text, warnings = upgrade_id15(text), (*warnings, Reason("ID_UPGRADED_15"))
    if not (text.isascii() and SHAPE.fullmatch(text)):
        return bad_characters(text)
    reasons = faults(text, today)
    return Checked("" if reasons else text, reasons, () if reasons else warnings)


def cleaned(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw)
    text = INVISIBLE.sub("", text)
    if text.startswith("=") and (match := WRAPPED.match(text)):
        text = match[1]
    return text.strip(QUOTES).upper().translate(LOOKS_LIKE_X)


def bad_characters(text: str) -> Checked:
    wrong = next(
        (
            char
            for at, char in enumerate(text)
            if not (char.isascii() and char.isdigit()) and not (char == "X" and at == 17)
        ),
        text[:1],
    )
    return refused("ID_BAD_CHARS", wrong)


def faults(number: str, today: date) -> tuple[Reason, ...]:
    """Return all that is wrong with 18 characters of the right shape."""
    reasons = []
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        possible = born.year >= EARLIEST_YEAR and born <= today
    except ValueError:
        possible = False
    if not possible:
        reasons.append(Reason("ID_BAD_DATE"))
    if number[:2] not in PROVINCES:
        reasons.append(Reason("ID_BAD_AREA", number[:2]))
    if id_check_digit(number[:17]) != number[17]:
        reasons.append(Reason("ID_PRECISION_LOST" if number.endswith("000") else "ID_BAD_CHECKSUM"))
    return tuple(reasons)
