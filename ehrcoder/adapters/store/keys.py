"""Finds the key of an encrypted workspace: given before, kept in the system's keyring, or asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Protocol

from ehrcoder.adapters.store.cipher import CipherKey, key_of, opens, salt_of, wrong_passphrase
from ehrcoder.adapters.store.faults import translated
from ehrcoder.core.errors import PassphraseNeededError


class KeyStore(Protocol):
    """Where keys are kept between two starts of the program, by the salt of their file."""

    def load(self, salt: bytes) -> bytes | None: ...

    def save(self, key: CipherKey) -> None: ...

    def forget(self, salt: bytes) -> None: ...


class WorkspaceKeys:
    """Keys by the salt of their file, so that a workspace's backups open with it. Shared between threads."""

    def __init__(self, *, ask: Callable[[Path], str] | None = None, store: KeyStore | None = None) -> None:
        self._ask = ask
        self._store = store
        self._known: dict[bytes, CipherKey] = {}
        self._lock = Lock()

    def ask_nobody(self) -> None:
        """From now on a key that is not known is an error: the window asks in its own way."""
        self._ask = None

    def key_for(self, path: Path) -> CipherKey | None:
        """Return the key of a file, None for a plain one.

        Raises PassphraseNeededError where nobody can be asked, InputError for a wrong passphrase.
        """
        salt = salt_of(path)
        if salt is None:
            return None
        known = self._known.get(salt) or self._kept(path, salt)
        if known is not None:
            return known
        if self._ask is None:
            raise PassphraseNeededError(f"{path.name} is encrypted.", kept="Nothing was changed.",
                                        next_step="Give its passphrase.")
        return self.unlock(path, self._ask(path))

    def unlock(self, path: Path, passphrase: str) -> CipherKey:
        """Return the key that a passphrase gives, and remember it. Raises InputError for a wrong passphrase."""
        salt = salt_of(path)
        key = None if salt is None else key_of(passphrase, salt)
        with translated(path):
            if key is None or not opens(path, key):
                raise wrong_passphrase(path)
        return self.remember(key)

    def remember(self, key: CipherKey) -> CipherKey:
        """Keep a key as long as the program runs."""
        with self._lock:
            self._known[key.salt] = key
        return key

    def _kept(self, path: Path, salt: bytes) -> CipherKey | None:
        raw = self._store.load(salt) if self._store is not None else None
        if raw is None:
            return None
        key = CipherKey(raw=raw, salt=salt)
        with translated(path):
            return self.remember(key) if opens(path, key) else None
