"""The procedure builder: an ICD-10-PCS code is completed character by character, by typing or choosing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QLabel, QListView, QPushButton, QWidget

from ehrcoder.core.codes import Coding
from ehrcoder.gui.code_desk import CodeDesk
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.models.rows import ROOT, AnyIndex
from ehrcoder.gui.task_runner import Lane, Problem
from ehrcoder.gui.words import counted, plain_tip
from ehrcoder.usecases.build_procedure_code import BuilderChoice, BuilderStep

if TYPE_CHECKING:
    from ehrcoder.gui.parts import PartHost

Taken = Callable[[Coding], None]
_PLACES = 7


class ChoiceModel(QAbstractListModel):
    """The values that can follow."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[BuilderChoice, ...] = ()

    def set_rows(self, rows: tuple[BuilderChoice, ...]) -> None:
        """Show these values."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def choice(self, index: AnyIndex) -> BuilderChoice | None:
        """Return the value at an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def row_of(self, value: str) -> int:
        """Return the place of a value, or 0."""
        return next((n for n, each in enumerate(self._rows) if each.value == value), 0)

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        choice = self.choice(index)
        if choice is None:
            return None
        codes = counted(choice.codes, self.tr("1 code"), self.tr("{0} codes"))
        words = f"{choice.value}   {choice.label}   ({codes})"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return words
        return plain_tip(words) if role == Qt.ItemDataRole.ToolTipRole else None


class _ChoiceView(QListView):
    """A list in which a letter or digit chooses its value, → or Enter the marked one, and ← takes one back."""

    typed = Signal(str)
    chosen = Signal()
    taken_back = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text().upper()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right):
            self.chosen.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Backspace):
            self.taken_back.emit()
        elif len(text) == 1 and text.isascii() and text.isalnum() and not event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        ):
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)


class ProcedureBuilder(Overlay):
    """Seven places at the top, the values for the next one below; only what leads to an existing code is offered."""

    def __init__(self, host: PartHost) -> None:
        super().__init__(host.widget, "", width=900, height=640)
        self._host = host
        self._desk = CodeDesk(host)
        self._day: dt.date | None = None
        self._taken: Taken | None = None
        self._asked = 0
        self._beginning = ""
        self._came_back_from = ""
        self._step: BuilderStep | None = None
        self.heading.setText(self.tr("Build a procedure code"))
        self.setAccessibleName(self.tr("Build a procedure code"))
        self._row_of_places = QWidget()
        grid = QGridLayout(self._row_of_places)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        self._cells = [self._cell(grid, place) for place in range(_PLACES)]
        self.next = QLabel()
        self.next.setObjectName("builder_axis")
        self.next.setTextFormat(Qt.TextFormat.PlainText)
        self.model = ChoiceModel(self)
        self.view = _ChoiceView()
        self.view.setObjectName("builder_values")
        self.view.setAccessibleName(self.tr("Values that can follow"))
        self.view.setModel(self.model)
        self.view.setUniformItemSizes(True)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.typed.connect(self._add)
        self.view.chosen.connect(self._choose)
        self.view.taken_back.connect(self._take_back)
        self.view.doubleClicked.connect(self._choose)
        self.result = QLabel()
        self.result.setObjectName("builder_result")
        self.result.setTextFormat(Qt.TextFormat.PlainText)
        self.result.setWordWrap(True)
        self.foot = self.muted("")
        self.assign = QPushButton(self.tr("Assign"))
        self.assign.setObjectName("builder_assign")
        self.assign.setAccessibleName(self.tr("Assign the finished code"))
        self.assign.setToolTip(self.tr("Assign the finished code to the open record (Enter)"))
        self.assign.setAutoDefault(True)
        self.assign.clicked.connect(self._take)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setObjectName("builder_close")
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close the builder (Esc)"))
        self.close_button.setAutoDefault(True)
        self.close_button.clicked.connect(self.dismiss)
        self.column.addWidget(self._row_of_places)
        self.column.addWidget(self.next)
        self.column.addWidget(self.view, 1)
        self.column.addWidget(self.result)
        self.column.addWidget(self.foot)
        self.button_row(self.assign, self.close_button)

    def ask(self, *, beginning: str = "", day: dt.date | None = None, taken: Taken | None = None) -> None:
        """Open with the beginning of a code; `taken` is called with the code that the person assigns."""
        self._day, self._taken = day, taken
        self.open(self.view)
        self._load(beginning)

    @property
    def step(self) -> BuilderStep | None:
        """Where the builder stands."""
        return self._step

    def _cell(self, grid: QGridLayout, place: int) -> tuple[QLabel, QLabel]:
        value, meaning = QLabel("·"), self.muted("")
        value.setObjectName(f"builder_place_{place + 1}")
        value.setProperty("codeCell", True)
        value.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        font = value.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        font.setBold(True)
        value.setFont(font)
        meaning.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, 0, place)
        grid.addWidget(meaning, 1, place)
        grid.setColumnStretch(place, 1)
        return value, meaning

    def _load(self, beginning: str) -> None:
        self._asked += 1
        self._beginning = beginning
        number, day = self._asked, self._day
        self._host.session.runner.start(
            Lane.READ, lambda: self._desk.step(beginning, day), done=lambda step: self._show(number, step),
            failed=lambda problem: self._failed(number, problem),
        )

    def _show(self, number: int, step: BuilderStep) -> None:
        if number != self._asked:
            return
        self._step, self._beginning = step, step.code
        for place, (value, meaning) in enumerate(self._cells):
            settled = step.chosen[place] if place < len(step.chosen) else None
            value.setText(settled.value if settled else "·")
            meaning.setText(f"{settled.axis}: {settled.label}" if settled else "")
            value.setAccessibleName(meaning.text() or self.tr("Place {0}: open").format(place + 1))
        self.model.set_rows(step.choices)
        self.view.setCurrentIndex(self.model.index(self.model.row_of(self._came_back_from), 0))
        self._came_back_from = ""
        finished = step.finished
        if finished is not None:
            self.next.setText(self.tr("The code is complete."))
            self.result.setText(f"{finished.coding.code}  {finished.coding.display}")
        else:
            self.next.setText(self.tr("{0}: type a character, or ↑ ↓ and Enter").format(step.axis))
            self.result.setText("\n".join(step.examples))
        source = "" if step.is_published or not step.code else self.tr(
            "Meanings are read out of the titles; importing the official tables brings their own."
        )
        left = self.tr("{0} codes begin like this. ← takes a character back, Esc closes.").format(f"{step.codes:,}")
        self.foot.setText(f"{left} {source}".strip())
        self.assign.setEnabled(finished is not None and self._taken is not None)

    def _failed(self, number: int, problem: Problem) -> None:
        if number == self._asked:
            self._beginning = self._step.code if self._step else ""
            self.foot.setText(f"{problem.what} {problem.next_step}".strip())

    @Slot(str)
    def _add(self, value: str) -> None:
        if len(self._beginning) < _PLACES:
            self._load(self._beginning + value)

    @Slot()
    def _choose(self) -> None:
        if self._step is not None and self._step.finished is not None:
            self._take()
            return
        choice = self.model.choice(self.view.currentIndex())
        if choice is not None and self._step is not None and self._beginning == self._step.code:
            self._load(self._step.code + choice.value)

    @Slot()
    def _take_back(self) -> None:
        if self._beginning:
            self._came_back_from = self._beginning[-1]
            self._load(self._beginning[:-1])

    @Slot()
    def _take(self) -> None:
        step, taken = self._step, self._taken
        if step is None or step.finished is None:
            return
        if taken is None:
            self.foot.setText(self.tr("Open a record that can be changed to assign codes from here."))
            return
        self.dismiss()
        taken(step.finished.coding)
