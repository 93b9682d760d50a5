"""All there is to know about the current suggestion: its title, why it is proposed, its alternatives, its edits."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ehrcoder.core.codes import SHORT_NAME_OF_SYSTEM
from ehrcoder.core.evidence import Assertion
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.gui.icons import icon
from ehrcoder.gui.models.suggestions import SuggestionRow
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import LIGHT, Theme
from ehrcoder.gui.words import assertion_word, counted, percent, plain_tip

_ALTERNATIVES_SHOWN = 5
_NOTES_SHOWN = 3
_ROOMY = 520
_NARROW = 3


class SuggestionDetail(QFrame):
    """A quiet card below the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("suggestion_detail")
        self.setAccessibleName(self.tr("Current suggestion"))
        self._theme = LIGHT
        self._is_narrow = False
        self.title = self._label("detailTitle")
        self.about = self._label("muted")
        self.why = self._label("detailWords")
        self.notes = [self._label("detailNote") for _ in range(_NOTES_SHOWN)]
        self._marks = [QLabel() for _ in range(_NOTES_SHOWN)]
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 8, 14, 6)
        column.setSpacing(3)
        for label in (self.title, self.about, self.why):
            column.addWidget(label)
        for mark, label in zip(self._marks, self.notes, strict=True):
            line = QHBoxLayout()
            line.setSpacing(6)
            mark.setFixedWidth(16)
            line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(label, 1)
            column.addLayout(line)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 3, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(2, 1)
        self.alternatives: list[tuple[QLabel, QLabel, QLabel, QLabel]] = []
        for row in range(_ALTERNATIVES_SHOWN):
            cells = (self._label("keycap"), self._label("detailCode"), self._label("detailNote"), self._label("muted"))
            cells[2].setWordWrap(False)
            for place, cell in enumerate(cells):
                self._grid.addWidget(cell, row, place)
            self.alternatives.append(cells)
        column.addLayout(self._grid)

    def set_room(self, height: int) -> None:
        """Leave the list its rows: where the pane is low, fewer alternatives and no explanation are shown."""
        self._is_narrow = height < _ROOMY

    def set_theme(self, theme: Theme) -> None:
        """Paint marks in a theme's colours."""
        self._theme = theme

    def show_row(self, row: SuggestionRow, view: RecordView, *, alternatives: bool) -> None:
        """Show a suggestion; its alternatives only while one can be taken."""
        suggestion = row.suggestion
        system = SHORT_NAME_OF_SYSTEM.get(suggestion.coding.system, suggestion.coding.system)
        self.title.setText(f"{suggestion.coding.code}  {suggestion.coding.display}")
        self.title.setToolTip(plain_tip(suggestion.explanation))
        self.about.setText("  ·  ".join([
            f"{system} {suggestion.coding.version}", self._support(suggestion), *self._assertions(suggestion),
            self.tr("score {0}").format(percent(suggestion.confidence)),
        ]))
        self.why.setText(suggestion.explanation)
        self.why.setVisible(bool(suggestion.explanation) and not self._is_narrow)
        said = [("error", text) for text in row.errors] + [("warning", text) for text in row.warnings]
        said += [
            ("comment", f"{each.coder_id}: {each.text}") for each in view.comments
            if each.suggestion_id == suggestion.suggestion_id
        ]
        for place, (mark, label) in enumerate(zip(self._marks, self.notes, strict=True)):
            has = place < len(said)
            mark.setVisible(has)
            label.setVisible(has)
            if has:
                name, text = said[place]
                label.setText(self._named(name, text))
                mark.setPixmap(icon(name, self._colour(name)).pixmap(15, 15))
        others = suggestion.alternatives[:_NARROW if self._is_narrow else _ALTERNATIVES_SHOWN] if alternatives else ()
        for number, cells in enumerate(self.alternatives, start=1):
            has = number <= len(others)
            for cell in cells:
                cell.setVisible(has)
            if has:
                other = others[number - 1]
                cells[0].setText(str(number))
                cells[1].setText(other.coding.code)
                cells[2].setText(self._elided(other.coding.display))
                cells[2].setToolTip(other.coding.display)
                cells[3].setText(percent(other.confidence))
        self.setAccessibleDescription(" ".join(
            each.text() for each in (self.title, self.about, self.why) if each.text()
        ))

    def _named(self, name: str, text: str) -> str:
        words = {"error": self.tr("Error if accepted: {0}"), "warning": self.tr("Warning if accepted: {0}")}
        return words.get(name, "{0}").format(text)

    def _colour(self, name: str) -> str:
        return {"error": self._theme.rejected, "warning": self._theme.warning}.get(name, self._theme.accent)

    def _elided(self, text: str) -> str:
        width = max(self.width() - 210, 120)
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)

    def _support(self, suggestion: CodeSuggestion) -> str:
        count = len(suggestion.evidence)
        if not count:
            return self.tr("no supporting words")
        return counted(count, self.tr("supported in 1 place"), self.tr("supported in {0} places (Space)"))

    def _assertions(self, suggestion: CodeSuggestion) -> list[str]:
        said = sorted({each.assertion for each in suggestion.evidence} - {Assertion.PRESENT})
        return [assertion_word(each) for each in said]

    def _label(self, name: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(name not in ("keycap", "detailCode", "muted") or name == "muted")
        return label
