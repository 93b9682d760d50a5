"""The encryption of one workspace: made, changed, taken away, and its key kept in the system's keyring."""

from __future__ import annotations

from pathlib import Path

from ehrcoder.adapters.store.cipher import new_key, salt_of
from ehrcoder.adapters.store.keys import KeyStore, WorkspaceKeys
from ehrcoder.adapters.store.rekey import change_key
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.ports import Clock, IdSource


class WorkspaceEncryption:
    """An Encryption of a file that nobody has open."""

    def __init__(
        self, workspace: Path, *, clock: Clock, ids: IdSource, keys: WorkspaceKeys, keyring: KeyStore,
        anchors: Path | None = None,
    ) -> None:
        self._workspace = workspace
        self._clock = clock
        self._ids = ids
        self._keys = keys
        self._keyring = keyring
        self._anchors = anchors

    @property
    def workspace(self) -> Path:
        """The file."""
        return self._workspace

    def is_encrypted(self) -> bool:
        """Tell whether the file is encrypted. Raises NotFoundError."""
        if not self._workspace.is_file():
            raise NotFoundError(f"There is no workspace {self._workspace}.", next_step="Name one that is there.")
        return salt_of(self._workspace) is not None

    def create(self, passphrase: str) -> None:
        """Make a new, empty, encrypted workspace. Raises InputError where there is a file already."""
        if self._workspace.exists():
            raise InputError(f"{self._workspace} is there already.", kept="It was left as it is.",
                             next_step="Name another file, or encrypt this one.")
        SqliteWorkspace.open(self._workspace, clock=self._clock, ids=self._ids, anchors=self._anchors,
                             keys=self._keys, create_with=new_key(passphrase)).close()

    def change(self, passphrase: str | None) -> None:
        """Give the file another passphrase, or none; all of it or nothing."""
        old = self._keys.key_for(self._workspace)
        new = None if passphrase is None else new_key(passphrase)
        is_kept = old is not None and self._keyring.load(old.salt) is not None
        if new is not None and is_kept:
            # Before the file takes its place: whenever the program dies, the keyring opens what stands there.
            self._keyring.save(new)
        change_key(self._workspace, old=old, new=new, clock=self._clock, ids=self._ids)
        if new is not None:
            self._keys.remember(new)
        if old is not None and is_kept:
            self._keyring.forget(old.salt)

    def keep_in_keyring(self) -> None:
        """Keep the key in the system's keyring. Raises EnvironmentFault where there is none."""
        key = self._keys.key_for(self._workspace)
        if key is not None:
            self._keyring.save(key)

    def forget_in_keyring(self) -> None:
        """Take the key out of the keyring."""
        salt = salt_of(self._workspace)
        if salt is not None:
            self._keyring.forget(salt)
