"""Popups that tell or ask in words: problems, key sheet, about, a typed reason, reports of import and export."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.task_runner import Problem


class MessagePopup(Overlay):
    """Tells something; Enter or Esc closes it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "", width=680)
        self.words = QLabel()
        self.words.setObjectName("message_words")
        self.words.setWordWrap(True)
        self.words.setAccessibleName(self.tr("Message"))
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.details = QPlainTextEdit()
        self.details.setObjectName("message_details")
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details"))
        self.details.setMinimumHeight(220)
        self.close_button = QPushButton(self.tr("Close"))
        self.close_button.setObjectName("message_close")
        self.close_button.setAccessibleName(self.tr("Close"))
        self.close_button.setToolTip(self.tr("Close this message (Enter or Esc)"))
        self.close_button.setAutoDefault(True)
        self.close_button.clicked.connect(self.dismiss)
        self.column.addWidget(self.words)
        self.column.addWidget(self.details, 1)
        self.button_row(self.close_button)

    def tell(self, title: str, words: str, details: str = "") -> None:
        """Show a message."""
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.details.setPlainText(details)
        self.details.setVisible(bool(details))
        self.open(self.close_button)

    def tell_problem(self, problem: Problem) -> None:
        """Say what happened, what was kept, and what to do next."""
        title = self.tr("Our mistake") if problem.is_our_bug else self.tr("This did not work")
        words = "\n\n".join(part for part in (problem.what, problem.kept, problem.next_step) if part)
        self.tell(title, words, problem.trace)


class ReasonPopup(Overlay):
    """Asks for a reason in words; Enter confirms it, and an empty one confirms nothing."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "", width=520)
        self._given: Callable[[str], None] | None = None
        self.about = self.muted("")
        self.line = QLineEdit()
        self.line.setObjectName("reason_line")
        self.line.setMaxLength(400)
        self.line.setAccessibleName(self.tr("Reason"))
        self.line.returnPressed.connect(self._confirm)
        self.column.addWidget(self.about)
        self.column.addWidget(self.line)
        self.column.addWidget(self.muted(self.tr("Enter confirms, Esc leaves everything as it is.")))

    def ask(self, title: str, about: str, given: Callable[[str], None]) -> None:
        """Ask for a reason; `given` is called with it."""
        self._given = given
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.about.setText(about)
        self.line.clear()
        self.line.setAccessibleName(title)
        self.line.setPlaceholderText(self.tr("Reason"))
        self.open(self.line)

    def _confirm(self) -> None:
        reason = self.line.text().strip()
        if reason and self._given is not None:
            given, self._given = self._given, None
            self.dismiss()
            given(reason)
