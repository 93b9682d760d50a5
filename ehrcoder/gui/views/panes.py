"""What the panes share: a framed surface with a title, a line of words beside it, and an empty state."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from ehrcoder.gui.actions import ActionSet


class Pane(QFrame):
    """A framed part of the window with its title."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self.setAccessibleName(title)
        self.title = QLabel(title)
        self.title.setObjectName("paneTitle")
        self.aside = QLabel()
        self.aside.setObjectName("muted")
        self.aside.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.heading = QHBoxLayout()
        self.heading.setContentsMargins(12, 8, 12, 0)
        self.heading.addWidget(self.title)
        self.heading.addStretch(1)
        self.heading.addWidget(self.aside)
        self.foot: QHBoxLayout | None = None
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(6)
        self.body.addLayout(self.heading)


    @property
    def least_width(self) -> int:
        """How wide the buttons at its foot are, which must never be cut off."""
        return self.foot.minimumSize().width() + 4 if self.foot is not None else 0

    def icon_button(self, actions: ActionSet, name: str) -> QToolButton:
        """Return a small button for the heading that shows an action's icon alone."""
        button = self.icon_only(actions.button(name, self))
        button.setProperty("boxed", False)
        return button

    @staticmethod
    def icon_only(button: QToolButton) -> QToolButton:
        """Let a button show its icon alone; its name and its tooltip still say what it does."""
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        return button


class WithEmptyState(QWidget):
    """A widget, or in its place a sentence that says what to do next."""

    def __init__(self, widget: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = QLabel()
        self._empty.setObjectName("empty")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setMargin(20)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(widget)

    def show_empty(self, text: str) -> None:
        """Show the sentence; an empty one shows the widget."""
        self._empty.setText(text)
        self._stack.setCurrentIndex(1 if not text else 0)
