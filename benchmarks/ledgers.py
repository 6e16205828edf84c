"""P1, P2 and P8: ledgers in and out, against the peer and against the least work that could do."""

import time
from pathlib import Path

from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import write_worksheet

from benchmarks.cluster import Cluster
from benchmarks.columns import EXPORTED, FIELDS
from benchmarks.data import DISTRICTS, people_of, write_workbook
from benchmarks.table import Line
from reports.demo.people import People

PER_FILE = 50_000
PEER_TABLE = "peer_person"
PEER_LEDGER = "peer_ledgerrow"


class Ledgers:
    """The workbooks of one run; `size` is 35,000 people, or a tenth of them with --quick."""

    def __init__(self, cluster: Cluster, size: int):
        self.cluster, self.size, self.people = cluster, size, People(35)
        self.details: dict[str, dict] = {}

    def workbook(self, name: str, count: int, district: str) -> Path:
        return write_workbook(self.cluster.file(name), people_of(self.people, count, district))

    def ours(self, label: str, *arguments) -> dict:
        self.cluster.settle()
        self.details[label] = self.cluster.run("benchmarks.ours", *arguments)
        return self.details[label]

    def peer(self, label: str, *arguments) -> dict:
        self.cluster.settle()
        self.details[label] = self.cluster.run("benchmarks.peer", *arguments)
        return self.details[label]

    def preload(self) -> None:
        """Give both sides about 100,000 people (`size` of them in the district of the pages)."""
        for district, count in zip(DISTRICTS, (self.size, self.size, self.size * 6 // 7), strict=True):
            path = self.workbook(f"known-{district}.xlsx", count, district)
            self.ours(f"preload {district}", "import", "benchcity", district, path)
            self.copy_to_peer(path)
        self.cluster.settle()

    def copy_to_peer(self, path: Path, table: str = PEER_TABLE) -> int:
        """The floor of an import: decode once, COPY."""
        header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        columns = ", ".join(FIELDS[label] for label in header)
        statement = f"COPY {table} ({columns}) FROM STDIN"
        with self.cluster.connect("peer") as connection, connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        return len(rows)

    def forget_in_peer(self) -> None:
        self.cluster.sql(f"DELETE FROM {PEER_TABLE} WHERE id > {self.kept}", "peer")

    # ---- P1 -----------------------------------------------------------------------------------------------------

    def import_against_peer(self, repeats: int = 2) -> list[Line]:
        """Imports of the portal stand before, between and behind those of the peer: a machine has slow minutes."""
        [(self.kept,)] = self.cluster.sql(f"SELECT max(id) FROM {PEER_TABLE}", "peer")
        paths = [self.workbook(f"new-{n}.xlsx", self.size, DISTRICTS[2]) for n in range(repeats + 1)]
        floor, blinds, runs = self.floor_of_import(paths[0]), [], []
        for n in range(repeats):
            runs.append(self.ours(f"import {n}", "import", "benchcity", DISTRICTS[2], paths[n]))
            blinds.append(self.peer(f"peer blind {n}", "blind", paths[0]))
            self.forget_in_peer()
        checked = self.peer("peer checked", "checked", paths[0])
        self.forget_in_peer()
        runs.append(self.ours(f"import {repeats}", "import", "benchcity", DISTRICTS[2], paths[-1]))
        known = self.ours("import again", "import", "benchcity", DISTRICTS[2], self.mixed(paths[0]))["seconds"]
        ours, blind = (min(side, key=lambda run: run["seconds"]) for side in (runs, blinds))
        own, slowest = ours["seconds"], max(run["seconds"] for run in runs)
        return [
            Line("P1", f"import {self.size} rows × 20 columns, best of {len(runs)}", own),
            *[Line("", f"  {step}", ours[step]) for step in ("upload", "read", "commit")],
            Line("", "  CPU seconds of all processes", ours["cpu"], "s", ours["cpu"] / blind["cpu"],
                 f"blind {blind['cpu']:.3g} s"),
            Line("", "  peer, checked (preview, then confirm)", checked["seconds"], "s", own / checked["seconds"], "checked", 0.1),
            Line("", "  slowest of ours", slowest, "s", slowest / checked["seconds"], "checked"),
            Line("", "  peer, blind (bulk, nothing checked)", blind["seconds"], "s", own / blind["seconds"], "blind", 1.0),
            Line("", "  floor: decode and COPY", floor, "s", own / floor, "floor"),
            Line("", "  a file of which 90 % is known", known, "s", known / own, "a new file"),
        ]  # fmt: skip

    def mixed(self, path: Path) -> Path:
        """Return a workbook of which nine rows in ten are in the registry already, some with a new phone."""
        header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        known = [dict(zip(header, row, strict=True)) for row in rows[: len(rows) * 9 // 10]]
        for row in known[::10]:
            row["联系电话"] = self.people.phone()
        new = people_of(self.people, len(rows) - len(known), DISTRICTS[2])
        return write_workbook(self.cluster.file("mixed.xlsx"), [*known, *new])

    def floor_of_import(self, path: Path) -> float:
        self.cluster.sql(
            f"CREATE TABLE floor (LIKE {PEER_TABLE} INCLUDING DEFAULTS); ALTER TABLE floor DROP COLUMN id", "peer"
        )
        began = time.perf_counter()
        self.copy_to_peer(path, "floor")
        seconds = time.perf_counter() - began
        self.cluster.sql("DROP TABLE floor", "peer")
        return seconds

    # ---- P2 -----------------------------------------------------------------------------------------------------

    def export_against_peer(self, repeats: int = 3) -> list[Line]:
        path = self.cluster.file("export.xlsx")
        runs = [self.ours(f"export {n}", "export", "benchexport", DISTRICTS[0], path) for n in range(repeats)]
        self.give_peer_the_ledger(path)
        floor = self.floor_of_export()
        peers = [self.peer(f"peer export {n}", "export", self.cluster.file("peer.xlsx")) for n in range(repeats)]
        ours, peer = (min(side, key=lambda run: run["seconds"]) for side in (runs, peers))
        own = ours["seconds"]
        return [
            Line("P2", f"export {self.size} rows × {len(EXPORTED)} columns", own),
            Line("", "  CPU seconds of all processes", ours["cpu"], "s", ours["cpu"] / peer["cpu"], f"peer {peer['cpu']:.3g} s"),
            Line("", "  peer, the same cells", peer["seconds"], "s", own / peer["seconds"], "peer", 0.1),
            Line("", "  floor: SELECT and write the same cells", floor, "s", own / floor, "floor", 2.5),
        ]  # fmt: skip

    def give_peer_the_ledger(self, path: Path) -> None:
        """Put the exported cells into the peer's table."""
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[2:]
        header, rows = rows[0], rows[1:-2]  # without totals and signature
        columns = ", ".join(EXPORTED[label] for label in header)
        statement = f"COPY {PEER_LEDGER} ({columns}) FROM STDIN"
        with self.cluster.connect("peer") as connection, connection.cursor().copy(statement) as copy:
            for row in rows:
                copy.write_row([str(cell) for cell in row])
        self.cluster.settle()

    def floor_of_export(self) -> float:
        """Time SELECT and writing of the same cells."""
        with self.cluster.connect("peer") as connection:
            began = time.perf_counter()
            cursor = connection.execute(f"SELECT {', '.join(EXPORTED.values())} FROM {PEER_LEDGER} ORDER BY id")
            write_worksheet(
                (dict(zip(EXPORTED, row, strict=True)) for row in cursor), str(self.cluster.file("floor.xlsx"))
            )
            return time.perf_counter() - began

    # ---- P8 and the growth of P1 ----------------------------------------------------------------------------------

    def memory(self) -> list[Line]:
        """Import and export ten times as many rows; files hold 50,000 rows at most, as the portal wants them."""
        small = self.ours(
            "memory import 1", "import", "benchcity", DISTRICTS[1], self.workbook("m1.xlsx", self.size, DISTRICTS[1])
        )
        rest, paths = self.size * 10, []
        while rest:
            count = min(rest, PER_FILE)
            paths.append(self.workbook(f"m10-{len(paths)}.xlsx", count, DISTRICTS[1]))
            rest -= count
        large = self.ours("memory import 10", "import", "benchcity", DISTRICTS[1], *paths)
        few = self.ours("memory export 1", "export", "benchexport", DISTRICTS[0], self.cluster.file("few.xlsx"))
        many = self.ours("memory export 10", "export", "benchother", DISTRICTS[1], self.cluster.file("many.xlsx"))
        growth = (large["seconds"] / large["rows"]) / (small["seconds"] / small["rows"])
        return [
            Line("P1", f"import {large['rows']} rows, {len(paths)} files", large["seconds"], "s", growth, "time per row", 1.5),
            Line("P8", f"peak memory, import of {self.size}", small["peak_mb"], "MB"),
            Line("", f"peak memory, import of {self.size * 10}", large["peak_mb"], "MB",
                 large["peak_mb"] / small["peak_mb"], "a tenth of the rows", 2.0),
            Line("", f"peak memory, export of {self.size}", few["peak_mb"], "MB"),
            Line("", f"peak memory, export of {self.size * 12}", many["peak_mb"], "MB",
                 many["peak_mb"] / few["peak_mb"], "a twelfth of the rows", 2.0),
        ]  # fmt: skip
