"""The trainer. Modules that moved into the rooms are still found under their old names (`trainer.moved`)."""

from trainer.moved import follow_moves

follow_moves()
