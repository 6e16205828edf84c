"""The server of the benchmarks: its own folder, started here, removed afterwards. Nothing else is touched."""

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg

from veterans_portal import embedded

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BENCH_VAR", ROOT / "var" / "bench")).resolve()
SAMPLE_SECONDS, SHARED_SECONDS = 0.03, 0.3  # to count shared pages once takes the kernel a hundred times as long
MEGABYTE = 2**20


class Cluster:
    """A running server with the databases portal, peer and scale."""

    def __enter__(self):
        shutil.rmtree(VAR, ignore_errors=True)  # left over from a run that was killed
        self.held = embedded.hold(VAR)
        self.socket = embedded.ensure_running(VAR)
        (VAR / "work").mkdir()
        return self

    def __exit__(self, *failure):
        embedded.stop_if_last(VAR, self.held)
        shutil.rmtree(VAR, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def connect(self, database: str = "portal", user: str = "postgres") -> psycopg.Connection:
        """Return a connection in autocommit; as postgres it stands outside of row security."""
        return psycopg.connect(
            host=str(self.socket), dbname=database, user=user, autocommit=True, prepare_threshold=None
        )

    def sql(self, statement: str, database: str = "portal"):
        with self.connect(database) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    def settle(self) -> None:
        """
        Finish what earlier work has left to the server: dead rows, counts, unwritten pages.

        Before every run of either side: autovacuum works for minutes after a large one, on a core that only the side
        that uses both would miss.
        """
        for database in ("portal", "peer"):
            self.sql("VACUUM ANALYZE", database)
        self.sql("CHECKPOINT")

    def file(self, name: str) -> Path:
        return VAR / "work" / name

    def environment(self) -> dict[str, str]:
        settings = {"VAR": VAR, "DATABASE_URL": "", "DEMO": "0", "HTTPS": "false", "PEER_HOST": self.socket}
        return {**os.environ, **{name: str(value) for name, value in settings.items()}}

    def manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment(), check=True)

    def run(self, module: str, *arguments) -> dict:
        """
        Run `python -m module …` and return its JSON line, with `peak_mb` of the process and its children, and `cpu`
        seconds of these and of the database: the figure that a busy machine spoils least.
        """
        command, before = [sys.executable, "-m", module, *map(str, arguments)], self.cpu()
        with subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=subprocess.PIPE, text=True) as process:
            peak = Peak(process.pid)
            output = process.stdout.read()
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed")
        time.sleep(0.3)  # its backend ends a little later
        return json.loads(output.splitlines()[-1]) | {"peak_mb": peak.end() / MEGABYTE, "cpu": self.cpu() - before}

    def cpu(self) -> float:
        """Return CPU seconds of our finished children, and of the server with its living and finished processes."""
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        server = psutil.Process(int((VAR / "pg18" / "postmaster.pid").read_text().split()[0]))
        busy = 0.0
        for child in server.children():
            with suppress(psutil.NoSuchProcess):  # just ended: the server has inherited its seconds
                busy += sum(child.cpu_times()[:2])
        times = server.cpu_times()
        busy += times.user + times.system
        return own.ru_utime + own.ru_stime + busy + times.children_user + times.children_system


def held_by(family: list[psutil.Process]) -> int:
    """Return bytes of memory of a process and its children; what forked copies share with it counts once."""
    if len(family) == 1:
        return family[0].memory_info().rss
    return sum(one.memory_full_info().pss for one in family)


class Peak:
    """The largest sum of memory of a process and its children, sampled."""

    def __init__(self, pid: int):
        self.process, self.most, self.over = psutil.Process(pid), 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def watch(self) -> None:
        pause = SAMPLE_SECONDS
        while not self.over.wait(pause):
            try:
                family = [self.process, *self.process.children(recursive=True)]
                pause = SAMPLE_SECONDS if len(family) == 1 else SHARED_SECONDS
                self.most = max(self.most, held_by(family))
            except psutil.NoSuchProcess:
                continue

    def end(self) -> int:
        self.over.set()
        self.thread.join()
        return self.most
