"""
Charts as SVG drawn on the server: one string for the screen, for print and for WeasyPrint.

WeasyPrint ignores page CSS, var() and currentColor within inline SVG, so everything is a literal attribute and the
colours are constants; tests/foundation/test_css.py compares them with the tokens in portal.css. Every value is
printed, the base line is zero, and a drawing carries its numbers for the table below it (`headers`, `rows`).
"""

import zlib
from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString

FONT = "Microsoft YaHei UI, Microsoft YaHei, PingFang SC, Noto Sans CJK SC, sans-serif"
INK, INK_2, RULE = "#1a201c", "#4a544d", "#7c877f"
C1, C2, C3 = "#2b573b", "#a9c3af", "#dfe7df"  # C2 and C3 always stand beside a number
RED, AMBER, WHITE = "#a61b1b", "#c98a00", "#ffffff"  # RED only for 超期 and 出错
DARK = {C1, RED}
SIZE = 14  # px; the least that older eyes read without effort
MOST_COLUMNS, MOST_ROWS = 12, 40
UNKNOWN = "—"

Number = int | float | Decimal


class Drawing(SafeString):
    """SVG markup, every text in it escaped, with the table of its numbers."""

    headers: Sequence[str] = ()
    rows: Sequence[Sequence] = ()


def columns(
    title: str,
    labels: Sequence[str],
    values: Sequence[Number | None],
    *,
    unit: str = "",
    target: Number | None = None,
    target_label: str = "目标",
    last_is_partial: bool = False,
    width: int = 600,
    height: int = 226,
    uid: str = "",
) -> Drawing:
    """
    Upright columns, at most 12, usually months.

    unit: 户次, 人 … for the description and the table. target: a dashed line with its label at the right.
    last_is_partial: the last period is not over; its column is hatched. None is drawn as —.
    """
    at_most(len(values), MOST_COLUMNS)
    uid = uid or unique("columns", title, labels, values)
    right, top, bottom = (94 if target is not None else 4), 28, 32
    floor, room = height - bottom, height - bottom - top
    highest = float(max([*(value or 0 for value in values), target or 0])) or 1.0
    step = (width - right - 4) / max(len(values), 1)
    bar = min(38.0, step * 0.58)
    parts = [pattern(uid)] if last_is_partial else []
    parts.append(line(4, floor, width - right, floor, RULE))
    if target is not None:
        y = floor - room * float(target) / highest
        parts.append(line(4, y, width - right, y, INK, dashed=True))
        parts.append(text(width - right + 8, y - 3, target_label))
        parts.append(text(width - right + 8, y + 15, number(target), fill=INK, bold=True))
    for index, (label, value) in enumerate(zip(labels, values, strict=True)):
        middle, is_last = 4 + step * (index + 0.5), index == len(values) - 1
        tall = room * float(value or 0) / highest
        fill = f"url(#{uid}-hatch)" if is_last and last_is_partial else C1
        parts.append(rect(middle - bar / 2, floor - tall, bar, tall, fill, C1 if fill != C1 else ""))
        shown, wide = number(value), text_width(number(value))
        parts.append(rect(middle - wide / 2 - 3, floor - tall - 21, wide + 6, 19, WHITE))
        parts.append(text(middle, floor - tall - 6, shown, fill=INK, anchor="middle", bold=is_last))
        parts.append(text(middle, height - 10, label, anchor="middle"))
    rows = [(label, value) for label, value in zip(labels, values, strict=True)]
    said = "，".join(f"{label} {number(value)}" for label, value in rows)
    aim = f"；{target_label} {number(target)}" if target is not None else ""
    svg = wrap(uid, width, height, title, f"{described(unit)}{said}{aim}", parts)
    return finished(svg, ("时期", headed("数量", unit)), rows)


def stacked(
    title: str,
    rows: Sequence[tuple[str, Sequence[Number]]],
    series: Sequence[str],
    *,
    unit: str = "",
    colours: Sequence[str] = (C1, C2, C3),
    width: int = 600,
    uid: str = "",
) -> Drawing:
    """Lying bars of several parts; rows of (label, values), `series` names the parts, RED only for 超期."""
    at_most(len(rows), MOST_ROWS)
    uid = uid or unique("stacked", title, rows, series)
    left, top, pitch = label_room([label for label, _ in rows], width), 34, 38
    room = width - left - 12 - text_width("共 " + number(max((sum(v) for _, v in rows), default=0))) - 12
    highest = float(max((sum(values) for _, values in rows), default=0)) or 1.0
    parts, x = [], float(left)
    for name, colour in zip(series, colours, strict=False):
        parts += [rect(x, 6, 14, 14, colour, RULE if colour == C3 else ""), text(x + 20, 18, name, fill=INK)]
        x += 20 + text_width(name) + 24
    for index, (label, values) in enumerate(rows):
        y, x = top + pitch * index, float(left)
        parts.append(text(left - 12, y + 17, clipped(label, left - 12), fill=INK, anchor="end"))
        for value, colour in zip(values, colours, strict=False):
            long = room * float(value) / highest
            if value:
                parts.append(rect(x, y, max(long - 1.5, 2), 24, colour, RULE if colour == C3 else ""))
                ink = WHITE if colour in DARK else INK
                if long > text_width(number(value)) + 6:
                    parts.append(text(x + long / 2, y + 17, number(value), fill=ink, anchor="middle"))
            x += long
        parts.append(text(x + 8, y + 17, f"共 {number(sum(values))}"))
    said = "；".join(
        f"{label} 共 {number(sum(values))}，其中"
        + "、".join(f"{n} {number(v)}" for n, v in zip(series, values, strict=True))
        for label, values in rows
    )
    svg = wrap(uid, width, top + pitch * len(rows), title, described(unit) + said, parts)
    table = [(label, *values, sum(values)) for label, values in rows]
    return finished(svg, ("项目", *(headed(name, unit) for name in series), headed("合计", unit)), table)


def bars(
    title: str,
    rows: Sequence[tuple[str, Number | None]],
    *,
    unit: str = "",
    links: Sequence[str] | None = None,
    target: Number | None = None,
    width: int = 600,
    uid: str = "",
) -> Drawing:
    """
    Lying bars, a value each; rows of (label, value).

    links: an address for each row, to the list that makes its number. target: a tick; bars below it are amber.
    """
    at_most(len(rows), MOST_ROWS)
    uid = uid or unique("bars", title, rows)
    left, pitch = label_room([label for label, _ in rows], width), 34
    room = width - left - 12 - max((text_width(number(value)) for _, value in rows), default=0) - 8
    highest = float(max([*(value or 0 for _, value in rows), target or 0])) or 1.0
    parts = []
    for index, (label, value) in enumerate(rows):
        y, long = 4 + pitch * index, room * float(value or 0) / highest
        name = text(
            left - 12, y + 17, clipped(label, left - 12), fill=C1 if links else INK, anchor="end", lined=bool(links)
        )
        if links:
            name = f'<a href="{escape(links[index])}" aria-label="{escape(label)}：{number(value)}{escape(unit)}">{name}</a>'
        is_short = target is not None and value is not None and value < target
        parts += [name, rect(left, y, long, 24, AMBER if is_short else C1)]
        if target is not None:
            at = left + room * float(target) / highest
            parts.append(line(at, y - 2, at, y + 26, INK, thick=2))
        parts.append(text(left + long + 8, y + 17, number(value), fill=INK))
    said = "，".join(f"{label} {number(value)}" for label, value in rows)
    aim = f"；目标 {number(target)}" if target is not None else ""
    svg = wrap(
        uid, width, 8 + pitch * len(rows), title, described(unit) + said + aim, parts, role="group" if links else "img"
    )
    return finished(svg, ("项目", headed("数量", unit)), rows)


def ruler(title: str, *, start: tuple[str, str], end: tuple[str, str], passed: float, here: str, is_over: bool = False,
          width: int = 620) -> Drawing:  # fmt: skip
    """
    A term as a line from its start to its end with today on it.

    start, end: (word, date). passed: share of the term that has gone by, 0–1. here: the words at today's mark.
    """
    left, right, y = 48, width - 48, 38
    at = left + (right - left) * min(max(passed, 0.0), 1.0)
    room = text_width(here) / 2
    parts = [rect(left, y, right - left, 10, C3), rect(left, y, at - left, 10, RED if is_over else C1)]
    for x, (word, day) in ((left, start), (right, end)):
        parts += [line(x, y - 6, x, y + 16, INK, thick=2), text(x, y + 34, word, fill=INK, anchor="middle"),
                  text(x, y + 51, day, anchor="middle")]  # fmt: skip
    parts.append(f'<path d="M{at:.1f} {y - 3} l-8 -13 h16 z" fill="{INK}"/>')
    parts.append(text(min(max(at, room), width - room), y - 21, here, fill=INK, anchor="middle", bold=True))
    said = f"{start[0]} {start[1]}，{end[0]} {end[1]}，{here}"
    return Drawing(wrap(unique("ruler", title, start, end, here), width, 96, title, said, parts))


def minibar(percent: Number | None, *, target: Number | None = None, width: int = 72) -> Drawing:
    """A bar of 0–100 % beside its printed number, with a tick at the target; amber below it. Decoration only."""
    share = min(max(float(percent or 0), 0.0), 100.0)
    is_short = target is not None and percent is not None and percent < target
    parts = [rect(0, 1, width, 10, C3), rect(0, 1, width * share / 100, 10, AMBER if is_short else C1)]
    if target is not None:
        parts.append(rect(min(width * float(target) / 100, width - 1) - 1, 0, 2, 12, INK))
    size = f'viewBox="0 0 {width} 12" width="{width}" height="12"'
    return Drawing(f'<svg xmlns="http://www.w3.org/2000/svg" {size} aria-hidden="true">{"".join(parts)}</svg>')


# ---- pieces ----------------------------------------------------------------------------------------------------


def number(value: Number | None) -> str:
    return UNKNOWN if value is None else f"{value:,}"


def described(unit: str) -> str:
    return f"单位：{unit}。" if unit else ""


def headed(name: str, unit: str) -> str:
    return f"{name}（{unit}）" if unit else name


def at_most(count: int, limit: int) -> None:
    if count > limit:
        raise ValueError(f"{count} bars in one chart, at most {limit} can be read")


def unique(*content) -> str:
    """An id that differs between the charts of a page and is the same each time the page is drawn."""
    return f"chart-{zlib.crc32(repr(content).encode()):08x}"


def text_width(words: str) -> float:
    """About how wide a text is drawn: a Chinese character is square, a figure a little over half."""
    return sum(SIZE if ord(letter) > 0x2E7F else SIZE * 0.6 for letter in words)


def label_room(labels: Sequence[str], width: int) -> int:
    return int(min(max(map(text_width, labels), default=0) + 14, width * 0.36))


def clipped(label: str, room: float) -> str:
    if text_width(label) <= room:
        return label
    while label and text_width(label + "…") > room:
        label = label[:-1]
    return label + "…"


def text(x, y, words, *, fill=INK_2, anchor="start", bold=False, lined=False) -> str:
    extra = (' font-weight="700"' if bold else "") + (' text-decoration="underline"' if lined else "")
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{SIZE}" fill="{fill}" text-anchor="{anchor}"{extra}>'
        f"{escape(words)}</text>"
    )


def rect(x, y, width, height, fill, stroke="") -> str:
    edge = f' stroke="{stroke}"' if stroke else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{edge}/>'


def line(x1, y1, x2, y2, stroke, *, dashed=False, thick=1) -> str:
    extra = ' stroke-dasharray="5 4"' if dashed else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{thick}"{extra}/>'


def pattern(uid: str) -> str:
    return (
        f'<defs><pattern id="{uid}-hatch" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{WHITE}"/><path d="M-1 7L7 -1" stroke="{C1}" stroke-width="1.6"/></pattern></defs>'
    )


def wrap(uid, width, height, title, description, parts, role="img") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="{role}" aria-labelledby="{uid}-title" aria-describedby="{uid}-desc" font-family="{FONT}">'
        f'<title id="{uid}-title">{escape(title)}</title><desc id="{uid}-desc">{escape(description)}</desc>{"".join(parts)}</svg>'
    )


def finished(svg: str, headers, rows) -> Drawing:
    drawing = Drawing(svg)
    drawing.headers, drawing.rows = headers, rows
    return drawing
