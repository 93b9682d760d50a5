"""Copies a workspace while it is in use, and checks the copy before it counts."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ehrcoder.adapters.store.cipher import CipherKey, connect
from ehrcoder.adapters.store.faults import translated
from ehrcoder.core.errors import EnvironmentFault, InputError, IntegrityError


def copy_database(source: sqlite3.Connection, target: Path, *, key: CipherKey | None = None) -> None:
    """Copy a database to a new file: beside its place first, checked, then renamed.

    The copy of an encrypted database is encrypted with the same key.

    Raises InputError when there is such a file already, EnvironmentFault, IntegrityError.
    """
    if target.exists():
        raise InputError(f"{target} is there already.", kept="It was left as it is.",
                         next_step="Choose another name for the copy.")
    part = target.with_name(target.name + ".part")
    try:
        part.unlink(missing_ok=True)
        # Made before SQLite writes to it, so that nobody but its owner may ever read it.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with translated(part):
                _copy(source, part, key)
        except InputError as error:
            # Of a file that was just written: what it holds is no database any more, or not under this key.
            raise EnvironmentFault(f"The disk did not keep the copy {target} as it was written; it was thrown away.",
                                   kept="The workspace is as it was.",
                                   next_step="Check the disk, or choose a folder on another one.") from error
        part.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise EnvironmentFault(f"The copy {target} cannot be written: {error.strerror}.",
                               kept="The workspace is as it was.",
                               next_step="Choose a folder with space that may be written.") from error
    finally:
        part.unlink(missing_ok=True)


def _copy(source: sqlite3.Connection, part: Path, key: CipherKey | None) -> None:
    with closing(connect(part, mode="rw", key=key)) as copy:
        source.backup(copy)
        # One file: without this the copy would ask for a WAL file beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        if copy.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise IntegrityError("The copy of the workspace is damaged and was thrown away.",
                                 kept="The workspace is as it was.",
                                 next_step="Run `ehrcoder audit verify`.")
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
