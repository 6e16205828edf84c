"""Reckoning on every core: forked copies of this process work on pieces of a list, or make ready what is used next."""

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T, R = TypeVar("T"), TypeVar("R")
WORTH_A_FORK = 5_000  # items; fewer are done before the pieces have been sent back
LENGTH = 8  # bytes that say how long the next answer is
USUAL_TURN, QUICK_TURN = sys.getswitchinterval(), 0.0005  # seconds
NOTHING = object()


def on_every_core(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """
    Return [work(item) for item in items].

    work: pure reckoning. It must not touch the database, files or locks: in a copy, whatever it changes is lost, and
    only what it returns (anything pickle takes) comes back. A piece whose copy failed is done again here, so that its
    error is raised here.
    """
    pieces = cut(items, len(os.sched_getaffinity(0)))
    copies = [Copy(lambda piece=piece: [[work(item) for item in piece]]) for piece in pieces[1:]]
    try:
        done = [work(item) for item in pieces[0]] if pieces else []
        for copy, piece in zip(copies, pieces[1:], strict=True):
            done += next(copy.answers(), None) or [work(item) for item in piece]
    finally:
        for copy in copies:
            copy.end()
    return done


def ahead(work: Callable[[T], R], items: Sequence[T], copies: int = 1) -> Iterator[R]:
    """
    Yield work(item) for each item, in order; copies of this process do the next ones while the caller uses one.

    A thread loads what the copies send, so that the caller's own work, such as waiting for PostgreSQL, hides it.
    work: as in on_every_core. A single item is not worth a copy.
    """
    if len(items) < 2:
        yield from map(work, items)
        return
    workers = [Copy(lambda own=items[n::copies]: map(work, own)) for n in range(min(copies, len(items)))]
    try:
        yield from prefetched(in_turn(work, items, workers))
    finally:
        for copy in workers:
            copy.end()


def in_turn(work: Callable[[T], R], items: Sequence[T], workers: list["Copy"]) -> Iterator[R]:
    """Yield what the copies answer, one after the other; an item for which a copy has no answer is done here."""
    streams = [copy.answers() for copy in workers]
    for n, item in enumerate(items):
        found = next(streams[n % len(streams)], NOTHING)
        yield work(item) if found is NOTHING else found


def prefetched(items: Iterable[T]) -> Iterator[T]:
    """Yield items one by one; a second thread makes the next while this one is used."""
    iterator = iter(items)
    with quick_turns(), ThreadPoolExecutor(max_workers=1) as helper:
        coming = helper.submit(next, iterator, NOTHING)
        while (item := coming.result()) is not NOTHING:
            coming = helper.submit(next, iterator, NOTHING)
            yield item


@contextmanager
def quick_turns():
    """
    Let threads take turns more often.

    A thread that talks to PostgreSQL gives its turn away with every packet and gets it back only when the other's is
    over: with Python's own turns the database waits for it, tenths of a second in an import of 35,000 rows. The turn is
    one for the process: what ends first gives another the usual one, and nobody leaves the quick one behind.
    """
    sys.setswitchinterval(QUICK_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(USUAL_TURN)


def cut(items: Sequence[T], cores: int) -> list[Sequence[T]]:
    """Return consecutive pieces of equal length, at most one a core, none too small to be worth a copy."""
    pieces = max(1, min(cores, len(items) // WORTH_A_FORK))
    size = -(-len(items) // pieces)
    return [items[start : start + size] for start in range(0, len(items), size)] if items else []


class Copy:
    """A forked copy of this process that makes items and sends them through a pipe, each as it is ready."""

    def __init__(self, make: Callable[[], Iterable]):
        self.stream, writing = os.pipe()
        self.child = os.fork()
        if self.child:
            os.close(writing)
            self.pipe = os.fdopen(self.stream, "rb")
        else:
            self.work(make, writing)

    def work(self, make: Callable[[], Iterable], writing: int) -> None:
        """Be the copy. It never returns into the caller's code: no handler, no connection and no buffer is closed twice."""
        try:
            os.close(self.stream)
            with os.fdopen(writing, "wb") as pipe:
                for item in make():
                    data = pickle.dumps(item, 5)
                    pipe.write(len(data).to_bytes(LENGTH))
                    pipe.write(data)
                    pipe.flush()
        finally:
            os._exit(0)

    def answers(self) -> Iterator:
        """Yield the items that came whole; a copy that failed sends no more."""
        while len(head := self.pipe.read(LENGTH)) == LENGTH:
            size = int.from_bytes(head)
            if len(data := self.pipe.read(size)) < size:
                return
            yield pickle.loads(data)

    def end(self) -> None:
        """Stop it, should it still be at work, and let its number go."""
        self.pipe.close()
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)
