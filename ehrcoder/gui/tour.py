"""A tour in five steps: each says which key to press, and goes on by itself once that means something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

if TYPE_CHECKING:
    from ehrcoder.gui.main_window import MainWindow

_DEMO_NOTE = "01-cardiology-nstemi.txt"
_SEEN = "tour_seen"
_WIDTH = 420
_MARGIN = 16
_FRAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what it says, and the actions that complete it."""

    title: str
    words: str
    actions: tuple[str, ...]
    needs_codes: bool = True
    """Whether there must be proposed codes before its keys lead anywhere."""


class Tour(QObject):
    """A card beside the record; it never takes the focus, so that the keys go on working."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._place = -1
        self._is_offer = self._is_signed = False
        self.steps = self._steps()
        self.card = QFrame(window)
        self.card.setObjectName("tourCard")
        self.card.setAccessibleName(self.tr("Tour"))
        self.heading = QLabel()
        self.heading.setObjectName("paneTitle")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.count = QLabel()
        self.count.setObjectName("muted")
        self.leave = QPushButton()
        self.leave.setObjectName("tour_leave")
        self.leave.clicked.connect(self.end)
        self.onward = QPushButton()
        self.onward.setObjectName("tour_next")
        self.onward.setProperty("primary", True)
        self.onward.clicked.connect(self._go_on)
        for button in (self.leave, self.onward):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(self.tr("Tour"))
            button.setToolTip(self.tr("Tour"))
        self._column = column = QVBoxLayout(self.card)
        column.setContentsMargins(_MARGIN, 12, _MARGIN, 12)
        column.addWidget(self.heading)
        column.addWidget(self.words)
        self._foot = line = QHBoxLayout()
        line.addWidget(self.count)
        line.addStretch(1)
        line.addWidget(self.leave)
        line.addWidget(self.onward)
        column.addLayout(line)
        self.card.hide()
        window.installEventFilter(self)
        session = window.session
        session.record_signed.connect(lambda _: self._on_signed())
        for changed in (session.record_shown, session.record_updated, session.job_changed):
            changed.connect(lambda _: self._look_again())

    @property
    def is_running(self) -> bool:
        """Whether a step is shown."""
        return self._place >= 0

    @property
    def place(self) -> int:
        """Which step is shown, from 0; -1 where none is."""
        return self._place

    def offer(self, *, has_records: bool) -> None:
        """At the very first start, offer the tour."""
        memory = self._window.memory
        if not memory.is_kept or memory.is_on(_SEEN) or self.card.isVisible() or self._window.session.is_read_only:
            return
        self._is_offer = True
        self.onward.setEnabled(True)
        where = self.tr("on the open record") if has_records else self.tr("on a fictional demo record")
        self._show(
            self.tr("Five steps from a note to signed codes"),
            self.tr("The tour shows the keys {0}; two minutes. F2 takes it, now or later; Esc puts this away. "
                    "Nothing is sent anywhere.").format(where),
            self.tr("Not now"), self.tr("Take the tour"), "",
        )

    def decline(self) -> bool:
        """Put an offer away; tell whether there was one. A running tour stays: its steps are left by its button."""
        was_offered = self._is_offer
        if was_offered:
            self.end()
        return was_offered

    def start(self) -> None:
        """Begin; an empty workspace gets the demo note first."""
        session = self._window.session
        self._is_offer = False
        self._window.memory.keep(_SEEN, on=True)
        if not session.rows and not session.is_read_only:
            note = session.services.paths.resources / "demo" / "notes" / _DEMO_NOTE
            session.import_files([note])
        self._is_signed = False
        self._place = 1 if self._has_codes else 0
        self._tell()
        self._window.focus_review()

    def end(self) -> None:
        """Put the card away."""
        self._window.memory.keep(_SEEN, on=True)
        self._place, self._is_offer = -1, False
        self.card.hide()
        self._window.focus_review()

    def note(self, action: str) -> None:
        """Take note of an action; the one that the step asks for completes it."""
        if self.is_running and action in self.steps[self._place].actions and not self.is_waiting:
            self._go_on()

    @property
    def is_waiting(self) -> bool:
        """Whether the step has to wait for the engine: nothing is proposed yet that its keys could act on."""
        return self.is_running and self.steps[self._place].needs_codes and not self._has_codes and self._is_awaited

    @property
    def _has_codes(self) -> bool:
        view = self._window.session.view
        return view is not None and bool(view.suggestions)

    @property
    def _is_awaited(self) -> bool:
        session = self._window.session
        return session.proposals.is_awaited(session.view.record_id if session.view is not None else None)

    def _look_again(self) -> None:
        """Go on once codes are there; go back to the first step where none will come."""
        if not self.is_running or self._is_signed:
            return
        view = self._window.session.view
        has_run = view is not None and bool(view.runs)
        if self._place > 0 and not self._has_codes and not self._is_awaited and not has_run:
            self._place = 0
        self._tell()

    def _on_signed(self) -> None:
        """Say what comes behind the last step; the export ends the tour."""
        if self.is_running:
            self._place, self._is_signed = len(self.steps) - 1, True
            self._show(
                self.tr("Signed"), self.tr(
                    "That was the way from a note to signed codes. Ctrl+E writes what is signed into a folder, as FHIR "
                    "or in another form. Ctrl+O brings in your own records."),
                self.tr("End the tour"), self.tr("Done"), "",
            )

    def _go_on(self) -> None:
        if self._is_offer:
            self.start()
        elif self._place == 0 and not self._has_codes and not self._is_awaited:
            self._window.trigger("propose")
        elif self._place + 1 < len(self.steps):
            self._place += 1
            self._tell()
        else:
            self.end()

    def _tell(self) -> None:
        step = self.steps[self._place]
        is_last = self._place + 1 == len(self.steps)
        onward = self.tr("Done") if is_last else self.tr("Next step")
        words = step.words
        if self.is_waiting:
            words = self.tr(
                "The engine is reading the note; this step begins by itself once its codes are listed at the right. "
                "The first record takes longest, since the language model is loaded for it. The bar at the bottom "
                "runs meanwhile; Esc stops it.")
        elif step.needs_codes and not self._has_codes:
            words = self.tr("The engine proposes no code for this record. Ctrl+PgDown opens the next one, F5 reads it.")
        self._show(step.title, words, self.tr("End the tour"), onward,
                   self.tr("Step {0} of {1}").format(self._place + 1, len(self.steps)))
        self.onward.setEnabled(not self.is_waiting)

    def _show(self, title: str, words: str, leave: str, onward: str, count: str) -> None:
        self.heading.setText(title)
        self.words.setText(words)
        self.count.setText(count)
        for button, text in ((self.leave, leave), (self.onward, onward)):
            button.setText(text)
            button.setAccessibleName(text)
            button.setToolTip(text)
        self.card.setAccessibleDescription(f"{title}. {words}")
        self.card.show()
        self._move()
        self.card.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.card.isVisible():
            self._move()
        return False

    def _move(self) -> None:
        """Stand at the foot of the note, where neither evidence at its top nor the tray is covered."""
        self.card.ensurePolished()
        width = max(_WIDTH, self._foot.sizeHint().width() + 2 * (_MARGIN + _FRAME))
        self.card.setFixedSize(width, self._column.totalHeightForWidth(width))
        pane = self._window.note
        corner = pane.mapTo(self._window, pane.rect().bottomLeft())
        self.card.move(corner.x() + max((pane.width() - width) // 2, 8), corner.y() - self.card.height() - 16)

    def _steps(self) -> tuple[Step, ...]:
        return (
            Step(title=self.tr("1. Let codes be proposed"), actions=("propose",), needs_codes=False,
                 words=self.tr(
                "Press F5. The engine reads the note on this machine and lists codes at the right, each with its "
                "words in the note. Nothing is ticked: a code counts only once you decide.")),
            Step(title=self.tr("2. Look at the evidence"), actions=("next", "next_evidence", "next_undecided"),
                 words=self.tr(
                "J and K go through the suggestions; the note shows the words that support each. Space shows further "
                "places. Moving never accepts anything. Press J.")),
            Step(title=self.tr("3. Decide"), actions=("accept", "reject", "alternative_1", "replace"), words=self.tr(
                "A accepts. X and a digit reject with a reason. 1 to 9 take an alternative, R searches for another "
                "code, E shows more specific ones. Ctrl+Z takes anything back. Press A or X.")),
            Step(title=self.tr("4. Set the principal diagnosis"), actions=("principal",), words=self.tr(
                "Go to the diagnosis that was chiefly responsible for the stay and press P; O says whether it was "
                "present on admission. V walks the code edits below. Press P once a diagnosis is accepted.")),
            Step(title=self.tr("5. Sign"), actions=("export",), words=self.tr(
                "Decide what is left: G goes to the next. Then Ctrl+Enter shows what you sign, and Ctrl+Enter once "
                "more signs it. Ctrl+E exports what is signed. ? shows every key.")),
        )
