"""One writer a workspace: a lock that the operating system takes back when its holder dies.

The lock lies in a file beside the workspace that is never deleted: deleting it would let two programs each
lock a file of that name.
"""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

from ehrcoder.core.errors import EnvironmentFault, WorkspaceLockedError

_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


class WriterLock:
    """Holds the right to write a workspace until `release`, or until the process ends in whatever way."""

    def __init__(self, workspace: Path) -> None:
        self.path = workspace.with_name(workspace.name + "-lock")
        self._workspace = workspace
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises WorkspaceLockedError when another program has it, else EnvironmentFault."""
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise EnvironmentFault(
                f"The workspace {self._workspace} cannot be opened for writing: {error.strerror}.",
                kept="Nothing was changed.", next_step="Check the permissions of its folder.",
            ) from error
        try:
            _lock(descriptor)
        except OSError as error:
            holder = _holder(descriptor)
            os.close(descriptor)
            raise self._refusal(error, holder) from error
        self._descriptor = descriptor
        # The number only helps whoever is refused; a full disk must not keep anybody from reading on.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, str(os.getpid()).encode("ascii"))

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _refusal(self, error: OSError, holder: str) -> EnvironmentFault:
        if error.errno in _HELD:
            return WorkspaceLockedError(
                f"The workspace {self._workspace} is open in another EHRCoder{holder}.",
                kept="Nothing was changed.",
                next_step="Close the other window or wait for the other command to end, then try again.",
            )
        return EnvironmentFault(
            f"The drive that holds {self._workspace} does not support file locks: {error.strerror}.",
            kept="Nothing was changed.", next_step="Move the workspace to a local disk.",
        )


def _holder(descriptor: int) -> str:
    try:
        text = os.read(descriptor, 20).decode("ascii", "ignore").strip()
    except OSError:
        return ""
    return f" (process {text})" if text.isdigit() else ""


if sys.platform == "win32":
    import msvcrt

    # Windows forbids reading a locked byte, so the lock lies far behind the process number.
    _LOCKED_BYTE = 1 << 20

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
