"""Old names of modules, kept because configurations, checkpoints and scripts of users have them in `class_path`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# old name -> where the module is now. `trainer.data` is missing: it has become the package of the same name, and
# no configuration names its class.
MOVED = {
    "trainer.bank": "trainer.data.bank",
    "trainer.bootstrap": "trainer.evaluation.bootstrap",
    "trainer.bridge": "trainer.diffusion.bridge",
    "trainer.centred_spectrogram": "trainer.networks.centred_spectrogram",
    "trainer.checkpoint": "trainer.networks.checkpoint",
    "trainer.clips": "trainer.data.clips",
    "trainer.comparison": "trainer.evaluation.comparison",
    "trainer.datasets": "trainer.data.datasets",
    "trainer.discrepancies": "trainer.training.losses",
    "trainer.draws": "trainer.diffusion.draws",
    "trainer.ema": "trainer.training.ema",
    "trainer.evaluate": "trainer.evaluation.evaluate",
    "trainer.experiments": "trainer.evaluation.experiments",
    "trainer.filters": "trainer.data.filters",
    "trainer.fit": "trainer.training.fit",
    "trainer.growth": "trainer.networks.growth",
    "trainer.levels": "trainer.data.levels",
    "trainer.metrics": "trainer.evaluation.metrics",
    "trainer.mixing": "trainer.data.mixing",
    "trainer.module": "trainer.training.module",
    "trainer.objective": "trainer.training.objective",
    "trainer.offline_model": "trainer.networks.offline_model",
    "trainer.offline_module": "trainer.training.offline_module",
    "trainer.pairs": "trainer.data.pairs",
    "trainer.plans": "trainer.evaluation.plans",
    "trainer.preconditioning": "trainer.diffusion.preconditioning",
    "trainer.predictor_corrector": "trainer.diffusion.predictor_corrector",
    "trainer.probability_flow": "trainer.diffusion.probability_flow",
    "trainer.recipes": "trainer.data.recipes",
    "trainer.recipes.command": "trainer.data.recipes.command",
    "trainer.recipes.make": "trainer.data.recipes.make",
    "trainer.recipes.ntcd_timit": "trainer.data.recipes.ntcd_timit",
    "trainer.recipes.own": "trainer.data.recipes.own",
    "trainer.recipes.plan": "trainer.data.recipes.plan",
    "trainer.recipes.voicebank_demand": "trainer.data.recipes.voicebank_demand",
    "trainer.recipes.wsj0_qut": "trainer.data.recipes.wsj0_qut",
    "trainer.report": "trainer.evaluation.report",
    "trainer.rooms": "trainer.data.rooms",
    "trainer.samplers": "trainer.diffusion.samplers",
    "trainer.scene": "trainer.data.scene",
    "trainer.schedules": "trainer.diffusion.loss_weighting",
    "trainer.score_model": "trainer.networks.score_model",
    "trainer.sde": "trainer.diffusion.sde",
    "trainer.seeding": "trainer.training.seeding",
    "trainer.sgmse_import": "trainer.networks.sgmse_import",
    "trainer.shards": "trainer.data.shards",
    "trainer.spectrogram": "trainer.networks.spectrogram",
    "trainer.synthetic": "trainer.data.synthetic",
    "trainer.systems": "trainer.evaluation.systems",
    "trainer.testset": "trainer.data.testset",
}


class _Moves(Loader, MetaPathFinder):
    """Finder and loader in one: importing an old name gives the very module of the new name, not a copy of it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return ModuleSpec(name, self) if name in MOVED else None

    def create_module(self, spec: ModuleSpec) -> None:
        """None lets Python make an empty module, which `exec_module` replaces."""

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = importlib.import_module(MOVED[module.__name__])


def follow_moves() -> None:
    """Makes imports of the old names work in this process. Calling it again changes nothing.

    The finder stands first, because Python's own would find `trainer.recipes.make` in the moved folder and load it twice.
    """
    if not any(isinstance(finder, _Moves) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Moves())
