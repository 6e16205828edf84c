"""
python -m benchmarks [P1 P2 P3 P5 P7 P8 P9 P11] [--quick] [--full]

Measures the budgets of the design on data it makes, prints one table and writes benchmarks/results.json.
--quick: a tenth of the size. --full: P7 on 1,000,000 people. Everything it made is removed at the end.
"""

import argparse
import os
import sys
import time

from benchmarks import desk, payments, scope, table
from benchmarks.cluster import Cluster
from benchmarks.ledgers import Ledgers
from benchmarks.table import Line

ALL = ("P1", "P2", "P3", "P5", "P7", "P8", "P9", "P11")
SIZE = 35_000
PETITIONS = 50_000
VISITS = 40
PAGE_LIMIT, OVERVIEW_LIMIT, MOST_QUERIES, MOST_BYTES = 2.0, 4.0, 12, 40_000


def say(text: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {text}", file=sys.stderr, flush=True)


def pages(cluster: Cluster, wanted: list[str]) -> tuple[list[Line], dict]:
    """P3 and P9 from one process."""
    found = cluster.run("benchmarks.ours", "pages", "benchdistrict", "benchclerk", VISITS)
    floor, lines = found["pages"]["bare"][0], []
    for name, (milliseconds, queries) in found["pages"].items():
        limit = None if name == "bare" else OVERVIEW_LIMIT if name == "overview" else PAGE_LIMIT
        lines.append(
            Line(
                "" if lines else "P3",
                f"{name}, {queries} queries",
                milliseconds,
                "ms",
                milliseconds / floor,
                "bare page",
                limit,
            )
        )
        few = found["station"][name][1]
        if queries > MOST_QUERIES or queries != few:
            lines.append(
                Line(
                    "",
                    f"  !! {queries} queries at a district, {few} at a station (at most {MOST_QUERIES})",
                    queries,
                    "",
                )
            )
    weight = found["weight"]["total"]
    parts = ", ".join(f"{name.split('/')[-1]} {size}" for name, size in found["weight"].items() if name != "total")
    heavy = [Line("P9", "first page after login, gzip", weight / 1000, "kB", weight / MOST_BYTES, parts, 1.0)]
    return (lines if "P3" in wanted else []) + (heavy if "P9" in wanted else []), found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("works", nargs="*", metavar="P1", help=" ".join(ALL))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    if unknown := set(options.works) - set(ALL):
        parser.error(f"unknown: {' '.join(unknown)}")
    wanted, size = options.works or list(ALL), SIZE // 10 if options.quick else SIZE
    lines, details = [], {"load_average_before": os.getloadavg()}
    with Cluster() as cluster:
        [(server,)] = cluster.sql("SHOW server_version", "postgres")
        prepare(cluster)
        if "P7" in wanted:
            people = 1_000_000 if options.full else 200_000 // (10 if options.quick else 1)
            say(f"P7: {people} people over 5,000 stations")
            found, details["P7 plans"] = scope.measure(cluster, people)
            lines += found
        if "P5" in wanted:
            say(f"P5: a month and seven months of back pay, {size} people")
            found, details["P5"] = payments.measure(cluster, size)
            lines += found
        if set(wanted) - {"P5", "P7", "P11"}:
            ledgers = Ledgers(cluster, size)
            say("100,000 people for both sides" if not options.quick else "10,000 people for both sides")
            ledgers.preload()
            if {"P3", "P9"} & set(wanted):
                say("P3, P9: pages")
                found, details["pages"] = pages(cluster, wanted)
                lines += found
            for name, work in (
                ("P2", ledgers.export_against_peer),
                ("P1", ledgers.import_against_peer),
                ("P8", ledgers.memory),
            ):
                if name in wanted:
                    say(name)
                    lines += work()
            details |= ledgers.details
        if "P11" in wanted:  # last: its petitions would stand on the home page that P3 measures
            number = PETITIONS // 10 if options.quick else PETITIONS
            say(f"P11: {number} petitions at one district")
            found, details["P11"] = desk.measure(cluster, number, VISITS)
            lines += found
        about = table.machine(server)
    lines.sort(key=order(lines))
    table.show(lines)
    table.save(lines, details, about)


def prepare(cluster: Cluster) -> None:
    say("empty databases")
    cluster.manage("migrate", "-v0")
    cluster.manage("collectstatic", "--noinput", "-v0")
    cluster.sql("CREATE DATABASE scale TEMPLATE portal OWNER app_owner", "postgres")
    cluster.sql("CREATE DATABASE peer OWNER app_owner", "postgres")
    cluster.run("benchmarks.peer", "prepare")
    cluster.run("benchmarks.ours", "prepare")


def order(lines: list[Line]):
    """Return a key that keeps each work's lines together, works in order."""
    place, current = {}, ""
    for line in lines:
        current = line.work or current
        place[id(line)] = current
    return lambda line: place[id(line)]


if __name__ == "__main__":
    main()
