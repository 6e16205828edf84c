"""The tabs above a list: each with the number of its rows."""

from collections.abc import Mapping

from django.db.models import Count, Q


def tabs(
    rows, views: Mapping[str, tuple[str, Q]], url: str, current: str, *, marks: Mapping[str, str] | None = None
) -> list[dict]:
    """
    Count the rows of every tab. One statement.

    views: tab → its words, and which rows it holds.
    marks: tab → how it is drawn while it holds any (soon, overdue).
    """
    numbers = rows.aggregate(**{name: Count("pk", filter=held) for name, (_, held) in views.items()})
    joint, marks = "&" if "?" in url else "?", marks or {}
    return [
        {"n": numbers[name], "label": label, "url": f"{url}{joint}view={name}", "current": name == current,
         "state": marks.get(name, "") if numbers[name] else ""}
        for name, (label, _) in views.items()
    ]  # fmt: skip
