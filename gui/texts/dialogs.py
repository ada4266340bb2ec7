"""Messages and dialogs."""

from gui.texts.translate import tr

MESSAGE, CLOSE_MESSAGE = tr("Message"), tr("Close this message")
CLOSE_MESSAGE_TIP = tr("Close this message. Escape.")
NO_CARD = tr("There is no model card beside the file. The file says:")
UNEXPECTED = tr("Something went wrong inside ({what}); it is written to {log}. The window goes on.")

START_LIVE = tr("Go live at the start")
START_LIVE_TIP = tr("Live processing starts together with the program.")
START_IN_TRAY = tr("Start in the tray")
START_IN_TRAY_TIP = tr("No window at the start: a click on the tray's icon opens it.")
CLOSE_TO_TRAY = tr("Keep running in the tray when closed")
CLOSE_TO_TRAY_TIP = tr("Closing the window leaves the sound running; Quit (Ctrl+Q) ends the program.")

PREFERENCES_TITLE = tr("Preferences")
LANGUAGE, LANGUAGE_SYSTEM = tr("Language"), tr("Follow the system")
LANGUAGE_TIP = tr("Takes effect when the program is started again.")
THEME_LABEL, THEME_TIP = tr("Theme"), tr("Light or dark, or as the system is.")
AUTOSTART, AUTOSTART_TIP = tr("Start when I log in"), tr("Klarstrom starts in the tray when you log in.")
AUTOSTART_ELSEWHERE = tr("Autostart is set up on Linux only; elsewhere use the system's own settings.")
ON_TOP, ON_TOP_TIP = tr("Always on top"), tr("The window stays above others.")
GROUP_START, GROUP_LOOK = tr("Startup"), tr("Appearance")
KEY, ACTION = tr("Key"), tr("Action")
SHORTCUTS_NOTE = tr(
    "Space and Return press the button that has the focus. Alt and an underlined letter lead to a setting."
)
EXAMINING = tr("Examining this computer …")
DOCTOR_FAILED = tr("The examination could not be started: {why}")
DOCTOR_DONE, DOCTOR_TROUBLE = (
    tr("No problem was found."),
    tr("At least one problem was found; the lines marked “fail” say what to do."),
)
COPY = tr("Copy")
ABOUT_TEXT = tr(
    "<h3>Klarstrom {version}</h3><p>Speech enhancement by diffusion, live on one CPU core. Nothing that you record or say"
    " leaves this computer.</p><p>Model: {model}</p><p>Licence: MIT. The model info names the training data and their"
    " licences. Icons: Material Design Icons (Apache 2.0), through QtAwesome (MIT). Made with Qt {qt} (LGPL) and ONNX"
    " Runtime (MIT).</p>"
)
NO_MODEL = tr("none is open")
SETTINGS_FILES = tr("Settings")
SETTINGS_READ, SETTINGS_UNREADABLE = (
    tr("Settings imported from {path}"),
    tr("{path} holds no settings of Klarstrom"),
)
ALREADY_RUNS = tr("Klarstrom is already running: its window was brought to the front.")
