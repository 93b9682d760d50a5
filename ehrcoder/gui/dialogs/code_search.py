"""Type-ahead code search: results come while the person types, and Enter takes the marked one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, Qt, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout, QLineEdit, QWidget

from ehrcoder.core.codes import CodeKind, Coding
from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.models.search_hits import SearchHitModel
from ehrcoder.gui.task_runner import Problem
from ehrcoder.gui.theme import Theme
from ehrcoder.gui.views.delegates import SearchHitDelegate
from ehrcoder.gui.views.lists import QuietListView, copy_row
from ehrcoder.gui.words import kind_word
from ehrcoder.ports import SearchHit

HitsTaken = Callable[[tuple[SearchHit, ...]], None]
Searcher = Callable[[str, Sequence[CodeKind], HitsTaken, Callable[[Problem], None]], None]


class _SearchLine(QLineEdit):
    """Lets ↑ and ↓ move in the results, and Ctrl+C copy the marked one, while the person goes on typing."""

    def __init__(self, moved: Callable[[int], None], copy: Callable[[], None]) -> None:
        super().__init__()
        self._moved = moved
        self._copy = copy

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and not self.hasSelectedText():
            self._copy()
            return
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._moved(step)


class CodeSearch(Overlay):
    """The popup behind Ctrl+K, R and N."""

    lets_through = frozenset({"browse_codes", "build_procedure"})

    def __init__(self, host: QWidget, searcher: Searcher) -> None:
        super().__init__(host, "", width=760, height=520)
        self._searcher = searcher
        self._asked = 0
        self._answered = 0
        self._wants_first = False
        self._chosen: Callable[[Coding], None] | None = None
        self.line = _SearchLine(self._move, lambda: copy_row(self.view))
        self.line.setObjectName("code_search")
        self.line.setPlaceholderText(self.tr("Code, part of a code, or words"))
        self.line.setAccessibleName(self.tr("Search codes"))
        self.line.setClearButtonEnabled(True)
        self.line.textChanged.connect(self._search)
        self.line.returnPressed.connect(self._take_current)
        self.kind = QComboBox()
        self.kind.setObjectName("search_kind")
        self.kind.setAccessibleName(self.tr("Kind of code"))
        self.kind.view().setAccessibleName(self.kind.accessibleName())
        self.kind.addItem(self.tr("All kinds"), None)
        for kind in CodeKind:
            self.kind.addItem(kind_word(kind), kind)
        self.kind.currentIndexChanged.connect(self._search)
        self.model = SearchHitModel(self)
        self.view = QuietListView("search_results", self.tr("Codes found"))
        self.view.setModel(self.model)
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.delegate = SearchHitDelegate(self.view)
        self.view.setItemDelegate(self.delegate)
        self.view.doubleClicked.connect(self._take)
        self.view.activated_by_key.connect(self._take)
        self.about = self.muted("")
        self.about.setObjectName("about_code")
        self.foot = self.muted("")
        row = QHBoxLayout()
        row.addWidget(self.line, 1)
        row.addWidget(self.kind)
        self.column.addWidget(self.about)
        self.column.addLayout(row)
        self.column.addWidget(self.view, 1)
        self.column.addWidget(self.foot)

    def ask(
        self, title: str, about: str, *, text: str, kind: CodeKind | None, chosen: Callable[[Coding], None]
    ) -> None:
        """Open the search; `chosen` is called with the code that the person takes."""
        self._chosen = chosen
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.about.setText(about)
        self.about.setVisible(bool(about))
        self.model.set_hits(())
        self.line.blockSignals(True)
        self.line.setText(text)
        self.line.blockSignals(False)
        self.kind.blockSignals(True)
        self.kind.setCurrentIndex(max(self.kind.findData(kind), 0))
        self.kind.blockSignals(False)
        self.line.selectAll()
        self.open(self.line)
        self._search()

    def hand_over(self) -> tuple[Coding | None, Callable[[Coding], None] | None]:
        """Close in favour of another way to look for the code: return what is marked, and who waits for a code."""
        hit = self.model.hit(self.view.currentIndex())
        chosen, self._chosen = self._chosen, None
        self.dismiss()
        return (hit.concept.coding if hit is not None else None), chosen

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.delegate.set_theme(theme)

    @property
    def is_settled(self) -> bool:
        """Whether the results are those of the text that stands there."""
        return self._answered == self._asked

    @Slot()
    def _search(self) -> None:
        self._asked += 1
        self._wants_first = False
        number, text = self._asked, self.line.text().strip()
        kind = self.kind.currentData()
        self._searcher(
            text, (kind,) if kind is not None else (),
            lambda hits: self._show(number, hits),
            lambda problem: self._failed(number, problem),
        )

    def _show(self, number: int, hits: tuple[SearchHit, ...]) -> None:
        if number != self._asked:
            return
        self._answered = number
        self.model.set_hits(hits)
        has_words = bool(self.line.text().strip())
        first = self.model.next_choice(-1, 1)
        if first is not None and has_words:
            self.view.setCurrentIndex(self.model.index(first, 0))
        if not has_words:
            # Nothing is marked: Enter must not take a code that nobody asked for.
            self.foot.setText(
                self.tr("Not suggested, but possible here, the likeliest first. ↓ chooses; words search all codes.")
                if hits else self.tr("Type a code or words. ↑ ↓ choose, Enter takes, Esc closes.")
            )
        elif hits:
            self.foot.setText(self.tr(
                "{0} found, the likeliest first. ↑ ↓ choose, Enter takes, Ctrl+C copies, Esc closes."
            ).format(len(hits)))
        else:
            self.foot.setText(self.tr("No code fits. Try fewer or other words."))
        if self._wants_first:
            self._take_current()

    def _failed(self, number: int, problem: Problem) -> None:
        if number == self._asked:
            self._answered = number
            self.model.set_hits(())
            self.foot.setText(f"{problem.what} {problem.next_step}".strip())

    def _move(self, step: int) -> None:
        place, direction = self.view.currentIndex().row(), 1 if step > 0 else -1
        for _ in range(abs(step)):
            following = self.model.next_choice(place, direction)
            if following is None:
                break
            place = following
        if place >= 0:
            self.view.setCurrentIndex(self.model.index(place, 0))

    @Slot()
    def _take_current(self) -> None:
        if not self.is_settled:
            # Enter pressed before the results of the last letter: never take a result of other words.
            self._wants_first = True
            return
        self._wants_first = False
        self._take(self.view.currentIndex())

    @Slot(QModelIndex)
    def _take(self, index: QModelIndex) -> None:
        hit = self.model.hit(index)
        if hit is None or not hit.concept.is_billable or self._chosen is None:
            return
        chosen, self._chosen = self._chosen, None
        self.dismiss()
        chosen(hit.concept.coding)
