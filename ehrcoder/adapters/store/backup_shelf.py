"""The copies of one workspace: made with SQLite's online backup, checked by opening, put back by renaming.

They hold what the workspace holds, clinical text included, and are readable by their owner only.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ehrcoder.adapters.store.anchor import Anchor
from ehrcoder.adapters.store.backup import sync_folder
from ehrcoder.adapters.store.cipher import connect, database_errors, salt_of
from ehrcoder.adapters.store.faults import translated
from ehrcoder.adapters.store.keys import WorkspaceKeys
from ehrcoder.adapters.store.lock import WriterLock
from ehrcoder.adapters.store.schema import MIGRATIONS
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.errors import EhrCoderError, EnvironmentFault, IntegrityError, NotFoundError
from ehrcoder.ports import ChainReport, Clock, IdSource
from ehrcoder.usecases.backups import Backup, BackupKind, CheckedBackup

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)(?:-\d+)?\.(manual|daily|before-restore)\.ehrw")
_SCRATCH = ".rehearsal-"
_STALE_SECONDS = 3600.0
_LINE = "SELECT 1 FROM ledger WHERE hash = ?"
_WORKSPACE_ID = "SELECT value FROM meta WHERE key = 'workspace_id'"
_END = """
SELECT coalesce(max(position), 0), coalesce(
    (SELECT hash FROM ledger ORDER BY position DESC LIMIT 1),
    (SELECT value FROM meta WHERE key = 'ledger_genesis')) FROM ledger
"""
_SCHEMA_VERSION = "PRAGMA user_version"


class SqliteBackups:
    """A BackupShelf in a folder beside the workspace, or in the folder named in the settings."""

    def __init__(
        self, workspace: Path, *, clock: Clock, ids: IdSource, folder: Path | None = None,
        anchors: Path | None = None, keys: WorkspaceKeys | None = None,
    ) -> None:
        self._workspace = workspace.expanduser().absolute()
        self._folder = folder or self._workspace.with_name(self._workspace.name + "-backups")
        self._clock = clock
        self._ids = ids
        self._anchors = anchors
        self._keys = keys or WorkspaceKeys()

    @property
    def workspace(self) -> Path:
        """The workspace whose copies these are."""
        return self._workspace

    @property
    def folder(self) -> Path:
        """Where the copies lie."""
        return self._folder

    def make(self, kind: BackupKind, *, at: dt.datetime) -> Backup:
        """Copy the workspace as it is now. Raises NotFoundError, EnvironmentFault, IntegrityError."""
        self._make_folder()
        target = self._free_name(kind, at)
        with closing(self._opened(self._workspace, read_only=True)) as workspace:
            workspace.backup(target)
        return self._entry(target, kind, at)

    def backups(self) -> tuple[Backup, ...]:
        """Return every copy, oldest first; those that a migration left beside the workspace are among them."""
        found: list[Backup] = []
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            match = _NAME.fullmatch(path.name)
            if match is not None and path.is_file():
                at = dt.datetime.strptime(match.group(1), _STAMP).replace(tzinfo=dt.UTC)
                found.append(self._entry(path, BackupKind(match.group(2)), at))
        for path in self._workspace.parent.glob(f"{_pattern(self._workspace.name)}.schema-*"):
            if path.suffix != ".part":
                at = dt.datetime.fromtimestamp(path.stat().st_mtime, tz=dt.UTC)
                found.append(self._entry(path, BackupKind.MIGRATION, at))
        return tuple(sorted(found, key=lambda each: (each.made_at, each.path.name)))

    def check(self, path: Path) -> CheckedBackup:
        """Open a copy, verify it and replay its history; the copy itself stays as it is."""
        if not path.is_file():
            raise NotFoundError(f"There is no backup {path}.", next_step="`ehrcoder backup list` shows what is there.")
        if self._is_present_form(path):
            return self._look(path, path, read_only=True)
        return self.rehearse(path)

    def rehearse(self, path: Path) -> CheckedBackup:
        """Bring a copy back in a folder of its own, open it for writing, check it, and clear away."""
        with self._scratch() as folder:
            copy = folder / "workspace.ehrw"
            _copy_file(path, copy)
            return self._look(path, copy, read_only=False)

    def current(self) -> ChainReport:
        """Verify the workspace itself."""
        with closing(self._opened(self._workspace, read_only=True)) as workspace:
            return workspace.verify()

    def holds(self, head_hash: str) -> bool:
        """Tell whether the workspace's ledger has a line with this hash."""
        with translated(self._workspace), closing(self._reader(self._workspace)) as connection:
            return connection.execute(_LINE, (head_hash,)).fetchone() is not None

    def put_back(self, path: Path, *, at: dt.datetime) -> Path | None:
        """Put a copy in the workspace's place; return where the former file is kept.

        At every moment one of the two stands in the workspace's place, whole.
        """
        self._make_folder()
        self._workspace.parent.mkdir(parents=True, exist_ok=True)
        part = self._workspace.with_name(self._workspace.name + ".restoring")
        lock = WriterLock(self._workspace)
        lock.acquire()
        try:
            _copy_file(path, part)
            former = self._keep_former(at) if self._workspace.exists() else None
            part.replace(self._workspace)
            sync_folder(self._workspace.parent)
            self._note_end(at)
            return former
        except OSError as error:
            raise EnvironmentFault(f"The backup cannot be put back: {error.strerror}.",
                                   kept="The workspace is as it was.",
                                   next_step="Free some space or correct the folder's permissions.") from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            lock.release()

    def forget(self, backup: Backup) -> None:
        """Delete one copy."""
        with suppress(OSError):
            backup.path.unlink(missing_ok=True)

    def _note_end(self, at: dt.datetime) -> None:
        """Note the end that was put back as the right one: a person asked for it."""
        if self._anchors is None:
            return
        with translated(self._workspace), closing(self._reader(self._workspace)) as connection:
            (workspace_id,) = connection.execute(_WORKSPACE_ID).fetchone()
            position, digest = connection.execute(_END).fetchone()
        anchor = Anchor(self._anchors, workspace_id=workspace_id, workspace=self._workspace)
        anchor.accept(position, digest, at=at)

    def _look(self, name: Path, path: Path, *, read_only: bool) -> CheckedBackup:
        with closing(self._opened(path, read_only=read_only)) as workspace:
            report = workspace.verify()
            problems = list(report.problems)
            if not problems:
                problems = [f"The stored coding of record {each} is not what its history amounts to."
                            for each in _differing(workspace)]
        return CheckedBackup(path=name, records=report.records, events=report.events,
                             head_hash=report.head_hash, problems=tuple(problems))

    def _keep_former(self, at: dt.datetime) -> Path:
        """Keep the file that stands in the workspace's place, with whatever its write-ahead log still holds."""
        kept = self._free_name(BackupKind.BEFORE_RESTORE, at)
        log = self._workspace.with_name(self._workspace.name + "-wal")
        with suppress(*database_errors(), EhrCoderError), closing(self._connected(self._workspace, "rw")) as former:
            former.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if log.exists() and log.stat().st_size:
            # The file is damaged, so that its log cannot be folded in: both are kept as they are.
            _copy_file(log, kept.with_name(kept.name + "-wal"))
        _copy_file(self._workspace, kept)
        for suffix in ("-wal", "-shm"):
            # A log of the former file must never be applied to the one that takes its place.
            self._workspace.with_name(self._workspace.name + suffix).unlink(missing_ok=True)
        return kept

    def _opened(self, path: Path, *, read_only: bool) -> SqliteWorkspace:
        return SqliteWorkspace.open(path, clock=self._clock, ids=self._ids, read_only=read_only, keys=self._keys)

    def _connected(self, path: Path, mode: str) -> sqlite3.Connection:
        return connect(path, mode=mode, key=self._keys.key_for(path))

    def _reader(self, path: Path) -> sqlite3.Connection:
        return self._connected(path, "ro")

    def _is_present_form(self, path: Path) -> bool:
        """Tell whether a copy has the present schema and can be read where it lies."""
        with translated(path), closing(self._reader(path)) as connection:
            return int(connection.execute(_SCHEMA_VERSION).fetchone()[0]) >= len(MIGRATIONS)

    def _entry(self, path: Path, kind: BackupKind, at: dt.datetime) -> Backup:
        return Backup(path=path, kind=kind, made_at=at.replace(microsecond=0), size=path.stat().st_size,
                      is_encrypted=salt_of(path) is not None)

    def _free_name(self, kind: BackupKind, at: dt.datetime) -> Path:
        stamp = at.astimezone(dt.UTC).strftime(_STAMP)
        number = 1
        while True:
            name = f"{stamp}.{kind}.ehrw" if number == 1 else f"{stamp}-{number}.{kind}.ehrw"
            if not (self._folder / name).exists():
                return self._folder / name
            number += 1

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise EnvironmentFault(f"The folder {self._folder} for backups cannot be made: {error.strerror}.",
                                   kept="The workspace is as it was.",
                                   next_step="Correct its permissions, or set `backup.folder` in the settings.",
                                   ) from error

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """A folder for one rehearsal, never the system's temporary one; what a crash left in it goes first."""
        self._make_folder()
        for left in self._folder.glob(f"{_SCRATCH}*"):
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)
        folder = self._folder / f"{_SCRATCH}{self._ids.new_id()}"
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _pattern(name: str) -> str:
    """Return a file name as a pattern that matches nothing but itself."""
    return re.sub(r"([*?\[])", r"[\1]", name)


def _differing(workspace: SqliteWorkspace) -> tuple[str, ...]:
    try:
        return workspace.rebuild().differing
    except IntegrityError as error:
        return (error.what,)


def _copy_file(source: Path, target: Path) -> None:
    """Copy a file to a new one that only its owner may read, durable when this returns."""
    target.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with source.open("rb") as reading, open(os.open(target, flags, 0o600), "wb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())

