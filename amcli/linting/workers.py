"""The same done with many things, by several processes at once."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Thing = TypeVar("Thing")
Made = TypeVar("Made")

_PAYS_FROM = 100
"""Things; fewer are done before the others would have begun."""
_BATCH = 16
_MOST = 8


def usable() -> int:
    """Return how many processes can work at once, this one included."""
    if sys.platform != "linux":
        return 1  # elsewhere a process would have to load everything again, which takes longer
    return min(len(os.sched_getaffinity(0)), _MOST)


def made_apart(
    act: Callable[[Thing], Made], things: Sequence[Thing], workers: int
) -> Iterator[Made | None]:
    """Yield what ``act`` makes of each thing, in their order, made by other processes.

    None stands for what is to be done here: all of it where others would not be faster, and what
    failed there, so that it fails where it can be told. What is made must be plain data.
    """
    # A fork has none of the other threads, but the locks that they held.
    if workers < 2 or len(things) < _PAYS_FROM or threading.active_count() > 1:  # noqa: PLR2004
        yield from (None for _ in things)
        return
    batches = [things[at : at + _BATCH] for at in range(0, len(things), _BATCH)]
    with contextlib.ExitStack() as stack:
        shares = [batches[first::workers] for first in range(workers)]
        lines = [stack.enter_context(_worker(act, share)) for share in shares]
        for number, batch in enumerate(batches):
            yield from _received(lines[number % workers]) or [None] * len(batch)


@contextlib.contextmanager
def _worker(act: Callable[[Thing], Made], share: list[Sequence[Thing]]) -> Iterator[Connection]:
    """Let a process of its own do a share; yield where what it makes can be read."""
    import multiprocessing

    # Its memory is a copy of this one: nothing is loaded again, and ``act`` may be any function.
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(act, share, reader, writer), daemon=True)
    process.start()
    writer.close()
    try:
        yield reader
    finally:
        reader.close()
        process.terminate()
        process.join()


def _work(
    act: Callable[[Thing], Made],
    share: list[Sequence[Thing]],
    reader: Connection,
    writer: Connection,
) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the other process gets it too, and ends this one
    reader.close()  # so that writing fails, and this ends, when nobody reads any more
    with contextlib.suppress(Exception):
        for batch in share:
            writer.send([_tried(act, thing) for thing in batch])


def _tried(act: Callable[[Thing], Made], thing: Thing) -> Made | None:
    try:
        return act(thing)
    except Exception:  # noqa: BLE001 - done again, and told, by the other process
        return None


def _received(line: Connection) -> list[Made | None] | None:
    try:
        made: list[Made | None] = line.recv()
    except Exception:  # noqa: BLE001 - the worker is gone, whatever became of it
        return None
    return made
