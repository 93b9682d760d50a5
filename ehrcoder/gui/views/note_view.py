"""The text of one document, read-only, with evidence marked by extra selections; offsets are the stored text's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from ehrcoder.core.codes import CodeKind
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.gui.record_view import DocumentView
from ehrcoder.gui.text_offsets import for_qt
from ehrcoder.gui.theme import LIGHT, Theme, evidence_format


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Words to be marked, as code points of the stored text."""

    start: int
    end: int
    kind: CodeKind


class NoteView(QPlainTextEdit):
    """Shows clinical text exactly as it is stored; nothing here can edit it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("note_text")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(self.tr("Note"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.document().setDocumentMargin(14)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self._document: DocumentView | None = None
        self._marks: tuple[Mark, ...] = ()
        self._current: tuple[Mark, ...] = ()
        self._found: tuple[int, int] | None = None
        self._theme: Theme = LIGHT

    def show_document(self, document: DocumentView | None) -> None:
        """Show a document from its beginning."""
        self._document = document
        self._marks, self._current, self._found = (), (), None
        self.setExtraSelections([])
        self.setPlainText(for_qt(document.document.text) if document is not None else "")

    @property
    def shown(self) -> DocumentView | None:
        """The document that is shown."""
        return self._document

    def set_theme(self, theme: Theme) -> None:
        """Mark in a theme's colours."""
        if theme is not self._theme:
            self._theme = theme
            self._draw()

    def set_marks(self, marks: Sequence[Mark], current: Sequence[Mark]) -> None:
        """Mark evidence; the current suggestion's stands out."""
        fresh = (tuple(marks), tuple(current))
        if fresh != (self._marks, self._current):
            self._marks, self._current = fresh
            self._draw()

    def reveal(self, start: int, end: int) -> bool:
        """Scroll until these code points are on the screen, and tell whether they are."""
        if self._document is None:
            return False
        cursor = self._cursor(start, start)
        if not self._is_visible(start, end):
            self.setTextCursor(cursor)
            self.centerCursor()
        return self._is_visible(start, end)

    def select(self, start: int, end: int) -> None:
        """Select these code points, so that a key can make evidence of them, and bring them on the screen."""
        if self._document is None:
            return
        self.setTextCursor(self._cursor(start, end))
        if not self._is_visible(start, end):
            self.centerCursor()

    @property
    def place(self) -> int:
        """The code point at which the selection begins, or the cursor stands."""
        if self._document is None:
            return 0
        cursor = self.textCursor()
        return self._document.offsets.to_stored(cursor.selectionStart())

    def move_to(self, offset: int) -> None:
        """Put a code point at the top of the view, such as a section's heading."""
        cursor = self._cursor(offset, offset)
        self.setTextCursor(cursor)
        block = cursor.block()
        self.verticalScrollBar().setValue(block.firstLineNumber())

    def selected_evidence(self) -> Evidence | None:
        """Return the selected words as evidence, trimmed of the white space around them."""
        if self._document is None or not self.textCursor().hasSelection():
            return None
        document, offsets = self._document.document, self._document.offsets
        start = offsets.to_stored(self.textCursor().selectionStart())
        end = offsets.to_stored(self.textCursor().selectionEnd())
        while start < end and document.text[start].isspace():
            start += 1
        while start < end and document.text[end - 1].isspace():
            end -= 1
        if start == end:
            return None
        span = TextSpan(document_id=document.document_id, start=start, end=end)
        return Evidence(span=span, quote=document.text[start:end])

    def find_text(self, words: str, *, again: bool) -> bool:
        """Show the first place of words, or the next one, from the top again at the end; case is ignored."""
        if self._document is None or not words:
            self._found = None
            self._draw()
            return False
        text, sought = self._document.document.text.casefold(), words.casefold()
        if len(text) != len(self._document.document.text):
            text, sought = self._document.document.text, words
        begin = self._found[1] if again and self._found is not None else 0
        start = text.find(sought, begin)
        if start < 0:
            start = text.find(sought)
        self._found = (start, start + len(sought)) if start >= 0 else None
        self._draw()
        if self._found is not None:
            self.reveal(*self._found)
        return self._found is not None

    def _is_visible(self, start: int, end: int) -> bool:
        # Only the first line must be seen whole: evidence may be longer than the view is high.
        first = self.cursorRect(self._cursor(start, start))
        last = self.cursorRect(self._cursor(end, end))
        area = self.viewport().rect()
        seen_start = area.contains(QRect(QPoint(max(first.left(), 0), first.top()), first.size()))
        return seen_start and (last.bottom() <= area.bottom() or last.bottom() - first.top() > area.height())

    def _cursor(self, start: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self.document())
        if self._document is not None:
            last = max(self.document().characterCount() - 1, 0)
            cursor.setPosition(min(self._document.offsets.to_qt(start), last))
            cursor.setPosition(
                min(self._document.offsets.to_qt(end), last), QTextCursor.MoveMode.KeepAnchor
            )
        return cursor

    def _draw(self) -> None:
        theme = self._theme
        plain = {kind: evidence_format(theme, kind, current=False) for kind in CodeKind}
        strong = {kind: evidence_format(theme, kind, current=True) for kind in CodeKind}
        for form in strong.values():
            form.setFontWeight(QFont.Weight.DemiBold)
        selections = [self._selection(mark.start, mark.end, plain[mark.kind]) for mark in self._marks]
        selections += [self._selection(mark.start, mark.end, strong[mark.kind]) for mark in self._current]
        if self._found is not None:
            form = QTextCharFormat()
            form.setBackground(QColor(theme.accent))
            form.setForeground(QColor(theme.on_accent))
            selections.append(self._selection(*self._found, form))
        self.setExtraSelections(selections)

    def _selection(self, start: int, end: int, form: QTextCharFormat) -> QTextEdit.ExtraSelection:
        selection = QTextEdit.ExtraSelection()
        selection.cursor = self._cursor(start, end)  # pyright: ignore[reportAttributeAccessIssue]
        selection.format = form  # pyright: ignore[reportAttributeAccessIssue]
        return selection
