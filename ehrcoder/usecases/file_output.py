"""Writes a file whole or not at all: beside its target, flushed to the disk, then renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

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


class AppendedFile:
    """A file that grows beside its target and takes its place when it is complete. Raises EnvironmentFault."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._scratch = path.with_name(f".{path.name}.part")
        self._digest = hashlib.sha256()
        self._size = 0
        try:
            self._output = _new_file(self._scratch)
        except OSError as error:
            raise _fault(path, error) from error

    def append(self, data: bytes) -> None:
        """Add to the end."""
        try:
            self._output.write(data)
        except OSError as error:
            raise _fault(self._path, error) from error
        self._digest.update(data)
        self._size += len(data)

    def complete(self) -> tuple[str, int]:
        """Give the file its name and return SHA-256 and size; the name is durable after `flush_folder`."""
        try:
            self._output.flush()
            os.fsync(self._output.fileno())
            self._output.close()
            os.replace(self._scratch, self._path)
        except OSError as error:
            raise _fault(self._path, error) from error
        return self._digest.hexdigest(), self._size

    def discard(self) -> None:
        """Remove what is not complete; nothing happens to a file that is."""
        with contextlib.suppress(OSError):
            self._output.close()
        with contextlib.suppress(OSError):
            self._scratch.unlink(missing_ok=True)


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
    with _new_file(scratch) as output:
        output.write(data)
        output.flush()
        os.fsync(output.fileno())


def _new_file(scratch: Path) -> BinaryIO:
    # A leftover of a killed program is replaced; a link put there by somebody else is not followed.
    scratch.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return open(os.open(scratch, flags, 0o666), "wb")


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
