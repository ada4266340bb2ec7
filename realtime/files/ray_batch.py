"""Many files on a cluster: Ray Data hands them out to actors, each of which opens the model once."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from realtime.atomic import clear_leftovers
from realtime.engine.channels import BankFactory, EnhancerOptions
from realtime.files.batch import Outcome, attempt
from realtime.files.files import duration_s
from realtime.files.search import Task

LOCAL = "local"
_TRIES = 3  # more, and a file that kills its worker would hold the others up


class FileEnhancer:
    """What an actor keeps: a model, opened once."""

    def __init__(self, options: EnhancerOptions, mono: bool, compensate_delay: bool) -> None:
        self.factory = BankFactory(options, mono, compensate_delay)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """One row of sources and targets -> its outcome."""
        task = Task(Path(os.fsdecode(row["source"])), Path(os.fsdecode(row["target"])))
        outcome = attempt(task, self.factory, lambda seconds: None)
        return {
            "number": row["number"],
            "error": os.fsencode(outcome.error or ""),
            "troubles": os.fsencode("\n".join(outcome.troubles)),
            "seconds": outcome.seconds or duration_s(task.source),  # a failed one too is over
            "took_s": outcome.took_s,
        }


def enhance_on_ray(
    tasks: Sequence[Task],
    factory: BankFactory,
    address: str,
    workers: int | None = None,
    on_progress: Callable[[float], None] = lambda seconds: None,
) -> Iterator[Outcome]:
    """Outcomes as they come, one for every task, as `batch.enhance_all`.

    address: of a running cluster as ray.init takes it, or `local` for one that is started here and ended with the last
    file. workers: actors, of one core each; None = as many as there are cores. Paths must mean the same on every
    machine. A worker that dies is replaced, and the file it had is done again; whoever stops iterating stops the work.
    Raises ImportError without Ray, RuntimeError if the cluster cannot be reached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told of the user's machine
    os.environ["PYTHONSAFEPATH"] = (
        "1"  # workers take no modules from the current folder, which may be a stranger's
    )
    os.environ.setdefault("RAY_raylet_start_wait_time_s", "180")  # a busy machine is slow, not broken
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ImportError(f"{error}: --ray wants the extra 'ray'") from None

    # Ray would tell the cluster our command line; names in it need not be text, and are nobody's business
    ray._private.utils.get_entrypoint_name = lambda: "realtime-cli"
    _check_reachable(address)
    quiet: dict[str, Any] = {
        "include_dashboard": False,
        "log_to_driver": False,
        "logging_level": logging.ERROR,
    }
    try:
        with _away_from_here():
            if address == LOCAL:
                ray.init(num_cpus=workers, **quiet)
            else:
                ray.init(address, **quiet)
    except Exception as error:  # Ray raises a bare one, among others
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RuntimeError(f"the Ray cluster at {address} cannot be used: {first}") from None
    try:
        yield from _stream(ray, tasks, factory, workers, on_progress)
    finally:
        ray.shutdown()
        clear_leftovers(Path(os.path.realpath(task.target)) for task in tasks)  # of workers that were killed


@contextlib.contextmanager
def _away_from_here() -> Iterator[None]:
    """Ray lets its workers take modules from the folder where it is started: not from one of recordings."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="klarstrom-", ignore_cleanup_errors=True) as empty:
        os.chdir(empty)
        try:
            yield
        finally:
            os.chdir(before)


def _wherever(options: EnhancerOptions) -> EnhancerOptions:
    """The same options for a process that runs in another folder."""
    if options.model is None or not Path(options.model).is_file():
        return options
    return replace(options, model=str(Path(options.model).absolute()))


def _check_reachable(address: str) -> None:
    """Ray itself waits minutes for a cluster that is not there, and then ends the process."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        try:
            socket.create_connection((host, int(port)), timeout=10).close()
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise RuntimeError(f"the Ray cluster at {address} cannot be reached: {reason}") from None


def _stream(
    ray: Any,
    tasks: Sequence[Task],
    factory: BankFactory,
    workers: int | None,
    on_progress: Callable[[float], None],
) -> Iterator[Outcome]:
    workers = max(1, min(workers or int(ray.cluster_resources().get("CPU", 1)), len(tasks)))
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.max_errored_blocks = -1  # a file that kills every worker is told of below; the others go on
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    rows = [
        # as bytes: a name need not be text, and what Ray carries must be
        {
            "number": i,
            "source": os.fsencode(task.source.absolute()),
            "target": os.fsencode(task.target.absolute()),
        }
        for i, task in enumerate(tasks)
    ]
    # one file a block: what a worker had done when it died is not done again
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of the tries, which are to get another name; pyproject.toml has the bound
        data = ray.data.from_items(rows, override_num_blocks=len(rows)).map(
            FileEnhancer,
            fn_constructor_args=(_wherever(factory.options), factory.mono, factory.compensate_delay),
            compute=ray.data.ActorPoolStrategy(size=workers),
            num_cpus=1,
            max_restarts=-1,
            max_task_retries=_TRIES,
        )
    waiting, done = dict(enumerate(tasks)), 0.0
    for row in data.iter_rows():
        task = waiting.pop(int(row["number"]))
        done += float(row["seconds"])
        on_progress(done)
        error, remarks = os.fsdecode(row["error"]), os.fsdecode(row["troubles"])
        seconds, took_s = float(row["seconds"]), float(row["took_s"])
        yield Outcome(task, error or None, tuple(remarks.splitlines()), seconds, took_s)
    for task in waiting.values():
        yield Outcome(task, f"{task.source}: the process that worked on it was ended, {_TRIES + 1} times")
