"""What `realtime-cli` says of itself: the short help, the groups of commands, the exit codes, and how they are laid out."""

from __future__ import annotations

import argparse

SHORT = """\
realtime-cli removes noise from speech, in files and live, on one CPU core.

  realtime-cli demo                                      hear and see what it does
  realtime-cli file talk.wav -o clean.wav                a recording, or a whole folder
  realtime-cli live --virtual-mic "Clear voice"          a microphone for calls
  ffmpeg -i talk.mp4 -f wav - | realtime-cli > clean.wav  in a pipe

`realtime-cli --help` lists all commands, `realtime-cli COMMAND --help` explains one.
"""

EXIT_CODES = """\
exit codes:
  0    done; for a pipe also: its reader went away
  1    failed while running; for `file` also: some files failed, they are listed
  2    wrong usage: unknown options, values out of range, options that contradict the input
  3    the model is missing, damaged or without a valid contract
  4    audio device (no command that works on files or pipes needs one)
  130  interrupted (SIGINT); a pipe has written its tail by then, `file` left no half file
  143  terminated (SIGTERM); likewise
"""

EXAMPLES = """\
examples:
  ffmpeg -i talk.mp4 -f wav - | realtime-cli | ffmpeg -i - clean.flac
  arecord -f cd -t raw | realtime-cli --rate 44100 --channels 2 | aplay -f cd
  realtime-cli file talk.wav -o clean.wav
  realtime-cli file recordings/ -o clean/ --jobs 2 --steps 4

completion of commands and options, for bash and zsh:
  eval "$(register-python-argcomplete realtime-cli)"

"""

DESCRIPTION = (
    "Removes noise from speech with a diffusion model, hop by hop.\n"
    "Without a command, and with audio on standard input, it is `realtime-cli pipe`."
)

# heading -> commands with what they do; every command has its place here
GROUPS = {
    "use": {
        "pipe": "enhance audio from standard input to standard output",
        "file": "enhance sound files or folders; outputs are aligned and of equal length",
        "live": "enhance a microphone into a speaker or a virtual microphone, until Ctrl-C",
        "demo": "enhance a noisy clip, and write both, a picture, the cost and the effect",
    },
    "look": {
        "compare": "draw two recordings side by side, and print their levels",
        "devices": "list the microphones and speakers of this machine",
        "info": "print what a model's contract says",
    },
    "check": {
        "doctor": "check this machine and this installation, and say what to do",
        "bench": "measure what a hop costs on one thread, for each number of steps",
        "load": "measure how many live streams one thread carries, and what batched files gain",
        "latency": "measure the delay of a route, or of `live` and its parts, with chirps",
    },
}


class GroupedHelp(argparse.RawDescriptionHelpFormatter):
    """Commands stand under the headings of GROUPS."""

    def _format_action(self, action: argparse.Action) -> str:
        if not isinstance(action, argparse._SubParsersAction):
            return super()._format_action(action)
        lines = {sub.dest: self._format_action(sub) for sub in self._iter_indented_subactions(action)}
        parts = []
        for heading, names in GROUPS.items():
            parts += [f"{' ' * self._current_indent}{heading}\n", *(lines[name] for name in names)]
        return "".join(parts)
