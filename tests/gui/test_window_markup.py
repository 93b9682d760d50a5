"""Markup in a record is shown as text: nothing of it is rendered, no link stands ready, no file is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders.adversarial_notes import SHORT
from builders.window_world import FakeServices, sample_records
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import Qt as QtText
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QLabel, QPlainTextEdit

from ehrcoder.core.records import EncounterRecord
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.words import plain_tip

EVIL = "<img src='file:///etc/passwd'><b>bold</b> <a href='https://a.example'>sign</a> & <script>x</script>"
Opener = Callable[..., MainWindow]


def evil_record(record: EncounterRecord) -> EncounterRecord:
    text = f"DIAGNOSES {EVIL}:\n{SHORT['qt rich text']}\n{EVIL} Hypertension.\nPLAN:\n{EVIL}\n"
    document = replace(record.documents[0], text=text, title=EVIL, type=EVIL)
    return replace(record, documents=(document,), source_name=EVIL,
                   patient=replace(record.patient, pseudonym=EVIL))


@pytest.fixture
def services(tmp_path: Path) -> FakeServices:
    made = FakeServices(tmp_path / "home")
    workspace = made.open_workspace(tmp_path / "work.ehrw")
    try:
        workspace.add_records([evil_record(each) for each in sample_records()])
    finally:
        workspace.close()
    return made


def rendered(text: str) -> str:
    """Return the words that Qt shows for a tooltip."""
    if not QtText.mightBeRichText(text):
        return text
    document = QTextDocument()
    document.setHtml(text)
    assert "\ufffc" not in document.toPlainText()
    return document.toPlainText()


def test_no_label_and_no_tooltip_of_the_window_renders_what_a_record_says(qtbot, open_window: Opener) -> None:
    window = open_window()
    for label in window.findChildren(QLabel):
        is_plain = label.textFormat() == Qt.TextFormat.PlainText or not QtText.mightBeRichText(label.text())
        assert is_plain, label.objectName()
        assert "<img" not in label.toolTip() or "&lt;img" in label.toolTip()
    tips = [tip for view in window.findChildren(QAbstractItemView) if (model := view.model()) is not None
            for tip in tips_of(model)]
    assert any("passwd" in tip for tip in tips)
    for tip in tips:
        if "passwd" in tip:
            assert "<img src='file:///etc/passwd'><b>bold</b>" in rendered(tip)


def tips_of(model: QAbstractItemModel) -> list[str]:
    found: list[str] = []
    for row in range(model.rowCount()):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())):
            tip = model.index(row, column).data(Qt.ItemDataRole.ToolTipRole)
            found += [tip] if tip else []
    return found


def test_the_note_shows_markup_as_its_own_characters(qtbot, open_window: Opener) -> None:
    window = open_window()
    (note,) = [each for each in window.findChildren(QPlainTextEdit) if each.objectName() == "note_text"]
    assert EVIL in note.toPlainText()
    assert not any(each.toCharFormat().isAnchor() for each in note.document().allFormats())


@pytest.mark.parametrize("text", [EVIL, *SHORT.values()], ids=["evil", *SHORT])
def test_a_tooltip_shows_any_text_as_it_is(text: str) -> None:
    tip = plain_tip(text[:500])
    if QtText.mightBeRichText(tip):
        assert not re.search(r"<(?!/?qt>|br>)", tip)
        words = "".join(text[:500].split())
        shown = "".join(rendered(tip).split())
        assert "".join(filter(str.isprintable, words)) == "".join(filter(str.isprintable, shown))
