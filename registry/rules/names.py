"""Names of people: cleaned, and how they are found and sorted by pinyin."""

import re
import unicodedata
from functools import lru_cache

from pypinyin import Style, pinyin
from pypinyin.contrib.tone_convert import to_normal

from veterans_portal.checked import Checked, Reason, refused

DOTS = str.maketrans(dict.fromkeys("•‧・．.･∙⋅●○◦﹒｡", "·"))
DROPPED = re.compile(
    "[\u00ad\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
COMPOUND = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "皇甫",
        "尉迟",
        "慕容",
        "令狐",
        "长孙",
        "宇文",
        "司徒",
        "夏侯",
        "东方",
        "独孤",
        "南宫",
        "西门",
        "闻人",
        "公孙",
        "轩辕",
        "端木",
        "百里",
        "呼延",
        "澹台",
        "公冶",
        "太史",
        "申屠",
        "钟离",
        "鲜于",
        "闾丘",
        "司空",
        "亓官",
        "司寇",
        "子车",
        "颛孙",
        "乐正",
        "漆雕",
        "壤驷",
        "公良",
        "拓跋",
        "夹谷",
        "宰父",
        "谷梁",
        "赫连",
        "第五",
        "左丘",
        "东郭",
    ]
)
HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
NAME = re.compile(f"[{HAN}]+(?:·[{HAN}]+)*")
PLAIN = re.compile("[\u4e00-\u9fff]{2,4}")
PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
# surnames whose common reading differs from the character's first one
SURNAMES = {"单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "朴": "piao", "曾": "zeng", "尉": "wei",
            "盖": "gai", "任": "ren", "华": "hua", "乐": "yue", "缪": "miao", "翟": "zhai", "覃": "qin", "万": "wan"}  # fmt: skip
MOST_VARIANTS = 8


def clean_name(text: str) -> Checked:
    """
    Return a name in normal form: NFKC, one kind of dot, no inner spaces; traditional characters stay as written.

    Codes: NAME_MISSING NAME_PUA NAME_BAD_CHARS NAME_SUSPECT (to be confirmed); warning NAME_NORMALIZED.
    """
    if PLAIN.fullmatch(text) and text[1] != "某" and "某" not in text[1:]:
        return Checked(text)
    spaced = DROPPED.sub("", unicodedata.normalize("NFKC", text)).translate(DOTS)
    parts = spaced.split()
    name = "".join(parts)
    if not name:
        return refused("NAME_MISSING")
    if found := PRIVATE.search(name):
        return refused("NAME_PUA", f"{ord(found[0]):X}", name)
    if is_two_people(parts):
        return refused("NAME_BAD_CHARS", " ", name)
    if not NAME.fullmatch(name):
        wrong = next((char for char in name if not NAME.fullmatch(char)), "·")
        return refused("NAME_BAD_CHARS", wrong, name)
    warnings = (Reason("NAME_NORMALIZED"),) if name != text else ()
    if "某" in name[1:] or len(name) == 1 or len(parts) >= 4:
        return Checked(name, (Reason("NAME_SUSPECT", name),), warnings)
    return Checked(name, (), warnings)


def is_two_people(parts: list[str]) -> bool:
    """李明 王芳 is two people; 欧阳 建国 is one."""
    return len(parts) == 2 and all(len(part) >= 2 for part in parts) and parts[0] not in COMPOUND


@lru_cache(20_000)
def readings(char: str) -> tuple[str, ...]:
    """Return the toneless readings of one character, the usual one first; other characters give themselves."""
    found = pinyin(char, style=Style.NORMAL, heteronym=True, errors=lambda x: [x.lower()])
    flat = [to_normal(reading).replace("ü", "v") for reading in found[0]] if found else []
    return tuple(dict.fromkeys(reading for reading in flat if reading)) or (char.lower(),)


@lru_cache(20_000)
def default_reading(char: str, is_surname: bool) -> str:
    return SURNAMES.get(char, readings(char)[0]) if is_surname else readings(char)[0]


@lru_cache(50_000)
def head_initials(head: str) -> tuple[str, ...]:
    """Return the initials of the first two characters in all their readings."""
    variants = [""]
    for position, char in enumerate(head):
        first = default_reading(char, position == 0)[0]
        letters = dict.fromkeys([first, *(reading[0] for reading in readings(char))])
        variants = [variant + letter for variant in variants for letter in letters]
    return tuple(dict.fromkeys(variants))[:MOST_VARIANTS]


def initials(name: str) -> str:
    """
    Return every way the initials may be typed, each after a space: 单田芳 → " stf ctf dtf" (order not meant).

    Readings vary in the first two characters only; dots are left out; other characters give their usual reading.
    """
    plain = name.replace("·", "")
    tail = "".join(default_reading(char, False)[0] for char in plain[2:])
    return "".join(f" {head}{tail}" for head in head_initials(plain[:2]))[:100]


def pinyin_key(name: str) -> str:
    """Return the sort key of a name: full pinyin, surname in its own reading, syllables apart."""
    plain = name.replace("·", "")
    return " ".join(default_reading(char, at == 0) for at, char in enumerate(plain))[:200]


def mask_name(name: str) -> str:
    """张建国 -> 张*国, 张伟 -> 张*: what a public list shows of a name."""
    if len(name) <= 2:
        return f"{name[:1]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
