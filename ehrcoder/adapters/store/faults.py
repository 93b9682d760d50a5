"""Decides whether a failure of SQLite is the world's fault (disk full, locked, damaged) or a bug of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ehrcoder.adapters.store.cipher import database_errors
from ehrcoder.core.errors import (
    EhrCoderError,
    EnvironmentFault,
    InputError,
    IntegrityError,
    WorkspaceLockedError,
)

# What sqlite3_errstr says: SQLCipher's driver copies databases and, when that fails, passes on these words alone.
_CODES = {
    "database or disk is full": sqlite3.SQLITE_FULL,
    "database is locked": sqlite3.SQLITE_BUSY,
    "database table is locked": sqlite3.SQLITE_LOCKED,
    "attempt to write a readonly database": sqlite3.SQLITE_READONLY,
    "access permission denied": sqlite3.SQLITE_PERM,
    "unable to open database file": sqlite3.SQLITE_CANTOPEN,
    "disk I/O error": sqlite3.SQLITE_IOERR,
    "locking protocol": sqlite3.SQLITE_PROTOCOL,
    "out of memory": sqlite3.SQLITE_NOMEM,
    "database disk image is malformed": sqlite3.SQLITE_CORRUPT,
    "file is not a database": sqlite3.SQLITE_NOTADB,
}
_KEPT = "Everything saved before is kept; this action was not done."


def fault_of(error: Exception, path: Path) -> EhrCoderError | None:
    """Return what a failure means for the person, or None when it is a bug of ours.

    SQLite's own result codes: https://www.sqlite.org/rescode.html
    """
    extended = getattr(error, "sqlite_errorcode", None) or _CODES.get(str(error))
    if extended is None:
        # The driver itself complains, and quotes the text: nothing of its message is passed on.
        return _damaged(path) if "decode to UTF-8" in str(error) else None
    if extended == sqlite3.SQLITE_CONSTRAINT_TRIGGER:
        return IntegrityError(
            f"The history of the workspace {path} does not continue where it ended: {error}.", kept=_KEPT,
            next_step="Run `ehrcoder audit verify` to see what was altered.",
        )
    match extended & 0xFF:
        case sqlite3.SQLITE_FULL:
            return EnvironmentFault(f"The disk that holds the workspace {path} is full.", kept=_KEPT,
                                    next_step="Free some space there and try again.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return WorkspaceLockedError(f"The workspace {path} is in use by another program.", kept=_KEPT,
                                        next_step="Close the other program and try again.")
        case sqlite3.SQLITE_AUTH:
            return IntegrityError(f"Something tried to change the form of the workspace {path}; it was refused.",
                                  kept=_KEPT, next_step="Run `ehrcoder audit verify`.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return EnvironmentFault(f"The workspace {path} cannot be written.", kept=_KEPT,
                                    next_step="Check the permissions of the file and of its folder.")
        case sqlite3.SQLITE_CANTOPEN:
            return EnvironmentFault(f"The workspace {path} cannot be opened.", kept="Nothing was changed.",
                                    next_step="Check that the folder is there and may be written.")
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_PROTOCOL:
            return EnvironmentFault(f"The disk failed while the workspace {path} was used: {error}.",
                                    kept=_KEPT, next_step="Check the disk or network drive, then reopen it.")
        case sqlite3.SQLITE_NOMEM:
            return EnvironmentFault("There is not enough memory.", kept=_KEPT,
                                    next_step="Close other programs and try again.")
        case sqlite3.SQLITE_CORRUPT:
            return _damaged(path)
        case sqlite3.SQLITE_NOTADB:
            return InputError(f"{path} is not a workspace.", kept="The file was left as it is.",
                              next_step="Name a workspace file, or a new one to create it.")
        case sqlite3.SQLITE_TOOBIG:
            return InputError("A text is too long to be stored (the limit is one billion bytes).", kept=_KEPT,
                              next_step="Split the file.")
        case _:
            return None


def _damaged(path: Path) -> IntegrityError:
    return IntegrityError(f"The workspace file {path} is damaged.", kept="The file was left as it is.",
                          next_step="Copy it to a safe place, then go back to its last backup.")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what a failure of SQLite means for the person; a bug of ours goes through as it is."""
    try:
        yield
    except UnicodeError:
        # Bytes in the file that are no text: in its description of its tables, or read in one and looked up
        # in another. What the program itself writes was checked before.
        raise _damaged(path) from None
    except database_errors() as error:
        fault = fault_of(error, path)
        if fault is None:
            raise
        raise fault from (error if fault.__class__ is not IntegrityError else None)
