"""The rows of a sign-off sheet as they are typed back, and the order in which households are visited."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

NUMBER = re.compile(r"\d+")


class Typed(NamedTuple):
    """One row as typed. Empty in every box means: nothing entered for this household."""

    serial: str = ""
    hung: str = ""
    place: str = ""
    signer: str = ""
    not_hung: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(self)


def check_result(typed: Typed) -> dict[str, str]:
    """Return {box: sentence} of what is wrong with a row; empty when it can be written or says nothing."""
    if typed.is_empty:
        return {}
    if typed.not_hung:
        return (
            {"not_hung": "填了没有悬挂的原因，就不要再填悬挂日期、位置和签收人。"} if typed.hung or typed.signer else {}
        )
    wrong = {}
    if not typed.hung:
        wrong["hung"] = "请填写悬挂日期。"
    if not typed.place:
        wrong["place"] = "请选择悬挂位置。"
    if not typed.signer:
        wrong["signer"] = "请填写家庭签收人。"
    return wrong


def natural(text: str) -> list:
    """Return a key by which 2 栋 comes before 10 栋."""
    parts, last = [], 0
    for match in NUMBER.finditer(text):
        parts += [(1, text[last : match.start()]), (0, int(match[0]))]
        last = match.end()
    return [(kind, str(value) if kind else "", 0 if kind else value) for kind, value in [*parts, (1, text[last:])]]


def route(rows: Iterable[Mapping]) -> list:
    """Order households by 村民组 and address, as somebody walks; rows have `office`, `group` and `address`."""
    return sorted(rows, key=lambda row: (row["office"], natural(row["group"]), natural(row["address"]), row["pk"]))
