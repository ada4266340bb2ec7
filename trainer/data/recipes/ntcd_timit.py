"""NTCD-TIMIT (noisy TCD-TIMIT) at −5, 0, 5 dB, as in arXiv 2309.10457: six noises, 9 speakers to test on.

Layout: Clean/volunteers/01M/straightcam/sa1.wav ... and Babble/-5/volunteers/01M/straightcam/sa1.wav ... for Babble,
Cafe, Car, LR, Street, White. Speakers are split as the folders matlab_raw/{train,dev,test} of the corpus say, if they
are there, else by a draw of 8 and 9; the paper's test set has 5 sentences for each speaker, noise and SNR.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer.data.recipes.plan import LayoutError, Pair, audio_under, mixture_name, rng_of

RECIPE = "ntcd-timit"
NOISES = ("Babble", "Cafe", "Car", "LR", "Street", "White")
OFFICIAL = {"train": "train", "valid": "dev", "test": "test"}
DRAWN = {"valid": 8, "test": 9}  # of 56 volunteers
FULL = {"test": 810}

Key = tuple[str, str]  # speaker, sentence


def plan(
    root: Path,
    snrs: Sequence[float] = (-5, 0, 5),
    versions: int = 1,
    test_sentences: int = 5,
    test_speakers: Sequence[str] = (),
    valid_speakers: Sequence[str] = (),
    seed: int = 0,
) -> list[Pair]:
    """All pairs: `versions` of each training and validation sentence, `test_sentences` of each test condition."""
    if versions < 1 or test_sentences < 1:
        raise ValueError(f"versions is {versions}, test_sentences {test_sentences}: both must be at least 1")
    clean, noisy = _files(root, snrs)
    split_of = _speakers(root, sorted({s for s, _ in clean}), test_speakers, valid_speakers, seed)
    conditions = [(noise, snr) for noise in NOISES for snr in snrs]
    chosen: list[tuple[str, Key, str, float]] = []
    for key in sorted(clean):
        split = split_of[key[0]]
        if split != "test":
            order = rng_of(seed, *key).permutation(len(conditions))
            chosen += [(split, key, *conditions[k]) for k in order[:versions]]
    for speaker in sorted(s for s, split in split_of.items() if split == "test"):
        sentences = sorted(key for key in clean if key[0] == speaker)
        for noise, snr in conditions:
            order = rng_of(seed, speaker, noise, f"{snr:g}").permutation(len(sentences))
            chosen += [("test", sentences[k], noise, snr) for k in order[:test_sentences]]
    missing = [(key, noise, snr) for _, key, noise, snr in chosen if (*key, noise, snr) not in noisy]
    if missing:
        (speaker, sentence), noise, snr = missing[0]
        raise LayoutError(
            f"{RECIPE}: {len(missing)} of {len(chosen)} noisy files that are wanted are missing below {root}, such as "
            f"{noise}/{snr:g}/volunteers/{speaker}/straightcam/{sentence}.wav"
        )
    return [
        Pair(
            split, mixture_name(key[1], key[0], snr, noise), key[0], clean[key], noisy[*key, noise, snr], None, noise, snr
        )
        for split, key, noise, snr in chosen
    ]  # fmt: skip


def _files(
    root: Path, snrs: Sequence[float]
) -> tuple[dict[Key, Path], dict[tuple[str, str, str, float], Path]]:
    everything = audio_under(root, RECIPE)
    clean: dict[Key, Path] = {}
    noisy: dict[tuple[str, str, str, float], Path] = {}
    names = {name.lower(): name for name in NOISES}
    for path in everything:
        parts = path.relative_to(root).parts
        lower = [part.lower() for part in parts]
        if "volunteers" not in lower or lower[-2] != "straightcam":
            continue
        at = lower.index("volunteers")
        key = (parts[at + 1], path.stem)
        if at >= 1 and lower[at - 1] == "clean":
            clean[key] = path
        elif at >= 2 and lower[at - 2] in names and _is_number(lower[at - 1]):
            noisy[*key, names[lower[at - 2]], float(lower[at - 1])] = path
    wanted = {(noise, snr) for noise in NOISES for snr in snrs}
    absent = sorted(wanted - {(noise, snr) for _, _, noise, snr in noisy})
    if not clean or absent:
        lacks = "Clean" if not clean else f"{absent[0][0]}/{absent[0][1]:g}"
        raise LayoutError(
            f"{RECIPE}: looked for Clean/volunteers/SPEAKER/straightcam/*.wav and NOISE/SNR/volunteers/… below {root} for "
            f"{', '.join(NOISES)} at {', '.join(f'{s:g}' for s in snrs)} dB; found {len(clean)} clean and {len(noisy)} "
            f"noisy among {len(everything)} audio files, none for {lacks}"
        )
    return clean, noisy


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _speakers(
    root: Path, there: Sequence[str], test: Sequence[str], valid: Sequence[str], seed: int
) -> dict[str, str]:
    """Speaker -> split."""
    official = {
        folder.name: split
        for split, name in OFFICIAL.items()
        for folder in sorted(root.glob(f"**/matlab_raw/{name}/*"))
        if folder.is_dir()
    }
    for name in (*test, *valid):
        if name not in there:
            raise ValueError(f"{RECIPE}: the speaker {name} is not there; there are {', '.join(there)}")
    if set(test) & set(valid):
        raise ValueError(f"{RECIPE}: {min(set(test) & set(valid))} is asked for in both test and valid")
    split_of = dict.fromkeys(there, "train")
    if not test and not valid and official:
        split_of |= {s: official[s] for s in there if s in official}
    else:
        drawn = [
            s
            for s in (there[k] for k in rng_of(seed, "speakers").permutation(len(there)))
            if s not in (*test, *valid)
        ]
        test = test or [drawn.pop() for _ in range(min(DRAWN["test"], max(1, len(there) // 6)))]
        valid = valid or [drawn.pop() for _ in range(min(DRAWN["valid"], max(1, len(there) // 7))) if drawn]
        split_of |= dict.fromkeys(valid, "valid") | dict.fromkeys(test, "test")
    empty = [split for split in OFFICIAL if split not in split_of.values()]
    if empty:
        raise LayoutError(
            f"{RECIPE}: {len(there)} speakers ({', '.join(there[:3])}) leave none for {empty[0]}: a split needs at least 3"
        )
    return split_of
