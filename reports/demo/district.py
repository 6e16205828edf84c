"""
The offices of the demo city 9901, how many people each keeps, and who works there.

Codes and sizes follow the figures that reports are checked against; all names are invented.
"""

from collections.abc import Iterator
from typing import NamedTuple

CITY = "9901"
BUREAUS = {
    "9901": "样例市",
    "990101": "青禾区",
    "990102": "北塘县",
    "990103": "赤岭市",
    "990104": "蒸水区",
    "990105": "江和区",
}
TOWNS = {
    "990101001": "柳桥街道",
    "990101002": "东塘街道",
    "990102001": "枫岭镇",
    "990105001": "汤泉街道",
}
STATIONS = {
    "990101001001": "新荷社区",
    "990101001002": "石井社区",
    "990102001001": "枫岭村",
    "990105001001": "龙口社区",
    "990105001002": "古井社区",
    "990105001003": "高桥社区",
}
HEADS, TAILS = "东西南北上下新老长清石柳枫青白大双龙凤金", "湖塘坪冲田溪湾坡庄店垄洲岗桥井山口头林岩泉港河峰寨"
TAKEN = {name[:2] for name in (*TOWNS.values(), *STATIONS.values())}
SURNAMES, GIVEN = "何方邓罗许郑彭袁蒋贺", "小燕立民志远文静可心海平春兰建华"


class Place(NamedTuple):
    """One office and the number of people it keeps itself."""

    code: str
    name: str
    people: int = 0

    @property
    def tier(self) -> str:
        return {4: "CITY", 6: "DISTRICT", 9: "TOWN", 12: "VILLAGE"}[len(self.code)]

    @property
    def full_name(self) -> str:
        return f"{self.name}退役军人{'服务站' if len(self.code) > 6 else '事务局'}"

    @property
    def parent(self) -> str:
        return self.code[: {4: 0, 6: 4, 9: 6, 12: 9}[len(self.code)]]


def spread(total: int, parts: int) -> list[int]:
    """Share `total` over `parts` as evenly as whole numbers allow."""
    return [total // parts + (index < total % parts) for index in range(parts)]


def invented() -> Iterator[str]:
    """Yield names that occur once: 东湖, 西湖, 南湖, …"""
    return (head + tail for tail in TAILS for head in HEADS if head + tail not in TAKEN)


def town(
    code: str, people: list[int], names: Iterator[str], *, unplaced: int = 0, ending: str = "村"
) -> Iterator[Place]:
    """Yield a town and its stations; `people[n]` belong to the n-th station, `unplaced` to none yet."""
    yield Place(code, TOWNS.get(code) or next(names) + ("镇" if ending == "村" else "街道"), unplaced)
    for index, count in enumerate(people, 1):
        station = f"{code}{index:03}"
        yield Place(station, STATIONS.get(station) or next(names) + ending, count)


def small() -> Iterator[Place]:
    """600 people, two of them registered by hand: one street with six communities, one town with five villages."""
    names = invented()
    yield from bureaus("990101", "990102")
    yield from town("990101001", [118, 80, 60, 50, 40, 30], names, unplaced=10, ending="社区")
    yield from town("990102001", [50, 45, 40, 35, 30], names, unplaced=10)


def full() -> Iterator[Place]:
    """60,000 people; 990105 keeps exactly 35,000 of them, 990101001001 555 with the two registered by hand."""
    names = invented()
    yield from bureaus(*BUREAUS)
    yield from town("990101001", [553, 310, 280, 260, 240, 215], names, unplaced=12, ending="社区")
    yield from town("990101002", [240, 210, 190, 170], names, unplaced=8, ending="社区")
    yield from town("990102001", spread(2304, 64), names, unplaced=6)
    for number, people in enumerate(spread(11_500, 14), 1):
        yield from town(f"990103{number:03}", spread(people, 13), names)
    for number, people in enumerate(spread(8_500, 6), 1):
        yield from town(f"990104{number:03}", spread(people, 8), names, ending="社区")
    yield from town("990105001", [260, 102, 189, 240, 250, 230], names, unplaced=9, ending="社区")
    for number, people in enumerate(spread(35_000 - 1280, 9), 2):
        yield from town(f"990105{number:03}", spread(people, 12), names, ending="社区")


def bureaus(*codes: str) -> Iterator[Place]:
    yield Place(CITY, BUREAUS[CITY])
    for code in codes:
        if code != CITY:
            yield Place(code, BUREAUS[code])


SIZES = {"small": small, "full": full}


def keeper_name(number: int) -> str:
    """Return the invented name of the n-th town's head."""
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number * 3 % len(GIVEN)] + GIVEN[(number * 7 + 5) % len(GIVEN)]
