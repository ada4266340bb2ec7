"""What libraries say that is no news of ours: advertisements, and deprecations that only their authors can mend."""

from __future__ import annotations

import logging
import warnings

_ADVERTISEMENT = "Tip: For seamless cloud"
# what Lightning says of our way to go on from the last checkpoint where there is none yet, and of what it does itself
_NO_NEWS = (
    r"\.fit\(ckpt_path=.last.\) is set, but there is no last checkpoint",
    r"Found \d+ module\(s\) in eval mode",
)
_LIBRARIES = (
    r"(lightning|torch|jsonargparse|tensorboard|lightning_fabric|pytorch_lightning|lightning_utilities)(\.|$)"
)


class _NoAdvertisements(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return _ADVERTISEMENT not in record.getMessage()


def quiet() -> None:
    """For a command, before it starts; warnings of our own modules, and those that Python's -W asks for, stay."""
    for name in ("lightning.pytorch.utilities.rank_zero", "pytorch_lightning.utilities.rank_zero"):
        logging.getLogger(name).addFilter(_NoAdvertisements())
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=_LIBRARIES)
    warnings.filterwarnings("ignore", r".*\bis deprecated\b", module=_LIBRARIES)
    for sentence in _NO_NEWS:
        warnings.filterwarnings("ignore", sentence)
