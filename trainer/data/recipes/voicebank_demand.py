"""VoiceBank-DEMAND (Valentini-Botinhao, 28 or 56 training speakers): recorded pairs, validation on two of the speakers.

Layout: clean_trainset_28spk_wav, noisy_trainset_28spk_wav, clean_testset_wav, noisy_testset_wav, flat folders of
p226_001.wav ...; noise and SNR come from log_testset.txt and log_trainset_28spk.txt (name noise snr), if they are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer.data.recipes.plan import LayoutError, Pair, audio_under, rng_of

RECIPE = "voicebank-demand"
VALID_SPEAKERS = ("p226", "p287")  # of the 28: whom SGMSE+ holds out
FULL = {(28, "test"): 824, (56, "test"): 824, (28, "train"): 11572, (56, "train"): 23075}  # published counts


def plan(root: Path, speakers: int = 28, valid_speakers: Sequence[str] = (), seed: int = 0) -> list[Pair]:
    """All pairs of the corpus below `root`.

    valid_speakers: whom to hold out; by default VALID_SPEAKERS of the 28, and two that `seed` draws of the 56.
    Raises LayoutError.
    """
    if speakers not in (28, 56):
        raise ValueError(f"speakers is {speakers}: the corpus has training sets of 28 and 56")
    pairs = []
    for part, split in ((f"trainset_{speakers}spk", "train"), ("testset", "test")):
        facts = _log(root, part)
        clean, noisy = (_files(root, f"{kind}_{part}_wav") for kind in ("clean", "noisy"))
        lone = sorted(clean.keys() ^ noisy.keys())
        if lone:
            raise LayoutError(
                f"{RECIPE}: clean_{part}_wav has {len(clean)} files and noisy_{part}_wav {len(noisy)}; both need the "
                f"same names, but {len(lone)} are in one only, such as {lone[0]}"
            )
        if split == "train" and not valid_speakers:
            there = sorted({name.split("_")[0] for name in clean})
            drawn = rng_of(seed, "speakers").permutation(len(there))[:2]
            valid_speakers = VALID_SPEAKERS if speakers == 28 else [there[k] for k in drawn]
        for name in sorted(clean):
            speaker = name.split("_")[0]
            held = split == "train" and speaker in valid_speakers
            noise, snr_db = facts.get(name, (None, None))
            pairs.append(
                Pair("valid" if held else split, name, speaker, clean[name], noisy[name], None, noise, snr_db)
            )
    found = {p.speaker for p in pairs if p.split != "test"}
    absent = sorted(set(valid_speakers) - found)
    if absent:
        raise LayoutError(
            f"{RECIPE}: the validation speaker {absent[0]} is not in the training set, which has {', '.join(sorted(found))}"
        )
    if not any(pair.split == "train" for pair in pairs):
        raise LayoutError(f"{RECIPE}: all speakers are held out for validation, none is left to train on")
    return pairs


def _files(root: Path, folder: str) -> dict[str, Path]:
    everything = audio_under(root, RECIPE)
    found = {path.stem: path for path in everything if path.parent.name == folder}
    if not found:
        raise LayoutError(
            f"{RECIPE}: looked for audio in a folder {folder} below {root} and found 0 of it, among {len(everything)} "
            "audio files; the corpus unpacks to clean_… and noisy_… folders of that kind"
        )
    return found


def _log(root: Path, part: str) -> dict[str, tuple[str, float]]:
    """name -> (noise, SNR in dB), from log_{part}.txt wherever it lies; empty without one."""
    for path in sorted(root.rglob(f"log_{part}.txt")):
        facts = {}
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            words = line.split()
            if len(words) == 3:
                try:
                    facts[words[0].removesuffix(".wav")] = (words[1], float(words[2]))
                except ValueError:
                    raise LayoutError(
                        f"{RECIPE}: {path} has the line {line!r}: wanted is `name noise snr`"
                    ) from None
        return facts
    return {}
