"""What a person must bring to stand in a benefit: keys that a standard asks for, ages, and the first month in words."""

from collections.abc import Iterable
from datetime import date

from .facts import Keys, Rule, Spell
from .terms import SAME

AGES = {"RURAL60": 60}  # 优抚对象等人员抚恤和生活补助标准的年度通知: 年满60周岁
KEY_NAMES = {"grade": "残疾等级", "nature": "残疾性质", "period": "参加革命时期", "residence": "户籍", "class": "档次"}
BORN_UNKNOWN = "出生日期不完整，不能判断是否年满60周岁，请先在档案中补登。"
TYPED_MONTH = ("OPENING", "CORRECTION", "REGRADE")  # routes whose first month stands in the papers
JANUARY = {
    "ARMY_TRANSFER": "部队转入：退役当年由部队发放，次年一月起发（军人抚恤优待条例第三十条）",
    "MOVE_IN": "迁入：当年由原地发放，次年一月起发（烈士褒扬条例第二十二条）",
}
TYPED = {
    "OPENING": "启用前已经享受，按原起发月登记",
    "CORRECTION": "更正：从出错的月份起",
    "REGRADE": "调级：按新的批准日期确定的月份",
}


def month_of_age(born: str, years: int) -> date | None:
    """Return the month in which somebody turns `years`; None when the month of birth is not known."""
    if len(born) < len("1966-05"):
        return None
    return date(int(born[:4]) + years, int(born[5:7]), 1)


def has_turned(born: str, years: int, month: date) -> bool | None:
    """
    Tell whether somebody has turned `years` in a month; None when what is known of her birth does not say.

    A year of birth alone is enough where even its last month, or not even its first, would do.
    """
    if not born:
        return None
    first, last = (month_of_age(f"{born}{rest}"[:7], years) for rest in ("-01", "-12"))
    if last <= month:
        return True
    return None if first <= month else False


def is_age_in_doubt(programme: str, born: str, spells: Iterable[Spell], last: date) -> bool:
    """Tell whether a benefit of age that began by a month rests on a birth of which the month is needed and not known."""
    if programme not in AGES:
        return False
    firsts = [one.month_from for one in spells if one.programme == programme and one.month_from <= last]
    return any(has_turned(born, AGES[programme], first) is None for first in firsts)


def missing_keys(required: tuple[str, ...], keys: Keys, service_years: int | None) -> list[str]:
    """Return the names of required keys that are empty."""
    held = keys._asdict() | {"class": keys.klass, "service_years": service_years}
    return [name for name in required if held.get(name) in (None, "")]


def start_words(rule: Rule | None, route: str, *, is_aged: bool = False) -> str:
    """Say why pay begins in a month: 批准当月起发（军人抚恤优待条例第二十七条）."""
    if route in TYPED:
        return TYPED[route]
    if route in JANUARY:
        return JANUARY[route]
    if rule is None:
        return ""
    said = f"{'批准当月' if rule.value == SAME else '批准次月'}起发（{rule.citation}）"
    mark = "，此规则未经本地文件确认" if rule.mark == "U" else ""
    return f"{said}{mark}；不早于年满 60 周岁当月" if is_aged else f"{said}{mark}"


def pair_words(own: Rule | None, back: Rule | None, name: str) -> str:
    """Say what holding another benefit means, by the rule of either direction."""
    if own and own.value == "YIELD":
        return f"已享受{name}，此项不发（{own.citation}）"
    if back and back.value == "YIELD":
        return f"{name}从此不发，改发此项（{back.citation}）"
    rule = own or back
    if rule is None:
        return f"与{name}能否同时享受没有登记规则，请先核对文件"
    if rule.value == "HIGHER":
        return f"与{name}就高发放一项（{rule.citation}）"
    return f"可与{name}同时享受（{rule.citation}）"
