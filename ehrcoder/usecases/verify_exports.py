"""Checks exported files against the export log and the history, long after they left."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ehrcoder.core.errors import EnvironmentFault, NotFoundError
from ehrcoder.core.ids import RecordId
from ehrcoder.ports import CodingHistory, ExportEntry, ExportLog

_CHUNK = 1 << 20


class ExportState(StrEnum):
    """What can be said of an exported file."""

    INTACT = "intact"
    OUTDATED = "outdated"
    CHANGED = "changed"
    HISTORY_CHANGED = "history-changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedExport:
    """One file with what was found, in words that can be shown."""

    path: Path
    state: ExportState
    message: str
    record_id: RecordId | None = None
    exported_at: dt.datetime | None = None


def verify_exports(paths: Sequence[Path], *, log: ExportLog, history: CodingHistory) -> tuple[CheckedExport, ...]:
    """Check every file, and every file in every folder named. Raises NotFoundError, EnvironmentFault."""
    entries = log.exports()
    return tuple(_check(path, entries, history) for path in _files(paths))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.iterdir() if each.is_file() and not each.name.startswith("."))
        elif path.is_file():
            yield path
        else:
            raise NotFoundError(f"There is no file or folder {path}.", next_step="Name an exported file or its folder.")


def _check(path: Path, entries: Sequence[ExportEntry], history: CodingHistory) -> CheckedExport:
    digest = _sha256(path)
    same = [entry for entry in entries if entry.sha256 == digest]
    if not same:
        named = [entry for entry in entries if entry.file_name == path.name]
        if not named:
            return CheckedExport(
                path=path, state=ExportState.UNKNOWN, message="This workspace did not export this file.",
            )
        return _found(path, ExportState.CHANGED, named[-1], "The file was changed after it was exported.")
    return _compared(path, same, history)


def _compared(path: Path, same: Sequence[ExportEntry], history: CodingHistory) -> CheckedExport:
    """Compare with the history: every record that the file holds, each at the state in which it left last."""
    latest = {entry.record_id: entry for entry in same}
    outdated: list[ExportEntry] = []
    for entry in latest.values():
        hashes = [event.hash for event in history.events(entry.record_id)]
        if entry.head_hash not in hashes:
            return _found(
                path, ExportState.HISTORY_CHANGED, entry,
                "The history that the file was made from is not in the workspace.",
            )
        if hashes[-1] != entry.head_hash:
            outdated.append(entry)
    if outdated:
        what = "The file is as it was exported, but the record was changed since: export again."
        if len(latest) > 1:
            what = (f"The file is as it was exported, but {len(outdated)} of its {len(latest)} records were changed "
                    "since: export again.")
        return _found(path, ExportState.OUTDATED, outdated[0], what)
    return _found(path, ExportState.INTACT, same[-1], "The file is as it was exported.")


def _found(path: Path, state: ExportState, entry: ExportEntry, message: str) -> CheckedExport:
    return CheckedExport(path=path, state=state, message=message, record_id=entry.record_id, exported_at=entry.at)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be read: {error.strerror or error}.") from error
    return digest.hexdigest()
