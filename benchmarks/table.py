"""The lines of the result, as a table and as JSON."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

RESULTS = Path(__file__).parent / "results.json"
PACKAGES = (
    "django",
    "psycopg",
    "django-import-export",
    "tablib",
    "openpyxl",
    "python-calamine",
    "rustpy-xlsxwriter",
    "cryptography",
)


@dataclass
class Line:
    """One measured thing; `ratio` is what the budget speaks of, `limit` the largest ratio that keeps it."""

    work: str
    what: str
    value: float
    unit: str = "s"
    ratio: float | None = None
    against: str = ""
    limit: float | None = None

    @property
    def verdict(self) -> str:
        if self.limit is None or self.ratio is None:
            return ""
        return "ok" if self.ratio <= self.limit else "OVER"


def show(lines: list[Line]) -> None:
    print(f"\n{'':4}{'what':46}{'value':>12}   {'ratio':>8}  {'budget':>8}  against")
    for line in lines:
        ratio = f"{line.ratio:.3g}×" if line.ratio is not None else ""
        limit = f"≤ {line.limit:g}×" if line.limit is not None else ""
        print(
            f"{line.work:4}{line.what:46}{line.value:>10.4g} {line.unit:2} {ratio:>8}  {limit:>8}  {line.against:24}{line.verdict}"
        )


def machine(server: str) -> dict:
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_average": [round(number, 2) for number in os.getloadavg()],
        "python": platform.python_version(),
        "postgresql": server,
        **{name: version(name) for name in PACKAGES},
    }


def save(lines: list[Line], details: dict, about: dict) -> None:
    rows = [asdict(line) | {"verdict": line.verdict} for line in lines]
    text = json.dumps({"machine": about, "lines": rows, "details": details}, ensure_ascii=False, indent=1)
    RESULTS.write_text(text + "\n", encoding="utf-8")
