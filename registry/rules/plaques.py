"""
光荣牌: who may hang one, and what a ledger's words for its state mean.

Source: 《为烈属、军属和退役军人等家庭悬挂光荣牌工作实施办法》（国办发〔2018〕72号）第二、三、六、九条. One plaque per household; every
basis is kept, none ranks above another.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

MAY_ASK = {"PARENT", "GUARDIAN", "SPOUSE", "CHILD"}
# what old ledgers write → code of living_codes.SURVIVOR_RELATION
RELATION_WORDS = {
    "父": "PARENT", "母": "PARENT", "父亲": "PARENT", "母亲": "PARENT", "父母": "PARENT", "抚养人": "GUARDIAN",
    "配偶": "SPOUSE", "妻": "SPOUSE", "妻子": "SPOUSE", "夫": "SPOUSE", "丈夫": "SPOUSE", "遗孀": "SPOUSE", "子": "CHILD",
    "女": "CHILD", "儿子": "CHILD", "女儿": "CHILD", "子女": "CHILD", "长子": "CHILD", "长女": "CHILD", "次子": "CHILD",
    "次女": "CHILD", "兄": "SIBLING", "弟": "SIBLING", "姐": "SIBLING", "妹": "SIBLING", "兄弟": "SIBLING",
    "姐妹": "SIBLING", "兄弟姐妹": "SIBLING",
}  # fmt: skip
ON_THE_WALL = {"HUNG", "EXCHANGE", "KEPT"}


class Standing(StrEnum):
    AUTO = "AUTO"  # 主动悬挂
    APPLY = "APPLY"  # 依申请悬挂
    NONE = "NONE"  # 不悬挂
    KEEP = "KEEP"  # 保留不再更换
    REVIEW = "REVIEW"  # 由区县确认


class Basis(NamedTuple):
    """
    One identity of one member of a household.

    how:       the category's plaque basis: AUTO, APPLY or NONE.
    died:      partial date, empty when unknown; only read when not alive.
    relation:  of a survivor: a code of SURVIVOR_RELATION, or the words of an old ledger, or empty.
    """

    category: str
    how: str
    alive: bool = True
    died: str = ""
    is_holder: bool = False
    relation: str = ""


def relation_code(text: str) -> str:
    """Return the relation's code; an unknown word is OTHER, nothing stays nothing."""
    text = text.strip()
    if not text or text in MAY_ASK or text in ("SIBLING", "OTHER"):
        return text
    return RELATION_WORDS.get(text, "OTHER")


def of_living(basis: Basis) -> Standing:
    """
    What one living basis gives. A relation that nobody wrote down may still be one of the four: the application is
    verified by the town station before a plaque is hung.
    """
    if basis.how == "AUTO" or (basis.how == "APPLY" and basis.is_holder):
        return Standing.AUTO
    if basis.how == "APPLY" and relation_code(basis.relation) in MAY_ASK | {""}:
        return Standing.APPLY
    return Standing.NONE


def plaque_standing(
    bases: Iterable[Basis], *, since: str, plaque_state: str = "", is_withdrawn: bool = False
) -> Standing:
    """
    Return what a household may hang.

    since:         ISO day from which plaques are hung (reference.PLAQUES_SINCE); who died before left no basis.
    plaque_state:  state of the active plaque, empty if there is none.
    is_withdrawn:  a plaque was withdrawn by decision and not restored.
    """
    if is_withdrawn:
        return Standing.NONE
    bases = [basis for basis in bases if basis.how != "NONE"]
    given = {of_living(basis) for basis in bases if basis.alive}
    if Standing.AUTO in given:
        return Standing.AUTO
    if Standing.APPLY in given:
        return Standing.APPLY
    left = [basis for basis in bases if not basis.alive and not was_before(basis.died, since)]
    if not left:
        return Standing.NONE
    return Standing.KEEP if plaque_state in ON_THE_WALL else Standing.REVIEW


def was_before(died: str, since: str) -> bool:
    """Tell whether every reading of a partial date lies before the day; an unknown date does not."""
    return bool(died) and died < since[: len(died)]


STATE_WORDS = {
    "悬挂": "HUNG", "已挂": "HUNG", "已悬挂": "HUNG", "在挂": "HUNG", "正常": "HUNG",
    "更换": "REPLACED", "已更换": "REPLACED",
    "收回": "WITHDRAWN", "取消": "WITHDRAWN", "已收回": "WITHDRAWN", "已取消": "WITHDRAWN", "已取消收回": "WITHDRAWN",
    "应挂未挂": "PENDING", "待悬挂": "PENDING", "未挂": "PENDING", "未悬挂": "PENDING",
    "已发未挂": "HELD", "不愿悬挂": "HELD",
    "保留": "KEPT", "保留不再更换": "KEPT", "遗失": "LOST", "更换待批": "EXCHANGE", "待核实": "TO_VERIFY",
}  # fmt: skip
NOT_ON_WALL = ("不愿", "未悬挂", "未挂", "保管", "拒")


class LedgerState(NamedTuple):
    """state: code, empty when refused; reason and warning: codes of the import, or empty."""

    state: str
    reason: str = ""
    warning: str = ""


def plaque_state_from_ledger(status: str, note: str, hung: str) -> LedgerState:
    """
    Read the state of a plaque from an old ledger; own labels map to themselves, so an export comes back unchanged.

    A plaque said to hang whose note says that it does not is held to be issued and not hung, with a warning.
    """
    word = "".join(status.split())
    state = STATE_WORDS.get(word) if word else ("HUNG" if hung else "TO_VERIFY")
    if state is None:
        return LedgerState("", reason="PLAQUE_STATUS_UNKNOWN")
    if state == "HUNG" and any(hint in note for hint in NOT_ON_WALL):
        return LedgerState("HELD", warning="PLAQUE_NOTE_DIFFERS")
    return LedgerState(state)
