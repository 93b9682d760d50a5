"""Encrypts a workspace, changes its passphrase, and says which copies of it are still readable by anybody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ehrcoder.core.errors import InputError
from ehrcoder.usecases.backups import Backup, BackupShelf


class Encryption(Protocol):
    """The encryption of one workspace file."""

    @property
    def workspace(self) -> Path:
        """The file whose encryption this is."""
        ...

    def is_encrypted(self) -> bool:
        """Tell whether the file is encrypted."""
        ...

    def create(self, passphrase: str) -> None:
        """Make a new, empty, encrypted workspace. Raises ProfileRuleError for a weak passphrase, EnvironmentFault."""
        ...

    def change(self, passphrase: str | None) -> None:
        """Give the file another passphrase, or none; all of it or nothing.

        Raises ProfileRuleError for a weak passphrase, WorkspaceLockedError, IntegrityError, EnvironmentFault.
        """
        ...

    def keep_in_keyring(self) -> None:
        """Keep the key in the system's keyring. Raises EnvironmentFault where there is none."""
        ...

    def forget_in_keyring(self) -> None:
        """Take the key out of the keyring."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptionState:
    """How a workspace lies on the disk, and which of its copies are plain."""

    workspace: Path
    is_encrypted: bool
    plain_copies: tuple[Backup, ...]


def encryption_state(encryption: Encryption, shelf: BackupShelf) -> EncryptionState:
    """Say whether the workspace is encrypted, and which of its backups are not."""
    return EncryptionState(
        workspace=encryption.workspace, is_encrypted=encryption.is_encrypted(),
        plain_copies=tuple(each for each in shelf.backups() if not each.is_encrypted),
    )


def encrypt(encryption: Encryption, shelf: BackupShelf, passphrase: str) -> EncryptionState:
    """Encrypt a plain workspace. Copies made before stay as they are and are named. Raises InputError."""
    if encryption.is_encrypted():
        raise InputError("The workspace is encrypted already.", kept="Nothing was changed.",
                         next_step="Change its passphrase instead.")
    encryption.change(passphrase)
    return encryption_state(encryption, shelf)


def change_passphrase(encryption: Encryption, shelf: BackupShelf, passphrase: str) -> EncryptionState:
    """Give an encrypted workspace another passphrase; earlier backups keep the former one. Raises InputError."""
    _must_be_encrypted(encryption)
    encryption.change(passphrase)
    return encryption_state(encryption, shelf)


def decrypt(encryption: Encryption, shelf: BackupShelf) -> EncryptionState:
    """Take the encryption of a workspace away. Raises InputError."""
    _must_be_encrypted(encryption)
    encryption.change(None)
    return encryption_state(encryption, shelf)


def forget_plain_copies(encryption: Encryption, shelf: BackupShelf) -> tuple[Backup, ...]:
    """Delete the plain backups of an encrypted workspace, once it has an encrypted one; return those deleted.

    Raises InputError. What they held may still be read from the disk by other means.
    """
    _must_be_encrypted(encryption)
    copies = shelf.backups()
    if not any(each.is_encrypted for each in copies):
        raise InputError("There is no encrypted backup yet.", kept="The plain ones were kept.",
                         next_step="Make one first: `ehrcoder backup make`.")
    plain = tuple(each for each in copies if not each.is_encrypted)
    for each in plain:
        shelf.forget(each)
    return plain


def _must_be_encrypted(encryption: Encryption) -> None:
    if not encryption.is_encrypted():
        raise InputError("The workspace is not encrypted.", kept="Nothing was changed.",
                         next_step="Encrypt it first: `ehrcoder encryption on`.")
