"""What the keys do with assigned codes, code edits and the record as a whole."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from ehrcoder.core.assignments import CodeAssignment, PresentOnAdmission
from ehrcoder.core.codes import CodeKind, Coding
from ehrcoder.core.ladder import Ladder
from ehrcoder.gui.dialogs.choice import Choice
from ehrcoder.gui.dialogs.ladder import LadderPopup
from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.review import Review, ReviewParts
from ehrcoder.gui.words import admission_words


class RecordWork(QObject):
    """Order, use and indicators of assigned codes; specificity, edits; comment, flag, hold, draft, restore."""

    said = Signal(str)
    refused = Signal(str)
    """Why a key did nothing; those pressed behind it counted on it"""
    put_aside = Signal()
    """The record was held or saved as a draft: the next one can be opened."""

    def __init__(
        self, parts: ReviewParts, review: Review, ladder: LadderPopup, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._review = review
        self._ladder = ladder

    # assigned codes

    def make_principal(self) -> None:
        """Make the code at hand the principal diagnosis."""
        if (code := self._code_at_hand()) is not None:
            self._parts.session.decisions.make_principal(code.assignment_id)

    def move_code(self, offset: int) -> None:
        """Move the code at hand in the sequence."""
        if (code := self._code_at_hand()) is not None:
            self._parts.session.decisions.move(code.assignment_id, offset)

    def ask_admission(self) -> None:
        """Ask whether the diagnosis at hand was present on admission."""
        code = self._code_at_hand()
        if code is None:
            return
        if code.kind is not CodeKind.DIAGNOSIS:
            self.refused.emit(self.tr("Only a diagnosis is present on admission or not."))
            return
        assignment_id = code.assignment_id
        self._parts.choices.ask(
            self.tr("Was {0} present on admission?").format(code.coding.code),
            [Choice(key=each.value, words=admission_words(each), value=each) for each in PresentOnAdmission],
            lambda value: self._parts.session.decisions.set_present_on_admission(assignment_id, value),
        )

    def remove(self) -> None:
        """Ask why, then take the code at hand away."""
        code = self._code_at_hand()
        if code is None:
            return
        assignment_id = code.assignment_id
        self._parts.reason.ask(
            self.tr("Why is {0} removed?").format(code.coding.code), code.coding.display,
            lambda reason: self._parts.session.decisions.remove(assignment_id, reason),
        )

    # specificity and edits

    def open_ladder(self) -> None:
        """Show the codes around the one at hand with what the note says for each; taking one replaces it."""
        view, row = self._parts.session.view, self._parts.tray.current
        if view is None:
            return
        code = self._parts.assigned.selected if self._parts.assigned.table.hasFocus() else None
        if code is not None:
            coding, evidence, standing = code.coding, code.evidence, code
        elif row is not None:
            standing = view.assignment_of(row.suggestion.suggestion_id)
            coding = standing.coding if standing is not None else row.suggestion.coding
            evidence = row.suggestion.evidence
        else:
            self.refused.emit(self.tr("There is no code to make more specific. J goes to a suggestion."))
            return

        def chosen(other: Coding) -> None:
            if standing is not None:
                self._parts.session.decisions.exchange(standing.assignment_id, other.system, other.code)
            elif row is not None and other.code == coding.code:
                self._parts.session.decisions.accept(row.suggestion.suggestion_id)
            elif row is not None:
                self._review.put_in_place(row.suggestion.suggestion_id, other)

        def show(ladder: Ladder) -> None:
            self._ladder.ask(coding, ladder, chosen)

        self._parts.session.ladder(view, coding, evidence, show)

    def step_edit(self, offset: int) -> None:
        """Go to the next or previous code edit, and to the first code that it is about."""
        finding = self._parts.assigned.step_finding(offset)
        if finding is None:
            self.said.emit(self.tr("No code edit is open."))
            return
        self.said.emit(finding.message)
        view = self._parts.session.view
        if view is None or not finding.assignment_ids:
            return
        self._parts.assigned.select(finding.assignment_ids[0])
        code = next((each for each in view.coding.assignments if each.assignment_id in finding.assignment_ids), None)
        if code is not None and code.evidence:
            self._parts.note.show_current(code.suggestion_id, code.evidence[0])

    # the record as a whole

    def comment(self) -> None:
        """Ask for words, and leave them on the code or suggestion at hand, or on the record."""
        view, row = self._parts.session.view, self._parts.tray.current
        if view is None:
            return
        code = self._parts.assigned.selected if self._parts.assigned.table.hasFocus() else None
        about = self.tr("On the record as a whole")
        if code is not None:
            about = self.tr("On the assigned code {0} {1}").format(code.coding.code, code.coding.display)
        elif row is not None:
            coding = row.suggestion.coding
            about = self.tr("On the suggestion {0} {1}").format(coding.code, coding.display)
        assignment_id = code.assignment_id if code is not None else None
        suggestion_id = row.suggestion.suggestion_id if row is not None and code is None else None
        self._parts.reason.ask(
            self.tr("Comment"), about,
            lambda text: self._parts.session.mark(lambda marks: marks.comment(
                view.record_id, text, suggestion_id=suggestion_id, assignment_id=assignment_id
            )),
        )

    def flag(self) -> None:
        """Flag the record, or take the flag off."""
        view = self._parts.session.view
        if view is None:
            return
        if view.coding.flag is None:
            self._parts.session.mark(lambda marks: marks.flag(view.record_id))
        else:
            self._parts.session.mark(lambda marks: marks.unflag(view.record_id))

    def hold(self) -> None:
        """Ask why, put the record on hold and go on; a record on hold is released."""
        view = self._parts.session.view
        if view is None:
            return
        if view.coding.held_for:
            self._parts.session.mark(lambda marks: marks.release(view.record_id))
            return
        self._parts.reason.ask(
            self.tr("Why is this record put on hold?"),
            self.tr("It cannot be signed until Ctrl+H releases it. The queue shows the reason."),
            lambda reason: self._parts.session.mark(
                lambda marks: marks.hold(view.record_id, reason), done=self._went_aside
            ),
        )

    def save_draft(self) -> None:
        """Put the record aside as a draft and go on."""
        view = self._parts.session.view
        if view is not None:
            self._parts.session.mark(lambda marks: marks.save_draft(view.record_id), done=self._went_aside)

    def compare(self) -> None:
        """Show what the last action changed."""
        self._parts.note.show_history()
        self._parts.note.history.compare_latest()

    def restore(self) -> None:
        """Ask, then bring the codes back to the version that is chosen in the history."""
        view, version = self._parts.session.view, self._parts.note.history.chosen_version
        if view is None or version is None or version >= view.coding.version:
            self.refused.emit(self.tr("Choose an earlier change in the history first."))
            return
        self._parts.reason.ask(
            self.tr("Restore version {0}").format(version),
            self.tr("The codes become what they were then, as a new change. Nothing of the history is lost. Why?"),
            lambda reason: self._parts.session.mark(
                lambda marks: marks.restore(view.record_id, version, reason=reason)
            ),
        )

    # inner workings

    def _went_aside(self, _after: RecordView) -> None:
        self.put_aside.emit()

    def _code_at_hand(self) -> CodeAssignment | None:
        """Return the selected code where the list of codes has the focus, else the current suggestion's."""
        assigned, view = self._parts.assigned, self._parts.session.view
        code = assigned.selected
        row = self._parts.tray.current
        if not assigned.table.hasFocus() and row is not None and view is not None:
            code = view.assignment_of(row.suggestion.suggestion_id) or code
        if code is None:
            self.refused.emit(self.tr("No assigned code is selected. Ctrl+4 goes to the assigned codes."))
        return code
