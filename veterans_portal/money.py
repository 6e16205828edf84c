"""Yuan. One rounding rule for the whole project, and how old ledgers write amounts."""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from veterans_portal.checked import Checked, Reason, refused

CENT = Decimal("0.01")
LIMIT = Decimal(10_000_000)
NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
NEGATIVE = re.compile(r"\((.+)\)")
CAPITALS = {
    "零": 0,
    "壹": 1,
    "贰": 2,
    "叁": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
    "两": 2,
    "貳": 2,
    "參": 3,
    "陸": 6,
}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}
BLANKS = {"", "-", "—", "——", "/", "无"}


def half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round half up, the one rounding rule; nothing else in the project quantizes."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def parse_yuan(value, *, unit: int = 1, required: bool = True) -> Checked:
    """
    Read a cell as yuan with two decimals; None when nothing is there.

    unit:     10000 where the header says 万元.
    required: False for components such as 月标准: blank and 0 are allowed.
    Codes: AMOUNT_MISSING _INVALID _NEGATIVE _ZERO _TOO_LARGE; warnings AMOUNT_TEXT AMOUNT_ROUNDED.
    """
    if isinstance(value, bool):
        return refused("AMOUNT_INVALID", str(value), None)
    if isinstance(value, int | float):
        return judged(Decimal(repr(value)) * unit, (), required)
    text = "".join(unicodedata.normalize("NFKC", str(value or "")).split())
    if text in BLANKS and (not required or text == ""):
        return refused("AMOUNT_MISSING", "", None) if required else Checked(None)
    amount, plain = read_amount(text)
    if amount is None:
        return refused("AMOUNT_INVALID", str(value), None)
    return judged(amount * unit, () if plain else (Reason("AMOUNT_TEXT"),), required)


def read_amount(text: str) -> tuple[Decimal | None, bool]:
    """Return (amount, was it a plain number): 1,200.00 ¥1200 1200元 0.12万元 (300) 壹仟贰佰元整."""
    sign = 1
    if match := NEGATIVE.fullmatch(text):
        text, sign = match[1], -1
    bare = text.removeprefix("¥").removeprefix("￥").removeprefix("人民币").removesuffix("整").removesuffix("元")
    scale = 10_000 if bare.endswith("万") and bare[:1].isdigit() else 1
    bare = bare.removesuffix("万") if scale > 1 else bare
    if NUMBER.fullmatch(bare):
        try:
            return sign * scale * Decimal(bare.replace(",", "")), bare == text and "," not in bare
        except InvalidOperation:
            return None, False
    capitals = from_capitals(text)
    return (sign * capitals if capitals is not None else None), False


def from_capitals(text: str) -> Decimal | None:
    """壹仟贰佰元伍角整 → 1200.5; None when a character does not belong."""
    whole, _, rest = text.removeprefix("人民币").removesuffix("整").removesuffix("正").partition("元")
    high, found, low = whole.partition("万")
    parts = (section(high) if found else 0, section(low if found else high))
    if not whole or None in parts:
        return None
    total = Decimal(parts[0] * 10_000 + parts[1])
    for word, size in (("角", Decimal("0.1")), ("分", CENT)):
        if word in rest:
            digit, rest = rest.split(word, 1)
            if digit.strip("零") not in CAPITALS:
                return None
            total += CAPITALS[digit.strip("零")] * size
    return total if not rest else None


def section(text: str) -> int | None:
    """Read up to four Chinese capital digits with their units."""
    total, digit = 0, None
    for char in text:
        if char in CAPITALS:
            digit = CAPITALS[char]
        elif char in UNITS:
            total, digit = total + (1 if digit is None else digit) * UNITS[char], None
        else:
            return None
    return total + (digit or 0)


def judged(amount: Decimal, warnings: tuple[Reason, ...], required: bool) -> Checked:
    if amount < 0:
        return refused("AMOUNT_NEGATIVE", "", None)
    if amount == 0 and required:
        return refused("AMOUNT_ZERO", "", None)
    if amount >= LIMIT:
        return refused("AMOUNT_TOO_LARGE", "", None)
    rounded = half_up(amount)
    if rounded != amount:
        warnings = (*warnings, Reason("AMOUNT_ROUNDED"))
    return Checked(rounded, (), warnings)


DIGITS = "零壹贰叁肆伍陆柒捌玖"
LARGE = ("", "万", "亿")


def capitals(amount: Decimal) -> str:
    """
    Return yuan as they are written on cheques: 1001.05 -> 壹仟零壹元零伍分, 20 -> 贰拾元整.

    Source: 正确填写票据和结算凭证的基本规定（中国人民银行《支付结算办法》附一）.
    """
    cents = int(half_up(abs(amount)) * 100)
    whole, tail = divmod(cents, 100)
    sign = "负" if amount < 0 and cents else ""
    jiao, fen = divmod(tail, 10)
    said = f"{whole_capitals(whole)}元" if whole or not tail else ""
    if not tail:
        return f"{sign}{said}整"
    if jiao:
        said += f"{DIGITS[jiao]}角"
    elif whole:
        said += "零"
    return f"{sign}{said}{f'{DIGITS[fen]}分' if fen else '整'}"


def whole_capitals(number: int) -> str:
    """Return a whole number below 10^12 in capitals; a gap of zeros is said once."""
    if not number:
        return "零"
    parts, gap = [], False
    for place in reversed(range(len(LARGE))):
        group = number // 10_000**place % 10_000
        if not group:
            gap = bool(parts)
            continue
        is_short = bool(parts) and (gap or group < 1000)
        parts.append(("零" if is_short else "") + group_capitals(group) + LARGE[place])
        gap = False
    return "".join(parts)


def group_capitals(group: int) -> str:
    said, gap = "", False
    for place, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = group // place % 10
        if digit:
            said += ("零" if gap and said else "") + DIGITS[digit] + unit
        gap = not digit
    return said
