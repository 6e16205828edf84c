"""光荣牌: what may be done in which state. Read by the actions, by the pages, and by the tests that walk it."""

from typing import NamedTuple

from veterans_portal.accounts.permissions import Permission


class Step(NamedTuple):
    """One deed: from which states, to which, by whom, and what it is called on the page."""

    sources: tuple[str, ...]
    target: str
    needs: str
    label: str


HANG, APPROVE = Permission.HANG_PLAQUE, Permission.APPROVE_PLAQUE
ACTIVE = ("TO_VERIFY", "PENDING", "HELD", "HUNG", "EXCHANGE", "LOST", "KEPT")
STEPS = {
    "verify": Step(("TO_VERIFY",), "PENDING", HANG, "核实通过"),
    "hold": Step(("PENDING",), "HELD", HANG, "登记已发未挂"),
    "hang": Step(("PENDING", "HELD"), "HUNG", HANG, "登记悬挂"),
    "ask-exchange": Step(("HUNG",), "EXCHANGE", HANG, "申请更换"),
    "report-lost": Step(("HUNG",), "LOST", HANG, "报告遗失"),
    "approve-exchange": Step(("EXCHANGE", "LOST"), "REPLACED", APPROVE, "批准更换"),
    "refuse-exchange": Step(("EXCHANGE",), "HUNG", APPROVE, "不批准更换"),
    "withdraw": Step(ACTIVE, "WITHDRAWN", APPROVE, "取消并收回"),
    "restore": Step(("WITHDRAWN",), "WITHDRAWN", APPROVE, "恢复悬挂"),
}
KEPT_SENTENCE = "保留的光荣牌不再更换。"


def open_steps(state: str) -> list[str]:
    """Return the deeds that a state allows, in the order of the table."""
    return [name for name, step in STEPS.items() if state in step.sources]
