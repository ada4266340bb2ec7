"""WSJ0 speech with QUT-NOISE at −5, 0, 5 dB, as in arXiv 2309.10457: train si_tr_s, valid si_dt_05, test si_et_05.

The paper tests on the second recordings of café, car, home and street (STREET-KG-2 ...), one noisy version of each
sentence. Its lists of mixtures are not public, so these are drawn anew: training uses the first recordings, validation
the last fifth of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trainer.data.recipes.plan import LayoutError, Noise, Pair, audio_under, mixtures

RECIPE = "wsj0-qut"
SETS = {"train": "si_tr_s", "valid": "si_dt_05", "test": "si_et_05"}
RECORDINGS = ("CAFE-CAFE", "CAR-WINUPB", "HOME-LIVINGB", "STREET-KG")
PART = {"train": ("1", 0.0, 0.8), "valid": ("1", 0.8, 1.0), "test": ("2", 0.0, 1.0)}  # recording, begin, end
FULL = {"train": 12776, "valid": 1206, "test": 651}  # sentences of the first microphone


def plan(
    wsj0: Path, qut: Path, snrs: Sequence[float] = (-5, 0, 5), versions: int = 1, seed: int = 0
) -> list[Pair]:
    """All mixtures. Raises LayoutError if a set or a recording is missing."""
    speech, noise = _speech(wsj0), _noise(qut)
    pairs = []
    for split, utterances in speech.items():
        number, begin, end = PART[split]
        sources = [Noise(noise[f"{r}-{number}"], f"{r}-{number}", begin, end) for r in RECORDINGS]
        pairs += mixtures(split, utterances, sources, snrs, versions, seed)
    return pairs


def _speech(root: Path) -> dict[str, list[tuple[str, str, Path]]]:
    everything = audio_under(root, RECIPE)
    found: dict[str, dict[str, tuple[str, str, Path]]] = {split: {} for split in SETS}
    for path in everything:
        parts = [part.lower() for part in path.relative_to(root).parts[:-1]]
        for split, name in SETS.items():
            if any(part in (name, f"wsj0_{name}") for part in parts):
                # a sentence may be there twice, as SPHERE and converted: the converted one is readable
                stem = path.stem.lower()
                if stem not in found[split] or found[split][stem][2].suffix.lower() == ".wv1":
                    found[split][stem] = (stem, stem[:3], path)
    missing = [name for split, name in SETS.items() if not found[split]]
    if missing:
        raise LayoutError(
            f"{RECIPE}: looked for WSJ0 in folders {', '.join(SETS.values())} below {root} and found no audio for "
            f"{', '.join(missing)}, among {len(everything)} audio files ({', '.join(_counts(found))})"
        )
    return {split: [found[split][stem] for stem in sorted(found[split])] for split in SETS}


def _counts(found: dict[str, Any]) -> list[str]:
    return [f"{SETS[split]} {len(files)}" for split, files in found.items()]


def _noise(root: Path) -> dict[str, Path]:
    everything = audio_under(root, RECIPE)
    wanted = [f"{r}-{n}" for n in "12" for r in RECORDINGS]
    by_name = {path.stem.upper(): path for path in everything}
    missing = [name for name in wanted if name not in by_name]
    if missing:
        raise LayoutError(
            f"{RECIPE}: looked for {len(wanted)} recordings of QUT-NOISE (such as {wanted[0]}.wav) below {root} and found "
            f"{len(wanted) - len(missing)}, among {len(everything)} audio files; missing: {', '.join(missing)}"
        )
    return {name: by_name[name] for name in wanted}
