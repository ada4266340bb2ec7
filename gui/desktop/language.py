"""Translations: the files beside this one, installed before anything is said."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

FOLDER = Path(__file__).parent / "translations"


def install(app: QCoreApplication, language: str) -> None:
    """Loads our texts and those of Qt.

    language: de, es, en; empty: the system's. Without a translation the texts stay English. Call it before
    `gui.texts` is imported.
    """
    locale = QLocale(language) if language else QLocale.system()
    if locale.language() == QLocale.Language.English:
        return
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in (("klarstrom", str(FOLDER)), ("qtbase", qt)):
        translator = QTranslator(app)
        if translator.load(locale, name, "_", folder):
            app.installTranslator(translator)
        elif name == "klarstrom":
            return  # not half of each language
