"""The demo people as workbooks, laid out as a town would send them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from reports.demo.district import Place
from reports.demo.people import COLUMNS, People
from veterans_portal.sheets import LedgerColumn, write_ledger

WIDE = {"身份证号码": 21, "人员类别": 24, "户籍地": 28, "现住址": 30, "联系电话": 14}
UNPLACED_STATION = ""


def write_people(path: Path, title: str, rows: Iterable[dict[str, str]]) -> int:
    """Write rows of {column: text} as an Excel ledger; returns how many."""
    columns = [LedgerColumn(name, WIDE.get(name, 12)) for name in COLUMNS]
    cells = ([row.get(name, "") for name in COLUMNS] for row in rows)
    subtitle = "样例数据，人员均为虚构"
    return write_ledger(path, sheet_name="人员台账", title=title, subtitle=subtitle, columns=columns, rows=cells)


def rows_of(town: Place, stations: Iterable[Place], people: People) -> Iterator[dict[str, str]]:
    """Yield the people of a town: each station's, then those who have none yet."""
    for station in stations:
        yield from people.rows(station.people, station.name)
    yield from people.rows(town.people, UNPLACED_STATION)


def with_mistakes(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return a supplement in which five rows cannot go in: the mistakes clerks meet most often."""
    wrong = [dict(row) for row in rows]
    number = wrong[2]["身份证号码"]
    wrong[2]["身份证号码"] = number[:-1] + ("1" if number[-1] != "1" else "2")
    wrong[6]["身份证号码"] = ""
    wrong[9] |= {"入伍时间": "1987-11", "退役时间": "1983-10"}
    wrong[13]["人员类别"] = "三属"
    wrong[17] |= {column: wrong[16][column] for column in ("身份证号码", "性别", "出生日期")}
    return wrong
