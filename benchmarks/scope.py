"""P7: what the wall of the database costs, against the same question with a hand-written WHERE and no wall."""

import time
from statistics import median

from benchmarks.cluster import Cluster
from benchmarks.data import fill_scale
from benchmarks.table import Line
from veterans_portal.pgscope.scope import SQL, Scope

LIST = "SELECT id, ref, name, born, id_number, phone FROM registry_person WHERE {wall} AND status = 'ACTIVE' AND voided_by_batch_id IS NULL"
COUNT = "SELECT count(*), count(*) FILTER (WHERE phone_digest IS NULL) FROM registry_person WHERE {wall} AND status = 'ACTIVE' AND voided_by_batch_id IS NULL"
HOLDS = (
    "SELECT 1 FROM registry_identity i WHERE i.person_id = p.id AND i.category_id = '81' AND {inner} AND i.ended = ''"
)
BY_CATEGORY = "SELECT category_id, count(*) FROM registry_identity WHERE {wall} AND standing IN ('CLAIMED', 'CONFIRMED') AND ended = '' GROUP BY 1"
QUESTIONS = [
    # name, office, statement, repeats, largest ratio
    ("exact look-up of a number", "990103", "SELECT id, ref FROM registry_person WHERE {wall} AND id_digest = sha256('4002'::bytea) AND voided_by_batch_id IS NULL AND NOT status = 'MERGED'", 200, 1.1),
    ("list of a station by name", "990103007003", LIST + " ORDER BY office_id, pinyin, id LIMIT 30", 200, 1.1),
    ("list of a district by office and id", "990103", LIST + " ORDER BY office_id, id LIMIT 30", 200, 1.1),
    ("list of a district by name", "990103", LIST + " ORDER BY office_id, pinyin, id LIMIT 30", 200, 1.1),
    ("count of a town", "990103007", COUNT, 60, 1.5),
    ("count of a district", "990103", COUNT, 25, 1.5),
    ("people of a category, district", "990103", f"SELECT p.id FROM registry_person p WHERE {{own}} AND EXISTS ({HOLDS}) ORDER BY p.office_id, p.id LIMIT 30", 60, 1.5),
    ("categories of a district", "990103", BY_CATEGORY, 25, 1.5),
    ("categories of the city (reading role)", "", BY_CATEGORY, 7, 1.1),
    ("count of the city (reading role)", "", COUNT, 7, 1.1),
]  # fmt: skip
RANGE = "{0}office_id >= '{1}' AND {0}office_id < '{2}'"


def measure(cluster: Cluster, people: int) -> tuple[list[Line], dict]:
    with cluster.connect("scale") as filler:
        fill_scale(filler, people)
    lines, plans = [], {}
    for name, office, statement, repeats, limit in QUESTIONS:
        wanted = Scope("app_scope" if office else "app_all", office or "9901", 1)
        walled = statement.format(wall="true", own="true", inner="true")
        hand = by_hand(statement, wanted) if office else walled
        own, bare = side_by_side(cluster, wanted, walled, hand, repeats)
        lines.append(Line("" if lines else "P7", f"{name}", own, "ms", own / bare, f"by hand {bare:.3g} ms", limit))
        plans[name] = plan(cluster, wanted, walled)
    return lines, plans


def by_hand(statement: str, wanted: Scope) -> str:
    _, low, high, *_ = wanted.params()
    wall, own, inner = (RANGE.format(prefix, low, high) for prefix in ("", "p.", "i."))
    return statement.format(wall=wall, own=own, inner=inner)


def side_by_side(cluster: Cluster, wanted: Scope, walled: str, hand: str, repeats: int) -> tuple[float, float]:
    """Return median milliseconds of both, run in turns; setting the scope costs both the same round trip."""
    times: tuple[list, list] = ([], [])
    with cluster.connect("scale", "app_login") as inside, cluster.connect("scale") as outside:
        for number in range(repeats + 3):
            for connection, statement, found in ((inside, walled, times[0]), (outside, hand, times[1])):
                with connection.transaction():
                    if connection is inside:
                        connection.execute(SQL, wanted.params())
                    began = time.perf_counter()
                    connection.execute(statement).fetchall()
                    if number >= 3:
                        found.append((time.perf_counter() - began) * 1000)
    return median(times[0]), median(times[1])


def plan(cluster: Cluster, wanted: Scope, walled: str) -> list[str]:
    with cluster.connect("scale", "app_login") as inside, inside.transaction():
        inside.execute(SQL, wanted.params())
        return [line for (line,) in inside.execute("EXPLAIN " + walled).fetchall()]
