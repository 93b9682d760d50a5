"""What every list here shares: letters jump nowhere, Enter chooses, Ctrl+C copies the row, a menu sorts tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QListView, QMenu, QTableView, QWidget


def copy_row(view: QAbstractItemView) -> None:
    """Put the words of the current row on the clipboard."""
    index = view.currentIndex()
    model = index.model()
    if not index.isValid():
        return
    columns = range(model.columnCount()) if isinstance(view, QTableView) else (index.column(),)
    cells = [model.index(index.row(), column) for column in columns]
    if len(cells) == 1:
        words = [cells[0].data(Qt.ItemDataRole.AccessibleTextRole) or cells[0].data()]
    else:
        words = [str(cell.data()) for cell in cells]
    QGuiApplication.clipboard().setText("\t".join(str(word) for word in words))


def _is_letter(event: QKeyEvent) -> bool:
    return bool(event.text().strip()) and event.text().isprintable()


class QuietListView(QListView):
    """A list in which typed letters jump nowhere, so that a wrong key never loses the place."""

    activated_by_key = Signal(QModelIndex)

    def __init__(self, name: str = "", accessible_name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible_name)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of actions here."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.activated_by_key.emit(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Copy):
            copy_row(self)
        elif _is_letter(event):
            event.ignore()  # the window says what it would have done
        else:
            super().keyPressEvent(event)


class QuietTableView(QTableView):
    """A table with the same manners."""

    def keyboardSearch(self, search: str) -> None:
        """Letters are keys of actions here."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            copy_row(self)
        elif _is_letter(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer what the header and Ctrl+C do, also to the Menu key."""
        menu = QMenu(self)
        add_sorting(menu, self)
        menu.addAction(QCoreApplication.translate("lists", "Copy the row"), lambda: copy_row(self))
        menu.exec(event.globalPos())


def make_sortable(table: QTableView) -> None:
    """Let a table's header sort: once, the other way round, and as the rows were given.

    The header takes no focus; its menu, and the table's own, offer the same to the keyboard.
    """
    header = table.horizontalHeader()
    header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    header.setSortIndicatorClearable(True)
    table.setSortingEnabled(True)
    header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def show_menu(place: QPoint) -> None:
        menu = QMenu(table)
        add_sorting(menu, table)
        menu.exec(header.mapToGlobal(place))

    header.customContextMenuRequested.connect(show_menu)


def add_sorting(menu: QMenu, table: QTableView) -> None:
    """Add a line for each column, and one for the order in which the rows were given."""
    if not table.isSortingEnabled():
        return
    model, header = table.model(), table.horizontalHeader()
    names = [(-1, QCoreApplication.translate("lists", "In the given order"))]
    names += [
        (column, QCoreApplication.translate("lists", "Sort by: {0}").format(
            model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.DisplayRole)))
        for column in range(model.columnCount())
    ]
    for column, words in names:
        action = menu.addAction(words, lambda column=column: sort_by(table, column))
        action.setCheckable(True)
        action.setChecked(header.sortIndicatorSection() == column)
    menu.addSeparator()


def sort_by(table: QTableView, column: int) -> None:
    """Sort a table by a column; by the same one again, the other way round; -1 as the rows were given."""
    header = table.horizontalHeader()
    again = column >= 0 and header.sortIndicatorSection() == column
    is_up = header.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
    order = Qt.SortOrder.DescendingOrder if again and is_up else Qt.SortOrder.AscendingOrder
    header.setSortIndicator(column, order)


def plain_table(accessible_name: str, object_name: str) -> QuietTableView:
    """Return a read-only table of rows."""
    table = QuietTableView()
    table.setObjectName(object_name)
    table.setAccessibleName(accessible_name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(28)
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setResizeContentsPrecision(40)
    table.verticalHeader().setResizeContentsPrecision(0)
    table.horizontalHeader().setAccessibleName(accessible_name)
    return table


def choice_box(name: str, accessible_name: str, choices: Sequence[tuple[Any, str]]) -> QComboBox:
    """Return a box of values with their words."""
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(accessible_name)
    box.setToolTip(accessible_name)
    box.view().setAccessibleName(accessible_name)
    for value, words in choices:
        box.addItem(words, value)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    return box
