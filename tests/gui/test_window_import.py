"""Files come in by drop and by dialog; the report names what was left out; identifiers are masked by choice."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.dialogs.import_options import ImportOptionsPopup
from ehrcoder.gui.dialogs.import_report import ImportReportPopup
from ehrcoder.gui.dialogs.masking import MaskingPopup
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.models.record_list import QueueFilter

KEYS = Qt.KeyboardModifier


def popup(window: MainWindow, kind: type):
    return next(each for each in window.overlays if isinstance(each, kind))


def drop(window: MainWindow, *paths: Path) -> QDropEvent:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths] + [QUrl("https://example.org/a.txt")])
    entering = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                               KEYS.NoModifier)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, KEYS.NoModifier)
    QApplication.sendEvent(window, event)
    return event


def test_a_mixture_that_is_dropped_comes_in_and_the_report_tells_of_each_file(window: MainWindow, tmp_path: Path):
    folder = tmp_path / "Station ü 1"
    folder.mkdir()
    (folder / "a.txt").write_text("Fever.")
    (folder / "b.csv").write_text("id,text\n1,Cough.\n2\n")
    (tmp_path / "empty.txt").write_bytes(b"")
    assert drop(window, folder, tmp_path / "empty.txt").isAccepted()
    assert wait_until_loaded(window)
    report = popup(window, ImportReportPopup)
    assert report.isVisible()
    shown = [[report.model.index(row, column).data() for column in range(3)] for row in range(3)]
    assert shown == [
        ["✕ failed", "empty.txt", "0"], ["✓ in part", "Station ü 1/b.csv", "1"],
        ["✓ imported", "Station ü 1/a.txt", "1"],
    ]
    assert "The file is empty." in report.details.toPlainText()
    QTest.keyClick(report.table, Qt.Key.Key_Down)
    assert "Line 3: 1 cells where the header has 2." in report.details.toPlainText()
    report.save_to(tmp_path / "report.csv")
    assert wait_until_loaded(window)
    rows = list(csv.reader((tmp_path / "report.csv").read_text("utf-8-sig").splitlines()))
    assert [row[:2] for row in rows[1:]] == [
        ["Station ü 1/a.txt", "imported"], ["Station ü 1/b.csv", "imported"], ["empty.txt", "failed"],
    ]
    QTest.keyClick(report.table, Qt.Key.Key_Escape)
    assert not report.isVisible()
    window.trigger("import_report")
    assert report.isVisible()


def test_a_clean_import_shows_no_report_until_it_is_asked_for(window: MainWindow, tmp_path: Path):
    (tmp_path / "a.txt").write_text("Fever.")
    drop(window, tmp_path / "a.txt")
    assert wait_until_loaded(window)
    assert not popup(window, ImportReportPopup).isVisible()


def test_nothing_is_taken_by_a_window_that_only_reads(open_window, tmp_path: Path):
    window = open_window(read_only=True)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, KEYS.NoModifier)
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not window.session.is_busy
    assert not window.actions_["import_options"].isEnabled()


def test_the_columns_of_a_table_are_named_once_by_keyboard(window: MainWindow, tmp_path: Path):
    table = tmp_path / "t.csv"
    table.write_text("Nr;Befund;D1;D2\n7;Fieber;J18.9;I10\n", encoding="utf-8")
    host = window
    asked = host.popup(ImportOptionsPopup, lambda: ImportOptionsPopup(host))
    asked.ask([table])
    assert wait_until_loaded(window)
    assert asked.table.item(1, 1).text() == "Fieber"
    first = asked._combos[0]
    assert window.focusWidget() is first
    QTest.keyClicks(first, "record")
    for place, role in ((1, "text"), (2, "icd10cm"), (3, "icd10cm")):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        while window.focusWidget() is not asked._combos[place]:
            QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        QTest.keyClicks(window.focusWidget(), role)
    assert asked.chosen() == {"record": "Nr", "text": "Befund", "icd10cm": "D1,D2"}
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert wait_until_loaded(window)
    assert window.records.model.total == 4
    # The second file with this header needs no word.
    again = tmp_path / "u.csv"
    again.write_text("Nr;Befund;D1;D2\n8;Husten;R05.9;\n", encoding="utf-8")
    drop(window, again)
    assert wait_until_loaded(window)
    assert window.records.model.total == 5


def test_notes_of_one_file_are_parted_by_a_separator(window: MainWindow, tmp_path: Path):
    note = tmp_path / "all.txt"
    note.write_text("One.\n---\nTwo.\n")
    asked = window.popup(ImportOptionsPopup, lambda: ImportOptionsPopup(window))
    asked.ask([note])
    assert wait_until_loaded(window)
    assert window.focusWidget() is asked.separator
    QTest.keyClicks(asked.separator, "^---$")
    asked.go.click()
    assert wait_until_loaded(window)
    assert window.records.model.total == 5


def test_identifiers_are_masked_by_choice_in_a_new_version(window: MainWindow, tmp_path: Path):
    note = tmp_path / "letter.txt"
    note.write_text("Seen by Dr. Maria Lopez on 2026-03-04. Fever.")
    drop(window, note)
    assert wait_until_loaded(window)
    row = next(each for each in window.session.rows if each.title == "letter")
    window.session.open_record(row.record_id)
    assert wait_until_loaded(window)
    window.trigger("identifiers")
    assert wait_until_loaded(window)
    asked = popup(window, MaskingPopup)
    assert [asked.list.item(place).text().split(":")[0] for place in range(asked.list.count())] == [
        "name", "date with day"]
    QTest.keyClick(asked.list, Qt.Key.Key_Down)
    QTest.keyClick(asked.list, Qt.Key.Key_Space)
    assert asked.mask_button.text() == "Mask 1 in a new version"
    asked.mask_button.click()
    assert wait_until_loaded(window)
    assert window.session.view is not None
    assert window.session.view.record.documents[0].text == "Seen by Dr. [name 1] on 2026-03-04. Fever."
    assert window.session.view.record.masked_from.record_id == row.record_id
    assert "letter (masked)" in [each.title for each in window.session.rows]


def test_a_masked_version_takes_the_place_of_its_original_in_the_queue(window: MainWindow, tmp_path: Path):
    note = tmp_path / "letter.txt"
    note.write_text("Seen by Dr. Maria Lopez on 2026-03-04. Fever.")
    drop(window, note)
    assert wait_until_loaded(window)
    original = next(each for each in window.session.rows if each.title == "letter").record_id
    window.session.open_record(original)
    assert wait_until_loaded(window)
    window.trigger("flag")
    assert wait_until_loaded(window)
    window.trigger("identifiers")
    assert wait_until_loaded(window)
    popup(window, MaskingPopup).mask_button.click()
    assert wait_until_loaded(window)

    def listed() -> list[str]:
        model = window.records.model
        return [model.row(model.index(place, 0)).title for place in range(model.rowCount())]

    assert "letter (masked)" in listed()
    assert "letter" not in listed()
    assert window.records.aside.text() == "4"
    assert window.trail.queue.text() == "0 of 4 records signed"
    assert original not in window.session.new_ids()
    masked = window.session.view.record_id
    assert window.session.row(original).masked_as == masked
    box = window.records.which
    box.setCurrentIndex(box.findData(QueueFilter.ORIGINALS))
    assert listed() == ["letter"]
    assert window.records.model.next_open(None) is None
    window.session.open_record(original)
    assert wait_until_loaded(window)
    assert window.session.view.coding.flag is not None  # its history went nowhere
    assert "Original of a masked version" in window.records.model.state_words(window.session.row(original))


def test_a_record_without_findings_says_so_and_offers_nothing(window: MainWindow):
    window.trigger("identifiers")
    assert wait_until_loaded(window)
    asked = popup(window, MaskingPopup)
    assert asked.about.text() == "No pattern found anything. Read the text all the same."
    assert not asked.mask_button.isEnabled()
