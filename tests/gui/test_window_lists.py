"""Every list sorts, filters and copies where that means something, and none of it changes what is stored."""

from __future__ import annotations

import pytest
from builders.window_keys import ALT, CTRL, KEY, SHIFT, press
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.gui.app import wait_until_loaded
from ehrcoder.gui.dialogs.import_report import ImportReportPopup
from ehrcoder.gui.dialogs.rebind import RebindPopup
from ehrcoder.gui.main_window import MainWindow
from ehrcoder.gui.models.tables import Column, TableModel
from ehrcoder.gui.views.lists import make_sortable, plain_table
from ehrcoder.usecases.import_records import FileOutcome, ImportReport, ImportStatus


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


@pytest.fixture
def coded(proposed: MainWindow) -> MainWindow:
    """Five codes assigned, the list of them with the focus."""
    for _ in range(5):
        press(proposed, KEY.Key_A)
    proposed.focus_assigned()
    return proposed


def sequence(window: MainWindow) -> list[str]:
    assert window.session.view is not None
    return [each.coding.code for each in window.session.view.coding.assignments]


def listed(window: MainWindow) -> list[str]:
    return [each.coding.code for each in window.assigned.model.rows]


def heading_of(window: MainWindow, column: int) -> tuple[int, int]:
    """Return the middle of a heading, for a click."""
    header = window.assigned.table.horizontalHeader()
    return header.sectionViewportPosition(column) + header.sectionSize(column) // 2, header.height() // 2


def test_the_header_sorts_the_assigned_codes_and_leaves_their_sequence(coded: MainWindow) -> None:
    from PySide6.QtCore import QPoint

    before = sequence(coded)
    assert before != sorted(before)
    viewport = coded.assigned.table.horizontalHeader().viewport()
    shown = []
    for _ in range(3):
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(*heading_of(coded, 1)))
        assert wait_until_loaded(coded)
        shown.append(listed(coded))

    assert shown == [sorted(before), sorted(before, reverse=True), before]
    assert sequence(coded) == before


def test_a_key_sorts_by_one_column_after_another_and_comes_back_to_the_sequence(coded: MainWindow) -> None:
    before, orders = sequence(coded), []
    for _ in range(5):
        press(coded, KEY.Key_S)
        orders.append((coded.assigned.model.sorted_by, listed(coded)))

    assert [name for name, _ in orders] == ["Code", "Title", "Use", "POA", ""]
    assert orders[0][1] == sorted(before)
    assert orders[-1][1] == before
    assert sequence(coded) == before


def test_a_list_that_is_not_in_sequence_says_so(coded: MainWindow) -> None:
    hint = coded.assigned.order_hint
    assert not hint.isVisible()
    press(coded, KEY.Key_S)
    assert hint.isVisible()
    assert "Sorted by Code" in hint.text()
    assert "S sorts on" in hint.text()
    for _ in range(4):
        press(coded, KEY.Key_S)
    assert not hint.isVisible()


def test_moving_and_principal_act_on_the_sequence_while_the_list_is_sorted(coded: MainWindow) -> None:
    def diagnoses() -> list[str]:
        return [each.coding.code for each in coded.session.view.coding.assignments if each.kind == "diagnosis"]

    before = diagnoses()
    press(coded, KEY.Key_S)
    last = next(each for each in coded.session.view.coding.assignments if each.coding.code == before[-1])
    coded.assigned.select(last.assignment_id)
    press(coded, KEY.Key_Up, ALT)

    assert diagnoses() == [*before[:-2], before[-1], before[-2]]
    assert coded.assigned.selected.assignment_id == last.assignment_id
    assert listed(coded) == sorted(sequence(coded))

    diagnosis = next(each for each in coded.session.view.coding.assignments if each.kind == "diagnosis"
                     and each.sequence > 1)
    coded.assigned.select(diagnosis.assignment_id)
    press(coded, KEY.Key_P)
    assert sequence(coded)[0] == diagnosis.coding.code
    assert coded.assigned.selected.assignment_id == diagnosis.assignment_id


def test_the_assigned_codes_are_filtered_by_code_or_words(coded: MainWindow) -> None:
    before = sequence(coded)
    press(coded, KEY.Key_L, CTRL | SHIFT)
    QTest.keyClicks(coded.focusWidget(), before[2].lower())

    assert listed(coded) == [before[2]]
    assert coded.assigned.aside.text() == "1 of 5 codes listed"
    press(coded, KEY.Key_Return)
    assert coded.assigned.table.hasFocus()
    press(coded, KEY.Key_L, CTRL | SHIFT)
    assert listed(coded) == before
    assert sequence(coded) == before


def test_a_filter_never_hides_the_code_that_the_next_key_is_about(proposed: MainWindow) -> None:
    press(proposed, KEY.Key_A)
    first = sequence(proposed)[0]
    press(proposed, KEY.Key_L, CTRL | SHIFT)
    QTest.keyClicks(proposed.focusWidget(), first)
    press(proposed, KEY.Key_Escape)
    press(proposed, KEY.Key_A)

    assert proposed.assigned.selected.coding.code == sequence(proposed)[1]
    assert len(listed(proposed)) == 2


def test_another_record_shows_its_sequence_again(coded: MainWindow) -> None:
    press(coded, KEY.Key_S)
    other = next(row for row in coded.session.rows if row.record_id != coded.session.view.record_id)
    coded.session.open_record(other.record_id)
    assert wait_until_loaded(coded)

    assert coded.assigned.model.sorted_by == ""
    assert not coded.assigned.order_hint.isVisible()


def test_lists_of_the_window_copy_the_row(coded: MainWindow) -> None:
    coded.assigned.table.selectRow(1)
    press(coded, KEY.Key_C, CTRL)
    assert clipboard().split("\t")[:2] == ["2", sequence(coded)[1]]

    coded.assigned.show_findings((EditFinding(
        rule_id="poa", severity=EditSeverity.WARNING, message="No present-on-admission indicator.",
        codes=(), assignment_ids=(), source="test"),))
    coded.assigned.findings.setCurrentRow(0)
    QTest.keyClick(coded.assigned.findings, KEY.Key_C, CTRL)
    assert clipboard() == "Warning: No present-on-admission indicator."

    press(coded, KEY.Key_5, CTRL)
    QTest.keyClick(coded.note.history.table, KEY.Key_C, CTRL)
    assert sequence(coded)[-1] in clipboard()


def test_a_code_found_is_copied_while_words_are_typed(proposed: MainWindow) -> None:
    press(proposed, KEY.Key_K, CTRL)
    QTest.keyClicks(proposed.search.line, "pneumonia")
    assert wait_until_loaded(proposed)
    hit = proposed.search.model.hit(proposed.search.view.currentIndex())
    QTest.keyClick(proposed.search.line, KEY.Key_C, CTRL)

    assert hit is not None
    assert hit.concept.coding.code in clipboard()


def test_the_import_report_sorts_filters_and_copies(window: MainWindow) -> None:
    def outcome(name: str, status: ImportStatus, records: int) -> FileOutcome:
        return FileOutcome(source_name=name, status=status, source_format="text",
                           record_ids=tuple(f"{name}-{n}" for n in range(records)))

    popup = window.popup(ImportReportPopup, lambda: ImportReportPopup(window))
    popup.keep(ImportReport(outcomes=(
        outcome("b.txt", ImportStatus.IMPORTED, 12), outcome("c.txt", ImportStatus.FAILED, 0),
        outcome("a.csv", ImportStatus.IMPORTED, 3),
    )))
    popup.tell()

    def names() -> list[str]:
        return [each.source_name for each in popup.model.rows]

    assert names() == ["c.txt", "b.txt", "a.csv"]
    popup.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert names() == ["b.txt", "a.csv", "c.txt"]
    popup.words.setText("csv")
    assert names() == ["a.csv"]
    QTest.keyClick(popup.table, KEY.Key_C, CTRL)
    assert clipboard().split("\t")[1] == "a.csv"
    popup.words.setText("nothing like it")
    assert popup.details.toPlainText() == "No file fits the filter."


def test_the_key_sheet_filters_and_copies(window: MainWindow) -> None:
    window.trigger("keys")
    window.key_sheet.words.setText("undo")
    window.key_sheet.findChild(object, "key_sheet_copy").click()

    assert clipboard() == "Ctrl+Z\tUndo"
    window.key_sheet.words.clear()
    window.key_sheet.findChild(object, "key_sheet_copy").click()
    assert len(clipboard().splitlines()) > 60


def test_the_actions_in_the_dialog_of_keys_sort_and_come_back(window: MainWindow) -> None:
    window.trigger("rebind")
    tree = window.findChild(RebindPopup).tree

    def words() -> list[str]:
        return [tree.topLevelItem(row).text(0) for row in range(tree.topLevelItemCount())]

    before = words()
    tree.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert words() != before
    assert sorted(words()) == sorted(before)
    window.trigger("back")
    window.trigger("rebind")
    assert words() == before


@pytest.fixture
def table(qtbot):
    model = TableModel[tuple[str, int]]([
        Column(heading="Name", text=lambda each: each[0]),
        Column(heading="Number", text=lambda each: str(each[1]), key=lambda each: each[1]),
    ])
    view = plain_table("Numbers", "numbers")
    view.setModel(model)
    model.setParent(view)
    make_sortable(view)
    qtbot.addWidget(view)
    model.set_rows([("b", 10), ("A", 9), ("c", 100)])
    return view


def test_numbers_sort_as_numbers_and_texts_without_regard_to_case(table) -> None:
    model = table.model()
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [each[1] for each in model.rows] == [9, 10, 100]
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    assert [each[0] for each in model.rows] == ["A", "b", "c"]


def test_the_chosen_row_stays_chosen_when_the_rows_change_places(table) -> None:
    model = table.model()
    table.selectRow(1)
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert model.row(table.currentIndex()) == ("A", 9)
    assert table.currentIndex().row() == 2


def test_the_menu_of_a_table_names_each_column_and_the_given_order(table) -> None:
    from PySide6.QtWidgets import QMenu

    from ehrcoder.gui.views.lists import add_sorting

    menu = QMenu(table)
    add_sorting(menu, table)
    lines = {each.text(): each for each in menu.actions() if each.text()}
    assert list(lines) == ["In the given order", "Sort by: Name", "Sort by: Number"]
    lines["Sort by: Number"].trigger()
    assert [each[1] for each in table.model().rows] == [9, 10, 100]
    lines["In the given order"].trigger()
    assert [each[1] for each in table.model().rows] == [10, 9, 100]
