"""The line at the bottom: what runs and how to stop it, the last message, the model and the code sets."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QStatusBar, QWidget

from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, SHORT_NAME_OF_SYSTEM, CodeSetEdition, edition_on
from ehrcoder.gui.actions import ActionSet
from ehrcoder.gui.job_state import JobState, ModelState
from ehrcoder.gui.time_left import left_words
from ehrcoder.gui.words import counted as counted_words
from ehrcoder.gui.words import plain_tip

_SPACE = 12
_MAIN_SYSTEMS = (ICD_10_CM, ICD_10_PCS)


class StatusStrip(QStatusBar):
    """Status bar of the window."""

    def __init__(self, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.message = QLabel()
        self.message.setObjectName("status_message")
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setMinimumWidth(120)
        self.job = QLabel()
        self.job.setObjectName("job_text")
        self.job.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar()
        self.bar.setObjectName("job_progress")
        self.bar.setAccessibleName(self.tr("Progress of the running job"))
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(130)
        self.cancel = actions.button("cancel", self)
        self.model = QLabel(self.tr("Language model: looking…"))
        self.model.setObjectName("modelState")
        self.model.setTextFormat(Qt.TextFormat.PlainText)
        self.editions = QLabel()
        self.editions.setObjectName("editions")
        self.editions.setTextFormat(Qt.TextFormat.PlainText)
        self.addWidget(self.message, 1)
        for widget in (self.job, self.bar, self.cancel, self.model, self.editions):
            self.addPermanentWidget(widget)
        self._said = ""
        self._is_model_off = False
        self.show_job(JobState())

    def say(self, text: str) -> None:
        """Show a message until the next one; it takes the room of what never changes, where there is too little."""
        self._said = text
        self.message.setToolTip(plain_tip(text))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Hide the editions, then the model's name, for a message that would be cut off; elide it only then."""
        metrics = self.message.fontMetrics()
        wanted, room = metrics.horizontalAdvance(self._said) + 2 * _SPACE, 0
        gives_way = (self.editions,) if self._is_model_off else (self.editions, self.model)
        for count in range(len(gives_way) + 1):
            for place, each in enumerate(gives_way):
                each.setVisible(place >= count)
            fixed = (self.job, self.bar, self.cancel, self.model, self.editions)
            room = self.width() - sum(each.sizeHint().width() + _SPACE for each in fixed if not each.isHidden())
            if wanted <= room:
                break
        self.message.setText(metrics.elidedText(self._said, Qt.TextElideMode.ElideRight, max(room - 2 * _SPACE, 100)))

    def show_job(self, state: JobState) -> None:
        """Show a long job, or that none runs."""
        is_running = bool(state.name)
        for widget in (self.job, self.bar, self.cancel):
            widget.setVisible(is_running)
        if not is_running:
            self._make_room()
            return
        many = state.total > 1
        counted = self.tr(" ({0} of {1})").format(state.done + 1, state.total) if many else ""
        text = self.job.fontMetrics().elidedText(state.text, Qt.TextElideMode.ElideMiddle, 320)
        left = left_words(state.seconds_left)
        self.job.setText(f"{text}{counted}" + (f"  ·  {left}" if left else ""))
        others = counted_words(state.others, self.tr("1 further job runs"), self.tr("{0} further jobs run"))
        self.job.setToolTip(plain_tip("\n".join(
            [f"{state.text}{counted}", *([left] if left else []), *([others] if state.others else [])])))
        self.bar.setRange(0, state.total if many else 0)
        self.bar.setValue(state.done)
        self._make_room()

    def show_model(self, state: ModelState) -> None:
        """Show which model answers, or why none does."""
        is_off = self._is_model_off = bool(state.off_because)
        if is_off:
            text = self.tr("⚠ Language model off: {0}").format(state.off_because)
            tip = self.tr("{0}\nSuggestions come from the lexicon and the code-set terms alone; everything else "
                          "works.").format(state.off_because)
        else:
            text = self.tr("Language model: {0}").format(state.name)
            tip = self.tr("Runs on this machine; nothing is sent anywhere.")
        self.model.setText(self.model.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, 420))
        self.model.setToolTip(tip)
        self.model.setProperty("off", is_off)
        self.model.style().unpolish(self.model)
        self.model.style().polish(self.model)
        self.model.show()
        self._make_room()

    def show_editions(self, editions: tuple[CodeSetEdition, ...], *, day: dt.date | None) -> None:
        """Show against which editions of the main code sets a record of this day is checked; all are in the tooltip."""
        answering = [each for system in _MAIN_SYSTEMS if (each := edition_on(editions, system, day)) is not None]
        named = [f"{SHORT_NAME_OF_SYSTEM[each.system]} {each.version}" for each in answering]
        self.editions.setText("  ·  ".join(named))
        installed = [f"{SHORT_NAME_OF_SYSTEM.get(each.system, each.name)} {each.version}" for each in editions]
        both = ", ".join(named)
        told = (
            self.tr("A record without a date is checked against the newest editions: {0}.").format(both) if day is None
            else self.tr("This record is of {0} and is checked against: {1}.").format(day.isoformat(), both)
        )
        self.editions.setToolTip("\n".join([told, "", self.tr("Installed:"), *installed]))
        self._make_room()

    def show_code_sets_off(self, reason: str) -> None:
        """Show that no code can be looked up."""
        self.editions.setText(self.tr("⚠ Code sets off"))
        self.editions.setToolTip(reason)
