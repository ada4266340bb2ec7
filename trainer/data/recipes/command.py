"""`trainer prepare RECIPE`: a data set from the user's own copies of a corpus, in one layout.

OUT/{train,valid,test}/{clean,noisy} then hold mono files of the same names, and OUT/{split}/manifest.tsv says of each
its speaker, noise, SNR and sources. No speaker is in two splits. The same command again goes on where it was stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from trainer.data.recipes.make import FORMATS, make
from trainer.data.recipes.plan import Pair
from trainer.recipes import ntcd_timit, own, voicebank_demand, wsj0_qut

SNRS = (-5.0, 0.0, 5.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `trainer prepare` and of each recipe."""
    recipes = parser.add_subparsers(dest="recipe", required=True, metavar="RECIPE")

    def recipe(name: str, what: str) -> argparse.ArgumentParser:
        p = recipes.add_parser(name, help=what, description=what)
        p.add_argument("-o", "--output", type=Path, required=True, help="folder to make")
        p.add_argument("--sample-rate", type=int, default=16000, help="Hz (default: 16000)")
        p.add_argument("--format", choices=FORMATS, default="wav", help="16-bit (default: wav)")
        p.add_argument("--jobs", type=int, default=1, help="files at a time (default: 1)")
        p.add_argument("--seed", type=int, default=0, help="of all that is drawn (default: 0)")
        return p

    def drawn(p: argparse.ArgumentParser) -> None:
        p.add_argument("--snrs", type=float, nargs="+", default=list(SNRS), help="dB (default: -5 0 5)")
        p.add_argument("--versions", type=int, default=1, help="noisy versions of each sentence (default: 1)")

    def split(p: argparse.ArgumentParser) -> None:
        p.add_argument("--valid-share", type=float, default=0.1, help="of the speakers (default: 0.1)")
        p.add_argument("--test-share", type=float, default=0.1, help="of the speakers (default: 0.1)")
        p.add_argument(
            "--speaker-pattern", help="regular expression whose first group in the path is the speaker"
        )

    p = recipe("voicebank-demand", "VoiceBank-DEMAND: pairs as they are")
    p.add_argument("root", type=Path, help="where the corpus was unpacked")
    p.add_argument("--speakers", type=int, choices=(28, 56), default=28, help="training set (default: 28)")
    p.add_argument("--valid-speakers", nargs="+", default=[], help="default: p226 p287, of the 56 two drawn")
    p = recipe("wsj0-qut", "WSJ0 speech with QUT-NOISE, as in arXiv 2309.10457")
    p.add_argument(
        "--wsj0", type=Path, required=True, help="WSJ0, as WAV or FLAC: si_tr_s, si_dt_05, si_et_05"
    )
    p.add_argument("--qut", type=Path, required=True, help="QUT-NOISE")
    drawn(p)
    p = recipe("ntcd-timit", "NTCD-TIMIT, as in arXiv 2309.10457")
    p.add_argument("root", type=Path, help="where the corpus was unpacked: Clean, Babble, Cafe, ...")
    drawn(p)
    p.add_argument(
        "--test-sentences", type=int, default=5, help="of each test speaker, noise and SNR (default: 5)"
    )
    p.add_argument("--test-speakers", nargs="+", default=[], help="default: the corpus' own, or 9 drawn")
    p.add_argument("--valid-speakers", nargs="+", default=[], help="default: the corpus' own, or 8 drawn")
    p = recipe("folders", "pairs of clean/ and noisy/ files, split by speakers")
    p.add_argument("root", type=Path, help="holds clean/ and noisy/, or train/, valid/, test/ with them")
    split(p)
    p.add_argument(
        "--pattern", default=own.PATTERN, help="finds snr and noise in names, as in `trainer test`"
    )
    p = recipe("mix", "speech and noise of your own, mixed")
    p.add_argument("--speech", type=Path, required=True, help="folder of clean speech")
    p.add_argument("--noise", type=Path, required=True, help="folder of noise; subfolders name it")
    drawn(p)
    split(p)


PLANS: dict[str, Callable[[argparse.Namespace], list[Pair]]] = {
    "voicebank-demand": lambda a: voicebank_demand.plan(a.root, a.speakers, a.valid_speakers, a.seed),
    "wsj0-qut": lambda a: wsj0_qut.plan(a.wsj0, a.qut, a.snrs, a.versions, a.seed),
    "ntcd-timit": lambda a: ntcd_timit.plan(
        a.root, a.snrs, a.versions, a.test_sentences, a.test_speakers, a.valid_speakers, a.seed
    ),
    "folders": lambda a: own.plan_folders(
        a.root, (a.valid_share, a.test_share), a.speaker_pattern, a.pattern, a.seed
    ),
    "mix": lambda a: own.plan_mix(
        a.speech, a.noise, a.snrs, a.versions, (a.valid_share, a.test_share), a.speaker_pattern, a.seed
    ),
}  # fmt: skip


def run(a: argparse.Namespace) -> str:
    """Plans and makes a data set; returns what was made."""
    if a.seed < 0:
        raise ValueError(f"seed is {a.seed}: it must be 0 or more")
    pairs = PLANS[a.recipe](a)
    rest = ("output", "jobs", "sample_rate", "format", "seed")
    options = {k: str(v.resolve()) if isinstance(v, Path) else v for k, v in vars(a).items() if k not in rest}
    counts = make(pairs, a.output, options, a.sample_rate, a.format, a.seed, a.jobs)
    lines = []
    for split, count in counts.items():
        speakers = len({pair.speaker for pair in pairs if pair.split == split})
        lines.append(f"{a.output / split}: {count} pairs of {speakers} speakers")
    return "\n".join(lines + _smaller(a, pairs))


def _smaller(a: argparse.Namespace, pairs: list[Pair]) -> list[str]:
    """Says where a copy holds fewer files than the corpus has."""
    have = {split: sum(pair.split == split for pair in pairs) for split in ("train", "valid", "test")}
    if a.recipe == "voicebank-demand":
        have = {"train": have["train"] + have["valid"], "test": have["test"]}
        full = {split: voicebank_demand.FULL[a.speakers, split] for split in have}
    elif a.recipe == "wsj0-qut":
        full = {split: count * a.versions for split, count in wsj0_qut.FULL.items()}
    elif a.recipe == "ntcd-timit" and (a.test_sentences, a.snrs) == (5, list(SNRS)):
        full = ntcd_timit.FULL
    else:
        return []
    return [
        f"{split}: {have[split]} pairs; the whole corpus gives {n}"
        for split, n in full.items()
        if have[split] != n
    ]
