"""The window speaks Spanish where it is set to, and no text of it is without a translation."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QAbstractButton, QApplication

from ehrcoder.gui.app import application, wait_until_loaded
from ehrcoder.gui.language import install_language, wanted_language

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", REPOSITORY / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def spanish() -> Iterator[QApplication]:
    app = application()
    install_language(app, "es", REPOSITORY / "resources")
    yield app
    install_language(app, "en", REPOSITORY / "resources")


def test_every_text_is_translated_and_keeps_its_placeholders(translations: ModuleType) -> None:
    for language in translations.LANGUAGES:
        assert translations.missing(language, translations.texts()) == [], "run packaging/translations.py"
        assert translations.broken(language) == []


def test_texts_are_found_in_every_way_in_which_they_are_said(translations: ModuleType) -> None:
    found = translations.texts()

    assert ("KeySheet", "Keys") in found
    assert ("actions", "Accept") in found
    assert ("words", "Diagnosis") in found
    assert ("SettingsPopup", "Settings") in found
    assert ("setting_descriptions", "Name under which decisions are stored.") in found


def test_a_text_without_translation_is_named(translations: ModuleType) -> None:
    assert translations.missing("es", {("KeySheet", "A new text"): "a.py"}) == ["a.py: KeySheet: 'A new text'"]


def test_the_compiled_file_says_what_the_texts_say(translations: ModuleType, spanish: QApplication) -> None:
    there = translations.read(translations.TRANSLATIONS / "ehrcoder_es.ts")

    old = [text for text, words in there.items() if words and QCoreApplication.translate(*text) != words]
    assert old == [], "the .qm is older than the .ts: run packaging/translations.py"


def test_the_window_speaks_spanish(spanish: QApplication, open_window) -> None:
    window = open_window()

    menus = [action.text() for action in window.menuBar().actions()]
    assert {"Archivo", "Historia", "Ver", "Ayuda"} <= set(menus)
    texts = {button.text() for button in window.findChildren(QAbstractButton)}
    assert "Proponer códigos" in texts
    window.trigger("settings")
    assert wait_until_loaded(window)
    assert next(each for each in window.overlays if each.isVisible()).heading.text() == "Ajustes"


@pytest.mark.parametrize(("setting", "desktop", "language"), [
    ("es", "de_DE", "es"), ("en", "es_ES", "en"), ("system", "es_MX", "es"), ("system", "de_DE", "en"),
])
def test_the_language_is_the_settings_or_the_desktops(
    setting: str, desktop: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QLocale, "system", staticmethod(lambda: QLocale(desktop)))

    assert wanted_language(setting) == language
