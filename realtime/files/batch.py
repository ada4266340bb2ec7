"""Many files, one after another or in several processes. One that fails does not stop the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realtime.atomic import clear_leftovers
from realtime.engine.channels import BankFactory, EnhancerOptions
from realtime.files.files import Cancelled, FileError, enhance_file
from realtime.files.search import Task

_TRIES = 2  # for each file


@dataclass(frozen=True)
class Outcome:
    """What became of a task."""

    task: Task
    error: str | None = None  # one sentence
    troubles: tuple[str, ...] = ()  # what did not stop it
    seconds: float = 0.0  # of audio, enhanced
    took_s: float = 0.0
    model: str = ""  # name of the one that enhanced it


def enhance_all(
    tasks: Sequence[Task],
    factory: BankFactory,
    jobs: int = 1,
    on_progress: Callable[[float], None] = lambda seconds: None,
) -> Iterator[Outcome]:
    """Outcomes as they come. `on_progress` hears the seconds of audio done in all, several times a second.

    With jobs > 1 each process opens its own enhancers from `factory`'s options. Whoever stops iterating (or
    SIGINT) stops the work: files in progress are left out, never half written.
    """
    if jobs == 1 or len(tasks) == 1:
        return _in_this_process(tasks, factory, on_progress)
    return _in_processes(tasks, factory, min(jobs, len(tasks)), on_progress)


def _in_this_process(
    tasks: Sequence[Task], factory: BankFactory, on_progress: Callable[[float], None]
) -> Iterator[Outcome]:
    done = 0.0

    def block(seconds: float) -> None:
        nonlocal done
        done += seconds
        on_progress(done)

    for task in tasks:
        yield attempt(task, factory, block)


def attempt(task: Task, factory: BankFactory, on_block: Callable[[float], None]) -> Outcome:
    """One file; whatever goes wrong with it becomes its outcome. `on_block` may raise Cancelled."""
    start, done = time.perf_counter(), 0.0

    def block(seconds: float) -> None:
        nonlocal done
        done += seconds
        on_block(seconds)

    try:
        troubles = tuple(enhance_file(task, factory, block))
        model = factory.enhancers[0].spec.name
        return Outcome(task, None, troubles, done, time.perf_counter() - start, model)
    except FileError as error:
        return Outcome(task, str(error))
    except Cancelled:
        raise
    except Exception as error:  # a fault of ours must not cost the user the other files
        return Outcome(task, f"{task.source}: {type(error).__name__}: {error}")


def _in_processes(
    tasks: Sequence[Task], factory: BankFactory, jobs: int, on_progress: Callable[[float], None]
) -> Iterator[Outcome]:
    """A process that is ended from outside takes the whole pool along. What was not finished goes to a new pool: the
    files that were begun first, one by one, so that none is blamed for another that ends every process it is given to.
    """
    # all that multiprocessing starts, its own helpers too, starts as `python -c`, which takes modules from the current
    # folder first: a signal.py beside the recordings would be run
    os.environ["PYTHONSAFEPATH"] = "1"
    context = multiprocessing.get_context("spawn")  # a forked ONNX Runtime may hang
    count = len(tasks)
    done, tries = context.Array("d", count, lock=False), context.Array("b", count, lock=False)
    left = dict(enumerate(tasks))
    while left:
        before = len(left), sum(tries)
        begun = {number: task for number, task in left.items() if tries[number]}
        shared = done, tries, context.Value("b", 0, lock=False)
        arguments = (factory.options, factory.mono, factory.compensate_delay, *shared)
        pool = ProcessPoolExecutor(1 if begun else min(jobs, len(left)), context, _open_worker, arguments)
        for number, outcome in _outcomes(pool, begun or left, shared, on_progress):
            del left[number]
            yield outcome
        for number in [number for number in left if tries[number] >= _TRIES]:
            task = left.pop(number)
            yield Outcome(
                task, f"{task.source}: the process that worked on it was ended from outside, {_TRIES} times"
            )
        if before == (len(left), sum(tries)):  # another pool would fare no better
            for task in left.values():
                yield Outcome(
                    task, f"{task.source}: the processes for it were ended from outside before they began"
                )
            return


def _outcomes(
    pool: ProcessPoolExecutor,
    tasks: Mapping[int, Task],
    shared: tuple[Any, Any, Any],  # with the pool's processes: see `_open_worker`
    on_progress: Callable[[float], None],
) -> Iterator[tuple[int, Outcome]]:
    """As they come, until all are there or a process is ended from outside; then the pool is shut."""
    done, _, stop = shared
    running: dict[Future[Outcome], int] = {}
    try:
        # the processes inherit what is ignored: it is us who stop them
        with _terminal_ignored(), suppress(BrokenProcessPool):
            for number, task in tasks.items():
                running[pool.submit(_work, number, task)] = number
        while running:
            finished, _ = wait(running, timeout=0.1, return_when=FIRST_COMPLETED)
            on_progress(sum(done))
            for future in finished:
                number = running.pop(future)
                with suppress(BrokenProcessPool):
                    yield number, future.result()
    finally:
        stop.value = 1
        pool.shutdown(wait=True, cancel_futures=True)
        # a signal to the whole group ends the processes before they can clear away
        clear_leftovers([Path(os.path.realpath(task.target)) for task in tasks.values()])


@contextmanager
def _terminal_ignored() -> Iterator[None]:
    """For what children inherit: signals that a terminal sends to all of us are ignored."""
    signals = [signal.SIGINT, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    previous = {number: signal.signal(number, signal.SIG_IGN) for number in signals}
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


_worker: dict[str, Any] = {}  # what one process keeps from task to task


def _open_worker(
    options: EnhancerOptions,
    mono: bool,
    compensate_delay: bool,
    done: Any,  # seconds of each file, shared
    tries: Any,  # of each file, shared
    stop: Any,  # shared
) -> None:
    bank = BankFactory(options, mono, compensate_delay)
    _worker.update(factory=bank, done=done, tries=tries, stop=stop, busy=False, orphaned=False)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """Ends this process once its parent is gone: killed, it could not say so, and we would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    _worker["orphaned"] = True
    while _worker["busy"]:  # until the file in progress has been cleared away
        time.sleep(0.05)
    os._exit(1)


def _work(number: int, task: Task) -> Outcome:
    def block(seconds: float) -> None:
        _worker["done"][number] += seconds
        if _worker["stop"].value or _worker["orphaned"]:
            raise Cancelled

    _worker["busy"] = True
    _worker["tries"][number] += 1
    _worker["done"][number] = 0.0
    try:
        return attempt(task, _worker["factory"], block)
    finally:
        _worker["busy"] = False
