"""Exports signed records, one file each, checked before it is written and logged after."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ehrcoder.core.assignments import CodeAssignment, CodingEvent, RecordCoding
from ehrcoder.core.code_checks import concept_problem, system_problem
from ehrcoder.core.errors import CancelledError, EnvironmentFault, InputError, IntegrityError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import (
    CancelToken,
    Clock,
    CodeSetIndex,
    CodingHistory,
    ExportEntry,
    ExportLog,
    ExportWriter,
    Progress,
    RecordStore,
    SharedFilesWriter,
)
from ehrcoder.usecases.export_output import Output, RecordOutput, SharedOutput, SignedInput, WrittenFile
from ehrcoder.usecases.file_output import flush_folder, make_folder

_TITLE_LENGTH = 60
_UNSAFE = re.compile(r"[^\w.-]+")
_NAMED_AT_ONCE = 5
# Folder and log are flushed to the disk once for so many files; a power cut leaves no more than these unlogged.
_LOGGED_TOGETHER = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file that was written; `record_id` is the first of those that it holds."""

    record_id: RecordId
    path: Path
    sha256: str
    size: int
    code_count: int
    record_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRecord:
    """A record that was not written, because what would have left breaks a rule."""

    record_id: RecordId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was written and what was refused, in the order asked for."""

    format_name: str
    files: tuple[ExportedFile, ...] = ()
    refused: tuple[RefusedRecord, ...] = ()


def export_records(
    record_ids: Sequence[RecordId], *, folder: Path, writer: ExportWriter, store: RecordStore,
    history: CodingHistory, log: ExportLog, clock: Clock, index: CodeSetIndex | None = None,
    exported_by: CoderId | None = None, progress: Progress | None = None, cancel: CancelToken | None = None,
) -> ExportReport:
    """Write each record's file or files, or those that all share, into `folder` and log each.

    A record that breaks a rule is refused with its reason and costs no other; a file of an earlier export stays
    until the new one is complete. With `index` every code is compared once more with its code set.
    `exported_by` is the person who asked for it, where the caller knows.

    Raises InputError naming records that are not signed and IntegrityError when the history is damaged, both
    before anything is written; EnvironmentFault when a file cannot be written and CancelledError, both saying
    what was written before.
    """
    wanted = tuple(dict.fromkeys(record_ids))
    _check_signed(wanted, history, store)
    _check_history(history)
    make_folder(folder)
    job = _Export(
        folder=folder, output=_output_of(writer, folder), format_name=writer.format_name, store=store,
        history=history, log=log, clock=clock, index=index, exported_by=exported_by,
    )
    files: list[ExportedFile] = []
    refused: list[RefusedRecord] = []
    try:
        for done, record_id in enumerate(wanted):
            if progress is not None:
                progress(done, len(wanted), record_id)
            if cancel is not None:
                cancel.raise_if_cancelled()
            try:
                files.extend(job.write(record_id))
            except (InputError, IntegrityError) as error:
                refused.append(RefusedRecord(record_id=record_id, reason=str(error)))
        files.extend(job.finish())
    except CancelledError as error:
        raise CancelledError("Export cancelled.", kept=_written(files)) from error
    except EnvironmentFault as error:
        raise EnvironmentFault(
            error.what, kept=f"{error.kept} {_written(files)}", next_step=error.next_step
        ) from error
    finally:
        job.close()
    if progress is not None:
        progress(len(wanted), len(wanted), "")
    return ExportReport(format_name=writer.format_name, files=tuple(files), refused=tuple(refused))


def signed_record_ids(store: RecordStore, history: CodingHistory) -> tuple[RecordId, ...]:
    """Return the records that can be exported, in the order of their import."""
    return tuple(row.record_id for row in store.rows() if history.coding(row.record_id).signature is not None)


def _output_of(writer: ExportWriter, folder: Path) -> Output:
    if isinstance(writer, SharedFilesWriter):
        return SharedOutput(folder=folder, files=writer.begin())
    return RecordOutput(folder=folder, writer=writer, name_of=export_file_name)


def export_file_name(record: EncounterRecord, suffix: str) -> str:
    """Return a file name that any file system takes: the record's id, its title in safe characters, the suffix."""
    title = record.documents[0].title if record.documents else Path(record.source_name).stem
    safe = _UNSAFE.sub("-", unicodedata.normalize("NFC", title)).strip("-._")[:_TITLE_LENGTH].rstrip("-._")
    stem = _UNSAFE.sub("-", record.record_id)
    return f"{stem}_{safe}{suffix}" if safe else f"{stem}{suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Export:
    """What the export of every record needs."""

    folder: Path
    output: Output
    format_name: str
    store: RecordStore
    history: CodingHistory
    log: ExportLog
    clock: Clock
    index: CodeSetIndex | None
    exported_by: CoderId | None
    unlogged: list[ExportEntry] = field(default_factory=list[ExportEntry])

    def write(self, record_id: RecordId) -> tuple[ExportedFile, ...]:
        """Write what belongs to one record, or add it to what all share."""
        record = self.store.record(record_id)
        coding = self.history.coding(record_id)
        events = self.history.events(record_id)
        _check_head(coding, events)
        self._check_codes(coding)
        signed = SignedInput(
            record=record, coding=coding, events=events, suggestions=self.store.suggestions(record_id),
            runs=self.store.runs(record_id), exported_at=self.clock.now(), exported_by=self.exported_by,
        )
        return self._noted(self.output.add(signed))

    def finish(self) -> tuple[ExportedFile, ...]:
        """Give the files that all records share their names."""
        return self._noted(self.output.finish())

    def close(self) -> None:
        """Log what was written, and leave nothing half written behind."""
        try:
            self.log_written()
        finally:
            self.output.close()

    def _noted(self, written: Sequence[WrittenFile]) -> tuple[ExportedFile, ...]:
        for each in written:
            self.unlogged.extend(
                ExportEntry(
                    record_id=held.record_id, file_name=each.path.name, format=self.format_name, sha256=each.sha256,
                    head_hash=held.head_hash, at=held.at,
                )
                for held in each.records
            )
        if len(self.unlogged) >= _LOGGED_TOGETHER:
            self.log_written()
        return tuple(
            ExportedFile(
                record_id=each.records[0].record_id, path=each.path, sha256=each.sha256, size=each.size,
                code_count=sum(held.code_count for held in each.records), record_count=len(each.records),
            )
            for each in written
        )

    def log_written(self) -> None:
        """Make what was written durable and log it. Raises EnvironmentFault."""
        if self.unlogged:
            flush_folder(self.folder)
            self.log.log_exports(tuple(self.unlogged))
            self.unlogged.clear()

    def _check_codes(self, coding: RecordCoding) -> None:
        problems = [problem for each in coding.assignments if (problem := self._problem(each)) is not None]
        if problems:
            raise IntegrityError(
                f"Record {coding.record_id} cannot be exported: {'; '.join(problems)}.",
                kept="Nothing was written for it.", next_step="Amend the record, correct the code, and sign again.",
            )

    def _problem(self, assignment: CodeAssignment) -> str | None:
        coding = assignment.coding
        problem = system_problem(coding, assignment.kind)
        if problem is not None or self.index is None:
            return problem
        # A code of an edition that is no longer installed was checked when it was assigned.
        edition = (coding.system, coding.version)
        installed = any((each.system, each.version) == edition for each in self.index.editions())
        if not installed:
            return None
        return concept_problem(coding, self.index.concept_of_edition(coding.system, coding.version, coding.code))


def _check_signed(record_ids: Sequence[RecordId], history: CodingHistory, store: RecordStore) -> None:
    unsigned = [record_id for record_id in record_ids if history.coding(record_id).signature is None]
    if not unsigned:
        return
    status = {row.record_id: row.status.value for row in store.rows()}
    named = ", ".join(f"{record_id} ({status.get(record_id, 'unknown')})" for record_id in unsigned[:_NAMED_AT_ONCE])
    more = f" and {len(unsigned) - _NAMED_AT_ONCE} more" if len(unsigned) > _NAMED_AT_ONCE else ""
    raise InputError(
        f"Only signed records can be exported; not signed: {named}{more}.", kept="Nothing was written.",
        next_step="Sign them with `ehrcoder sign`, or leave them out.",
    )


def _check_history(history: CodingHistory) -> None:
    report = history.verify()
    if report.problems:
        raise IntegrityError(
            f"The coding history is damaged ({len(report.problems)} problems), so that nothing can be exported.",
            kept="Nothing was written.", next_step="Run `ehrcoder audit verify` and restore a backup.",
        )


def _check_head(coding: RecordCoding, events: Sequence[CodingEvent]) -> None:
    if not events or events[-1].hash != coding.head_hash or len(events) != coding.version:
        raise IntegrityError(
            f"The codes of record {coding.record_id} are not what its history amounts to.",
            kept="Nothing was written for it.", next_step="Run `ehrcoder audit verify`.",
        )


def _written(files: Sequence[ExportedFile]) -> str:
    if not files:
        return "No other file was written."
    if len(files) == 1:
        return "1 file written before is kept."
    return f"{len(files)} files written before are kept."
