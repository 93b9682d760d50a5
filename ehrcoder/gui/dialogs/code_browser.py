"""The code browser: walk the hierarchy by keys, with every note that holds for the code under the mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
)

from ehrcoder.core.codes import ICD_10_CM, SHORT_NAME_OF_SYSTEM, CodeSetEdition, Coding, Concept
from ehrcoder.gui.code_desk import CodeDesk, Shelf
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.task_runner import Lane, Problem
from ehrcoder.gui.words import plain_tip
from ehrcoder.usecases.browse_codes import CodePage

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost

Taken = Callable[[Coding], None]
_OF_ACTIONS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class ShelfModel(QAbstractListModel):
    """The concepts of one level; headers bear a mark of their own, so that colour says nothing alone."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[Concept, ...] = ()

    def set_rows(self, rows: tuple[Concept, ...]) -> None:
        """Show these concepts."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row_of(self, code: str) -> int:
        """Return the place of a code, or 0."""
        return next((n for n, each in enumerate(self._rows) if each.coding.code == code), 0)

    def concept(self, index: AnyIndex) -> Concept | None:
        """Return the concept at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        concept = self.concept(index)
        if concept is None:
            return None
        coding = concept.coding
        if role == ROW_ROLE:
            return concept
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{' ' if concept.is_billable else '›'} {coding.code}  {coding.display}"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            kind = self.tr("can be assigned") if concept.is_billable else self.tr("header, opens with Enter")
            words = f"{coding.code} {coding.display}, {kind}"
            return plain_tip(words) if role == Qt.ItemDataRole.ToolTipRole else words
        return None


class _ShelfView(QListView):
    """A list in which → opens and ← or Backspace goes up, wherever the mark stands; what is typed goes elsewhere."""

    opened = Signal()
    left = Signal()
    typed = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.opened.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self.left.emit()
        elif event.text().strip() and event.text().isalnum() and not event.modifiers() & _OF_ACTIONS:
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


class CodeBrowser(Overlay):
    """One level of a hierarchy at the left, the marked code with its notes at the right."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=1180, height=720)
        self._host = host
        self._desk = CodeDesk(host)
        self._day: dt.date | None = None
        self._taken: Taken | None = None
        self._asked = 0
        self._asked_page = 0
        self._shelf: Shelf | None = None
        self._system = ICD_10_CM
        self.heading.setText(self.tr("Browse codes"))
        self.setAccessibleName(self.tr("Browse codes"))
        self.system = QComboBox()
        self.system.setObjectName("browser_system")
        self.system.setAccessibleName(self.tr("Code set"))
        self.system.view().setAccessibleName(self.system.accessibleName())
        self.system.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.system.activated.connect(self._change_system)
        self.line = QLineEdit()
        self.line.setObjectName("browser_code")
        self.line.setPlaceholderText(self.tr("Go to a code, such as E11.4 or 0DTJ"))
        self.line.setAccessibleName(self.tr("Go to a code"))
        self.line.setClearButtonEnabled(True)
        self.line.returnPressed.connect(self._go)
        self.path = self.muted("")
        self.model = ShelfModel(self)
        self.view = _ShelfView()
        self.view.setObjectName("browser_codes")
        self.view.setAccessibleName(self.tr("Codes of this level"))
        self.view.setModel(self.model)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view.selectionModel().currentChanged.connect(self._show_page)
        self.view.opened.connect(self._open)
        self.view.left.connect(self._up)
        self.view.typed.connect(self._type)
        self.view.doubleClicked.connect(self._open)
        self.text = QPlainTextEdit()
        self.text.setObjectName("browser_notes")
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("The marked code and its notes"))
        self.foot = self.muted(self.tr(
            "↑ ↓ move, Enter or → opens a header, ← goes up, typing goes to a code, Enter on a code without › assigns "
            "it, Esc closes."
        ))
        self.assign = QPushButton(self.tr("Assign"))
        self.assign.setObjectName("browser_assign")
        self.assign.setAccessibleName(self.tr("Assign the marked code"))
        self.assign.setToolTip(self.tr("Assign the marked code to the open record (Enter)"))
        self.assign.setAutoDefault(True)
        self.assign.clicked.connect(self._take)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setObjectName("browser_close")
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close the browser (Esc)"))
        self.close_button.setAutoDefault(True)
        self.close_button.clicked.connect(self.dismiss)
        top = QHBoxLayout()
        top.addWidget(self.system)
        top.addWidget(self.line, 1)
        middle = QHBoxLayout()
        middle.addWidget(self.view, 1)
        middle.addWidget(self.text, 1)
        self.column.addLayout(top)
        self.column.addWidget(self.path)
        self.column.addLayout(middle, 1)
        self.column.addWidget(self.foot)
        self.button_row(self.assign, self.close_button)

    def ask(self, *, code: str = "", system: str = "", day: dt.date | None = None, taken: Taken | None = None) -> None:
        """Open at a code, else where it was left; `taken` is called with the code that the person assigns."""
        self._day, self._taken = day, taken
        self.line.clear()
        self.open(self.view)
        if self.system.count() == 0:
            self._start(self._desk.systems, self._fill_systems)
        if code:
            self._start(lambda: self._desk.find(code, day), self._reach)
        elif system or self._shelf is None:
            self._load(system or self._system, "")
        else:
            self._enable()

    @Slot(str)
    def _type(self, text: str) -> None:
        self.line.setFocus()
        self.line.setText(text)

    @property
    def marked(self) -> Concept | None:
        """The concept under the mark."""
        return self.model.concept(self.view.currentIndex())

    def _start(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._host.session.runner.start(Lane.READ, work, done=done, failed=self._failed)

    def _fill_systems(self, editions: tuple[CodeSetEdition, ...]) -> None:
        for edition in editions:
            name = SHORT_NAME_OF_SYSTEM.get(edition.system, edition.name)
            self.system.addItem(f"{name} {edition.version}", edition.system)
        self.system.setCurrentIndex(max(self.system.findData(self._system), 0))

    @Slot(int)
    def _change_system(self, place: int) -> None:
        self._load(self.system.itemData(place), "")
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _go(self) -> None:
        typed, day = self.line.text().strip(), self._day
        if typed:
            self._start(lambda: self._desk.find(typed, day), self._reach)

    def _reach(self, concept: Concept) -> None:
        """Show the level on which a code stands, with the mark on it."""
        self._load(concept.coding.system, concept.parent or "", mark=concept.coding.code)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _load(self, system: str, code: str, *, mark: str = "") -> None:
        self._asked += 1
        number, day = self._asked, self._day
        self._start(lambda: self._desk.shelf(system, code, day), lambda shelf: self._show(number, system, shelf, mark))

    def _show(self, number: int, system: str, shelf: Shelf, mark: str) -> None:
        if number != self._asked:
            return
        self._system, self._shelf = system, shelf
        self.system.setCurrentIndex(max(self.system.findData(system), 0))
        name = SHORT_NAME_OF_SYSTEM.get(system, system)
        above = [*shelf.ancestors, *([shelf.header] if shelf.header else [])]
        self.path.setText("  ›  ".join([name, *(f"{each.coding.code} {each.coding.display}" for each in above)]))
        self.model.set_rows(shelf.rows)
        self.view.setCurrentIndex(self.model.index(self.model.row_of(mark), 0))
        self._enable()

    @Slot(QModelIndex, QModelIndex)
    def _show_page(self, current: QModelIndex, _: QModelIndex) -> None:
        concept = self.model.concept(current)
        self._enable()
        self._asked_page += 1
        if concept is None:
            self.text.clear()
            return
        number, day = self._asked_page, self._day
        self._start(lambda: self._desk.page(concept, day), lambda page: self._show_text(number, page))

    def _show_text(self, number: int, page: CodePage) -> None:
        if number == self._asked_page:
            self.text.setPlainText(self.words_of(page))

    def words_of(self, page: CodePage) -> str:
        """Return a page as the text that is shown."""
        concept = page.concept
        state = self.tr("can be assigned") if concept.is_billable else self.tr("header: choose a code below it")
        lines = [f"{concept.coding.code}  {concept.coding.display}", f"({state})"]
        kinds = {
            "includes": self.tr("Includes"), "inclusion_terms": self.tr("Inclusion terms"),
            "excludes1": self.tr("Excludes1 (not coded together)"),
            "excludes2": self.tr("Excludes2 (not included here)"),
            "code_first": self.tr("Code first"), "use_additional": self.tr("Use additional code"),
            "code_also": self.tr("Code also"), "notes": self.tr("Notes"),
        }
        if page.seventh is not None:
            lines += ["", self.tr("Seventh characters, defined at {0}").format(page.seventh.at)]
            lines += [f"  {value}  {meaning}" for value, meaning in page.seventh.values]
        for group in page.notes:
            lines += ["", kinds[group.kind] + (self.tr(", from {0}").format(group.at) if group.is_inherited else "")]
            lines += [f"  {text}" for text in group.texts]
        if page.index_paths:
            lines += ["", self.tr("Alphabetic Index paths to {0}").format(page.paths_at)]
            lines += [f"  {path}" for path in page.index_paths]
        if concept.synonyms:
            lines += ["", self.tr("Also found by"), "  " + "; ".join(concept.synonyms)]
        return "\n".join(lines)

    @Slot()
    def _open(self) -> None:
        concept = self.marked
        if concept is None:
            return
        if concept.is_billable:
            self._take()
        else:
            self._load(concept.coding.system, concept.coding.code)

    @Slot()
    def _up(self) -> None:
        shelf = self._shelf
        if shelf is not None and shelf.header is not None:
            self._load(self._system, shelf.header.parent or "", mark=shelf.header.coding.code)

    @Slot()
    def _take(self) -> None:
        concept, taken = self.marked, self._taken
        if concept is None or not concept.is_billable:
            return
        if taken is None:
            self.foot.setText(self.tr("Open a record that can be changed to assign codes from here."))
            return
        self.dismiss()
        taken(concept.coding)

    def _enable(self) -> None:
        concept = self.marked
        self.assign.setEnabled(self._taken is not None and concept is not None and concept.is_billable)

    def _failed(self, problem: Problem) -> None:
        self.foot.setText(f"{problem.what} {problem.next_step}".strip())
