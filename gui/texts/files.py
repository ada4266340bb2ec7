"""What is said of recordings: opening, processing, comparing, saving, and what can go wrong with them."""

from gui.texts.translate import tr

BEFORE, AFTER = tr("Original"), tr("Processed")
TAKE = tr("{name}: {seconds:.1f} s, as it was heard live; noise suppression on and off (Space) changes sides")
PAIR = tr(
    "{names}: {seconds:.1f} s, compared as they are; noise suppression on and off (Space) changes sides"
)
OVER = tr(" against ")
HINT = tr("Open or drop a recording, or go live.")
READ_OUT = tr("{seconds:.2f} s   {khz:.2f} kHz   original {before:.0f} dB   processed {after:.0f} dB")
READ_OUT_LIVE = tr("{seconds:.2f} s   {khz:.2f} kHz   input {before:.0f} dB   output {after:.0f} dB")
OPENING = tr("Opening {name} …")
PROCESSING = tr("Processing {name}, {share:.0%}")
READY = tr("{name}: {seconds:.1f} s, processed")
READY_TAKE = tr("{name}: {seconds:.1f} s, original and processed as they were recorded")
DONE = tr(
    "{name}: {seconds:.1f} s processed with {steps} on {device}; compute {hop_ms:.2f} ms per 10 ms, DSP load {load:.0%}"
)
PROGRESS, READ_OUT_NAME = tr("Progress"), tr("Cursor")
SOUND_FILES, MODEL_FILES, PICTURE_FILES, ALL_FILES = (
    tr("Audio files"),
    tr("Models"),
    tr("Pictures"),
    tr("All files"),
)
SYSTEM_REFUSES = tr("the system refuses")
CANCELLED = tr("Cancelled.")
SAVED = tr("Saved {path}")
NOTHING_TO_SAVE = tr("There is nothing to export yet: open a recording first.")
ONE_OR_TWO_FILES = tr("Open one recording to process it, or two of the same words to compare them.")
AND = tr(" and ")
NOT_OPENED = tr("{name} cannot be opened: {reason}")
OTHER_MODEL = tr("{why}; {name} is used instead")
DEFAULT_MODEL = tr("the model that comes with the program")
NO_SUCH_FILE = tr("{name} cannot be opened: there is no such file in {folder}")
NO_SOUND = tr("{name} holds no audio")
TOO_LONG = tr(
    "{name} lasts {minutes:.0f} min; the window opens up to {most} min: use `realtime-cli file` for it"
)
TWO_RATES = tr(
    "{first} has {rate} Hz and {second} {other} Hz: give both the same sample rate to compare them"
)
NO_MEMORY = tr("there is not enough memory for this recording: use `realtime-cli file` for it")
OUTPUT_FAILED = tr("nothing can be played: {why}; choose another output device")
NO_OUTPUT = tr(
    "nothing can be played: the output device does not open ({why}); check that headphones or loudspeakers are connected"
)
NO_PORTAUDIO = tr("nothing can be played: PortAudio is missing; on Linux `apt install libportaudio2`")
SHOT_TOO_LONG, SHOT_NOT_WRITTEN = tr("the recording took too long"), tr("{path} cannot be written")
SAVE_FAILED = tr("{path} cannot be written: {reason}; choose another place.")
