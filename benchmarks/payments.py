"""P5: a month of 35,000 people and seven months of back pay, against a loop over people and one bare statement."""

import time

from benchmarks.cluster import Cluster
from benchmarks.table import Line

HISTORY = 20
MONTHS_BACK = 7
MONTH_SECONDS, BACK_SECONDS, MONTH_MB = 10.0, 30.0, 700
OF_PEER, OF_FLOOR = 0.05, 3.0  # a twentieth of the loop; three times the bare statement
PEER_SAMPLE = 2_000  # people of the loop; its time is scaled up, because it grows with their number


def bare_write(cluster: Cluster) -> dict:
    """Write the rows of the latest draft once more, by one statement, into copies of both tables with all their indexes."""
    with cluster.connect() as connection:
        for table in ("line", "linemonth"):
            connection.execute(f"CREATE TABLE bare_{table} (LIKE benefits_{table} INCLUDING ALL)")
        batch = connection.execute("SELECT max(id) FROM benefits_batch").fetchone()[0]
        began = time.perf_counter()
        cursor = connection.execute(
            "WITH lines AS (INSERT INTO bare_line SELECT * FROM benefits_line WHERE batch_id = %(b)s)"
            " INSERT INTO bare_linemonth SELECT * FROM benefits_linemonth WHERE batch_id = %(b)s",
            {"b": batch},
        )
        seconds, rows = time.perf_counter() - began, cursor.rowcount
        connection.execute("DROP TABLE bare_line, bare_linemonth")
    return {"seconds": seconds, "rows": rows}


def measure(cluster: Cluster, size: int) -> tuple[list[Line], dict]:
    """Return the lines of P5 and the raw answers of all processes."""
    sample, details = min(size, PEER_SAMPLE), {}
    cluster.run("benchmarks.peer", "pay-prepare", size, HISTORY)
    details["prepare"] = cluster.run("benchmarks.pay_ours", "prepare", size, HISTORY)
    lines = []
    for name, what, budget in (
        ("month", f"draft a month, {size} people", MONTH_SECONDS),
        ("back", "draft 7 months of back pay", BACK_SECONDS),
    ):
        back = MONTHS_BACK if name == "back" else 1
        if name == "back":
            details["approve"] = cluster.run("benchmarks.pay_ours", "approve")
            cluster.run("benchmarks.peer", "pay-raise", back)
        ours = cluster.run("benchmarks.pay_ours", name)
        peer, floor = cluster.run("benchmarks.peer", "pay", back, sample), bare_write(cluster)
        loop = peer["seconds"] * size / sample
        details[name] = {"ours": ours, "peer": peer, "floor": floor}
        lines += [
            Line("P5" if name == "month" else "", what, ours["seconds"], "s", ours["seconds"] / loop, f"loop {loop:.3g} s", OF_PEER),
            Line("", "  against its budget", ours["seconds"], "s", ours["seconds"] / (budget * size / 35_000), "budget", 1.0),
            Line("", "  against one bare statement", ours["seconds"], "s", ours["seconds"] / floor["seconds"], f"floor {floor['seconds']:.3g} s", OF_FLOOR),
            Line("", "  memory", ours["peak_mb"], "MB", ours["peak_mb"] / MONTH_MB, f"{MONTH_MB} MB", 1.0 if name == "month" else None),
        ]  # fmt: skip
    approve = details["approve"]
    lines.append(Line("", "approve: compute again, compare, freeze", approve["seconds"], "s",
                      approve["seconds"] / (details["month"]["ours"]["seconds"] + 3), "draft + 3 s", 1.0))  # fmt: skip
    return lines, details
