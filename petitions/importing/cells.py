"""What one cell of an old ledger says: people, days, ways, words. Pure; each gives a value and what is wrong with it."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from registry.rules import dates
from veterans_portal.sheets import text_of


class Said(NamedTuple):
    """A value, the code of a reason against it, and a warning."""

    value: object
    code: str = ""
    message: str = ""
    warning: str = ""


class People(NamedTuple):
    batches: int
    people: int


DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
NUMBER = r"(\d+|[零〇一二两三四五六七八九十百]+)"
BATCHES_AND_PEOPLE = re.compile(rf"{NUMBER}批次?[,，、/]?{NUMBER}人(?:次)?")
PEOPLE_ONLY = re.compile(rf"{NUMBER}(?:人次|人|名)?")
MOST_PEOPLE = 9999
ALMOST = {"channel": [("电话", "PHONE"), ("来电", "PHONE"), ("热线", "PHONE"), ("网", "ONLINE"), ("邮件", "ONLINE"), ("微信", "ONLINE"),
                      ("信", "LETTER"), ("函", "LETTER"), ("访", "VISIT")]}  # fmt: skip
PURPOSES = {
    "SUGGESTION": ("建议", "意见"),
    "ACCUSATION": ("检举", "控告", "举报"),
    "APPEAL": ("申诉", "求决", "投诉", "诉求", "求助"),
}
SCORES = {"满意": "SATISFIED", "非常满意": "SATISFIED", "基本满意": "FAIR", "比较满意": "FAIR", "较满意": "FAIR", "一般": "FAIR",
          "不满意": "UNSATISFIED", "很不满意": "UNSATISFIED", "不太满意": "UNSATISFIED"}  # fmt: skip
ROUTES = [("复议", "R1"), ("诉讼", "R1"), ("检察", "R1"), ("刑事", "R1"), ("公安", "R1"), ("仲裁", "R2"), ("党员", "R3"),
          ("裁决", "R4"), ("许可", "R4"), ("确认", "R4"), ("处罚", "R4"), ("查处", "R5"), ("履行", "R5"), ("履职", "R5"),
          ("信访", "R6"), ("建议", "S"), ("纪检", "D"), ("纪委", "D"), ("不属", "N")]  # fmt: skip
EMPTY = {"", "无", "/", "-", "—", "——", "空", "暂无", "未", "否"}


def words(cell) -> str:
    return " ".join(unicodedata.normalize("NFKC", text_of(cell)).split())


def number_of(text: str) -> int | None:
    """Read 12, 十二, 一百零三; None for anything else."""
    if text.isdecimal():
        return int(text)
    total, digit = 0, 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in "十百":
            total, digit = total + (digit or 1) * (10 if char == "十" else 100), 0
        else:
            return None
    return total + digit


def read_people(cell, batches=None) -> Said:
    """Return People; "2批6人次" gives both, a number only people. A blank is one person, and says so."""
    text = "".join(words(cell).split()).removesuffix("。")
    given = read_count(batches) if batches is not None and words(batches) else 1
    if not text or text in EMPTY:
        return Said(People(given or 1, given or 1), warning="没有写人数，按 1 人登记。")
    match = BATCHES_AND_PEOPLE.fullmatch(text)
    found = (number_of(match[1]), number_of(match[2])) if match else (given, read_count(text))
    if None in found or not 1 <= found[0] <= found[1] <= MOST_PEOPLE:
        return Said(None, "PEOPLE_INVALID", f"人数“{text}”看不懂，请写成 3 人 或 2批6人次。")
    return Said(People(*found))


def read_count(cell) -> int | None:
    match = PEOPLE_ONLY.fullmatch("".join(words(cell).removesuffix("批").removesuffix("批次").split()))
    return number_of(match[1]) if match else None


def read_day(cell, label: str, today: date) -> Said:
    """Return a date or None. A month alone is no day."""
    if words(cell) in EMPTY:
        return Said(None)
    checked = dates.parse_date(cell, today=today)
    if checked.reasons:
        if checked.reasons[0].code == "DATE_FUTURE":
            return Said(None, "DATE_FUTURE", f"{label}晚于今天。")
        return Said(None, "DATE_INVALID", f"{label}“{words(cell)}”不是日期，请写成 2026-03-03。")
    if len(checked.value) != 10:
        return Said(None, "DATE_INVALID", f"{label}“{words(cell)}”要写到日。")
    return Said(date.fromisoformat(checked.value))


def read_extension(cell) -> Said:
    text = "".join(words(cell).split())
    if text in EMPTY:
        return Said(0)
    match = re.fullmatch(r"(?:延长|延期)?(\d+)(?:\.0)?[天日]?", text)
    if not match or int(match[1]) > 30:
        return Said(None, "EXTENSION_INVALID", f"延期天数“{text}”应为 0 至 30。")
    return Said(int(match[1]))


def longest(text: str, aliases: Mapping[str, str]) -> str:
    """Return the code of the longest spelling that stands in the text, or "" ({spelling: code})."""
    found = [spelling for spelling in aliases if spelling and spelling in text]
    return aliases[max(found, key=len)] if found else ""


def read_channel(cell, aliases: Mapping[str, str]) -> Said:
    """Return the code of a form of petition. The word 信访 itself says nothing about how it came."""
    text = words(cell)
    if not text:
        return Said("OTHER", warning="没有写信访形式，按“其他”登记。")
    if exact := aliases.get(text):
        return Said(exact)
    bare = text.replace("信访", "")
    if code := longest(bare, {word: code for word, code in aliases.items() if word != "其他"}):
        return Said(code)
    if code := next((code for word, code in ALMOST["channel"] if word in bare), ""):
        return Said(code)
    return Said("OTHER", warning=f"信访形式“{text}”不在列表里，按“其他”登记，原文保留。")


def read_purpose(cell) -> Said:
    text = words(cell)
    if any(word in text for word in PURPOSES["ACCUSATION"]):
        return Said(None, "ACCUSATION_NOT_IMPORTED", "检举控告由指定联系人单独登记，不从台账导入。")
    if any(word in text for word in PURPOSES["APPEAL"]) or not text:
        return Said("APPEAL")
    if any(word in text for word in PURPOSES["SUGGESTION"]):
        return Said("SUGGESTION")
    return Said("APPEAL", warning=f"信访目的“{text}”不在列表里，按“申诉求决”登记。")


def read_topic(cell, aliases: Mapping[str, str]) -> Said:
    text = words(cell)
    if not text:
        return Said("OTHER", warning="没有写主题，按“其他”登记。")
    code = aliases.get(text) or longest(
        text, {word: code for word, code in aliases.items() if len(word) > 1 and word != "其他"}
    )
    return Said(code) if code else Said("OTHER", warning=f"主题“{text}”不在列表里，按“其他”登记。")


def read_score(cell) -> Said:
    text = words(cell)
    if text in EMPTY:
        return Said(None)
    found = SCORES.get(text)
    return Said(found) if found else Said(None, warning=f"满意度“{text}”看不懂，没有导入。")


def read_route(cell) -> str:
    text = words(cell)
    return next((code for word, code in ROUTES if word in text), "")


def read_outcome(cell, labels: Iterable[tuple[str, str]]) -> Said:
    """Return the code of a result; the label itself, or the one that stands in the text."""
    text = words(cell)
    if text in EMPTY:
        return Said(None)
    exact = {label: code for code, label in labels} | {
        "支持": "SUPPORT",
        "不支持": "REJECT",
        "解释": "EXPLAIN",
        "化解": "SETTLED",
    }
    code = exact.get(text) or longest(text, exact)
    return Said(code) if code else Said(None, warning=f"办理结果“{text[:20]}”不在列表里，原文保留。")
