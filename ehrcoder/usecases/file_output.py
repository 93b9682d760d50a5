"""Writes a file whole or not at all: beside its target, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from ehrcoder.core.errors import EnvironmentFault

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_whole_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`, durable when this returns; a file that stood there before stays until then.

    Raises EnvironmentFault when the disk is full or the folder cannot be written; nothing new is left then.
    """
    replace_file(path, data)
    flush_folder(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` at `path`, its name durable only after `flush_folder`: for whoever writes many files.

    Whatever happens in between, the whole new file or the whole former one is there. Raises EnvironmentFault.
    """
    scratch = path.with_name(f".{path.name}.part")
    try:
        _write(scratch, data)
        os.replace(scratch, path)
    except OSError as error:
        raise _fault(path, error) from error
    finally:
        # Gone after the rename; whatever else happened, Ctrl-C included, nothing half written stays.
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make the names of a folder's files durable. Raises EnvironmentFault."""
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows has no handle on a folder; its rename is durable once the journal is.
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise _fault(folder, error) from error


def make_folder(folder: Path) -> None:
    """Make a folder with its parents. Raises EnvironmentFault."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _fault(folder, error) from error


def _write(scratch: Path, data: bytes) -> None:
    # A leftover of a killed program is replaced; a link put there by somebody else is not followed.
    scratch.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(scratch, flags, 0o666), "wb") as output:
        output.write(data)
        output.flush()
        os.fsync(output.fileno())


def _fault(path: Path, error: OSError) -> EnvironmentFault:
    if error.errno in _NO_SPACE:
        return EnvironmentFault(
            f"There is no room for {path}.", kept="A file that stood there before is unchanged.",
            next_step="Free some space or choose another folder, then export again.",
        )
    return EnvironmentFault(
        f"{path} cannot be written: {error.strerror or error}.",
        kept="A file that stood there before is unchanged.",
        next_step="Choose a folder that you may write to.",
    )
