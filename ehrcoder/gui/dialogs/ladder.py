"""The specificity ladder: codes around one code, on what each differs, and the words of the note that support it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from ehrcoder.core.codes import Coding
from ehrcoder.core.ladder import Axis, Ladder, Rung
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.models.rows import ROOT, ROW_ROLE, AnyIndex
from ehrcoder.gui.theme import Theme
from ehrcoder.gui.views.delegates import RowDelegate, bold, line_rects, smaller
from ehrcoder.gui.views.lists import QuietListView
from ehrcoder.gui.words import axis_word

_INDENT = 22


class RungModel(QAbstractListModel):
    """The rungs from the most general to the most specific; headers are shown but cannot be taken."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rungs: tuple[Rung, ...] = ()

    def set_rungs(self, rungs: tuple[Rung, ...]) -> None:
        """Show these rungs."""
        self.beginResetModel()
        self.rungs = rungs
        self.endResetModel()

    def rung(self, index: AnyIndex) -> Rung | None:
        """Return the rung at an index."""
        return self.rungs[index.row()] if index.isValid() and index.row() < len(self.rungs) else None

    def words(self, rung: Rung) -> str:
        """Return on what a rung differs and what the note says of that."""
        quotes = ", ".join(f"“{' '.join(each.quote.split())}”" for each in rung.support)
        if rung.is_documented:
            told = self.tr("documented: {0}").format(quotes)
        elif quotes:
            told = self.tr("partly documented: {0}").format(quotes)
        elif rung.axis is Axis.UNSPECIFIED:
            told = self.tr("where nothing more is documented")
        else:
            told = self.tr("not documented")
        differs = "" if rung.differs.casefold() == axis_word(rung.axis).casefold() else rung.differs
        parts = [axis_word(rung.axis), differs, told]
        if rung.is_current:
            parts.insert(0, self.tr("as it stands"))
        return "  ·  ".join(part for part in parts if part)

    def rowCount(self, parent: AnyIndex = ROOT) -> int:
        return 0 if parent.isValid() else len(self.rungs)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        rung = self.rung(index)
        if rung is None or not rung.concept.is_billable:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        rung = self.rung(index)
        if rung is None:
            return None
        if role == ROW_ROLE:
            return rung
        coding = rung.concept.coding
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{coding.code} {coding.display}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{coding.code} {coding.display}, {self.words(rung)}"
        return None


class _RungDelegate(RowDelegate):
    def paint_row(self, painter: QPainter, rect: QRect, font: QFont, index: AnyIndex) -> None:
        rung: Rung = index.data(ROW_ROLE)
        model = index.model()
        theme = self._theme
        first, second = line_rects(rect.adjusted(rung.depth * _INDENT, 0, 0, 0), font)
        can_take = rung.concept.is_billable
        ink = theme.accent if can_take else theme.muted
        width = self.text(painter, first, rung.concept.coding.code, ink, bold(font))
        self.text(painter, first.adjusted(max(width + 10, 76), 0, 0, 0), rung.concept.coding.display,
                  theme.text if can_take else theme.muted, font)
        colour = theme.accepted if rung.is_documented else theme.replaced if rung.support else theme.muted
        if isinstance(model, RungModel):
            self.text(painter, second, model.words(rung), colour, smaller(font))


class LadderPopup(Overlay):
    """The popup behind E; Enter takes the marked code, Esc none."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "", width=720, height=600)
        self.beside_the_note()
        self._chosen: Callable[[Coding], None] | None = None
        self.path = self.muted("")
        self.path.setObjectName("about_code")
        self.model = RungModel(self)
        self.view = QuietListView("ladder", self.tr("Codes of the ladder"))
        self.view.setModel(self.model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.delegate = _RungDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.activated_by_key.connect(self._take)
        self.view.doubleClicked.connect(self._take)
        self.foot = self.muted("")
        self.column.addWidget(self.path)
        self.column.addWidget(self.view, 1)
        self.column.addWidget(self.foot)

    def ask(self, coding: Coding, ladder: Ladder, chosen: Callable[[Coding], None]) -> None:
        """Show a ladder; `chosen` is called with the code that is taken."""
        self._chosen = chosen
        title = self.tr("How specific can {0} be?").format(coding.code)
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.path.setText("  ›  ".join(f"{each.coding.code} {each.coding.display}" for each in ladder.headers))
        self.path.setVisible(bool(ladder.headers))
        self.model.set_rungs(ladder.rungs)
        missing = ", ".join(axis_word(each) for each in ladder.missing)
        told = self.tr("Not documented: {0}. ").format(missing) if missing else ""
        if len(ladder.rungs) == 1:
            told = self.tr("There is no more specific code. ")
        self.foot.setText(told + self.tr("↑ ↓ choose, Enter takes the code, Esc leaves it as it is."))
        self.open(self.view)
        current = next((n for n, each in enumerate(ladder.rungs) if each.is_current), 0)
        self.view.setCurrentIndex(self.model.index(current, 0))

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.delegate.set_theme(theme)

    def _take(self, index: QModelIndex) -> None:
        rung = self.model.rung(index)
        if rung is None or not rung.concept.is_billable or self._chosen is None:
            return
        chosen, self._chosen = self._chosen, None
        self.dismiss()
        chosen(rung.concept.coding)
