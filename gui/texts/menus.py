"""Buttons, menus and the tray."""

from gui.texts.translate import tr

APP = "Klarstrom"

SWITCH = tr("Noise suppression")
SWITCH_ON, SWITCH_OFF = tr("Noise suppression: on"), tr("Noise suppression: off")
SWITCH_TIP = tr(
    "On: the processed sound is heard. Off (bypass): the sound is passed on as it came in. Space, unless another button"
    " has the focus."
)
LIVE, STOP = tr("Go live"), tr("Stop")
LIVE_TIP = tr("Process the microphone while you speak. L.")
RECORD, RECORD_STOP = tr("Record"), tr("Stop recording")
RECORD_TIP = tr("Write input and output into two files in your music folder. R.")
MUTE, MUTED = tr("Mute"), tr("Muted")
MUTE_TIP = tr("Silence the output. M.")
PLAY, PAUSE = tr("Play"), tr("Pause")
PLAY_TIP = tr("Play or pause the recording; noise suppression on and off changes sides at the same place. P.")
OPEN = tr("Open…")
OPEN_TIP = tr("Open a recording and process it, or two to compare them. Ctrl+O, or drop files on the window.")
CANCEL, CANCEL_TIP = tr("Cancel"), tr("Stop processing this recording. Escape.")
SAVE_AUDIO, SAVE_AUDIO_TIP = tr("Export audio…"), tr("Write the processed recording to a file. Ctrl+S.")
SAVE_PICTURE, SAVE_PICTURE_TIP = (
    tr("Export spectrograms…"),
    tr("Write both spectrograms to a PNG. Ctrl+Shift+S."),
)
QUIT = tr("Quit")

MENU_FILE, MENU_EDIT, MENU_VIEW = tr("&File"), tr("&Edit"), tr("&View")
MENU_PLAYBACK, MENU_TOOLS, MENU_HELP = tr("&Playback"), tr("&Tools"), tr("&Help")
BACK, FORWARD = tr("Back 1 s"), tr("Forward 1 s")
SMOOTH = tr("Smooth spectrograms")
THEME = tr("Theme")
THEMES = {"system": tr("Follow the system"), "light": tr("Light"), "dark": tr("Dark")}
PLOTS = tr("Spectrum and waveform")
FREEZE, FROZEN = tr("Pause display"), tr("{title}: display paused (H)")
ZOOM_TIP = tr(
    "Wheel: zoom in frequency. Ctrl+wheel: zoom in time. Alt+wheel: scroll in frequency. Shift+wheel: scroll in time."
    " Drag: move both spectrograms. Double click: zoom to fit."
)
ZOOMS = {
    "closer_frequency": tr("Zoom in: frequency"),
    "further_frequency": tr("Zoom out: frequency"),
    "closer_time": tr("Zoom in: time"),
    "further_time": tr("Zoom out: time"),
    "higher": tr("Scroll to higher frequencies"),
    "lower": tr("Scroll to lower frequencies"),
    "earlier": tr("Scroll back in time"),
    "later": tr("Scroll forward in time"),
    "whole": tr("Zoom to fit"),
}

NO_TRAY = tr(
    "This desktop shows no tray icons: the window starts minimised instead, and closing it ends the program."
)
TRAY_SHOW, TRAY_HIDE = tr("Show window"), tr("Hide window")
TRAY_HERE = tr("The sound goes on. A click here opens the window; Quit is in the menu.")
TRAY_STATES = {
    "resting": tr("not running"),
    "cleaning": tr("noise suppression on"),
    "passing": tr("noise suppression off"),
    "silent": tr("muted"),
    "trouble": tr("needs attention"),
}
EXPORT, EXPORT_TIP = tr("Export"), tr("Write the processed audio or a picture of the spectrograms to a file.")
UNDO, REDO = tr("Undo: {name}"), tr("Redo: {name}")
PREFERENCES, RESET = tr("Preferences…"), tr("Reset settings")
SETTINGS_EXPORT, SETTINGS_IMPORT = tr("Export settings…"), tr("Import settings…")
COMPACT, ALWAYS_ON_TOP = tr("Compact mode"), tr("Always on top")
SHORTCUTS, TROUBLESHOOTING, ABOUT = tr("Keyboard shortcuts"), tr("Troubleshooting…"), tr("About Klarstrom")
LOG_FOLDER = tr("Open log folder")
PLAY_PAUSE = tr("Play / Pause")
