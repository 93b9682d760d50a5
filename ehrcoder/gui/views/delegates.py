"""Paints the rows of the lists that need more than a line of text."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ehrcoder.core.assignments import CodingAction, Decision
from ehrcoder.core.records import RecordRow, RecordStatus
from ehrcoder.gui.icons import DECISION_ICONS, STATUS_ICONS, paint_icon
from ehrcoder.gui.models.record_list import RecordListModel
from ehrcoder.gui.models.rows import ROW_ROLE, AnyIndex
from ehrcoder.gui.models.search_hits import SearchHitModel
from ehrcoder.gui.models.suggestions import SuggestionRow
from ehrcoder.gui.theme import LIGHT, Theme
from ehrcoder.gui.timeline import TimelineRow
from ehrcoder.gui.words import decision_word, kind_word, percent
from ehrcoder.ports import SearchHit

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_PADDING = 6


class RowDelegate(QStyledItemDelegate):
    """A row of two lines: ground, mark at the left, a line between rows."""

    lines = 2

    def __init__(self, view: QListView) -> None:
        super().__init__(view)
        self._theme = LIGHT

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours from now on."""
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        height = QFontMetrics(option.font).lineSpacing()  # pyright: ignore[reportAttributeAccessIssue]
        return QSize(120, height * self.lines + 2 * _PADDING + 2)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        theme = self._theme
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(theme.selection))
            painter.fillRect(QRect(rect.left(), rect.top(), 4, rect.height()), QColor(theme.accent))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(theme.hover))
        painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(theme.border))
        font: QFont = option.font  # pyright: ignore[reportAttributeAccessIssue]
        self.paint_row(painter, rect.adjusted(_PADDING + 4, _PADDING, -_PADDING, -_PADDING), font, index)
        painter.restore()

    def paint_row(self, painter: QPainter, rect: QRect, font: QFont, index: AnyIndex) -> None:
        """Paint what the row says."""
        raise TypeError(f"{type(self).__name__} paints nothing")

    def text(
        self, painter: QPainter, rect: QRect, text: str, colour: str | QColor, font: QFont, *,
        align: Qt.AlignmentFlag = _LEFT,
    ) -> int:
        """Paint one line, elided to fit, and return its width."""
        painter.setFont(font)
        painter.setPen(QColor(colour))
        metrics = QFontMetrics(font)
        fitted = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(rect.width(), 0))
        painter.drawText(rect, int(align), fitted)
        return metrics.horizontalAdvance(fitted)


def line_rects(rect: QRect, font: QFont) -> tuple[QRect, QRect]:
    """Return the places of the first and the second line."""
    height = QFontMetrics(font).lineSpacing()
    first = QRect(rect.left(), rect.top(), rect.width(), height)
    return first, first.translated(0, height + 1)


def bold(font: QFont) -> QFont:
    """Return the font in bold."""
    heavy = QFont(font)
    heavy.setWeight(QFont.Weight.DemiBold)
    return heavy


def smaller(font: QFont, *, italic: bool = False) -> QFont:
    """Return the font for what is said besides."""
    small = QFont(font)
    small.setPointSizeF(max(font.pointSizeF() - 1, 7))
    small.setItalic(italic)
    return small


class RecordDelegate(RowDelegate):
    """A record of the queue: its state as a mark and in words, its title."""

    def paint_row(self, painter: QPainter, rect: QRect, font: QFont, index: AnyIndex) -> None:
        row: RecordRow = index.data(ROW_ROLE)
        model = index.model()
        first, second = line_rects(rect, font)
        size = QFontMetrics(font).height()
        colour = {
            RecordStatus.SIGNED: self._theme.accepted, RecordStatus.NEW: self._theme.muted,
            RecordStatus.PROPOSED: self._theme.accent, RecordStatus.IN_PROGRESS: self._theme.replaced,
        }[row.status]
        paint_icon(painter, STATUS_ICONS[row.status], QRectF(first.left(), first.top(), size, size), colour)
        indent = size + 8
        first.adjust(indent, 0, 0, 0)
        for name, has, ink in (
            ("hold", bool(row.held_for), self._theme.warning), ("flag", row.flag is not None, self._theme.rejected),
            ("draft", row.is_draft, self._theme.muted),
        ):
            if has:
                paint_icon(painter, name, QRectF(first.right() - size, first.top(), size, size), ink)
                first.setRight(first.right() - size - 4)
        self.text(painter, first, row.title, self._theme.text, font)
        if isinstance(model, RecordListModel):
            words = model.state_words(row)
            self.text(painter, second.adjusted(indent, 0, 0, 0), words, self._theme.muted, smaller(font))


class SuggestionDelegate(RowDelegate):
    """A suggestion: decision, code, title and confidence above kind and quote."""

    def paint_row(self, painter: QPainter, rect: QRect, font: QFont, index: AnyIndex) -> None:
        row: SuggestionRow = index.data(ROW_ROLE)
        theme = self._theme
        first, second = line_rects(rect, font)
        size = QFontMetrics(font).height()
        decision_colour = theme.decision(row.decision)
        paint_icon(
            painter, DECISION_ICONS[row.decision], QRectF(first.left(), first.top(), size, size), decision_colour
        )
        first.adjust(size + 8, 0, 0, 0)
        second.adjust(size + 8, 0, 0, 0)
        first.setRight(first.right() - self._confidence(painter, first, font, row) - 10)
        marks = [("error", theme.rejected)] if row.errors else [("warning", theme.warning)] if row.warnings else []
        marks += [("comment", theme.accent)] if row.comments else []
        for name, colour in marks:
            paint_icon(painter, name, QRectF(first.right() - size, first.top(), size, size), colour)
            first.setRight(first.right() - size - 4)
        code = row.suggestion.coding.code
        width = self.text(painter, first, code, theme.kind(row.suggestion.kind), bold(font))
        title = row.suggestion.coding.display
        if row.replaced_by:
            title = f"→ {row.replaced_by}   {title}"
        title_colour = theme.muted if row.decision is Decision.REJECTED else theme.text
        self.text(painter, first.adjusted(width + 8, 0, 0, 0), title, title_colour, font)
        small = smaller(font)
        said = f"{decision_word(row.decision)}  ·  {kind_word(row.suggestion.kind)}"
        width = self.text(painter, second, said, decision_colour, small)
        quote = f"“{row.quote}”" if row.quote else self.tr("no supporting words in the note")
        self.text(
            painter, second.adjusted(width + 12, 0, 0, 0), quote, theme.muted, smaller(font, italic=True)
        )

    def _confidence(self, painter: QPainter, rect: QRect, font: QFont, row: SuggestionRow) -> int:
        """Paint the confidence as a bar and a number, and return how wide it is."""
        value = row.suggestion.confidence
        text = percent(value)
        small = smaller(font)
        width = QFontMetrics(small).horizontalAdvance(percent(1.0))
        self.text(painter, rect, text, self._theme.text, small, align=_RIGHT)
        bar_width, bar_height = 34, 5
        top = rect.center().y() - bar_height // 2 + 1
        place = QRectF(rect.right() - width - bar_width - 6, top, bar_width, bar_height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.border))
        painter.drawRoundedRect(place, 2, 2)
        painter.setBrush(QColor(self._theme.accent))
        painter.drawRoundedRect(QRectF(place.left(), top, bar_width * value, bar_height), 2, 2)
        return width + bar_width + 6


class TimelineDelegate(RowDelegate):
    """A change of a record: what was done and when, above from and to, who and why."""

    def paint_row(self, painter: QPainter, rect: QRect, font: QFont, index: AnyIndex) -> None:
        row: TimelineRow = index.data(ROW_ROLE)
        theme = self._theme
        first, second = line_rects(rect, font)
        size = QFontMetrics(font).height()
        name, colour = timeline_mark(row, theme)
        paint_icon(painter, name, QRectF(first.left(), first.top(), size, size), colour)
        first.adjust(size + 8, 0, 0, 0)
        second.adjust(size + 8, 0, 0, 0)
        small = smaller(font)
        when = row.at.astimezone().strftime("%Y-%m-%d  %H:%M:%S")
        first.setRight(first.right() - self.text(painter, first, when, theme.muted, small, align=_RIGHT) - 10)
        ink = theme.muted if row.is_undone else theme.text
        width = self.text(painter, first, row.what, ink, bold(font))
        if row.code:
            first.adjust(width + 8, 0, 0, 0)
            width = self.text(painter, first, row.code, colour, bold(font))
        first.adjust(width + 8, 0, 0, 0)
        self.text(painter, first, row.title, ink, font)
        said = [row.change, row.why, self.tr("taken back") if row.is_undone else "", row.suggested_by]
        width = self.text(painter, second, f"{row.version}  ·  {row.coder_id}", theme.muted, small)
        self.text(painter, second.adjusted(width + 12, 0, 0, 0), "  ·  ".join(each for each in said if each),
                  theme.text, small)


def timeline_mark(row: TimelineRow, theme: Theme) -> tuple[str, str]:
    """Return the icon and the colour of a change."""
    match row.action:
        case CodingAction.ACCEPT | CodingAction.ADD | CodingAction.SIGN:
            return ("signed" if row.action is CodingAction.SIGN else "accepted"), theme.accepted
        case CodingAction.REJECT | CodingAction.REMOVE:
            return "rejected", theme.rejected
        case CodingAction.REPLACE:
            return "replaced", theme.replaced
        case CodingAction.UNDO | CodingAction.RESTORE:
            return "undo", theme.muted
        case CodingAction.CHANGE | CodingAction.AMEND:
            return ("changed" if row.action is CodingAction.CHANGE else "in-progress"), theme.accent
        case CodingAction.COMMENT | CodingAction.ACKNOWLEDGE:
            return "comment", theme.accent
        case CodingAction.FLAG | CodingAction.UNFLAG:
            return "flag", theme.warning
        case CodingAction.HOLD | CodingAction.RELEASE:
            return "hold", theme.warning
        case CodingAction.DRAFT:
            return "draft", theme.muted


class SearchHitDelegate(RowDelegate):
    """A hit of the code search: code and title above the code system, or why it cannot be chosen."""

    def paint_row(self, painter: QPainter, rect: QRect, font: QFont, index: AnyIndex) -> None:
        hit: SearchHit = index.data(ROW_ROLE)
        model = index.model()
        theme = self._theme
        can_choose = hit.concept.is_billable
        first, second = line_rects(rect, font)
        code_colour = theme.accent if can_choose else theme.muted
        width = self.text(painter, first, hit.concept.coding.code, code_colour, bold(font))
        self.text(
            painter, first.adjusted(max(width + 10, 84), 0, 0, 0), hit.concept.coding.display,
            theme.text if can_choose else theme.muted, font,
        )
        if isinstance(model, SearchHitModel):
            note_colour = theme.muted if can_choose else theme.warning
            self.text(painter, second, model.note(hit), note_colour, smaller(font))
