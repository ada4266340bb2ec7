"""Which of the shipped models runs: the 16 kHz one, or the full-band one where the sound reaches higher."""

from __future__ import annotations

from pathlib import Path

BANDS = ("auto", "wide", "full")
WIDE, FULL = "klarstrom-16k", "klarstrom-48k"
FULL_FROM = 32000  # Hz, of a file, stream or device: below, there is little or nothing above 8 kHz

_FULL_FILE = Path(__file__).parents[1] / "models" / f"{FULL}.onnx"


def model_for(model: str | Path | None, band: str, sample_rate: int | None) -> str | Path | None:
    """The model to open: `model` if one is named, else a shipped one, None being the 16 kHz one.

    band: wide takes the 16 kHz model, full the full-band one, auto the full-band one where the sound has `FULL_FROM` or
    more; sample_rate: of the sound, Hz, None if it is not known. Raises ValueError for another band, or one beside a model.
    """
    if band not in BANDS:
        raise ValueError(f"band is {band!r}: it must be one of {', '.join(BANDS)}")
    if model is not None:
        if band != "auto":
            raise ValueError(
                f"band {band} chooses between the shipped models: leave it out where one is named"
            )
        return model
    return FULL if band == "full" or (band == "auto" and _reaches_higher(sample_rate)) else None


def _reaches_higher(sample_rate: int | None) -> bool:
    return sample_rate is not None and sample_rate >= FULL_FROM and _FULL_FILE.is_file()


def reason(model: str | Path | None, band: str, sample_rate: int | None) -> str:
    """Why `model_for` takes what it takes, as a phrase."""
    if model is not None:
        return "named"
    if band != "auto":
        return f"band {band}"
    if sample_rate is None:
        return "the rate is not known"
    return f"{'full' if _reaches_higher(sample_rate) else 'wide'} band for {sample_rate} Hz"


def when(name: str) -> str:
    """When a shipped model runs that was not named; empty for one that has to be."""
    above = f"{FULL_FROM // 1000} kHz"
    return {
        FULL: f"for files, streams and devices of {above} or more, and with --band full",
        WIDE: f"below {above}, for raw pipes without --rate, and with --band wide",
    }.get(name, "")
