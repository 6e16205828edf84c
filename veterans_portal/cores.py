"""Reckoning on every core: a list is cut into pieces, and forked copies of this process work on all but the first."""

import os
import pickle
from collections.abc import Callable, Sequence
from typing import TypeVar

T, R = TypeVar("T"), TypeVar("R")
WORTH_A_FORK = 5_000  # items; fewer are done before the pieces have been sent back


def on_every_core(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """
    Return [work(item) for item in items].

    work: pure reckoning. It must not touch the database, files or locks: in a copy, whatever it changes is lost, and
    only what it returns (anything pickle takes) comes back. A piece whose copy failed is done again here, so that its
    error is raised here.
    """
    pieces = cut(items, len(os.sched_getaffinity(0)))
    copies = [fork(work, piece) for piece in pieces[1:]]
    done = [work(item) for item in pieces[0]] if pieces else []
    for (child, stream), piece in zip(copies, pieces[1:], strict=True):
        with os.fdopen(stream, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(child, 0)
        done += pickle.loads(answer) if status == 0 else [work(item) for item in piece]
    return done


def cut(items: Sequence[T], cores: int) -> list[Sequence[T]]:
    """Return consecutive pieces of equal length, at most one a core, none too small to be worth a copy."""
    pieces = max(1, min(cores, len(items) // WORTH_A_FORK))
    size = -(-len(items) // pieces)
    return [items[start : start + size] for start in range(0, len(items), size)] if items else []


def fork(work: Callable, items: Sequence) -> tuple[int, int]:
    """Start a copy of this process on a piece; return its id and the end of the pipe it answers in."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    # The copy never returns into the caller's code: no handler, no connection and no buffer of ours is closed twice.
    status = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps([work(item) for item in items], 5))
        status = 0
    finally:
        os._exit(status)
