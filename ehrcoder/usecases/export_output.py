"""Where an export goes: a file or a few for each record, or files that all records share."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.ports import BundleWriter, FileSetWriter, SharedFiles
from ehrcoder.usecases.file_output import AppendedFile, replace_file


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInput:
    """One signed record with its history, as writers take it."""

    record: EncounterRecord
    coding: RecordCoding
    events: Sequence[CodingEvent]
    suggestions: Sequence[CodeSuggestion]
    runs: Sequence[InferenceRun]
    exported_at: dt.datetime
    exported_by: CoderId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A record that a file holds, at the state in which it left."""

    record_id: RecordId
    head_hash: str
    at: dt.datetime
    code_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A whole file under its name, with the records that it holds."""

    path: Path
    sha256: str
    size: int
    records: tuple[HeldRecord, ...]


class Output(Protocol):
    """Takes one record after another."""

    def add(self, signed: SignedInput) -> tuple[WrittenFile, ...]:
        """Take a record and return the files that are complete with it. Raises EnvironmentFault."""
        ...

    def finish(self) -> tuple[WrittenFile, ...]:
        """Return the files that were waiting for the last record. Raises EnvironmentFault."""
        ...

    def close(self) -> None:
        """Remove what is not complete."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutput:
    """A file or several of its own for each record."""

    folder: Path
    writer: BundleWriter | FileSetWriter
    name_of: Callable[[EncounterRecord, str], str]

    def add(self, signed: SignedInput) -> tuple[WrittenFile, ...]:
        """Write the record's files and return them. Raises EnvironmentFault."""
        contents = self._contents(signed)
        paths = {self.folder / self.name_of(signed.record, suffix): data for suffix, data in contents.items()}
        for path, data in paths.items():
            replace_file(path, data)
        held = (_held(signed),)
        return tuple(
            WrittenFile(path=path, sha256=hashlib.sha256(data).hexdigest(), size=len(data), records=held)
            for path, data in paths.items()
        )

    def finish(self) -> tuple[WrittenFile, ...]:
        """Return nothing: each record's files are complete."""
        return ()

    def close(self) -> None:
        """Nothing waits here."""

    def _contents(self, signed: SignedInput) -> Mapping[str, bytes]:
        if isinstance(self.writer, FileSetWriter):
            return self.writer.render_files(
                signed.record, signed.coding, signed.events, signed.suggestions, signed.runs,
                exported_at=signed.exported_at, exported_by=signed.exported_by,
            )
        data = self.writer.render(
            signed.record, signed.coding, signed.events, signed.suggestions, signed.runs,
            exported_at=signed.exported_at, exported_by=signed.exported_by,
        )
        return {self.writer.suffix: data}


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOutput:
    """Files that grow with each record and get their names at the end; memory does not grow with them."""

    folder: Path
    files: SharedFiles
    open_files: dict[str, AppendedFile] = field(default_factory=dict[str, AppendedFile])
    held: dict[str, list[HeldRecord]] = field(default_factory=dict[str, list[HeldRecord]])

    def add(self, signed: SignedInput) -> tuple[WrittenFile, ...]:
        """Append the record's lines; no file is complete yet. Raises EnvironmentFault."""
        added = self.files.lines(
            signed.record, signed.coding, signed.events, signed.suggestions, signed.runs,
            exported_at=signed.exported_at, exported_by=signed.exported_by,
        )
        for name, data in added.items():
            if name not in self.open_files:
                self.open_files[name] = AppendedFile(self.folder / name)
            self.open_files[name].append(data)
            self.held.setdefault(name, []).append(_held(signed))
        return ()

    def finish(self) -> tuple[WrittenFile, ...]:
        """Give the files their names and return them. Raises EnvironmentFault."""
        written: list[WrittenFile] = []
        for name, file in self.open_files.items():
            digest, size = file.complete()
            written.append(WrittenFile(
                path=self.folder / name, sha256=digest, size=size, records=tuple(self.held[name])
            ))
        return tuple(written)

    def close(self) -> None:
        """Remove what did not get its name."""
        for file in self.open_files.values():
            file.discard()


def _held(signed: SignedInput) -> HeldRecord:
    return HeldRecord(
        record_id=signed.record.record_id, head_hash=signed.coding.head_hash, at=signed.exported_at,
        code_count=len(signed.coding.assignments),
    )
