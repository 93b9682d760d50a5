"""A popup inside the window: it takes the focus in the same moment as its key was pressed.

A window of its own would get the focus only when the window system gives it, and the keys typed until then
would act on the suggestions behind it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_MARGIN = 24


class Overlay(QWidget):
    """Covers the window and shows one card; Esc closes it and gives the focus back."""

    closed = Signal()
    lets_through: frozenset[str] = frozenset()
    """Actions of the window that hold here too, for popups that another one may take the place of."""

    def __init__(self, host: QWidget, title: str, *, width: int = 560, height: int = 0) -> None:
        super().__init__(host)
        self.setObjectName("scrim")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._host = host
        self._came_from: QWidget | None = None
        self._wanted = (width, height)
        self._at_right = False
        self.setAccessibleName(title)
        self.card = QFrame(self)
        self.card.setObjectName("card")
        self.card.setAccessibleName(title)
        self.heading = QLabel(title)
        self.heading.setObjectName("cardTitle")
        self.heading.setWordWrap(True)
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.column = QVBoxLayout(self.card)
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(10)
        self.column.addWidget(self.heading)
        host.installEventFilter(self)
        self.hide()

    def beside_the_note(self) -> None:
        """Place the card at the right and leave the note readable: its words decide the answer."""
        self._at_right = True
        self.setObjectName("clear_scrim")

    def muted(self, text: str) -> QLabel:
        """Return a line of small words for the card."""
        label = QLabel(text)
        label.setProperty("muted", True)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def push_button(self, name: str, text: str, tip: str, run: Callable[[], object]) -> QPushButton:
        """Return a button of the card."""
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(text.rstrip("…"))
        button.setToolTip(tip)
        button.setAutoDefault(True)
        button.clicked.connect(lambda: run())
        return button

    def button_row(self, *buttons: QWidget) -> None:
        """Add buttons at the right of the card's foot."""
        row = QHBoxLayout()
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self.column.addLayout(row)

    def open(self, focus: QWidget) -> None:
        """Show the card and give the focus to one of its widgets."""
        if not self.isVisible():
            self._came_from = self.window().focusWidget()
        self._place()
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Close without doing anything, and give the focus back to where it was."""
        if not self.isVisible():
            return
        self.hide()
        if self._came_from is not None:
            self._came_from.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def take_action(self, name: str) -> bool:
        """Do what a window-wide key means inside this popup; tell whether it means anything here."""
        if name == "back":
            self.dismiss()
            return True
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's signature
        """Keep Tab inside the card."""
        stops = [
            each for each in self.card.findChildren(QWidget)
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.isVisible() and each.isEnabled()
        ]
        if not stops:
            return True
        now = self.window().focusWidget()
        place = stops.index(now) if now in stops else -1
        stops[(place + (1 if forward else -1)) % len(stops)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        area = self._host.rect()
        self.setGeometry(area)
        width = min(self._wanted[0], area.width() - 2 * _MARGIN)
        self.card.setFixedWidth(width)
        self.card.ensurePolished()
        self.column.activate()
        natural = self.column.totalHeightForWidth(width) if self.column.hasHeightForWidth() else 0
        height = self._wanted[1] or max(natural, self.card.sizeHint().height())
        height = min(height, area.height() - 2 * _MARGIN)
        top = max((area.height() - height) // 3, _MARGIN)
        left = area.width() - width - _MARGIN if self._at_right else (area.width() - width) // 2
        self.card.setGeometry(left, top, width, height)
