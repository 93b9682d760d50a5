"""Keeps the key of a workspace in the keyring of the operating system, where a person asked for that."""

from __future__ import annotations

from typing import Any

from ehrcoder.adapters.passwords import KEY_BYTES
from ehrcoder.adapters.store.cipher import CipherKey
from ehrcoder.core.errors import EnvironmentFault

_SERVICE = "EHRCoder workspace"
_UNSAFE = ("fail", "null", "plaintext", "keyrings.alt")


class SystemKeyring:
    """A KeyStore in the keyring: Secret Service, KWallet, macOS Keychain or Windows Credential Locker.

    A back end that writes plain text is not used. `backend` stands in for the system's own.
    """

    def __init__(self, backend: Any = None) -> None:
        self._given = backend

    def load(self, salt: bytes) -> bytes | None:
        """Return the key that was kept, None where there is none or no keyring."""
        backend = self._backend()
        if backend is None:
            return None
        try:
            raw = bytes.fromhex(backend.get_password(_SERVICE, salt.hex()) or "")
        except Exception:  # noqa: BLE001 - back ends raise what they like; without them the passphrase is asked for
            return None
        return raw if len(raw) == KEY_BYTES else None

    def save(self, key: CipherKey) -> None:
        """Keep a key. Raises EnvironmentFault where there is no keyring."""
        backend = self._backend()
        if backend is None:
            raise EnvironmentFault("This system has no keyring that the program may use.",
                                   kept="The workspace is as it was, and its passphrase opens it.",
                                   next_step="Go on typing the passphrase.")
        try:
            backend.set_password(_SERVICE, key.salt.hex(), key.raw.hex())
        except Exception as error:
            raise EnvironmentFault(f"The keyring did not take the key ({type(error).__name__}).",
                                   kept="The workspace is as it was, and its passphrase opens it.",
                                   next_step="Unlock the keyring and try again.") from error

    def forget(self, salt: bytes) -> None:
        """Take a key out of the keyring; harmless where it is not there."""
        backend = self._backend()
        if backend is None:
            return
        try:
            backend.delete_password(_SERVICE, salt.hex())
        except Exception:  # noqa: BLE001 - it may simply not be there
            return

    def _backend(self) -> Any:
        if self._given is not None:
            return self._given
        try:
            import keyring
        except ImportError:
            return None
        backend = keyring.get_keyring()
        name = f"{type(backend).__module__}.{type(backend).__name__}".casefold()
        return None if any(each in name for each in _UNSAFE) else backend
