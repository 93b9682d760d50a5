"""The code edits of the open record, looked for after each change: those it has, and those a suggestion would raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ehrcoder.gui.record_view import RecordView
from ehrcoder.gui.task_runner import Lane, Problem, TaskRunner
from ehrcoder.gui.under_way import UnderWay

if TYPE_CHECKING:
    from ehrcoder.core.edits import EditFinding
    from ehrcoder.gui.read_desk import ReadDesk
    from ehrcoder.usecases.foresee_edits import Outlook


class _Search:
    """One kind of looking: whether its answer is that of the present coding, and who waits for it."""

    def __init__(self, under_way: UnderWay) -> None:
        self._under_way = under_way
        self._waits: list[Callable[[], None]] = []
        self.is_current = False

    def begin(self) -> None:
        self.is_current = False
        self._release([])  # they waited for the coding before, whose answer nobody needs any more

    def found(self) -> None:
        self.is_current = True
        self._release(self._waits)

    def failed(self) -> None:
        self._release([])

    def when_current(self, then: Callable[[], None]) -> None:
        if self.is_current:
            then()
            return
        self._under_way.begin()
        self._waits.append(then)

    def _release(self, run: list[Callable[[], None]]) -> None:
        waited, self._waits = self._waits, []
        for then in waited:
            self._under_way.ending(then if run else _nothing)()


class CodeChecks(QObject):
    """Looks on the read lane; what needs the answer for the present coding says what it will do then."""

    findings_changed = Signal(object)
    """tuple[EditFinding, ...] of the open record"""
    outlook_changed = Signal(object)
    """Outlook: what accepting each undecided suggestion would run into"""
    problem = Signal(object)
    """Problem: nothing can be said about the present coding"""

    def __init__(self, runner: TaskRunner, read: ReadDesk, under_way: UnderWay, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._read = read
        self._view: RecordView | None = None
        self._findings = _Search(under_way)
        self._outlook = _Search(under_way)

    def look(self, view: RecordView) -> None:
        """Look for the code edits of a coding; a former one is not of interest any more."""
        self._view = view
        for search in (self._findings, self._outlook):
            search.begin()

        def found(findings: tuple[EditFinding, ...]) -> None:
            if self._view is view:
                self.findings_changed.emit(findings)
                self._findings.found()

        def foreseen(outlook: Outlook) -> None:
            if self._view is view:
                self.outlook_changed.emit(outlook)
                self._outlook.found()

        def failed(problem: Problem) -> None:
            if self._view is view:
                self._findings.failed()
                self.problem.emit(problem)

        self._runner.start(Lane.READ, lambda: self._read.findings(view), done=found, failed=failed)
        if view.undecided and not view.is_signed:
            self._runner.start(Lane.READ, lambda: self._read.outlook(view), done=foreseen,
                               failed=lambda _: self._outlook.failed())
        else:
            self._outlook.found()

    def when_checked(self, then: Callable[[], None]) -> None:
        """Call `then` once the code edits that are shown are those of the present coding: at once if they are."""
        self._findings.when_current(then)

    def when_foreseen(self, then: Callable[[], None]) -> None:
        """Call `then` once it is known what accepting each suggestion would run into."""
        self._outlook.when_current(then)


def _nothing() -> None:
    """For what is not to be done any more."""
