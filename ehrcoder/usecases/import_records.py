"""Imports files and folders into a workspace; each file has its own outcome and costs no other file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from ehrcoder.core.errors import CancelledError, EnvironmentFault, InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import (
    CancelToken,
    Clock,
    ColumnMappings,
    IdSource,
    Progress,
    ReadContext,
    RecordReader,
    RecordStore,
)
from ehrcoder.usecases.import_sources import ImportSource, find_sources, read_source, readers_for

# Small files share a transaction, since each commit waits for the disk; a large file has its own.
_BATCH_RECORDS = 200
_BATCH_CHARACTERS = 4_000_000
_HEAD_BYTES = 65_536
_LEFT_OUT_KEPT = 100


class ImportStatus(StrEnum):
    """What became of a file."""

    IMPORTED = "imported"
    DUPLICATE = "duplicate"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of one file.

    `record_ids` are the records it gave; for a duplicate, those that were there before. `left_out` names the
    entries that could not be taken while the rest was, at most a hundred of them.
    """

    source_name: str
    status: ImportStatus
    record_ids: tuple[RecordId, ...] = ()
    message: str = ""
    left_out: tuple[str, ...] = ()
    source_format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The outcomes in the order in which the files were read."""

    outcomes: tuple[FileOutcome, ...]

    @property
    def imported(self) -> int:
        """Files that gave at least one new record."""
        return self._count(ImportStatus.IMPORTED)

    @property
    def duplicates(self) -> int:
        """Files whose whole content was in the workspace already."""
        return self._count(ImportStatus.DUPLICATE)

    @property
    def failed(self) -> int:
        """Files that gave nothing."""
        return self._count(ImportStatus.FAILED)

    @property
    def new_records(self) -> int:
        """Records that were stored."""
        return sum(len(o.record_ids) for o in self.outcomes if o.status is ImportStatus.IMPORTED)

    def _count(self, status: ImportStatus) -> int:
        return sum(1 for outcome in self.outcomes if outcome.status is status)


def import_paths(
    paths: Sequence[Path], *, readers: Sequence[RecordReader], store: RecordStore, clock: Clock,
    ids: IdSource, format_name: str | None = None, options: Mapping[str, str] | None = None,
    mappings: ColumnMappings | None = None, progress: Progress | None = None, cancel: CancelToken | None = None,
) -> ImportReport:
    """Import every file behind these paths and return each one's outcome.

    A file comes in whole or not at all, but for entries that its reader names as left out. A record whose
    content is in the workspace already is not stored twice. `options` go to the readers (`separator`,
    `column.ROLE`), `mappings` is asked for the columns of each table. Raises InputError for an unknown format,
    CancelledError (records of the files before are kept), and EnvironmentFault when the workspace cannot be
    written, saying how many records are kept.
    """
    sources = find_sources(paths, readers=readers, format_name=format_name)
    batch = _Batch(store=store)
    context = _Reading(
        readers=readers_for(readers, format_name), forced=format_name is not None, clock=clock, ids=ids,
        cancel=cancel, options=options or {}, mappings=mappings,
    )
    for done, source in enumerate(sources):
        if progress is not None:
            progress(done, len(sources), source.name)
        try:
            content = context.read(source)
        except CancelledError as error:
            batch.flush()
            raise CancelledError(
                "Import cancelled.", kept=f"{batch.stored} new records are kept.",
                next_step="Import the same files again to go on: what is there already is recognised.",
            ) from error
        batch.add(content)
    batch.flush()
    if progress is not None:
        progress(len(sources), len(sources), "")
    return ImportReport(outcomes=tuple(batch.outcomes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileContent:
    """What was read from one file before it is known which of it is new."""

    source: ImportSource
    source_format: str = ""
    records: tuple[EncounterRecord, ...] = ()
    left_out: tuple[str, ...] = ()
    left_out_count: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Chooses the reader of a file and runs it."""

    readers: tuple[RecordReader, ...]
    forced: bool
    clock: Clock
    ids: IdSource
    cancel: CancelToken | None
    options: Mapping[str, str]
    mappings: ColumnMappings | None

    def read(self, source: ImportSource) -> _FileContent:
        """Read a file; what the file itself is to blame for becomes its problem. Raises CancelledError."""
        self._ask_for_cancel()
        if source.problem:
            return _FileContent(source=source, problem=source.problem)
        left_out = _LeftOut()
        reader_name = ""
        try:
            data = read_source(source.path)
            reader = source.reader or self._reader_for(data, source.name)
            reader_name = reader.format_name
            context = ReadContext(
                source_name=source.name, clock=self.clock, ids=self.ids, options=self.options,
                on_left_out=left_out.add,
            )
            if self.mappings is not None:
                context = replace(context, columns_for=self.mappings.find)
            records: list[EncounterRecord] = []
            for record in reader.read(data, context):
                self._ask_for_cancel()
                records.append(record)
        except InputError as error:
            why = f" Left out: {left_out.messages[0]}" if left_out.count else ""
            return _FileContent(source=source, source_format=reader_name, problem=f"{error}{why}",
                                left_out=tuple(left_out.messages))
        problem = "" if records else _nothing_found(left_out)
        return _FileContent(
            source=source, source_format=reader_name, records=tuple(records),
            left_out=tuple(left_out.messages), left_out_count=left_out.count, problem=problem,
        )

    def _ask_for_cancel(self) -> None:
        if self.cancel is not None:
            self.cancel.raise_if_cancelled()

    def _reader_for(self, data: bytes, name: str) -> RecordReader:
        head = data[:_HEAD_BYTES]
        for reader in self.readers:
            if reader.recognises(head, name):
                return reader
        if self.forced:
            return self.readers[0]
        if not data:
            raise InputError("It is empty.", next_step="Check the file at its source.")
        formats = ", ".join(reader.format_name for reader in self.readers)
        raise InputError(
            "No reader recognises it.", next_step=f"What can be read: {formats}. Or name its format.",
        )


@dataclass(slots=True)
class _LeftOut:
    """Collects what a reader left out; a file of a million bad rows must not fill the memory."""

    messages: list[str] = field(default_factory=list[str])
    count: int = 0

    def add(self, message: str) -> None:
        self.count += 1
        if len(self.messages) < _LEFT_OUT_KEPT:
            self.messages.append(message)


@dataclass(slots=True, kw_only=True)
class _Batch:
    """Files read and not stored yet, and the outcomes so far."""

    store: RecordStore
    outcomes: list[FileOutcome] = field(default_factory=list[FileOutcome])
    stored: int = 0
    _pending: list[EncounterRecord] = field(default_factory=list[EncounterRecord])
    _pending_by_hash: dict[str, RecordId] = field(default_factory=dict[str, RecordId])
    _characters: int = 0

    def add(self, content: _FileContent) -> None:
        """Take a file's records that are new, and note its outcome."""
        if content.problem:
            self.outcomes.append(_failed(content))
            return
        new: list[RecordId] = []
        known: list[RecordId] = []
        for record in content.records:
            existing = self._find(record.source_sha256)
            if existing is not None:
                known.append(existing)
                continue
            new.append(record.record_id)
            self._pending.append(record)
            self._pending_by_hash[record.source_sha256] = record.record_id
            self._characters += sum(len(document.text) for document in record.documents)
        self.outcomes.append(_outcome(content, new=tuple(new), known=tuple(known)))
        if len(self._pending) >= _BATCH_RECORDS or self._characters >= _BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Store what is pending. Raises EnvironmentFault saying how many records are kept."""
        if not self._pending:
            return
        try:
            self.stored += self.store.add_records(self._pending)
        except EnvironmentFault as error:
            raise type(error)(
                error.what, kept=f"{self.stored} records imported before are kept.",
                next_step=error.next_step,
            ) from error
        self._pending.clear()
        self._pending_by_hash.clear()
        self._characters = 0

    def _find(self, sha256: str) -> RecordId | None:
        return self._pending_by_hash.get(sha256) or self.store.find_by_content(sha256)


def _failed(content: _FileContent) -> FileOutcome:
    return FileOutcome(
        source_name=content.source.name, status=ImportStatus.FAILED, message=content.problem,
        left_out=content.left_out, source_format=content.source_format,
    )


def _outcome(
    content: _FileContent, *, new: tuple[RecordId, ...], known: tuple[RecordId, ...]
) -> FileOutcome:
    parts: list[str] = []
    if not new:
        parts.append("Already in the workspace.")
    elif known:
        parts.append(f"{len(new)} of {len(content.records)} records are new; the others were there already.")
    if new:
        parts.extend(_notes(content.records))
    if content.left_out_count:
        more = f" and {content.left_out_count - 1} more" if content.left_out_count > 1 else ""
        parts.append(f"Left out: {content.left_out[0]}{more}")
    return FileOutcome(
        source_name=content.source.name,
        status=ImportStatus.IMPORTED if new else ImportStatus.DUPLICATE,
        record_ids=new or known, message=" ".join(parts), left_out=content.left_out,
        source_format=content.source_format,
    )


def _notes(records: Sequence[EncounterRecord]) -> list[str]:
    """Return the notes of a file's records, each wording once; many different ones are only counted."""
    wordings = list(dict.fromkeys(note for record in records for note in record.import_notes))
    if len(records) == 1 or len(wordings) <= 2:
        return wordings
    return [*wordings[:2], f"{len(wordings) - 2} more remarks are with the records."]


def _nothing_found(left_out: _LeftOut) -> str:
    if left_out.count:
        more = f" (and {left_out.count - 1} more)" if left_out.count > 1 else ""
        return f"Nothing in it could be taken. First reason: {left_out.messages[0]}{more}"
    return "It holds no records."
