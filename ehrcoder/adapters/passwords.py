"""Argon2id for passwords and keys (RFC 9106): each guess costs 64 MiB of memory and some hundredths of a second."""

from __future__ import annotations

from dataclasses import dataclass

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Cost:
    """What one guess costs; the default is the second recommended choice of RFC 9106, section 4."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4


class Argon2Passwords:
    """A PasswordHasher with Argon2id and a random salt for each password."""

    def __init__(self, cost: Argon2Cost | None = None) -> None:
        from argon2 import PasswordHasher

        chosen = cost or Argon2Cost()
        self._hasher = PasswordHasher(time_cost=chosen.passes, memory_cost=chosen.memory_kib,
                                      parallelism=chosen.lanes)

    def hash(self, password: str) -> str:
        """Return the PHC string of a password; it holds salt and parameters."""
        return self._hasher.hash(password)

    def matches(self, secret: str, password: str) -> bool:
        """Tell whether a password is the one that the PHC string was made of; False for a damaged string."""
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return self._hasher.verify(secret, password)
        except (VerificationError, InvalidHashError):
            return False


def derive_key(passphrase: str, salt: bytes, cost: Argon2Cost | None = None) -> bytes:
    """Return the 32 bytes that a passphrase stands for with this salt (16 bytes)."""
    from argon2.low_level import Type, hash_secret_raw

    chosen = cost or Argon2Cost()
    return hash_secret_raw(
        passphrase.encode("utf-8"), salt, time_cost=chosen.passes, memory_cost=chosen.memory_kib,
        parallelism=chosen.lanes, hash_len=KEY_BYTES, type=Type.ID,
    )
