"""A workspace as other threads see it: each call is carried out on the store lane, and waited for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from ehrcoder.core.assignments import CodingEvent, EventDraft, RecordCoding
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.recode import AssignedTitle, RecodeTask, SettledTask
from ehrcoder.core.records import EncounterRecord, RecordRow
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.gui.task_runner import TaskRunner
from ehrcoder.ports import ChainReport, ExportEntry, RebuildReport, Workspace

Result = TypeVar("Result")


class RemoteWorkspace:
    """Lets work on the read and propose lanes use the workspace; decisions go on between its calls."""

    def __init__(self, runner: TaskRunner, workspace: Callable[[], Workspace]) -> None:
        self._runner = runner
        self._workspace = workspace

    @property
    def path(self) -> Path:
        return self._on_store(lambda workspace: workspace.path)

    def add_records(self, records: Iterable[EncounterRecord]) -> int:
        ready = tuple(records)  # reading them is not the store lane's work
        return self._on_store(lambda workspace: workspace.add_records(ready))

    def record(self, record_id: RecordId) -> EncounterRecord:
        return self._on_store(lambda workspace: workspace.record(record_id))

    def rows(self, *, first: int | None = None) -> tuple[RecordRow, ...]:
        return self._on_store(lambda workspace: workspace.rows(first=first))

    def find_by_content(self, source_sha256: str) -> RecordId | None:
        return self._on_store(lambda workspace: workspace.find_by_content(source_sha256))

    def save_run(self, run: InferenceRun, suggestions: Sequence[CodeSuggestion]) -> None:
        self._on_store(lambda workspace: workspace.save_run(run, suggestions))

    def suggestions(self, record_id: RecordId) -> tuple[CodeSuggestion, ...]:
        return self._on_store(lambda workspace: workspace.suggestions(record_id))

    def runs(self, record_id: RecordId) -> tuple[InferenceRun, ...]:
        return self._on_store(lambda workspace: workspace.runs(record_id))

    def append(
        self, record_id: RecordId, drafts: Sequence[EventDraft], *, expected_version: int | None = None
    ) -> tuple[CodingEvent, ...]:
        return self._on_store(
            lambda workspace: workspace.append(record_id, drafts, expected_version=expected_version)
        )

    def events(self, record_id: RecordId) -> tuple[CodingEvent, ...]:
        return self._on_store(lambda workspace: workspace.events(record_id))

    def coding(self, record_id: RecordId) -> RecordCoding:
        return self._on_store(lambda workspace: workspace.coding(record_id))

    def verify(self) -> ChainReport:
        return self._on_store(lambda workspace: workspace.verify())

    def rebuild(self, *, repair: bool = False) -> RebuildReport:
        return self._on_store(lambda workspace: workspace.rebuild(repair=repair))

    def log_exports(self, entries: Sequence[ExportEntry]) -> None:
        self._on_store(lambda workspace: workspace.log_exports(entries))

    def exports(self) -> tuple[ExportEntry, ...]:
        return self._on_store(lambda workspace: workspace.exports())

    def recode_stamp(self) -> str:
        return self._on_store(lambda workspace: workspace.recode_stamp())

    def assigned_titles(self) -> tuple[AssignedTitle, ...]:
        return self._on_store(lambda workspace: workspace.assigned_titles())

    def records_assigned(self, title: AssignedTitle) -> tuple[tuple[RecordId, dt.date | None], ...]:
        return self._on_store(lambda workspace: workspace.records_assigned(title))

    def put_recode_tasks(self, tasks: Sequence[RecodeTask], *, stamp: str) -> None:
        self._on_store(lambda workspace: workspace.put_recode_tasks(tasks, stamp=stamp))

    def recode_tasks(self) -> tuple[RecodeTask, ...]:
        return self._on_store(lambda workspace: workspace.recode_tasks())

    def settle_recode(self, record_id: RecordId, *, coder_id: CoderId, reason: str) -> int:
        return self._on_store(
            lambda workspace: workspace.settle_recode(record_id, coder_id=coder_id, reason=reason)
        )

    def settled_recodes(self) -> tuple[SettledTask, ...]:
        return self._on_store(lambda workspace: workspace.settled_recodes())

    def close(self) -> None:
        """The store lane closes the workspace itself, when the window closes."""

    def on_store(self, work: Callable[[Workspace], Result]) -> Result:
        """Carry out work that needs the workspace itself, on the store lane."""
        return self._on_store(work)

    def _on_store(self, work: Callable[[Workspace], Result]) -> Result:
        return self._runner.call_store(lambda: work(self._workspace()))
