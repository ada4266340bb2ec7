"""`trainer`: fit and validate are Lightning's command line (trainer.training.fit); the other commands are COMMANDS."""

from __future__ import annotations

import argparse
import importlib
import sys

# name -> module with add_arguments(parser) and run(arguments) -> text to print, what it does.
# Imported only when asked for: worker processes import this file too, and should not wait for torch.
COMMANDS = {
    "test": ("trainer.evaluation.evaluate", "score a model file, or enhanced files, on a test set"),
    "compare": (
        "trainer.evaluation.bootstrap",
        "the difference of two tested systems, with confidence intervals",
    ),
    "prepare": ("trainer.data.recipes.command", "make a data set from your own copy of a corpus"),
    "import-sgmse": (
        "trainer.networks.sgmse_import",
        "make a model of a checkpoint of SGMSE+, without running its code",
    ),
    "campaign": (
        "trainer.training.campaign",
        "a training of many hours: runs behind other work, scores itself, goes on",
    ),
    "experiments": (
        "trainer.evaluation.experiments",
        "train and test the rows of a plan over seeds, and make one table",
    ),
    "bench": ("trainer.training.bench", "time a training step on plain and on fused operators"),
}
LIGHTNING = {
    "fit": "train a model as a configuration says; every field of it is an option",
    "validate": "compute the validation loss of a checkpoint",
}
GROUPS = {
    "data": ("prepare",),
    "train": ("fit", "validate", "campaign", "experiments", "bench"),
    "evaluate": ("test", "compare"),
    "other models": ("import-sgmse",),
}


def help_text() -> str:
    """All commands in groups, without torch."""
    what = LIGHTNING | {name: sentence for name, (_, sentence) in COMMANDS.items()}
    lines = [
        "usage: trainer COMMAND ...",
        "",
        "Trains and evaluates models for speech enhancement by diffusion.",
    ]
    for heading, names in GROUPS.items():
        lines += ["", f"{heading}:", *(f"  {name:<14}{what[name]}" for name in names)]
    lines += [
        "",
        "examples:",
        "  trainer fit --config trainer/configs/stream.yaml --data.speech '[speech/]' --data.noise '[noise/]'",
        "  trainer test model.onnx --clean clean/ --noisy noisy/ -o results/",
        "",
        "`trainer COMMAND --help` explains one. `trainer fit --print_config` prints a whole configuration.",
    ]
    return "\n".join(lines)


def run_command(name: str, arguments: list[str]) -> None:
    """Runs a command of `COMMANDS`, which parses its own arguments, and prints what it returns."""
    module_name, what = COMMANDS[name]
    module = importlib.import_module(module_name)
    parser = argparse.ArgumentParser(prog=f"trainer {name}", description=what)
    module.add_arguments(parser)
    print(module.run(parser.parse_args(arguments)).rstrip())


def main(arguments: list[str] | None = None) -> None:
    """Exit codes: 0 ok, 1 runtime failure (one sentence), 2 usage."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if not given or given[0] in ("-h", "--help"):
            print(help_text(), file=sys.stdout if given else sys.stderr)
            raise SystemExit(0 if given else 2)
        if given[0] in COMMANDS:
            run_command(given[0], given[1:])
        else:
            from trainer.training.quiet import quiet

            quiet()
            from trainer.training.fit import run

            run(arguments)
    except (ValueError, OSError, ImportError, RuntimeError) as error:
        print(f"trainer: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
