"""Your own recordings: `folders` of clean and noisy pairs, or `mix` of speech and noise."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from trainer.data.recipes.plan import (
    SPLITS,
    LayoutError,
    Noise,
    Pair,
    audio_under,
    mixtures,
    plain,
    speaker_of,
    split_groups,
)
from trainer.data.testset import PATTERN, compiled, facts_of


def plan_folders(
    root: Path,
    shares: tuple[float, float] = (0.1, 0.1),
    speaker_pattern: str | None = None,
    pattern: str = PATTERN,
    seed: int = 0,
) -> list[Pair]:
    """Pairs of ROOT/clean and ROOT/noisy, split by speakers, or of ROOT/{train,valid,test}/{clean,noisy} as they are.

    shares: of speakers for valid and test. pattern: what finds snr and noise in a name, as in `trainer test`.
    """
    recipe = "folders"
    everything = audio_under(root, recipe)
    parts = [
        split for split in SPLITS if (root / split / "clean").is_dir() and (root / split / "noisy").is_dir()
    ]
    if not parts and not ((root / "clean").is_dir() and (root / "noisy").is_dir()):
        raise LayoutError(
            f"{recipe}: looked for clean/ and noisy/ in {root}, or in train/, valid/, test/ below it, and found neither; "
            f"{root} holds {len(everything)} audio files"
        )
    expression, pairs = compiled(pattern), []
    for split in parts or [""]:
        base = root / split
        clean, noisy = (
            {_name(p, base / k): p for p in audio_under(base / k, recipe)} for k in ("clean", "noisy")
        )
        lone = sorted(clean.keys() ^ noisy.keys())
        if lone or not clean:
            raise LayoutError(
                f"{recipe}: {base / 'clean'} has {len(clean)} audio files and {base / 'noisy'} {len(noisy)}; both need the "
                f"same names, but {len(lone)} are in one only: {', '.join(lone[:3]) or 'none'}"
            )
        speakers = {name: speaker_of(clean[name], base / "clean", speaker_pattern) for name in clean}
        split_of = split_groups(speakers.values(), shares, seed, "speakers") if not parts else {}
        for name in sorted(clean):
            facts = facts_of(Path(name).name, expression)
            snr = facts.get("snr")
            pairs.append(
                Pair(
                    split or split_of[speakers[name]], name.replace("/", "_"), speakers[name], clean[name], noisy[name],
                    None, facts.get("noise"), None if snr is None else float(snr),
                )
            )  # fmt: skip
    return pairs


def plan_mix(
    speech: Path,
    noise: Path,
    snrs: Sequence[float] = (-5, 0, 5),
    versions: int = 1,
    shares: tuple[float, float] = (0.1, 0.1),
    speaker_pattern: str | None = None,
    seed: int = 0,
) -> list[Pair]:
    """Mixtures of a folder of speech and a folder of noise: no speaker and no noise recording is in two splits.

    A noise is named by its folder, or right in `noise` by its file. Fewer than three noise files are split in
    time, in proportion to `shares`.
    """
    recipe = "mix"
    voices, sounds = audio_under(speech, recipe), audio_under(noise, recipe)
    for what, folder, files in (("speech", speech, voices), ("noise", noise, sounds)):
        if not files:
            raise LayoutError(f"{recipe}: looked for {what} below {folder} and found 0 audio files")
    speaker = {path: speaker_of(path, speech, speaker_pattern) for path in voices}
    split_of = split_groups(speaker.values(), shares, seed, "speakers")
    noises = _split_noises(sounds, noise, shares, seed)
    pairs = []
    for split in SPLITS:
        chosen = [
            (_name(p, speech).replace("/", "_"), speaker[p], p)
            for p in voices
            if split_of[speaker[p]] == split
        ]
        pairs += mixtures(split, chosen, noises[split], snrs, versions, seed)
    return pairs


def _split_noises(
    files: Sequence[Path], root: Path, shares: tuple[float, float], seed: int
) -> dict[str, list[Noise]]:
    def label(path: Path) -> str:
        return plain(path.stem if path.parent == root else path.parent.name)

    if len(files) >= 3:
        split_of = split_groups([_name(p, root) for p in files], shares, seed, "noise files")
        return {
            split: [Noise(p, label(p)) for p in files if split_of[_name(p, root)] == split]
            for split in SPLITS
        }
    cuts = (0.0, 1 - sum(shares), 1 - shares[1], 1.0)
    spans = dict(zip(SPLITS, itertools.pairwise(cuts), strict=True))
    return {split: [Noise(p, label(p), *span) for p in files] for split, span in spans.items()}


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).with_suffix("").as_posix()
