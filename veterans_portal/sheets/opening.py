"""The door for uploaded workbooks: every file is read in a child process with limits.

The server itself never parses a stranger's bytes. The child is a fresh interpreter (a fork of a
threaded server can hang), gets the file on its standard input and an empty environment (no keys,
no database address), and answers with pickles of plain values that are loaded here as they come.
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from .refusal import DEFAULT, FileRefused, Limits
from .workbook import Sheet, Workbook

ROOT = Path(__file__).resolve().parent.parent.parent
ALLOWED = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    (f"{__package__}.cells", "ErrorCell"),
    (f"{__package__}.cells", "NoValue"),
}


class OutOfMemory(FileRefused):
    """The child died of its memory limit without an answer."""


def read_workbook(source: str | Path | bytes, filename: str, *, limits: Limits = DEFAULT, header_words=()) -> Workbook:
    """Read a file of any kind that stations send: xlsx, xlsm, xls, ods, HTML tables, csv, txt, tsv.

    `source` is a path or the bytes themselves; the kind is found from the content, and `filename`
    only tells a text file from other bytes. `header_words` decides between encodings when a text
    reads well in two. Guards put on by `escape_guard` are already taken off: do not do it again.
    Raises: FileRefused.
    """
    size = len(source) if isinstance(source, bytes) else os.path.getsize(source)
    if size == 0:
        raise FileRefused("FILE_EMPTY")
    if size > limits.file_bytes:
        raise FileRefused("FILE_TOO_LARGE")
    order = {"filename": Path(filename).name, "limits": limits, "header_words": sorted(header_words)}
    try:
        return _read(source, order | {"ahead": True})
    except OutOfMemory:
        # values were taken up before the scan was through; once more, scan first: it may know what is wrong
        return _read(source, order | {"ahead": False})


def _read(source, order: dict) -> Workbook:
    with tempfile.TemporaryFile() as complaints:
        child = _start(source, json.dumps(order), complaints)
        watchdog = threading.Timer(order["limits"].seconds, child.kill)
        watchdog.start()
        try:
            with child:
                return _receive(child)
        except (EOFError, pickle.UnpicklingError, BrokenPipeError) as broken:
            raise _crash(child, complaints) from broken
        finally:
            watchdog.cancel()


def _start(source, order: str, complaints) -> subprocess.Popen:
    command = [sys.executable, "-m", f"{__package__}.child", order]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    with _as_file(source) as file:
        return subprocess.Popen(
            command, stdin=file, stdout=subprocess.PIPE, stderr=complaints, cwd=ROOT, env=environment
        )


def _as_file(source):
    """Open the source for the child. Bytes go into memory only: unsealed, they must not touch a disk."""
    if not isinstance(source, bytes):
        return open(source, "rb")
    file = os.fdopen(os.memfd_create("workbook"), "w+b")
    file.write(source)
    file.seek(0)
    return file


def _receive(child: subprocess.Popen) -> Workbook:
    """Gather what the child sends; leaving the `with` of a killed child must not wait for more."""
    workbook = Workbook("", [])
    try:
        while True:
            what, *facts = _Unpickler(child.stdout).load()
            if what == "workbook":
                workbook.kind, workbook.properties = facts
            elif what == "sheet":
                workbook.sheets.append(Sheet(**facts[0]))
            elif what == "rows":
                workbook.sheets[-1].rows += facts[0]
            elif what == "refused":
                raise FileRefused(*facts)
            else:
                return workbook
    except BaseException:
        child.kill()
        raise


def _crash(child: subprocess.Popen, complaints) -> FileRefused:
    """Say what a child that died without an answer most likely died of. Its words are not kept."""
    complaints.seek(0)
    words = complaints.read(65_536)
    if b"memory allocation of" in words or b"MemoryError" in words:
        return OutOfMemory("FILE_TOO_LARGE_UNCOMPRESSED")
    return FileRefused("FILE_CORRUPT")


class _Unpickler(pickle.Unpickler):
    """Loads plain values only, in case a hostile file ever took over the child."""

    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not a cell value")
        return super().find_class(module, name)
