"""Menus and keys: every control has a way without the mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QMenu

from gui import texts
from gui.plots.pictures import CLOSER, Pictures

Keys = Qt.Key | QKeySequence.StandardKey | str
Do = Callable[[], object]


class Menus:
    """The menu bar of a window. `actions` has everything in it by name."""

    def __init__(self, window: QMainWindow):
        self._window = window
        self.actions: dict[str, QAction] = {}

    def menu(self, title: str) -> QMenu:
        """A new one at the end of the bar."""
        return self._window.menuBar().addMenu(title)

    def add(self, menu: QMenu, name: str, text: str, do: Do, keys: Keys = "") -> QAction:
        """An entry that does something."""
        action = QAction(text, self._window)
        action.setShortcut(keys if isinstance(keys, Qt.Key) else QKeySequence(keys))
        action.triggered.connect(lambda checked=False: do())
        menu.addAction(action)
        self.actions[name] = action
        return action

    def add_switch(
        self, menu: QMenu, name: str, text: str, on: bool, do: Callable[[bool], object], keys: Keys = ""
    ) -> QAction:
        """An entry that is on or off; `show` sets it without doing anything."""
        action = QAction(text, self._window, checkable=True, checked=on)
        action.setShortcut(keys if isinstance(keys, Qt.Key) else QKeySequence(keys))
        action.toggled.connect(do)
        menu.addAction(action)
        self.actions[name] = action
        return action

    def add_button(self, menu: QMenu, name: str, text: str, button: QAbstractButton, keys: Keys) -> QAction:
        """An entry that is a button of the window once more: on, off and enabled as the button is."""
        action = QAction(text, self._window, checkable=button.isCheckable(), checked=button.isChecked())
        action.setShortcut(keys if isinstance(keys, Qt.Key) else QKeySequence(keys))
        action.triggered.connect(lambda checked=False: button.click())
        if button.isCheckable():
            button.toggled.connect(action.setChecked)
        menu.addAction(action)
        self.actions[name] = action
        return action

    def show(self, name: str, on: bool) -> None:
        """The entry as things are; nothing is done."""
        with QSignalBlocker(self.actions[name]):
            self.actions[name].setChecked(on)

    def add_zooms(self, menu: QMenu, pictures: Pictures) -> None:
        """What the wheel does, by key."""
        for name, keys, do in (
            ("closer_frequency", "+", lambda: pictures.closer_in_frequency(CLOSER)),
            ("further_frequency", "-", lambda: pictures.closer_in_frequency(1 / CLOSER)),
            ("closer_time", "Ctrl++", lambda: pictures.closer_in_time(CLOSER)),
            ("further_time", "Ctrl+-", lambda: pictures.closer_in_time(1 / CLOSER)),
            ("higher", "Alt+Up", lambda: pictures.go(frequency=1)),
            ("lower", "Alt+Down", lambda: pictures.go(frequency=-1)),
            ("earlier", "Shift+Left", lambda: pictures.go(time=-1)),
            ("later", "Shift+Right", lambda: pictures.go(time=1)),
            ("whole", "Ctrl+0", pictures.show_all),
        ):
            self.add(menu, name, texts.ZOOMS[name], do, keys)

    def add_choice(
        self,
        menu: QMenu,
        field: str,
        title: str,
        entries: dict[str, str],
        now: str,
        do: Callable[[str], object],
    ) -> None:
        """A menu of its own, of whose entries one holds."""
        inner, group = menu.addMenu(title), QActionGroup(self._window)
        for value, text in entries.items():
            action = QAction(text, group, checkable=True, checked=value == now)
            action.triggered.connect(lambda checked=False, value=value: do(value))
            inner.addAction(action)
            self.actions[f"{field}_{value}"] = action

    def with_keys(self) -> Iterable[QAction]:
        """Every action, in the order of the menus."""
        return self.actions.values()
