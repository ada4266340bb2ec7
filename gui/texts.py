"""Everything the window says, in one place."""

APP = "Klarstrom"
BEFORE, AFTER = "Before", "After"

SWITCH_ON, SWITCH_OFF = "Noise removal: ON", "Noise removal: OFF"
SWITCH_NAME = "Noise removal"
SWITCH_TIP = "Hear the cleaned sound (on) or the sound as it came in (off). Space bar."
MUTE, MUTE_TIP = "Mute", "Silence what is played. M."
OPEN = "Open…"
OPEN_TIP = "Open a recording and clean it, or a pair to compare. Ctrl+O, or drop files on the window."
PLAY, PAUSE = "Play", "Pause"
PLAY_TIP = "Play or pause the recording; the switch changes sides at the same place. P."
CANCEL, CANCEL_TIP = "Cancel", "Stop the work on this recording. Escape."
SAVE_AUDIO, SAVE_AUDIO_TIP = "Save sound…", "Write the cleaned recording to a file. Ctrl+S."
SAVE_PICTURE, SAVE_PICTURE_TIP = "Save picture…", "Write both spectrograms to a PNG. Ctrl+Shift+S."
QUIT = "Quit"
MENU_FILE, MENU_VIEW, MENU_PLAY = "&File", "&View", "&Play"
MENU_START = "&Start and close"
START_LIVE = "Go live at the start"
START_LIVE_TIP = "The microphone is cleaned as soon as the program runs."
START_IN_TRAY = "Start in the tray"
START_IN_TRAY_TIP = "No window at the start: the tray's icon has the switch, a click on it opens the window."
CLOSE_TO_TRAY = "Closing keeps it in the tray"
CLOSE_TO_TRAY_TIP = "Closing the window leaves the sound running; Quit (Ctrl+Q) ends the program."
NO_TRAY = (
    "This desktop shows no tray icons: the window starts minimised instead, and closing it ends the program."
)
TRAY_SHOW, TRAY_HIDE = "Show the window", "Hide the window"
TRAY_HERE = "The sound goes on. A click here opens the window; Quit is in the menu."
TRAY_STATES = {
    "resting": "not live",
    "cleaning": "removes noise",
    "passing": "noise removal is off",
    "silent": "muted",
}
BACK, FORWARD = "Back 1 s", "Forward 1 s"
SMOOTH = "Smooth pictures"
THEME = "Colours of the window"
THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}

GROUP_MODEL, GROUP_SOUND, GROUP_PICTURE = "Model", "Sound", "Picture"
MODEL, MODEL_TIP = "Model", "The model that removes the noise."
MODEL_OTHER = "Open a model file…"
CARD, CARD_TIP = "Card", "What the model is, what it learned from, how good it is."
DEVICE, DEVICE_TIP = "Runs on", "Where the model computes: auto takes CUDA if it works."
DEVICES = {"auto": "Auto", "cpu": "CPU", "cuda": "CUDA"}
STEPS = "Steps"
STEPS_TIP = (
    "Diffusion steps for each 10 ms: more cost more time. Auto takes as many as there is time for while live, and the"
    " number in brackets for recordings."
)
STEPS_AUTO = "Auto"
LIMIT, LIMIT_TIP = (
    "Take at most",
    "Most noise reduction; less leaves some of the room in. 100 dB is no limit.",
)
GAIN, GAIN_TIP = "Output gain", "Louder or quieter output."
DARKEST, DARKEST_TIP = "Darkest", "Level that is painted darkest."
BRIGHTEST, BRIGHTEST_TIP = "Brightest", "Level that is painted brightest."
WINDOW, WINDOW_TIP = "Window", "Longer windows part the harmonics, shorter ones part the moments."
COLOURS, COLOURS_TIP = "Colours", "Colours of both pictures, from the darkest level to the brightest."

LIVE, LIVE_TIP = "Live", "Clean the microphone while you speak. L."
RECORD, RECORD_TIP = "Record", "Write what comes in and what goes out into two files. R."
GROUP_LIVE = "Live"
INPUT, INPUT_TIP = "Input", "The microphone."
OUTPUT, OUTPUT_TIP = "Output", "Where the cleaned sound goes: headphones, or a virtual microphone's cable."
DEFAULT_DEVICE = "The system's default"
GONE = "{name} (not there)"
VIRTUAL_MIC = "For calls"
NO_VIRTUAL_MIC, VIRTUAL_MIC_NAME = "None", "Clear voice"
VIRTUAL_MIC_TIP = (
    "A microphone that calls and recorders can pick, while Live runs: choose a name or type one, then Enter."
)
VIRTUAL_MIC_THERE = "Other programs can pick the microphone “{name}” now. Leave their loudspeaker as it is."
CABLE_TIPS = {
    "win32": "Install VB-Cable and restart, choose “CABLE Input” here, and pick “CABLE Output” as the microphone of your"
    " call.",
    "darwin": "Install BlackHole 2ch, choose it here, and pick it as the microphone of your call.",
}
CABLE_TIP_SERVER = (
    "A microphone for calls needs PulseAudio or PipeWire, and pactl (apt install pulseaudio-utils)."
)
OUTPUT_TAKEN = (
    "The cleaned sound goes into the microphone “{name}”: choose None under For calls to hear it here."
)
FIRST_MENU = "Find the microphone…"
FIRST_TITLE = "Which microphone is yours?"
FIRST_INTRO = (
    "Speak a sentence: the bar should move. Klarstrom takes the noise out of this microphone on your own"
    " computer; nothing is sent anywhere."
)
FIRST_PICKER, FIRST_PICKER_TIP = "Microp&hone", "Choose another one if the bar does not move when you speak."
FIRST_DEFAULT = "The system's default: {name}"
FIRST_VERDICT = "What is heard"
FIRST_LIVE, FIRST_LIVE_TIP = "&Go live", "Take this microphone and clean it while you speak."
FIRST_LATER, FIRST_LATER_TIP = "Not &now", "Close this page; it comes again from the menu Play. Escape."
FIRST_VERDICTS = {
    "opening": "Opening the microphone …",
    "waiting": "Listening: say something.",
    "hears": "It hears you. This microphone is ready.",
    "quiet": "Something comes in, but no voice yet: speak, come closer, turn the microphone up in the system's sound"
    " settings, or choose another one.",
    "silent": "Only silence comes in: check the microphone's mute switch and the system's sound settings, or choose"
    " another one.",
    "absent": "There is no microphone: plug one in and it appears here by itself, or allow this program the microphone in"
    " the system's privacy settings.",
    "failed": "{why}: close other programs that use it, or choose another one.",
}
ZOOM_TIP = "Wheel: closer in frequency. With Ctrl: closer in time. With Alt: higher, lower. With Shift: earlier, later."
ZOOMS = {
    "closer_frequency": "Closer in frequency (wheel)",
    "further_frequency": "Further away in frequency",
    "closer_time": "Closer in time (Ctrl+wheel)",
    "further_time": "Further away in time",
    "higher": "Higher frequencies (Alt+wheel)",
    "lower": "Lower frequencies",
    "earlier": "Earlier (Shift+wheel)",
    "later": "Later",
    "whole": "Show all",
}
PLOTS = "Live spectrum and waveform"
SPECTRUM, WAVEFORM = "Spectrum, dB over kHz", "Waveform, s"
CLIPPED = "clipped {count}"
STOP_MOVING, HELD = "Hold the picture", "{title}, held (H)"
RECORDED = "Recorded {input} and {output}. Play (P) ends Live and plays both sides."
TAKE = (
    "{name}: {seconds:.1f} s, as it was heard live; Play (P) plays it, the switch (space bar) changes sides"
)
PAIR = "{names}: {seconds:.1f} s, as they are; the switch (space bar) changes sides"
OVER = " over "
RESTING = "too busy: sound as it came in"
NUMBERS = (
    "{steps} ({setting})   hop {hop:.2f} ms   load {load:.0%}   reduction {reduction:.0f} dB   "
    "late {late}   drops {drops}   fills {fills}   xruns {xruns}   clipped {clipped}"
)
LATENCY, STAGE = "latency {total:.0f} ms =   {stages}", "{name} {ms:.1f}"
STAGES = {
    "device_in": "microphone",
    "queue_in": "queue in",
    "resample": "rate",
    "algorithmic": "model",
    "compute": "computing",
    "queue_out": "queue out",
    "device_out": "loudspeaker",
}
NUMBERS_TIP = (
    "hop: what 10 ms of sound cost; load: as a share of the time there is; late: hops that took longer; drops, fills:"
    " times that sound was taken out or put in; xruns: times that the sound system was late; clipped: samples of the"
    " microphone at full scale; latency: from microphone to loudspeaker, stage by stage, ms."
)
HINT = "Open or drop a recording, or go live."
READ_OUT = "{seconds:.2f} s   {khz:.2f} kHz   {db:.0f} dB"
OPENING = "Opening {name} …"
DONE = "{name}: {seconds:.1f} s cleaned with {steps} on {device}; a 10 ms hop cost {hop_ms:.2f} ms, {load:.0%} of its time"
PROGRESS, READ_OUT_NAME, NUMBERS_NAME = "Progress", "Read-out", "Numbers"
SOUND_FILES, MODEL_FILES, ALL_FILES = "Sound", "Models", "All"
SYSTEM_REFUSES = "the system refuses"
CANCELLED = "Cancelled."
SAVED = "Saved {path}"
NOTHING_TO_SAVE = "There is nothing to save yet: open a recording first."
ONE_OR_TWO_FILES = "Open one recording to clean it, or two of the same words to compare them."
AND = " and "
NOT_OPENED = "{name} cannot be opened: {reason}"
OTHER_MODEL = "{why}; {name} is used instead"
DEFAULT_MODEL = "the model that comes with the program"
NO_SUCH_FILE = "{name} cannot be opened: there is no such file in {folder}"
NO_SOUND = "{name} holds no sound"
TOO_LONG = "{name} lasts {minutes:.0f} min; the window opens up to {most} min: use `realtime-cli file` for it"
TWO_RATES = "{first} has {rate} Hz and {second} {other} Hz: give both the same rate to compare them"
NO_MEMORY = "there is not enough memory for this recording: use `realtime-cli file` for it"
OUTPUT_FAILED = "nothing can be played: {why}; choose another output"
NO_OUTPUT = (
    "nothing can be played: the sound output does not open ({why}); check that a loudspeaker is connected"
)
NO_PORTAUDIO = "nothing can be played: PortAudio is missing; on Linux `apt install libportaudio2`"
SHOT_TOO_LONG, SHOT_NOT_WRITTEN = "the recording took too long", "{path} cannot be written"
MESSAGE, CLOSE_MESSAGE = "Message", "Close this message"
CLOSE_MESSAGE_TIP = "Close this message. Escape."
SAVE_FAILED = "{path} cannot be written: {reason}; choose another place."
NO_CARD = "The file brings no card. Its contract says:"
UNEXPECTED = "Something went wrong inside ({what}); it is written to {log}. The window goes on."
STEP_NAMES = ("{n} step", "{n} steps")

SPECTROGRAM_BEFORE = "Spectrogram before noise removal"
SPECTROGRAM_AFTER = "Spectrogram after noise removal"
REDUCTION_TITLE = "Noise reduction, dB"
LOAD_TITLE, STEPS_TITLE = "Load", "Steps, up to {most}"
LEVEL_BEFORE, LEVEL_AFTER = "Level in", "Level out"
LEVEL_TIP = (
    "Level of the sound, dB below full scale, with the highest of the last seconds. "
    "Clipped samples are counted; a click, or Enter, forgets them."
)

LABELS = {  # with the letter that leads there with Alt; those of the menus and of the first page are taken
    INPUT: "&Input", OUTPUT: "&Output", VIRTUAL_MIC: "For &calls", MODEL: "&Model", CARD: "Car&d", DEVICE: "&Runs on",
    STEPS: "S&teps", LIMIT: "Take &at most", GAIN: "O&utput gain", DARKEST: "Dar&kest", BRIGHTEST: "&Brightest",
    WINDOW: "&Window", COLOURS: "Co&lours",
}  # fmt: skip


def steps(count: int) -> str:
    return STEP_NAMES[count != 1].format(n=count)
