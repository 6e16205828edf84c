"""A large ledger written by a second process, so that reading and opening its rows and packing the file use two cores.

The writer is a fresh interpreter without Django, keys or a database address. It gets plain rows in blocks and answers
with their number; `write_ledger` in it does what it does here. Run as `python -m veterans_portal.sheets.apart`.
"""

import gc
import marshal
import os
import pickle
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fcntl import F_SETPIPE_SZ, fcntl
from itertools import chain, islice
from pathlib import Path

from .writing import write_ledger

ROOT = Path(__file__).resolve().parent.parent.parent
BLOCK, LENGTH = 1_000, 4  # rows of a message; bytes that say how long one is
WORTH_A_PROCESS = 2_000  # rows; fewer are written before an interpreter has started
AHEAD = 2**20  # bytes that wait in the pipe, so that rows are made while the interpreter starts


def write_ledger_apart(path: str | Path, *, rows: Iterable[Sequence[str]], totals: Sequence | None, **about) -> int:
    """
    Do what `write_ledger` does with the same arguments; rows are lists of str.

    `totals` may be filled while the rows are read: it is sent after them.
    Raises: what reading the rows raises; RuntimeError when the writer failed.
    """
    rows = iter(rows)
    first = list(islice(rows, WORTH_A_PROCESS))
    rows = chain(first, rows)
    if len(first) < WORTH_A_PROCESS:
        return write_ledger(path, rows=rows, totals=totals, **about)
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment) as writer:
        try:
            with suppress(PermissionError):  # where the system allows less, rows wait a little
                fcntl(writer.stdin, F_SETPIPE_SZ, AHEAD)
            return send(writer, rows, totals, about | {"path": os.path.abspath(path)})
        except BaseException:
            writer.kill()
            raise


def send(writer: subprocess.Popen, rows: Iterator, totals: Sequence | None, about: dict) -> int:
    """Send everything and return the number of rows the writer counted."""
    try:
        put(writer.stdin, pickle.dumps(about | {"has_totals": totals is not None}))
        while block := list(islice(rows, BLOCK)):
            put(writer.stdin, marshal.dumps(block))
        put(writer.stdin, marshal.dumps([]))
        put(writer.stdin, pickle.dumps(totals))
        writer.stdin.close()
    except BrokenPipeError as broken:
        raise RuntimeError("the writer of the ledger ended early") from broken
    answer = writer.stdout.read()
    if writer.wait() or not answer:
        raise RuntimeError("the writer of the ledger failed")
    return int(answer)


def put(stream, message: bytes) -> None:
    stream.write(len(message).to_bytes(LENGTH, "big") + message)


def take(stream) -> bytes:
    return stream.read(int.from_bytes(stream.read(LENGTH), "big"))


def receive(stream, totals: list | None) -> Iterator[list[str]]:
    """Yield the rows as they come; the totals follow them and are put into the list."""
    while block := marshal.loads(take(stream)):
        yield from block
    if totals is not None:
        totals[:] = pickle.loads(take(stream))


def main() -> None:
    gc.disable()  # short-lived, and its values hold no cycles
    stream = sys.stdin.buffer
    about = pickle.loads(take(stream))
    totals = [] if about.pop("has_totals") else None
    print(write_ledger(rows=receive(stream, totals), totals=totals, **about))


if __name__ == "__main__":
    main()
