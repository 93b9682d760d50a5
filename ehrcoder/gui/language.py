"""The language of the window: Qt's translations of our texts and of Qt's own buttons."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from ehrcoder.error_language import ErrorTexts

LANGUAGES = ("en", "es")
_ERROR_TEXTS = "ehrcoder_error_texts"


def wanted_language(setting: str) -> str:
    """Return the language of a setting: its own, or that of the desktop where we speak it, else English."""
    if setting in LANGUAGES:
        return setting
    desktop = QLocale.system().name()[:2]
    return desktop if desktop in LANGUAGES else "en"


def install_language(app: QCoreApplication, setting: str, resources: Path) -> str:
    """Let the application speak a language and return it; called again, it replaces the former one.

    Texts are English in the source, so that a missing translation shows English, never nothing.
    """
    for former in app.findChildren(QTranslator):
        app.removeTranslator(former)
        former.deleteLater()
    language = wanted_language(setting)
    QLocale.setDefault(QLocale(language))
    app.setProperty(_ERROR_TEXTS, ErrorTexts(resources, language))
    if language == "en":
        return language
    qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    for name, folder in ((f"qtbase_{language}", qt), (f"ehrcoder_{language}", str(resources / "translations"))):
        translator = QTranslator(app)
        if translator.load(name, folder):
            app.installTranslator(translator)
    return language


def spoken(text: str) -> str:
    """Return what an error says in the language of the window; English where it has no translation."""
    app = QCoreApplication.instance()
    texts = app.property(_ERROR_TEXTS) if app is not None else None
    return texts.spoken(text) if isinstance(texts, ErrorTexts) else text
