"""Settings are looked for and written together; About names what a report of a problem needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QWidget

from ehrcoder import __version__
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.dialogs.about import AboutPopup
from ehrcoder.gui.dialogs.settings import SettingsPopup
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.settings import Settings, load_settings


@pytest.fixture
def popup(window: MainWindow) -> SettingsPopup:
    window.trigger("settings")
    (found,) = window.findChildren(SettingsPopup)
    assert found.isVisible()
    return found


def editor(popup: SettingsPopup, name: str) -> Any:
    return next(row.editor for row in popup.rows if row.name == name)


def shown(popup: SettingsPopup) -> set[str]:
    return {row.name for row in popup.rows if not row.editor.isHidden()}


def test_every_setting_has_its_editor_and_words(popup: SettingsPopup) -> None:
    names = set()
    for name, field in Settings.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        names |= {f"{name}.{each}" for each in inner} if inner else {name}

    assert {row.name for row in popup.rows} == names
    for row in popup.rows:
        assert isinstance(row.editor, QCheckBox | QComboBox | QLineEdit | QSpinBox)
        assert row.editor.accessibleName() != row.name, f"{row.name} has no words of its own"
        assert row.editor.toolTip()


def test_opened_and_saved_as_it_is_nothing_is_written(popup: SettingsPopup, window: MainWindow) -> None:
    assert popup.changes() == {}
    popup.save_button.click()

    assert not popup.isVisible()
    assert not window.session.services.paths.settings_file.exists()


@pytest.mark.parametrize(("words", "name"), [
    ("threads", "model.threads"), ("backup folder", "backup.folder"), ("GPU", "model.gpu_layers"),
    ("policy", "coding.policy"),
])
def test_a_setting_is_found_by_its_words(popup: SettingsPopup, words: str, name: str) -> None:
    popup.line.setText(words)

    assert name in shown(popup)
    assert len(shown(popup)) < len(popup.rows)


def test_words_that_no_setting_has_are_told(popup: SettingsPopup) -> None:
    popup.line.setText("submarine")

    assert shown(popup) == set()
    assert popup.nothing.isVisible()


def test_changes_are_written_and_hold_at_once(popup: SettingsPopup, window: MainWindow, qtbot: Any) -> None:
    editor(popup, "coder").setText("amk")
    editor(popup, "model.threads").setValue(3)
    editor(popup, "window.theme").setCurrentIndex(editor(popup, "window.theme").findData("dark"))
    qtbot.keyClick(popup.line, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wait_until_loaded(window)

    file = window.session.services.paths.settings_file
    assert load_settings(file).coder == "amk"
    assert load_settings(file).model.threads == 3
    assert window.session.services.settings == load_settings(file)
    assert window.theme.name == "dark"
    assert not popup.isVisible()


def test_what_cannot_be_is_told_and_nothing_is_written(popup: SettingsPopup, window: MainWindow) -> None:
    editor(popup, "export.namespace").setText("not an address")
    popup.save_button.click()
    assert wait_until_loaded(window)

    assert window.message.isVisible()
    assert not window.session.services.paths.settings_file.exists()


def test_escape_leaves_everything(popup: SettingsPopup, window: MainWindow, qtbot: Any) -> None:
    editor(popup, "coder").setText("amk")
    qtbot.keyClick(popup.line, Qt.Key.Key_Escape)

    assert not popup.isVisible()
    assert not window.session.services.paths.settings_file.exists()


def test_about_names_versions_editions_and_model(window: MainWindow) -> None:
    window.trigger("about")
    assert wait_until_loaded(window)
    (found,) = window.findChildren(AboutPopup)

    text = found.text.toPlainText()
    assert f"EHRCoder {__version__}" in text
    assert "fake.gguf" in text
    assert "Gemma Terms of Use" in text
    assert all(f"{each.name} {each.version}" in text for each in window.session.services.installed_editions())
    assert str(window.session.services.paths.home) in text


def test_the_guide_opens_from_this_machine(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()) or True)
    monkeypatch.setattr(type(window.session.services.paths), "guide", property(lambda _: tmp_path))
    (tmp_path / "index.html").write_text("guide")

    window.trigger("guide")

    assert opened == [(tmp_path / "index.html").as_uri()]


def test_a_guide_that_is_not_built_is_told(window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(type(window.session.services.paths), "guide", property(lambda _: tmp_path / "none"))

    window.trigger("guide")

    assert window.message.isVisible()
    assert "make docs" in window.message.words.text()


def test_no_control_of_both_popups_is_without_a_name(popup: SettingsPopup, window: MainWindow) -> None:
    popup.dismiss()
    window.trigger("about")
    for kind in (SettingsPopup, AboutPopup):
        for each in window.findChildren(kind)[0].findChildren(QWidget):
            if isinstance(each, QCheckBox | QComboBox | QSpinBox) or each.objectName().startswith("setting_"):
                assert each.accessibleName(), each.objectName()
