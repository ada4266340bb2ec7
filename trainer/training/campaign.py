"""`trainer campaign`: a training of many hours that runs behind other work, scores itself, and goes on after any stop.

STATE, a folder outside the repository, holds everything: run/ (checkpoints, the averaged weights ema.safetensors),
campaign.json (the command's options, so that `trainer campaign STATE` alone goes on), scores.tsv (hours heard against
scores on a test set) and, after --report, curve.png.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from types import FrameType

from trainer.atomic import atomic_path
from trainer.networks.checkpoint import hours_heard

CONFIG = Path(__file__).parents[1] / "configs" / "campaign.yaml"
SCORES = ("pesq_wb", "estoi", "si_sdr", "sig", "bak", "ovrl")


@dataclass
class Options:
    """What a campaign is started with, kept in its state folder."""

    speech: list[str]
    noise: list[str]
    config: list[str]
    init: str | None = None
    clean: str | None = None
    noisy: str | None = None
    score_hours: float = 2.0
    threads: int = 0
    nice: int = 19
    fit: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `trainer campaign`."""
    parser.add_argument("state", type=Path, help="folder for everything; a second start goes on in it")
    parser.add_argument("--speech", nargs="+", help="folders or manifests of clean speech")
    parser.add_argument("--noise", nargs="+", help="folders or manifests of noise")
    parser.add_argument(
        "--config", nargs="+", help=f"configurations of `trainer fit` (default: {CONFIG.name})"
    )
    parser.add_argument(
        "--init", help="snapshot to start from, on a new machine (a smaller one: with --fit --grow)"
    )
    parser.add_argument("--clean", help="test set for the scores: folder of clean files")
    parser.add_argument("--noisy", help="and of noisy files of the same names")
    parser.add_argument("--score-hours", type=float, help="hours between two scores (default: 2)")
    parser.add_argument("--threads", type=int, help="processor threads (default: one for each core)")
    parser.add_argument(
        "--nice",
        type=int,
        help="niceness of the training and of the scores, 0 to 19 (default: 19, all else first)",
    )
    parser.add_argument("--fit", nargs=argparse.REMAINDER, help="all that follows goes to `trainer fit`")
    parser.add_argument(
        "--report", action="store_true", help="print the scores so far, draw curve.png, and start nothing"
    )


def run(a: argparse.Namespace) -> str:
    """Trains until stopped; with --report, returns the table of scores."""
    if a.report:
        return report(a.state)
    options = kept_options(a)
    stopped = Campaign(a.state, options).run()
    return f"{a.state}: {stopped}\n{report(a.state)}"


def kept_options(a: argparse.Namespace) -> Options:
    """The options of the command line over those that the state folder keeps; writes them back. Raises ValueError."""
    path = a.state / "campaign.json"
    kept = json.loads(path.read_text()) if path.is_file() else {}
    names = {f.name for f in fields(Options)}
    given = {k: v for k, v in vars(a).items() if k in names and v is not None}
    merged = {"config": [str(CONFIG)], **kept, **given}
    missing = [f"--{name}" for name in ("speech", "noise") if not merged.get(name)]
    if missing:
        raise ValueError(f"{a.state} holds no campaign yet: {' and '.join(missing)} must be given")
    if (merged.get("clean") is None) != (merged.get("noisy") is None):
        raise ValueError("scores need both --clean and --noisy")
    if not merged.get("score_hours", 2.0) > 0:
        raise ValueError(f"--score-hours {merged['score_hours']}: it must be above 0")
    if not 0 <= merged.get("nice", 19) <= 19:
        raise ValueError(f"--nice {merged['nice']}: it must be from 0 to 19")
    options = Options(**merged)
    a.state.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(asdict(options), indent=2))
    return options


class Campaign:
    """One run: `trainer fit` as a child process at the lowest priority, and scores now and then."""

    def __init__(self, state: Path, options: Options) -> None:
        self.state, self.options = state, options
        self.snapshot = state / "run" / "ema.safetensors"
        self.stop = False

    def command(self) -> list[str]:
        """The command line of the training."""
        o = self.options
        command = [sys.executable, "-m", "trainer.cli", "fit"]
        for config in o.config:
            command += ["--config", config]
        command += ["--data.speech", json.dumps(o.speech), "--data.noise", json.dumps(o.noise)]
        command += ["--data.cache_dir", str(self.state / "cache"), "--folder", str(self.state / "run")]
        command += ["--checkpoint.train_time_interval", "00:05:00", "--trainer.enable_progress_bar", "false"]
        if o.init and not (self.state / "run" / "last.ckpt").is_file():
            command += ["--init", o.init]
        return [*command, *o.fit]

    def run(self) -> str:
        """Trains until it ends or is stopped by SIGINT or SIGTERM. Returns how it ended.

        Raises RuntimeError if it failed.
        """
        threads = str(self.options.threads or os.cpu_count() or 1)
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        with (self.state / "training.log").open("a") as log:
            child = subprocess.Popen(
                self.command(),
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(_step_back, self.options.nice),
            )
            try:
                self._watch(child)
            finally:
                if child.poll() is None:
                    child.terminate()
                    try:
                        child.wait(60)
                    except subprocess.TimeoutExpired:
                        child.kill()
                        child.wait()
        if self.stop:
            return "stopped; the same command goes on"
        if child.returncode:
            raise RuntimeError(
                f"the training ended with exit status {child.returncode}: see {self.state / 'training.log'}"
            )
        return "the training is complete"

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stop = True

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        due = self._last_score() + 3600 * self.options.score_hours
        while child.poll() is None and not self.stop:
            time.sleep(1)
            if self.options.clean and time.time() >= due and self.snapshot.is_file():
                self.score()
                due = time.time() + 3600 * self.options.score_hours

    def _last_score(self) -> float:
        rows = read_scores(self.state)
        return float(rows[-1]["time"]) if rows else time.time()

    def score(self) -> None:
        """Scores a copy of the averaged weights on the test set, at the first step, in a process of its own."""
        heard = hours_heard(self.snapshot)
        place = self.state / "scores" / f"{heard:08.2f}h"
        place.mkdir(parents=True, exist_ok=True)
        model = place / "ema.safetensors"
        shutil.copyfile(self.snapshot, model)
        command = [
            sys.executable,
            "-m",
            "trainer.cli",
            "test",
            str(model),
            "--clean",
            str(self.options.clean),
        ]
        command += ["--noisy", str(self.options.noisy), "-o", str(place), "--steps", "1", "--overwrite"]
        done = subprocess.run(
            command, preexec_fn=partial(_step_back, self.options.nice), capture_output=True, text=True
        )
        if done.returncode:
            print(
                f"trainer campaign: scoring failed: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr
            )
            return
        add_score(self.state, heard, place / "results.json")


def _step_back(nice: int) -> None:
    """Takes this niceness, or keeps a higher one that the process has."""
    nice = max(nice, os.getpriority(os.PRIO_PROCESS, 0))
    os.setpriority(os.PRIO_PROCESS, 0, nice)
    # Where Linux shares the processor between sessions first (autogroups), a new session has a niceness of its own.
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(nice))


def add_score(state: Path, heard: float, results: Path) -> None:
    """Appends the means of a test (`trainer test`'s results.json) to scores.tsv."""
    rows = [row for row in json.loads(results.read_text())["rows"] if row["system"] != "noisy"]
    path, fresh = state / "scores.tsv", not (state / "scores.tsv").exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, delimiter="\t")
        if fresh:
            writer.writerow(("time", "hours_heard", "files", *SCORES))
        means = []
        for name in SCORES:
            values = [row[name] for row in rows if row.get(name) is not None]
            means.append(f"{sum(values) / len(values):.4f}" if values else "")
        writer.writerow((f"{time.time():.0f}", f"{heard:.2f}", len(rows), *means))


def read_scores(state: Path) -> list[dict[str, str]]:
    """The rows of scores.tsv, as text, oldest first."""
    path = state / "scores.tsv"
    if not path.is_file():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def report(state: Path) -> str:
    """The scores as a table, and curve.png beside them."""
    rows = read_scores(state)
    if not rows:
        return f"{state} holds no scores yet"
    from trainer.evaluation.curve import draw_curve

    columns = ("hours_heard", *SCORES)
    lines = ["  ".join(f"{name:>11}" for name in columns)]
    lines += ["  ".join(f"{row[name]:>11}" for name in columns) for row in rows]
    draw_curve(rows, state / "curve.png")
    return "\n".join([*lines, f"{state / 'curve.png'} shows them"])
