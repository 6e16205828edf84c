"""What reading one value gives: the value, why it is refused, and what was understood on the way."""

from typing import Any, NamedTuple


class Reason(NamedTuple):
    """A reason code and the piece of text its sentence needs."""

    code: str
    detail: str = ""


class Checked(NamedTuple):
    """A value with the reasons against it and the warnings about it."""

    value: Any
    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()


def refused(code: str, detail: str = "", value: Any = "") -> Checked:
    return Checked(value, (Reason(code, detail),))
