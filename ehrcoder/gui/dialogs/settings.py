"""Every setting of the program with a line that looks for them; made from the settings' own table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QWidget,
)

from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.task_runner import Lane
from ehrcoder.settings import Settings, change_settings

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from ehrcoder.gui.parts import PartHost

_LARGEST = 1_000_000
_LIVE = ("window.theme", "window.font_size")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting as it is shown: `read` gives what the person chose, `show` puts a value into the editor."""

    name: str
    words: str
    editor: QWidget
    parts: tuple[QWidget, ...]
    read: Callable[[], Any]
    show: Callable[[Any], None]


class SettingsPopup(Overlay):
    """Changes are written together, when the person says so; Esc leaves everything as it is."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=820, height=620)
        self._host = host
        self._shown: Settings = host.session.services.settings
        self.heading.setText(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self.line = QLineEdit()
        self.line.setObjectName("settings_search")
        self.line.setAccessibleName(self.tr("Look for a setting"))
        self.line.setPlaceholderText(self.tr("Look for a setting"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._look)
        self.column.addWidget(self.line)
        self.rows: list[Row] = []
        self._titles: list[tuple[QLabel, str]] = []
        content = QWidget()
        self._grid = QGridLayout(content)
        self._grid.setColumnStretch(1, 1)
        self._grid.setVerticalSpacing(4)
        self._build()
        self.area = QScrollArea()
        self.area.setObjectName("settings_area")
        self.area.setAccessibleName(self.tr("Settings"))
        self.area.setWidget(content)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addWidget(self.area, 1)
        self.nothing = self.muted(self.tr("No setting has these words."))
        self.column.addWidget(self.nothing)
        self.column.addWidget(self.muted(
            self.tr("Kept in {0}").format(host.session.services.paths.settings_file)
        ))
        self.save_button = self.push_button(
            "settings_save", self.tr("Save"), self.tr("Write the changes (Ctrl+Enter)"), self._save
        )
        self.button_row(
            self.save_button,
            self.push_button("settings_close", self.tr("Close"), self.tr("Leave everything as it is (Esc)"),
                             self.dismiss),
        )

    def ask(self) -> None:
        """Show the settings as they are now."""
        self._shown = self._host.session.services.settings
        for row in self.rows:
            row.show(_value_of(self._shown, row.name))
        self.line.clear()
        self._look("")
        self.open(self.line)

    def take_action(self, name: str) -> bool:
        if name == "sign":
            self._save()
            return True
        return super().take_action(name)

    def changes(self) -> dict[str, Any]:
        """Return what the person changed: name → value."""
        read = {row.name: row.read() for row in self.rows}
        return {name: value for name, value in read.items() if value != _value_of(self._shown, name)}

    def _build(self) -> None:
        top = {name: field for name, field in Settings.model_fields.items() if not _section(field)}
        self._add_section("", top)
        for name, field in Settings.model_fields.items():
            section = _section(field)
            if section:
                self._add_section(name, section)

    def _add_section(self, section: str, fields: dict[str, FieldInfo]) -> None:
        title = QLabel(section_words(section))
        title.setObjectName("paneTitle")
        title.setContentsMargins(0, 10, 0, 2)
        self._grid.addWidget(title, self._grid.rowCount(), 0, 1, 2)
        self._titles.append((title, f"{section}." if section else ""))
        for name, field in fields.items():
            self._add_row(f"{section}.{name}" if section else name, field)

    def _add_row(self, name: str, field: FieldInfo) -> None:
        label = QLabel(setting_words(name))
        editor, read, show = _editor(field)
        about = self.muted(about_words(field))
        label.setBuddy(editor)
        editor.setObjectName(f"setting_{name.replace('.', '_')}")
        editor.setAccessibleName(label.text())
        editor.setAccessibleDescription(about.text())
        editor.setToolTip(about.text())
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(editor, row, 1)
        self._grid.addWidget(about, row + 1, 1)
        self.rows.append(Row(
            name=name, words=f"{name} {label.text()} {about.text()}".casefold(), editor=editor,
            parts=(label, editor, about), read=read, show=show,
        ))

    def _look(self, text: str) -> None:
        wanted = text.casefold().split()
        found = {row.name for row in self.rows if all(word in row.words for word in wanted)}
        for row in self.rows:
            for part in row.parts:
                part.setVisible(row.name in found)
        for title, prefix in self._titles:
            title.setVisible(any(n.startswith(prefix) if prefix else "." not in n for n in found))
        self.nothing.setVisible(not found)

    def _save(self) -> None:
        changes = self.changes()
        if not changes:
            self.dismiss()
            return
        session = self._host.session
        file = session.services.paths.settings_file

        def done(settings: Settings) -> None:
            session.services.settings = settings
            self.dismiss()
            later = [name for name in changes if not name.startswith(("window.", "coding.", "model.")) or
                     name == "window.language"]
            if any(name.startswith(("model.", "coding.")) for name in changes):
                session.use_other_engine()
            if any(name in _LIVE for name in changes):
                self._host.take_look(settings.window.theme, settings.window.font_size)
            self._host.say(self.tr("Saved; counts from the next start of the window.") if later
                           else self.tr("Saved."))

        session.runner.start(Lane.READ, lambda: change_settings(file, changes), done=done,
                             failed=self._host.message.tell_problem)


def _section(field: FieldInfo) -> dict[str, FieldInfo]:
    return getattr(field.annotation, "model_fields", {})


def _value_of(settings: Settings, name: str) -> Any:
    value: Any = settings
    for part in name.split("."):
        value = getattr(value, part)
    return value


def _editor(field: FieldInfo) -> tuple[QWidget, Callable[[], Any], Callable[[Any], None]]:
    """Return a widget for a setting, with what reads it and what fills it."""
    kinds = get_args(field.annotation)
    if get_origin(field.annotation) is Literal:
        box = QComboBox()
        for choice in kinds:
            box.addItem(choice_words(choice), choice)
        return box, box.currentData, lambda value: box.setCurrentIndex(box.findData(value))
    if field.annotation is bool:
        check = QCheckBox()
        return check, check.isChecked, check.setChecked
    if field.annotation is int:
        spin = QSpinBox()
        bounds = {key: getattr(each, key) for each in field.metadata for key in ("ge", "le") if hasattr(each, key)}
        spin.setRange(bounds.get("ge", -_LARGEST), bounds.get("le", _LARGEST))
        return spin, spin.value, spin.setValue
    line = QLineEdit()
    if Path in kinds:
        return line, lambda: Path(line.text()) if line.text() else None, lambda value: line.setText(str(value or ""))
    return line, line.text, line.setText


def _tr(text: str) -> str:
    return QCoreApplication.translate("settings", text)


def section_words(section: str) -> str:
    """Return the title of a section."""
    return {
        "": _tr("General"), "model": _tr("Language model"), "coding": _tr("Coding"), "window": _tr("Window"),
        "export": _tr("Export"), "backup": _tr("Backups"), "security": _tr("People"),
    }.get(section, section)


def setting_words(name: str) -> str:
    """Return what a setting is called in the window."""
    return {
        "coder": _tr("Name of the coder"), "workspace": _tr("Workspace"), "model.enabled": _tr("Use the model"),
        "model.path": _tr("Model file"), "model.adapter": _tr("Adapter file"), "model.threads": _tr("Threads"),
        "model.context_size": _tr("Context"), "model.gpu_layers": _tr("Layers on the GPU"),
        "coding.policy": _tr("Policy"), "coding.severity": _tr("Severity"),
        "window.language": _tr("Language"), "window.theme": _tr("Theme"),
        "window.font_size": _tr("Size of the text"), "export.namespace": _tr("Namespace"),
        "backup.daily": _tr("Every day"), "backup.keep": _tr("Number kept"), "backup.folder": _tr("Folder"),
        "security.lock_after_minutes": _tr("Lock after minutes"),
    }.get(name, name.rpartition(".")[2].replace("_", " ").capitalize())


def choice_words(choice: str) -> str:
    """Return what a choice is called in the window."""
    return {
        "clinical": _tr("what is present now"), "every-mention": _tr("every mention"),
        "system": _tr("as the desktop has it"), "light": _tr("light"), "dark": _tr("dark"),
        "high-contrast": _tr("high contrast"), "en": "English", "es": "Español",
    }.get(choice, choice)


def about_words(field: FieldInfo) -> str:
    """Return what a setting is for, in the window's language where it is translated."""
    return QCoreApplication.translate("setting_descriptions", field.description or "")
