"""优待证: what may be done in which state, at which level. Read by the actions, by the pages, and by the tests that walk it."""

from typing import NamedTuple

from veterans_portal.accounts.permissions import Permission


class Step(NamedTuple):
    """
    One deed: from which states, to which, by whom at which level, its event, and what it is called on the page.

    level: "" any; TOWN not a village; DISTRICT the deciding office; CITY the city bureau.
    words: what is said when it is done.
    """

    sources: tuple[str, ...]
    target: str
    needs: str
    level: str
    event: str
    label: str
    words: str


ISSUE, REVIEW, REVIEW_CITY = Permission.ISSUE_CARD, Permission.REVIEW_CARD, Permission.REVIEW_CARD_CITY
LIVE = ("APPLIED", "STATION_OK", "DISTRICT_OK", "CITY_OK", "PROVINCE_OK", "RETURNED", "MAKING", "RECEIVED", "READY", "ISSUED",
        "LOST")  # fmt: skip
# under way: not yet in anybody's hand
IN_PROGRESS = LIVE[:-2]
STEPS = {
    "accept": Step(("APPLIED", "RETURNED"), "STATION_OK", ISSUE, "TOWN", "CARD_ACCEPTED", "受理", "已受理，等区县审核。"),
    "pass-district": Step(("STATION_OK",), "DISTRICT_OK", REVIEW, "DISTRICT", "CARD_PASSED_DISTRICT", "区县审核通过",
                          "区县审核通过，等市级审核。"),
    "pass-city": Step(("DISTRICT_OK",), "CITY_OK", REVIEW_CITY, "CITY", "CARD_PASSED_CITY", "市级审核通过",
                      "市级审核通过，等省级审核。"),
    "record-province": Step(("CITY_OK",), "PROVINCE_OK", REVIEW_CITY, "CITY", "CARD_PASSED_PROVINCE", "登记省级审核通过",
                            "已登记省级审核通过，等区县送制卡。"),
    "start-making": Step(("PROVINCE_OK",), "MAKING", REVIEW, "DISTRICT", "CARD_MAKING", "登记送制卡", "已登记送制卡。"),
    "sign-in": Step(("MAKING",), "RECEIVED", REVIEW, "DISTRICT", "CARD_RECEIVED", "签收制好的卡", "已签收，等下发到站。"),
    "send": Step(("RECEIVED",), "READY", REVIEW, "DISTRICT", "CARD_READY", "下发到站", "已下发，等服务站发放。"),
    "issue": Step(("READY",), "ISSUED", ISSUE, "", "CARD_ISSUED", "登记发放", "已登记发放。"),
    "return": Step(("STATION_OK", "DISTRICT_OK", "CITY_OK", "MAKING"), "RETURNED", "", "", "CARD_RETURNED", "退回补正",
                   "已退回补正。"),
    "report-lost": Step(("ISSUED",), "LOST", ISSUE, "", "CARD_LOST", "登记挂失", "已登记挂失。请提醒本人到银行挂失。"),
    "replace": Step(("ISSUED", "LOST"), "REPLACING", ISSUE, "", "CARD_REPLACED", "申请补换", "已申请补换，等镇街站受理。"),
    "close": Step(LIVE, "CLOSED", REVIEW, "DISTRICT", "CARD_CLOSED", "停用", "已停用。"),
}  # fmt: skip
# the way of an application, in order: state, what the stage is called, and whose turn it is while it stands there
STAGES = (
    ("APPLIED", "申请", "镇街站受理"),
    ("STATION_OK", "站受理", "区县审核"),
    ("DISTRICT_OK", "县审", "市级审核"),
    ("CITY_OK", "市审", "等省级审核，市级登记结果"),
    ("PROVINCE_OK", "省审", "区县送制卡"),
    ("MAKING", "制卡", "区县签收"),
    ("RECEIVED", "县签收", "区县下发到站"),
    ("READY", "到站", "服务站通知领取"),
    ("ISSUED", "发放", ""),
)
TURNS = {state: turn for state, _, turn in STAGES} | {
    "RETURNED": "服务站补正，镇街站重新受理",
    "LOST": "服务站申请补换",
}
# the step that takes a card on from a state; who takes it may also return it
NEXT = {state: name for name in ("accept", "pass-district", "pass-city", "record-province", "start-making", "sign-in", "send",
                                 "issue") for state in STEPS[name].sources} | {"LOST": "replace"}  # fmt: skip
STATIONS = ("TOWN", "VILLAGE")
AT_STATIONS = ("APPLIED", "RETURNED", "READY")
# deeds on many cards at once
IN_SETS = ("pass-district", "pass-city", "record-province", "start-making", "sign-in", "send")
LEVEL_WORDS = {"TOWN": "镇街站", "DISTRICT": "区县", "CITY": "市级", "": "服务站"}


def open_steps(state: str) -> list[str]:
    """Return the deeds that a state allows, in the order of the table."""
    return [name for name, step in STEPS.items() if state in step.sources]


def deciding(name: str, state: str) -> Step:
    """Return the row that says who may do a deed: a return is done by whose turn it is."""
    return STEPS[NEXT[state]] if name == "return" else STEPS[name]


def is_at_level(office, level: str) -> bool:
    """Tell whether an office stands where a step is done. `office` has tier and is_deciding."""
    if level == "TOWN":
        return office.tier != "VILLAGE"
    if level == "DISTRICT":
        return office.tier == "DISTRICT" or office.is_deciding
    return not level or office.tier == level


def may_take(user, name: str, state: str, *, accepted_by: int | None = None) -> bool:
    """Tell whether this person may do a deed on a card in this state; who accepted it does not review it."""
    if state not in STEPS[name].sources:
        return False
    row = deciding(name, state)
    if name == "pass-district" and accepted_by == user.pk:
        return False
    return user.may(row.needs) and is_at_level(user.office, row.level)


def states_of(user) -> list[str]:
    """
    Return the states in which a card waits for this person.

    A district may accept and issue where there is no station, but it is the stations' work. What was returned is mended
    by any station, also by one that may not accept.
    """
    found = [state for state, name in NEXT.items() if name != "replace" and may_take(user, name, state)]
    if user.office.tier not in STATIONS:
        return [state for state in found if state not in AT_STATIONS]
    return list(dict.fromkeys([*found, *(["RETURNED"] if user.may(ISSUE) else [])]))
