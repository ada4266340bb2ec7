"""Everything that the window says, in one place. A translation must be installed before this is imported."""

from gui.texts.dialogs import *
from gui.texts.files import *
from gui.texts.live import *
from gui.texts.menus import *
from gui.texts.settings import *
