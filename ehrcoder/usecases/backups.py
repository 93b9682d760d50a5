"""Keeps copies of a workspace, proves that each opens and is whole, and brings one back without losing the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from ehrcoder.core.errors import EhrCoderError, InputError, IntegrityError, NotFoundError
from ehrcoder.ports import ChainReport, Clock


class BackupKind(StrEnum):
    """Why a copy was made. Only daily ones are ever thrown away, oldest first."""

    MANUAL = "manual"
    DAILY = "daily"
    MIGRATION = "migration"
    BEFORE_RESTORE = "before-restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One copy of a workspace; `made_at` in UTC, to the second."""

    path: Path
    kind: BackupKind
    made_at: dt.datetime
    size: int
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedBackup:
    """A copy that was opened, verified and replayed. It is whole when `problems` is empty."""

    path: Path
    records: int
    events: int
    head_hash: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did. `former` is where the workspace that stood there is kept, None where there was none."""

    workspace: Path
    backup: CheckedBackup
    former: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A restore that was rehearsed beside the workspace: what came back, and what is not in the copy yet."""

    backup: CheckedBackup
    missing_records: int
    missing_events: int
    belongs: bool
    """Whether the copy's history is a beginning of the workspace's own."""


class BackupShelf(Protocol):
    """Where the copies of one workspace lie."""

    @property
    def workspace(self) -> Path:
        """The workspace that is copied."""
        ...

    @property
    def folder(self) -> Path:
        """Where its copies lie."""
        ...

    def make(self, kind: BackupKind, *, at: dt.datetime) -> Backup:
        """Copy the workspace as it is now. Raises NotFoundError, EnvironmentFault, IntegrityError."""
        ...

    def backups(self) -> tuple[Backup, ...]:
        """Return every copy, oldest first."""
        ...

    def check(self, path: Path) -> CheckedBackup:
        """Open a copy, verify it and replay its history; the copy itself stays as it is."""
        ...

    def rehearse(self, path: Path) -> CheckedBackup:
        """Bring a copy back in a folder of its own, open it for writing, check it, and clear away."""
        ...

    def current(self) -> ChainReport:
        """Verify the workspace itself."""
        ...

    def holds(self, head_hash: str) -> bool:
        """Tell whether the workspace's ledger has a line with this hash."""
        ...

    def put_back(self, path: Path, *, at: dt.datetime) -> Path | None:
        """Put a copy in the workspace's place; return where the former file is kept."""
        ...

    def forget(self, backup: Backup) -> None:
        """Delete one copy."""
        ...


def make_backup(
    shelf: BackupShelf, *, clock: Clock, kind: BackupKind = BackupKind.MANUAL
) -> tuple[Backup, CheckedBackup]:
    """Make a copy and open it to see that it is whole; one that is not is thrown away and IntegrityError raised."""
    made = shelf.make(kind, at=clock.now())
    try:
        checked = shelf.check(made.path)
    except EhrCoderError:
        shelf.forget(made)
        raise
    if checked.problems:
        shelf.forget(made)
        raise IntegrityError(
            f"The copy is not whole ({checked.problems[0]}), so it was thrown away.",
            kept="The workspace and its earlier backups are as they were.",
            next_step="Run `ehrcoder audit verify`: the workspace itself may be damaged.",
        )
    return made, checked


def backup_if_due(shelf: BackupShelf, *, clock: Clock, keep: int) -> Backup | None:
    """Make the day's backup unless there is one, and throw away daily ones beyond `keep`.

    The day is that of UTC. Raises what `make_backup` raises.
    """
    today = clock.now().date()
    counted = (BackupKind.MANUAL, BackupKind.DAILY)
    if any(each.kind in counted and each.made_at.date() == today for each in shelf.backups()):
        return None
    made, _ = make_backup(shelf, clock=clock, kind=BackupKind.DAILY)
    daily = [each for each in shelf.backups() if each.kind is BackupKind.DAILY]
    for old in daily[: max(0, len(daily) - keep)]:
        shelf.forget(old)
    return made


def find_backup(shelf: BackupShelf, name: str) -> Path:
    """Return the copy that a person named: `latest`, a name in the list or its beginning, or a path."""
    backups = [each for each in shelf.backups() if each.kind is not BackupKind.BEFORE_RESTORE]
    if name == "latest":
        if not backups:
            raise NotFoundError(f"There is no backup of {shelf.workspace}.",
                                next_step="Make one with `ehrcoder backup make`.")
        return backups[-1].path
    found = [each.path for each in shelf.backups() if each.path.name.startswith(name)]
    exact = [path for path in found if path.name == name]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        raise InputError(f"{len(found)} backups begin with {name}.", next_step="Name more of it.")
    path = Path(name).expanduser()
    if path.is_file():
        return path
    raise NotFoundError(f"There is no backup {name}.", next_step="`ehrcoder backup list` shows what is there.")


def check_backups(shelf: BackupShelf, paths: Sequence[Path]) -> tuple[CheckedBackup, ...]:
    """Check copies one by one; one that cannot even be opened is a finding, not the end."""
    return tuple(_checked(shelf, path) for path in paths)


def restore_backup(shelf: BackupShelf, path: Path, *, clock: Clock) -> Restored:
    """Put a copy in the workspace's place after checking it; the file that stood there is kept beside.

    Raises IntegrityError for a copy that is not whole, WorkspaceLockedError while the workspace is open,
    EnvironmentFault. Nothing is changed then.
    """
    checked = shelf.check(path)
    if checked.problems:
        raise IntegrityError(
            f"{path.name} is not whole ({checked.problems[0]}) and was not restored.",
            kept="The workspace is as it was.", next_step="Choose another one: `ehrcoder backup check --all`.",
        )
    former = shelf.put_back(path, at=clock.now())
    return Restored(workspace=shelf.workspace, backup=checked, former=former)


def rehearse_restore(shelf: BackupShelf, path: Path) -> Drill:
    """Bring a copy back beside the workspace, and say what of the workspace it lacks."""
    checked = shelf.rehearse(path)
    now = shelf.current()
    return Drill(
        backup=checked, missing_records=max(0, now.records - checked.records),
        missing_events=max(0, now.events - checked.events), belongs=shelf.holds(checked.head_hash),
    )


def _checked(shelf: BackupShelf, path: Path) -> CheckedBackup:
    try:
        return shelf.check(path)
    except EhrCoderError as error:
        return CheckedBackup(path=path, records=0, events=0, head_hash="", problems=(error.what,))
