"""
python -m benchmarks.peer prepare | checked FILE | blind FILE | export FILE | restore
                        | pay-prepare SIZE MONTHS | pay MONTHS PEOPLE | pay-raise MONTHS

Each prints one line of JSON with its seconds. Runs in a process of its own, with the peer's settings.
"""

import json
import os
import sys
import time
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peer.settings"
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from import_export.formats.base_formats import XLSX  # noqa: E402

from benchmarks.columns import FIELDS  # noqa: E402
from benchmarks.peer import paying  # noqa: E402
from benchmarks.peer.models import LedgerRow, Person  # noqa: E402
from benchmarks.peer.resources import BlindResource, CheckedResource, LedgerResource  # noqa: E402


def prepare():
    """Make the tables without migrations of our own."""
    call_command("migrate", verbosity=0, run_syncdb=True)
    return {}


def checked(path):
    """What the admin does: read and dry-run for the preview, then read again and import on confirm."""
    times = {}
    for step, is_dry in (("preview", True), ("confirm", False)):
        began = time.perf_counter()
        dataset = XLSX().create_dataset(Path(path).read_bytes())
        result = CheckedResource().import_data(dataset, dry_run=is_dry, raise_errors=False)
        times[step] = time.perf_counter() - began
        if result.has_errors() or result.has_validation_errors():
            raise SystemExit(f"the peer refused rows: {result.row_errors()[:1]} {result.invalid_rows[:1]}")
    return {"seconds": sum(times.values()), **times, "rows": result.totals["new"] + result.totals["update"]}


def blind(path):
    began = time.perf_counter()
    dataset = XLSX().create_dataset(Path(path).read_bytes())
    read = time.perf_counter() - began
    result = BlindResource().import_data(dataset, dry_run=False, raise_errors=True)
    return {"seconds": time.perf_counter() - began, "read": read, "rows": result.total_rows}


def export(path):
    began = time.perf_counter()
    dataset = LedgerResource().export(queryset=LedgerRow.objects.order_by("pk"))
    Path(path).write_bytes(XLSX().export_data(dataset))
    return {"seconds": time.perf_counter() - began, "rows": len(dataset)}


def restore():
    """Take the last import out again, so that the next one meets the same table."""
    kept = int(os.environ["PEER_KEPT"])
    with connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{Person._meta.db_table}" WHERE id > %s', [kept])
        cursor.execute(f'VACUUM ANALYZE "{Person._meta.db_table}"')
    return {}


COMMANDS = {"prepare": prepare, "checked": checked, "blind": blind, "export": export, "restore": restore,
            "pay-prepare": lambda size, months: paying.prepare(int(size), int(months)) or {},
            "pay": lambda months, people: paying.pay(int(months), int(people)),
                    "pay-raise": lambda months: paying.raise_standard(int(months)) or {}}  # fmt: skip

if __name__ == "__main__":
    assert len(FIELDS) == 20
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:])))
