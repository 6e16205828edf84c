"""What a cell may hold: plain Python values, and two things a plain value cannot say.

A cell is `str`, `int`, `float`, `bool`, `date`, `datetime`, `time`, `timedelta`, `""` for blank,
an `ErrorCell`, or `NO_VALUE`.
"""

import re
from datetime import date, datetime, time, timedelta

DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
GUARDED = re.compile(r"'+[=+\-@\t\r]")
ERROR_TEXT = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!)|#{3,}")


class ErrorCell(str):
    """The error a formula gave, such as `#N/A`; never to be stored as if it were text."""

    __slots__ = ()


class NoValue:
    """A formula whose result the file does not hold; the only instance is `NO_VALUE`."""

    _only = None

    def __new__(cls):
        """Return the one instance, also when it is unpickled."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __reduce__(self):
        return (NoValue, ())

    def __repr__(self):
        return "NO_VALUE"


NO_VALUE = NoValue()


def is_blank(value) -> bool:
    """Say whether a cell is empty or holds white space only. `NO_VALUE` is not blank: something was meant."""
    if value is None or value == "":
        return True
    return isinstance(value, str) and value.isspace()


def text_of(value) -> str:
    """Return a cell as text: 1983.0 → "1983", dates ISO, blank and `NO_VALUE` → "".

    A float is written with the digits that Python needs to read it back (1983.1 → "1983.1"),
    never in scientific notation while it is below 10¹⁶.
    """
    if isinstance(value, str):
        return str(value)
    if value is None or value is NO_VALUE:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime):
        # Midnight is how workbooks store a plain day.
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def escape_guard(text: str) -> str:
    """Return `text` so that no spreadsheet program runs it: one `'` before `= + - @`, tab or return.

    Text that already starts with `'` before such a character gets one more, so `unescape_guard`
    gives back exactly what was written.
    """
    return "'" + text if DANGEROUS.match(text) else text


def unescape_guard(text: str) -> str:
    """Undo `escape_guard`: drop one leading `'`. Other text comes back unchanged."""
    return text[1:] if GUARDED.match(text) else text


def error_or_text(text: str) -> str:
    """Return `text`, as an `ErrorCell` if it spells a formula error (text files keep only the spelling)."""
    return ErrorCell(text) if text.startswith("#") and ERROR_TEXT.fullmatch(text) else text
