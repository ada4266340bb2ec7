"""Many files, one after another or in several processes. One that fails does not stop the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from realtime.channels import BankFactory, EnhancerOptions
from realtime.files import Cancelled, FileError, Task, enhance_file


@dataclass(frozen=True)
class Outcome:
    task: Task
    error: str | None = None  # one sentence
    troubles: tuple[str, ...] = ()  # what did not stop it


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
    try:
        return Outcome(task, troubles=tuple(enhance_file(task, factory, on_block)))
    except FileError as error:
        return Outcome(task, str(error))
    except Cancelled:
        raise
    except Exception as error:  # a fault of ours must not cost the user the other files
        return Outcome(task, f"{task.source}: {type(error).__name__}: {error}")


def _in_processes(
    tasks: Sequence[Task], factory: BankFactory, jobs: int, on_progress: Callable[[float], None]
) -> Iterator[Outcome]:
    context = multiprocessing.get_context("spawn")  # a forked ONNX Runtime may hang
    done, stop = context.Value("d", 0.0), context.Value("b", 0, lock=False)
    arguments = (factory.options, factory.mono, factory.compensate_delay, done, stop)
    pool = ProcessPoolExecutor(jobs, context, _open_worker, arguments)
    try:
        with _interrupt_ignored():  # the processes inherit this: it is us who stop them
            running = {pool.submit(_work, task): task for task in tasks}
        while running:
            finished, _ = wait(running, timeout=0.1, return_when=FIRST_COMPLETED)
            on_progress(done.value)
            for future in finished:
                task = running.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    yield Outcome(
                        task, f"{task.source}: the process that worked on it was ended from outside"
                    )
    finally:
        stop.value = 1
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _interrupt_ignored() -> Iterator[None]:
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


_worker: dict[str, Any] = {}  # what one process keeps from task to task


def _open_worker(
    options: EnhancerOptions, mono: bool, compensate_delay: bool, done: Synchronized[float], stop: Any
) -> None:
    _worker.update(
        factory=BankFactory(options, mono, compensate_delay), done=done, stop=stop, busy=False, orphaned=False
    )
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """Ends this process once its parent is gone: killed, it could not say so, and we would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    _worker["orphaned"] = True
    while _worker["busy"]:  # until the file in progress has been cleared away
        time.sleep(0.05)
    os._exit(1)


def _work(task: Task) -> Outcome:
    def block(seconds: float) -> None:
        with _worker["done"].get_lock():
            _worker["done"].value += seconds
        if _worker["stop"].value or _worker["orphaned"]:
            raise Cancelled

    _worker["busy"] = True
    try:
        return attempt(task, _worker["factory"], block)
    finally:
        _worker["busy"] = False
