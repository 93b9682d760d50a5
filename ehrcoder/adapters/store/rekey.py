"""Encrypts a workspace, gives it another passphrase, or takes the encryption away: by a whole new file, or not at all.

The new file is written beside, opened, verified and compared line by line before it takes the place of the former one
in one rename. Whenever the program dies, one of the two stands there, whole, and opens with its own passphrase.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from ehrcoder.adapters.passwords import Argon2Passwords
from ehrcoder.adapters.store.backup import sync_folder
from ehrcoder.adapters.store.cipher import CipherKey, connect_with_cipher, database_errors
from ehrcoder.adapters.store.faults import translated
from ehrcoder.adapters.store.lock import WriterLock
from ehrcoder.adapters.store.people import PeopleTables
from ehrcoder.adapters.store.record_tables import RecordTables
from ehrcoder.adapters.store.schema import APPLICATION_ID, MIGRATIONS
from ehrcoder.adapters.store.session import Session
from ehrcoder.adapters.store.verification import verify
from ehrcoder.adapters.store.workspace import clear_leftovers, connect_session
from ehrcoder.core.errors import EnvironmentFault, IntegrityError, WorkspaceLockedError
from ehrcoder.ports import Clock, IdSource

_SUFFIX = ".rekeying"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


def change_key(path: Path, *, old: CipherKey | None, new: CipherKey | None, clock: Clock, ids: IdSource) -> None:
    """Write a workspace anew under another key (None: plain) and put it in the former one's place.

    Raises WorkspaceLockedError while another program has it open, IntegrityError where the workspace is not whole,
    EnvironmentFault. The former file is as it was then.
    """
    lock = WriterLock(path)
    lock.acquire()
    try:
        clear_leftovers(path)
        part = path.with_name(path.name + _SUFFIX)
        try:
            # Opening brings an older schema up to date, in the file as it is.
            before = _state(path, key=old, read_only=False, clock=clock, ids=ids)
            _write(path, part, old, new)
            if _state(part, key=new, read_only=True, clock=clock, ids=ids) != before:
                raise IntegrityError("The new file is not what the former one is, and was thrown away.",
                                     kept="The workspace is as it was.", next_step="Run `ehrcoder audit verify`.")
            _fold_log_in(path, old)
            part.replace(path)
            sync_folder(path.parent)
        except OSError as error:
            raise EnvironmentFault(f"The workspace cannot be written anew: {error.strerror}.",
                                   kept="The workspace is as it was.",
                                   next_step="Free as much space as it has now, then try again.") from error
        finally:
            clear_leftovers(path)
    finally:
        lock.release()


def _state(
    path: Path, *, key: CipherKey | None, read_only: bool, clock: Clock, ids: IdSource
) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Return a workspace's head and the number of lines of each table. Raises IntegrityError where it is not whole."""
    session = connect_session(path, clock=clock, ids=ids, read_only=read_only, anchors=None, key=key)
    with closing(session):
        report = verify(session, RecordTables(session, PeopleTables(session, Argon2Passwords)))
        if report.problems:
            raise IntegrityError(f"{path.name} is not whole ({report.problems[0]}).",
                                 kept="The workspace is as it was.", next_step="Run `ehrcoder audit verify`.")
        return report.head_hash, tuple((name, _count(session, name)) for (name,) in session.all(_TABLES))


def _count(session: Session, table: str) -> int:
    found = session.one(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name out of the file's own list
    return int(found[0]) if found else 0


def _write(path: Path, part: Path, old: CipherKey | None, new: CipherKey | None) -> None:
    # Made before SQLite writes to it, so that nobody but its owner may ever read it.
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with translated(part), closing(connect_with_cipher(path, mode="rw", key=old)) as source:
        source.execute("PRAGMA temp_store = MEMORY")
        source.execute("ATTACH DATABASE ? AS anew KEY ?", (str(part), "" if new is None else new.spelled))
        try:
            source.execute("SELECT sqlcipher_export('anew')")
        except database_errors() as error:
            # The function passes on the words of a failure, but not its code.
            raise EnvironmentFault(f"The workspace cannot be written anew: {error}.",
                                   kept="The workspace is as it was.",
                                   next_step="Free as much space as it has now, then try again.") from error
        source.execute(f"PRAGMA anew.application_id = {APPLICATION_ID}")
        source.execute(f"PRAGMA anew.user_version = {len(MIGRATIONS)}")
        source.execute("DETACH DATABASE anew")
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _fold_log_in(path: Path, old: CipherKey | None) -> None:
    """Bring the write-ahead log into the file: a log of the former file must never be applied to the new one."""
    with translated(path), closing(connect_with_cipher(path, mode="rw", key=old)) as former:
        busy, *_ = former.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    log = path.with_name(path.name + "-wal")
    if busy or (log.exists() and log.stat().st_size):
        raise WorkspaceLockedError(f"The workspace {path} is being read by another program.",
                                   kept="The workspace is as it was.",
                                   next_step="Close the other window or wait for the other command, then try again.")
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
