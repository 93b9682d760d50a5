"""The window's presenter: what a person asks for, carried out off the main thread. It knows no widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ehrcoder.core.assignments import RecordCoding
from ehrcoder.core.codes import CodeKind, CodeSetEdition
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.profiles import Profile
from ehrcoder.core.records import RecordRow, RecordStatus
from ehrcoder.gui.active_time import ActiveTime
from ehrcoder.gui.code_checks import CodeChecks
from ehrcoder.gui.decisions import Decisions
from ehrcoder.gui.job_state import ModelState
from ehrcoder.gui.jobs import Jobs
from ehrcoder.gui.proposals import Proposals
from ehrcoder.gui.propose_desk import ProposeDesk
from ehrcoder.gui.read_desk import ReadDesk
from ehrcoder.gui.record_view import RecordView, row_after
from ehrcoder.gui.remote_workspace import RemoteWorkspace
from ehrcoder.gui.store_desk import StoreDesk, WorkspaceInfo
from ehrcoder.gui.task_runner import CancelFlag, Lane, Problem, TaskRunner
from ehrcoder.gui.under_way import UnderWay
from ehrcoder.gui.words import counted
from ehrcoder.ports import OpenWorkspace, Progress, SearchHit, Workspace
from ehrcoder.usecases.mark_record import MarkRecord
from ehrcoder.usecases.sign_record import amend_record, sign_record
from ehrcoder.usecases.verify_code import VerifyCode

Result = TypeVar("Result")

if TYPE_CHECKING:
    from ehrcoder.core.codes import Coding
    from ehrcoder.core.edits import EditFinding
    from ehrcoder.core.evidence import Evidence, TextSpan
    from ehrcoder.core.ladder import Ladder
    from ehrcoder.services import Services


_FIRST_ROWS = 500


class WorkspaceSession(QObject):
    """One open workspace as the window uses it: methods return at once, signals bring what came of them."""

    opened = Signal(object)
    """WorkspaceInfo"""
    open_failed = Signal(object)
    """Problem"""
    rows_loaded = Signal(object)
    """tuple[RecordRow, ...]"""
    row_changed = Signal(object)
    """RecordRow"""
    record_shown = Signal(object)
    """RecordView of a record that was just opened"""
    record_updated = Signal(object)
    """RecordView of the open record after a change"""
    record_signed = Signal(object)
    """RecordId"""
    job_changed = Signal(object)
    """JobState"""
    model_changed = Signal(object)
    """ModelState"""
    editions_changed = Signal(object)
    """tuple[CodeSetEdition, ...]"""
    imported = Signal(object)
    """ImportReport"""
    exported = Signal(object)
    """ExportReport"""
    said = Signal(str)
    """A short message for the status bar"""
    problem = Signal(object)
    """Problem"""
    _stored = Signal(object)

    def __init__(
        self, services: Services, path: Path | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._services = self.services = services
        self.runner = TaskRunner(self)
        self._path = path
        self._store = StoreDesk(services, path)
        self._remote = RemoteWorkspace(self.runner, lambda: self._store.workspace)
        self._propose = ProposeDesk(services, self._remote)
        self._read = ReadDesk(services, self._remote)
        self.under_way = UnderWay(self)
        self.checks = CodeChecks(self.runner, self._read, self.under_way, self)
        self._rows: dict[RecordId, RecordRow] = {}
        self._view: RecordView | None = None
        self._wanted: RecordId | None = None
        self._signed = 0
        self.jobs = Jobs(self)
        self.jobs.changed.connect(self.job_changed)
        self.info: WorkspaceInfo | None = None
        self.person: Profile | None = None  # who signed in, where the workspace has profiles
        # Asks for what a signature needs besides the key: the signer's password, where there are profiles.
        self.confirm_signature: Callable[[Callable[[str | None], None]], None] = lambda sign: sign(None)
        self.proposals = Proposals(self, self._propose, self._stored.emit)
        self.active = ActiveTime(self)
        self.decisions = Decisions(self)
        self.runner.problem.connect(self.problem)
        self.checks.problem.connect(self.problem)
        self._stored.connect(self._on_stored, Qt.ConnectionType.QueuedConnection)

    @property
    def view(self) -> RecordView | None:
        """The open record as it was last seen."""
        return self._view

    @property
    def rows(self) -> tuple[RecordRow, ...]:
        """Every record of the workspace as it was last seen."""
        return tuple(self._rows.values())

    def row(self, record_id: RecordId) -> RecordRow | None:
        """Return one record's row as it was last seen."""
        return self._rows.get(record_id)

    @property
    def signed_count(self) -> int:
        """How many records are signed."""
        return self._signed

    @property
    def coder(self) -> CoderId:
        """Under whose name decisions are stored."""
        return CoderId(self._services.settings.coder) if self.person is None else self.person.coder_id

    @property
    def path(self) -> Path:
        """The workspace's file, also before it was opened."""
        return (self._path or self._services.paths.default_workspace).expanduser().absolute()

    @property
    def is_read_only(self) -> bool:
        return self.info is not None and self.info.read_only

    @property
    def is_busy(self) -> bool:
        """Whether a long job runs."""
        return self.jobs.is_any

    def open(self, *, read_only: bool = False) -> None:
        """Open the workspace and load its rows."""
        self.runner.start(
            Lane.STORE, lambda: self._store.open(read_only=read_only), done=self._on_opened,
            failed=self.open_failed.emit,
        )

    def close(self) -> None:
        """Cancel what runs, finish what was decided, close the workspace and stop the model."""
        self.cancel_jobs()
        self.runner.close(last=self._store.close)
        self._services.close()

    def _load_first_rows(self) -> None:
        """Read as many rows as fill a screen many times over, so that work can begin; then all where there are more."""
        def loaded(rows: tuple[RecordRow, ...]) -> None:
            self._on_rows(rows)
            if len(rows) == _FIRST_ROWS:
                self.load_rows()

        self.runner.start(Lane.STORE, lambda: self._store.workspace.rows(first=_FIRST_ROWS), done=loaded)

    def load_rows(self) -> None:
        """Read every record's row again."""
        self.runner.start(Lane.STORE, lambda: self._store.workspace.rows(), done=self._on_rows)

    def look_for_model(self) -> None:
        """Find out which model answers, on the propose lane; its worker starts for that."""
        self.runner.start(Lane.PROPOSE, self._propose.model_state, done=self._on_model)

    def get_engine_ready(self) -> None:
        """Load what the engine needs before it is asked for, so that the first proposals come sooner."""
        self.runner.start(
            Lane.PROPOSE, self._propose.warm_up, failed=lambda problem: self.said.emit(problem.what)
        )

    def use_other_engine(self) -> None:
        """Build the engine anew before it is asked again: another model or other settings count from now on."""
        self.runner.start(Lane.PROPOSE, self._propose.forget_engine)
        self.look_for_model()

    def open_record(self, record_id: RecordId) -> None:
        """Show a record; the last one asked for wins."""
        self._wanted = record_id
        self._show_soon(Lane.STORE, lambda: self._store.view(record_id), self._on_shown)

    # search and long jobs

    def search(
        self, text: str, kinds: Sequence[CodeKind], *, done: Callable[[tuple[SearchHit, ...]], None],
        failed: Callable[[Problem], None],
    ) -> None:
        """Find codes for what was typed; before anything is, what the engine thought of for the open record."""
        view = self._view
        self.runner.start(
            Lane.READ, lambda: self._read.search(text, view, kinds=kinds), done=done, failed=failed
        )

    def propose(self, record_ids: Sequence[RecordId]) -> None:
        """Propose codes for records, one after another; each is shown as soon as it is stored."""
        self.proposals.ask(record_ids, of_many=len(record_ids) > 1)

    def run_proposals(
        self, work: Callable[[], int], *, done: Callable[[], None], ended: Callable[[], None]
    ) -> None:
        """Run a job of `proposals`; `done` is called at its good end, `ended` where it was cancelled or failed."""
        def finished(count: object) -> None:
            self._on_proposed(count)
            done()

        self._run_job(Lane.PROPOSE, "propose", work, done=finished, ended=ended)

    def import_files(self, paths: Sequence[Path], *, options: Mapping[str, str] | None = None) -> None:
        """Read files and folders into the workspace; `options` go to their readers."""
        if not paths or self.jobs.is_running("import"):
            return
        chosen, flag = tuple(paths), self.jobs.begin("import")
        progress = self.jobs.progress("import", self.tr("Importing {0}"))
        self._run_job(
            Lane.READ, "import",
            lambda: self._read.import_files(chosen, options=options, progress=progress, cancel=flag),
            done=self._on_imported,
        )

    def run_job(
        self, name: str, text: str, work: Callable[[Progress, CancelFlag], object], *,
        done: Callable[[object], None], started: Callable[[CancelFlag], None],
    ) -> bool:
        """Run a long job of a part on the read lane, with progress and cancelling; false while one of it runs."""
        if self.jobs.is_running(name):
            return False
        flag, progress = self.jobs.begin(name), self.jobs.progress(name, text)
        started(flag)
        self._run_job(Lane.READ, name, lambda: work(progress, flag), done=done)
        return True

    def list_code_sets(self, done: Callable[[tuple[CodeSetEdition, ...]], None]) -> None:
        """Read which editions are installed."""
        self.runner.start(Lane.READ, self._read.editions, done=done, failed=lambda _: None)

    def renew_code_sets(self) -> None:
        """Open the code sets anew on every lane, after some were installed."""
        self._read.renew_code_sets()
        self.runner.start(Lane.STORE, self._store.renew_code_sets, failed=self.problem.emit)
        self.runner.start(Lane.PROPOSE, self._propose.forget_engine)
        self.runner.start(
            Lane.READ, self._read.editions, done=self.editions_changed.emit, failed=self.problem.emit
        )
        if self._view is not None:
            self.checks.look(self._view)

    def export(self, record_ids: Sequence[RecordId], folder: Path, format_name: str) -> None:
        """Write signed records into a folder."""
        if not record_ids or self.jobs.is_running("export"):
            return
        ids, flag = tuple(record_ids), self.jobs.begin("export")
        progress = self.jobs.progress("export", self.tr("Exporting {0}"))
        self._run_job(
            Lane.READ, "export",
            lambda: self._read.export(ids, folder, format_name, progress=progress, cancel=flag),
            done=self.exported.emit,
        )

    def find_export_formats(self, done: Callable[[tuple[str, ...]], None]) -> None:
        """Find out what can be written; the writers are not loaded before they are needed."""
        self.runner.start(Lane.READ, self._read.export_formats, done=done)

    def cancel_jobs(self) -> None:
        """Ask every long job to stop; what each had saved by then stays saved."""
        self.proposals.forget()
        self.jobs.cancel_all()

    def workspace(self) -> OpenWorkspace:
        """Return the open workspace, for work on the store lane only."""
        return self._store.workspace

    def with_closed_file(self, work: Callable[[], Result], *, allowed: Callable[[OpenWorkspace], None]) -> Result:
        """Do, on the store lane, what needs the file closed; `allowed` raises where it must not be done."""
        return self._store.with_closed_file(work, allowed=allowed)

    def signed_ids(self) -> tuple[RecordId, ...]:
        """Return the records that can be exported."""
        return tuple(row.record_id for row in self.rows if row.status is RecordStatus.SIGNED)

    def new_ids(self) -> tuple[RecordId, ...]:
        """Return the records that nothing was proposed for yet; a masked version stands for its original."""
        return tuple(row.record_id for row in self.rows if row.status is RecordStatus.NEW and row.masked_as is None)

    # inner workings

    def need_view(self) -> RecordView:
        """Return the open record; whoever calls this made sure that there is one."""
        if self._view is None:
            raise ValueError("no record is open")
        return self._view

    def decide(self, action: Callable[[VerifyCode], RecordCoding]) -> None:
        """Carry out a decision about the open record's codes."""
        view, store, seconds = self.need_view(), self._store, self.active.take()
        self._show_soon(
            Lane.STORE, lambda: store.decide(view, action, active_seconds=seconds), self._on_changed
        )

    def mark(
        self, action: Callable[[MarkRecord], RecordCoding], *, done: Callable[[RecordView], None] | None = None
    ) -> None:
        """Carry out what touches no code: a comment, a flag, a hold, a draft, or going back to a version."""
        view, coder, seconds = self.need_view(), self.coder, self.active.take()

        def work(workspace: Workspace) -> RecordCoding:
            return action(MarkRecord(history=workspace, coder_id=coder, active_seconds=seconds))

        self._change(view, work, done)

    def sign(self, reasons: Mapping[str, str], findings: Sequence[EditFinding], password: str | None = None) -> None:
        """Sign the open record, with the reasons for which its warnings are let stand.

        `password` proves who signs, where the workspace has profiles.

        The use-cases refuse while a suggestion is undecided, an error is open, or a reason is missing.
        """
        view, clock, coder, seconds = self.need_view(), self._services.clock, self.coder, self.active.take()

        def work(workspace: OpenWorkspace) -> RecordCoding:
            if password is not None:
                workspace.confirm(password)
            MarkRecord(history=workspace, coder_id=coder).acknowledge(view.record_id, findings, reasons)
            return sign_record(view.record_id, history=workspace, store=workspace, coder_id=coder, clock=clock,
                               active_seconds=seconds)

        self._change(view, work, lambda after: self.record_signed.emit(after.record_id))

    def amend(self, reason: str) -> None:
        """Open the signed record again."""
        coder, view = self.coder, self.need_view()
        self._change(view, lambda workspace: amend_record(
            view.record_id, history=workspace, coder_id=coder, reason=reason
        ), None)

    def _change(
        self, view: RecordView, work: Callable[[OpenWorkspace], RecordCoding], done: Callable[[RecordView], None] | None
    ) -> None:
        store = self._store

        def changed(after: RecordView) -> None:
            self._on_changed(after)
            if done is not None:
                done(after)

        self._show_soon(Lane.STORE, lambda: store.change(view, work), changed)

    def _show_soon(
        self, lane: Lane, work: Callable[[], Result], done: Callable[[Result], object]
    ) -> None:
        """Carry out what a key asked for; the keys behind it wait until its outcome is shown."""
        self.under_way.begin()
        ending = self.under_way.ending
        self.runner.start(lane, work, done=ending(done), failed=ending(self._refused))

    def _refused(self, problem: Problem) -> None:
        if not problem.is_our_bug:  # the runner tells of that itself
            self.problem.emit(problem)

    def _run_job(
        self, lane: Lane, name: str, work: Callable[[], object], *, done: Callable[[object], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        def finished(result: object) -> None:
            self.jobs.end(name)
            done(result)

        def failed(problem: Problem) -> None:
            ended()
            self.jobs.end(name)
            if not problem.is_our_bug:
                self.problem.emit(problem)
            self.load_rows()

        def cancelled() -> None:
            ended()
            self.jobs.end(name)
            self.said.emit(self.tr("Cancelled. What was saved before is kept."))
            self.load_rows()

        self.runner.start(lane, work, done=finished, failed=failed, cancelled=cancelled)

    @Slot(object)
    def _on_stored(self, record_id: RecordId) -> None:
        self.runner.start(Lane.STORE, lambda: self._store.view(record_id), done=self._on_changed)

    def _on_opened(self, info: WorkspaceInfo) -> None:
        self.info = info
        self.opened.emit(info)
        self._load_first_rows()
        for warning in info.warnings:
            self.problem.emit(Problem(
                what=warning, kept=self.tr("The workspace was opened as it is."),
                next_step=self.tr("Run `ehrcoder audit verify`. If an older copy was put back on purpose: "
                                  "`ehrcoder audit accept`."),
            ))
        if not info.read_only:
            self.runner.start(Lane.READ, lambda: self._services.back_up_if_due(info.path), failed=self.problem.emit)
        self.runner.start(
            Lane.READ, self._read.editions, done=self.editions_changed.emit, failed=lambda _: None
        )

    def _on_rows(self, rows: tuple[RecordRow, ...]) -> None:
        self._rows = {row.record_id: row for row in rows}
        self._signed = sum(1 for row in rows if row.status is RecordStatus.SIGNED)
        self.rows_loaded.emit(rows)

    def _on_shown(self, view: RecordView) -> None:
        if view.record_id != self._wanted:
            return
        self._view = view
        self.active.begin(view.active_seconds)
        self.record_shown.emit(view)
        self.checks.look(view)

    def _on_changed(self, view: RecordView) -> None:
        row = self._rows.get(view.record_id)
        if row is not None:
            changed = row_after(row, view)
            self._signed += (changed.status is RecordStatus.SIGNED) - (row.status is RecordStatus.SIGNED)
            self._rows[view.record_id] = changed
            self.row_changed.emit(changed)
        if self._view is not None and self._view.record_id == view.record_id:
            self._view = view
            self.record_updated.emit(view)
            self.checks.look(view)

    def ladder(
        self, view: RecordView, coding: Coding, evidence: tuple[Evidence, ...], done: Callable[[Ladder], None]
    ) -> None:
        """Find more specific codes with what the note says for each."""
        self._show_soon(Lane.READ, lambda: self._read.ladder(view, coding, evidence), done)

    def gaps(self, view: RecordView, done: Callable[[tuple[TextSpan, ...]], None]) -> None:
        """Find the sentences that support no code yet."""
        self._show_soon(Lane.READ, lambda: self._read.gaps(view), done)

    def _on_model(self, state: tuple[str, str]) -> None:
        name, off = state
        self.model_changed.emit(ModelState(name=name, off_because=off))

    def _on_proposed(self, count: object) -> None:
        self.said.emit(counted(
            int(str(count)), self.tr("Codes are proposed for this record."),
            self.tr("Codes are proposed for {0} records."),
        ))
        self.runner.start(Lane.PROPOSE, self._propose.model_state, done=self._on_model)

    def _on_imported(self, report: object) -> None:
        self.load_rows()
        self.imported.emit(report)
