"""The side panel: names of the settings, their tips, and the letters that lead to them with Alt."""

from gui.texts.translate import tr

GROUP_LIVE, GROUP_MODEL, GROUP_SOUND, GROUP_PICTURE = (
    tr("Audio devices"), tr("Model"), tr("Noise suppression"), tr("Spectrogram")
)  # fmt: skip
PANEL, PANEL_TIP = tr("Settings panel"), tr("Show or hide the settings at the side. F9.")
FOLD_TIP = tr("Show or hide these settings.")
INPUT, INPUT_TIP = tr("Input device"), tr("The microphone.")
OUTPUT = tr("Output device")
OUTPUT_TIP = tr(
    "Where the processed sound goes: headphones, loudspeakers, or the cable of a virtual microphone."
)
DEFAULT_DEVICE, DEFAULT_NAMED = tr("System default"), tr("System default ({name})")
GONE = tr("{name} (disconnected)")
VIRTUAL_MIC = tr("Virtual microphone")
NO_VIRTUAL_MIC, VIRTUAL_MIC_NAME = tr("None"), "Clear voice"
VIRTUAL_MIC_TIP = tr(
    "A microphone that other programs can choose while Klarstrom is live: pick a name or type one, then Enter."
)
VIRTUAL_MIC_THERE = tr(
    "Other programs can choose the microphone “{name}” now. Leave their output device as it is."
)
CABLE_TIPS = {
    "win32": tr(
        "Install VB-Cable and restart, choose “CABLE Input” here, and choose “CABLE Output” as the microphone in your call."
    ),
    "darwin": tr("Install BlackHole 2ch, choose it here, and choose it as the microphone in your call."),
}
CABLE_TIP_SERVER = tr(
    "A virtual microphone needs PulseAudio or PipeWire, and pactl (apt install pulseaudio-utils)."
)
OUTPUT_TAKEN = tr(
    "The processed sound goes to the virtual microphone “{name}”: choose None there to hear it on this device."
)

MODEL, MODEL_TIP = tr("Model"), tr("The speech enhancement model.")
MODEL_OTHER = tr("Open a model file…")
MODEL_INFO, MODEL_INFO_TIP = tr("Model info"), tr("What the model is, its training data and its scores.")
MODEL_INFO_BUTTON = tr("Model i&nfo")
DEVICE, DEVICE_TIP = (
    tr("Compute"),
    tr("Where the model runs. Auto uses CUDA where it works, otherwise the CPU."),
)
DEVICES = {"auto": tr("Auto"), "cpu": "CPU", "cuda": "CUDA"}
STEPS = tr("Diffusion steps")
STEPS_TIP = tr(
    "Steps for each 10 ms: more cost more CPU time. Auto adapts to the CPU time that is left while live; the number in"
    " brackets is used for recordings."
)
STEPS_AUTO = tr("Auto")
LIMIT = tr("Attenuation limit")
LIMIT_TIP = tr(
    "The most that noise is attenuated, in dB. A lower limit keeps some of the room. The highest value: no limit."
)
NO_LIMIT = tr("No limit")
GAIN, GAIN_TIP = tr("Output gain"), tr("Makes the output louder or quieter.")
PRESET, PRESET_TIP = tr("Preset"), tr("Values of steps, attenuation limit and gain for a purpose.")
PRESET_CUSTOM = tr("Custom")
PRESETS = {
    "automatic": tr("Automatic"), "call": tr("Call"), "podcast": tr("Podcast"), "aggressive": tr("Aggressive"),
    "gentle": tr("Gentle"),
}  # fmt: skip
SCALE, SCALE_TIP = tr("Frequency axis"), tr("Mel and logarithmic give speech and low noise more room.")
SCALES = {"linear": tr("Linear"), "mel": tr("Mel"), "log": tr("Logarithmic")}
RANGE, RANGE_LOW, RANGE_HIGH = tr("Color range"), tr("Color range: minimum"), tr("Color range: maximum")
RANGE_LOW_TIP = tr("Level of the darkest color, dB full scale.")
TO = tr("to")
RANGE_HIGH_TIP = tr("Level of the brightest color, dB full scale.")
FFT, FFT_TIP = tr("FFT size"), tr("Larger: finer in frequency. Smaller: finer in time.")
COLORS, COLORS_TIP = (
    tr("Color map"),
    tr("Colors of both spectrograms, from the minimum to the maximum level."),
)

LABELS = {  # with the letter that leads there with Alt; those of the menus are taken
    INPUT: tr("&Input device"), OUTPUT: tr("&Output device"), VIRTUAL_MIC: tr("Virtual mi&crophone"),
    MODEL: tr("&Model"), DEVICE: tr("Compute &device"), STEPS: tr("Diffusion &steps"), LIMIT: tr("&Attenuation limit"),
    GAIN: tr("O&utput gain"), PRESET: tr("P&reset"), 
    SCALE: tr("Fre&quency axis"), RANGE: tr("Color ran&ge"), FFT: tr("FFT si&ze"), COLORS: tr("Co&lor map"),
}  # fmt: skip
