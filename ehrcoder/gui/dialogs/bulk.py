"""Shows what accepting a filtered list would accept; nothing is accepted before it was shown and confirmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QPushButton, QWidget

from ehrcoder.gui.dialogs.overlay import Overlay
from ehrcoder.gui.models.suggestions import SuggestionRow
from ehrcoder.gui.words import counted, percent


class _ConfirmedList(QListWidget):
    """A list in which Enter confirms the whole of it."""

    def __init__(self, confirmed: Callable[[], None]) -> None:
        super().__init__()
        self._confirmed = confirmed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._confirmed()
        else:
            super().keyPressEvent(event)


class BulkPopup(Overlay):
    """The list with its count; Enter accepts all of it as one step, Esc nothing."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "", width=760, height=520)
        self._confirmed: Callable[[], None] | None = None
        self.about = self.muted("")
        self.list = _ConfirmedList(self._confirm)
        self.list.setObjectName("bulk_list")
        self.list.setAccessibleName(self.tr("Suggestions to accept"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.accept = QPushButton()
        self.accept.setObjectName("bulk_accept")
        self.accept.setAccessibleName(self.tr("Accept"))
        self.accept.setToolTip(self.tr("Accept all that is listed here (Enter)"))
        self.accept.setProperty("primary", True)
        self.accept.clicked.connect(self._confirm)
        self.back = QPushButton(self.tr("Accept none"))
        self.back.setObjectName("bulk_back")
        self.back.setAccessibleName(self.back.text())
        self.back.setToolTip(self.tr("Leave everything as it is (Esc)"))
        self.back.clicked.connect(self.dismiss)
        self.column.addWidget(self.about)
        self.column.addWidget(self.list, 1)
        self.column.addWidget(self.muted(
            self.tr("One step: Ctrl+Z takes all of it back. Enter accepts, Esc does not.")
        ))
        self.button_row(self.back, self.accept)

    def ask(self, rows: Sequence[SuggestionRow], left_out: int, confirmed: Callable[[], None]) -> None:
        """Show these suggestions; `left_out` is how many of the list raise errors or have no words in the note."""
        self._confirmed = confirmed
        title = counted(len(rows), self.tr("Accept 1 suggestion?"), self.tr("Accept {0} suggestions?"))
        self.heading.setText(title)
        self.setAccessibleName(title)
        self.list.setAccessibleName(title)
        self.about.setText(counted(
            left_out, self.tr("1 of the list is left out: it raises an error or no words support it."),
            self.tr("{0} of the list are left out: they raise errors or no words support them."),
        ) if left_out else self.tr("All that the filter lists and nobody decided yet."))
        self.list.clear()
        for row in rows:
            coding, sure = row.suggestion.coding, percent(row.suggestion.confidence)
            self.list.addItem(f"{coding.code}   {coding.display}   {sure}   “{row.quote}”")
        self.accept.setText(counted(len(rows), self.tr("Accept 1"), self.tr("Accept {0}")))
        self.accept.setAccessibleName(self.accept.text())
        self.accept.setToolTip(self.tr("Accept all that is listed here (Enter)"))
        self.open(self.list)

    def _confirm(self) -> None:
        if self._confirmed is not None and self.isVisible():
            confirmed, self._confirmed = self._confirmed, None
            self.dismiss()
            confirmed()
