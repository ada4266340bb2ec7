"""What is said of a live stream: its state, its numbers, the first start."""

from gui.texts.translate import tr

INPUT_SIDE, OUTPUT_SIDE = tr("Input"), tr("Output")
STATE = tr("State")
OFF = tr("Off. “Go live” processes {input}.")
OFF_NO_INPUT = tr("Off. There is no microphone: plug one in.")
STARTING, STOPPING = tr("Starting …"), tr("Stopping …")
ROUTE = "{input} → {output}"
LIVE_NOW = tr("Live: {route}, noise suppressed, {delay:.0f} ms end to end")
LIVE_BYPASSED = tr("Live, noise suppression off: {route}, the sound is passed on unprocessed")
LIVE_MUTED = tr("Muted: {route}, nothing is sent")
LIVE_WAITING = tr("Waiting: {why}")
LIVE_BUSY = tr(
    "CPU too busy: {route}, the sound is passed on unprocessed; close other programs or use fewer steps"
)
LIVE_DROPOUTS = tr("Live with dropouts: {route}; close other programs or use fewer steps")
LIVE_SILENT = tr("Live, but the input is silent: check whether {input} is muted")
LIVE_CLIPPING = tr("Live, but the input clips: turn {input} down")
A_DEVICE = tr("a device is missing")
LIGHTS = {
    "off": tr("Off"),
    "good": tr("Good"),
    "warning": tr("Attention"),
    "bad": tr("Problem"),
    "busy": tr("Working"),
}

FIRST_MENU = tr("Set up microphone…")
FIRST_TITLE = tr("Which microphone is yours?")
FIRST_INTRO = tr(
    "Speak a sentence: the meter should move. Klarstrom suppresses noise in this microphone on your own computer;"
    " nothing is sent anywhere."
)
FIRST_PICKER = tr("&Microphone")
FIRST_PICKER_TIP = tr("Choose another one if the meter does not move when you speak.")
FIRST_VERDICT = tr("What is heard")
FIRST_LIVE, FIRST_LIVE_TIP = tr("&Go live"), tr("Use this microphone and process it while you speak.")
FIRST_LATER = tr("&Not now")
FIRST_LATER_TIP = tr("Close this page; the menu Tools opens it again. Escape.")
FIRST_VERDICTS = {
    "opening": tr("Opening the microphone …"),
    "waiting": tr("Listening: say something."),
    "hears": tr("It hears you. This microphone is ready."),
    "quiet": tr(
        "Something comes in, but no voice yet: speak, come closer, turn the microphone up in the system's sound settings,"
        " or choose another one."
    ),
    "silent": tr(
        "Only silence comes in: check the microphone's mute switch and the system's sound settings, or choose another one."
    ),
    "absent": tr(
        "There is no microphone: plug one in and it appears here by itself, or allow this program the microphone in the"
        " system's privacy settings."
    ),
    "failed": tr("{why}: close other programs that use it, or choose another one."),
}

SPECTRUM, WAVEFORM = tr("Spectrum, dB over kHz"), tr("Waveform, s")
STOPPED_TITLE = tr("{title}: stopped")
WAITING_TITLE = tr("{title}: waiting for the device")
CLIPPED = tr("clipped {count}")
RECORDED = tr("Recorded {input} and {output}. Play (P) ends live processing and plays both.")
RESTING = tr("no steps: too busy")
NUMBERS = tr(
    "{steps} ({setting})   compute {hop:.2f} ms per 10 ms   DSP load {load:.0%}   noise reduction {reduction}   "
    "late {late}   drops {drops}   fills {fills}   xruns {xruns}   clipped {clipped}"
)
REDUCTION_DB, NO_REDUCTION = "{db:.0f} dB", "–"
LATENCY, STAGE = tr("latency {total:.0f} ms =   {stages}"), "{name} {ms:.1f}"
STAGES = {
    "device_in": tr("input device"),
    "queue_in": tr("input queue"),
    "resample": tr("resampling"),
    "algorithmic": tr("model"),
    "compute": tr("compute"),
    "queue_out": tr("output queue"),
    "device_out": tr("output device"),
}
NUMBERS_TIP = tr(
    "compute: what 10 ms of sound cost; DSP load: as a share of the time there is; late: frames that took longer; drops,"
    " fills: dropouts, sound taken out or put in; xruns: times that the sound system was late; clipped: input samples at"
    " full scale; latency: end to end, stage by stage, ms."
)
NUMBERS_NAME, PERFORMANCE = tr("Performance numbers"), tr("Performance")
PERFORMANCE_TIP = tr("Show or hide the numbers: steps, load, dropouts and latency by stage.")

SPECTROGRAM_BEFORE = tr("Spectrogram of the input")
SPECTROGRAM_AFTER = tr("Spectrogram of the output")
REDUCTION_TITLE = tr("Noise reduction, dB")
LOAD_TITLE, STEPS_TITLE = tr("DSP load"), tr("Steps, up to {most}")
LEVEL_BEFORE, LEVEL_AFTER = tr("Input level"), tr("Output level")
LEVEL_TIP = tr(
    "Level in dB full scale (dBFS). The line holds the peak; the light at the right end tells of clipped samples, and a"
    " click, Return or Space resets it."
)
NO_SIGNAL = tr("no signal")
STEP_NAMES = (tr("{n} step"), tr("{n} steps"))


def steps(count: int) -> str:
    """A number of diffusion steps in words."""
    return STEP_NAMES[count != 1].format(n=count)


REPORT = tr(
    "{minutes}:{seconds:02d} min live ({route}): {noise}, {dropouts} dropouts, {clipped} clipped samples."
)
REPORT_NOISE, REPORT_QUIET = tr("noise reduced by {db:.0f} dB in pauses"), tr("there was hardly any noise")
REPORT_TITLE, NO_REPORT = tr("Session report"), tr("There was no live session of more than 5 seconds yet.")
REPORT_PRIVACY = tr("These numbers stay on this computer.")

CALLS = tr("Use in calls")
CALLS_TIP = tr("Make a virtual microphone, go live, and say what to choose in the other program.")
CALLS_HOW = tr(
    "In Zoom, Teams, Discord or OBS choose the microphone “{name}”; leave their output device as it is."
)
TEST = tr("Test for 5 seconds")
TEST_TIP = tr("Records you for five seconds, then plays the recording: first the input, then the output.")
TEST_SPEAK = tr("Speak now: {seconds} s …")
TEST_BEFORE, TEST_AFTER = (
    tr("Test: this is the input."),
    tr("Test: this is the output, with noise suppressed."),
)


def cable_microphone(output: str) -> str:
    """What the microphone at the other end of this cable is called."""
    return output.replace("CABLE Input", "CABLE Output").replace("Cable Input", "Cable Output")
