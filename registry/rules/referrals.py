"""服务站转介: which deed follows which state, and whose it is. Pure."""

from typing import NamedTuple


class Step(NamedTuple):
    """One deed: from which states, to which, and by which side: TAKER receives, EITHER may take back or call off."""

    sources: tuple[str, ...]
    target: str
    side: str
    label: str


STEPS = {
    "taking": Step(("OPEN",), "TAKEN", "TAKER", "接收"),
    "closing": Step(("TAKEN",), "DONE", "TAKER", "办结"),
    "cancelling": Step(("OPEN", "TAKEN"), "CANCELLED", "EITHER", "取消"),
}


def open_steps(state: str, *, gives: bool, takes: bool) -> list[str]:
    """Return the deeds that a state allows to a reader who stands at the giving or at the receiving side."""
    return [
        name for name, step in STEPS.items() if state in step.sources and (takes or (gives and step.side == "EITHER"))
    ]
