"""The line above the status bar: progress in the record and the queue, time worked, the last ten decisions."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from ehrcoder.core.assignments import Decision
from ehrcoder.gui.active_time import ActiveTime
from ehrcoder.gui.icons import icon, paint_icon
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.theme import LIGHT, Theme
from ehrcoder.gui.timeline import TimelineRow, timeline
from ehrcoder.gui.views.delegates import timeline_mark
from ehrcoder.gui.words import minutes

SHOWN = 10
_TICK_MS = 1000


class ProgressDots(QWidget):
    """One mark a suggestion, filled once it is decided; its words say the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decisions: tuple[Decision, ...] = ()
        self._theme = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_decisions(self, decisions: tuple[Decision, ...]) -> None:
        """Show these decisions in the order of the list."""
        if decisions != self._decisions:
            self._decisions = decisions
            self.updateGeometry()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(min(max(len(self._decisions), 1) * 9, 200), 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._decisions:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / len(self._decisions)
        for place, decision in enumerate(self._decisions):
            colour = self._theme.decision(decision)
            is_open = decision is Decision.UNDECIDED
            painter.setPen(QColor(self._theme.control_border) if is_open else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.surface) if is_open else colour)
            painter.drawRoundedRect(QRectF(place * step + 0.5, 1.5, max(step - 2, 2), 9), 2, 2)
        painter.end()


class Chips(QWidget):
    """The last ten changes as icon and code, the latest at the right; each one's tooltip says it in full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[TimelineRow, ...] = ()
        self._theme = LIGHT
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("The last ten decisions"))

    def show_rows(self, rows: tuple[TimelineRow, ...]) -> None:
        """Show these changes."""
        self.rows = rows[-SHOWN:]
        self.setAccessibleDescription("; ".join(row.sentence for row in self.rows))
        self.setToolTip("\n".join(row.sentence for row in reversed(self.rows)))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self.font())
        size, right = metrics.height() - 2, self.width() - 2
        for row in reversed(self.rows):
            text = row.code or row.what
            width = metrics.horizontalAdvance(text) + size + 16
            if right - width < 0:
                break
            place = QRectF(right - width, (self.height() - size - 8) / 2, width, size + 8)
            name, colour = timeline_mark(row, self._theme)
            painter.setPen(QColor(self._theme.border))
            painter.setBrush(QColor(self._theme.surface))
            painter.drawRoundedRect(place, 5, 5)
            paint_icon(painter, name, QRectF(place.left() + 5, place.top() + 4, size, size), colour)
            painter.setPen(QColor(self._theme.muted if row.is_undone else self._theme.text))
            painter.drawText(place.adjusted(size + 9, 0, -4, 0), int(Qt.AlignmentFlag.AlignVCenter), text)
            right -= width + 5
        painter.end()


class Trail(QFrame):
    """Where the person stands, and what was done last."""

    def __init__(self, active: ActiveTime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trail")
        self.setAccessibleName(self.tr("Progress and last decisions"))
        self._active = active
        self.dots = ProgressDots()
        self.progress = QLabel()
        self.queue = QLabel()
        self.clock = QLabel()
        self.clock_mark = QLabel()
        self.chips = Chips()
        for label in (self.progress, self.queue, self.clock):
            label.setObjectName("muted")
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.clock.setToolTip(self.tr("Time worked on this record; pauses of more than a minute are not counted"))
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 2, 12, 2)
        line.setSpacing(8)
        for widget in (self.dots, self.progress, self.queue, self.clock_mark, self.clock):
            line.addWidget(widget)
        line.addWidget(self.chips, 1)
        for widget in (self.dots, self.clock_mark):
            widget.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)

    def show_view(self, view: RecordView) -> None:
        """Show a record's progress and its last changes."""
        decisions = tuple(view.decision(each.suggestion_id) for each in view.suggestions)
        self.dots.show_decisions(decisions)
        self.dots.setVisible(bool(decisions))
        decided = len(decisions) - len(view.undecided)
        self.progress.setText(self.tr("{0} of {1} decided").format(decided, len(decisions)) if decisions else "")
        self.clock_mark.show()
        self.chips.show_rows(timeline(view))
        self._tick()
        self._timer.start()

    def show_queue(self, signed: int, total: int) -> None:
        """Show how far the queue is worked off."""
        self.queue.setText(self.tr("{0} of {1} records signed").format(f"{signed:,}", f"{total:,}") if total else "")

    def set_theme(self, theme: Theme) -> None:
        """Paint in a theme's colours."""
        self.dots.set_theme(theme)
        self.chips.set_theme(theme)
        self.clock_mark.setPixmap(icon("clock", theme.muted).pixmap(14, 14))

    def _tick(self) -> None:
        self.clock.setText(self.tr("{0} worked").format(minutes(self._active.total)))
