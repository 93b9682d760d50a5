"""Workspaces encrypted with SQLCipher 4: AES-256 page by page, each page with its HMAC-SHA512.

The key comes from a passphrase by Argon2id, with the salt that SQLCipher keeps in the file's first 16 bytes: one file
holds all that its passphrase needs. https://www.zetetic.net/sqlcipher/design/
"""

from __future__ import annotations

import secrets
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ehrcoder.adapters.passwords import KEY_BYTES, derive_key
from ehrcoder.adapters.store.open_files import is_open, salt_if_open
from ehrcoder.core.errors import EnvironmentFault, InputError
from ehrcoder.core.profiles import ProfileRuleError, password_form

MAGIC = b"SQLite format 3\0"
_SALT_BYTES = 16
_PAGE = 4096
_LEAST_VARIETY = 240
"""Of 256 byte values a random page of 4,096 bytes lacks one or two at most."""
SHORTEST_PASSPHRASE = 12
_DRIVER = "sqlcipher3.dbapi2"


@dataclass(frozen=True, slots=True, kw_only=True)
class CipherKey:
    """The key of one file with the salt that stands in it. It shows itself nowhere."""

    raw: bytes = field(repr=False)
    salt: bytes

    def __post_init__(self) -> None:
        if (len(self.raw), len(self.salt)) != (KEY_BYTES, _SALT_BYTES):
            raise ValueError("a key has 32 bytes and a salt 16")

    @property
    def spelled(self) -> str:
        """The key as SQLCipher takes it: raw, so that it derives nothing itself."""
        return f"x'{self.raw.hex()}{self.salt.hex()}'"


def new_key(passphrase: str) -> CipherKey:
    """Return the key of a file that is to be made, with a fresh salt. Raises ProfileRuleError for a weak passphrase."""
    spelled = password_form(passphrase)
    if len(spelled) < SHORTEST_PASSPHRASE or len(set(spelled)) < 5:
        raise ProfileRuleError(
            f"A passphrase must have at least {SHORTEST_PASSPHRASE} characters, of more than a few kinds.",
            kept="Nothing was changed.", next_step="Take five words or more: whoever has the file can guess for ever.",
        )
    salt = secrets.token_bytes(_SALT_BYTES)
    return CipherKey(raw=derive_key(spelled, salt), salt=salt)


def key_of(passphrase: str, salt: bytes) -> CipherKey:
    """Return the key that a passphrase gives with the salt of a file."""
    return CipherKey(raw=derive_key(password_form(passphrase), salt), salt=salt)


def salt_of(path: Path) -> bytes | None:
    """Return the salt of an encrypted workspace, or None for a file that is none.

    An encrypted file looks like chance from its first byte on; so does some other file, which no passphrase opens. It
    consists of whole pages, unless a write was cut off: then its log, which lies beside it, mends it at opening.
    """
    if is_open(path):
        return salt_if_open(path)
    try:
        with path.open("rb") as file:
            head = file.read(_PAGE)
            size = file.seek(0, 2)
    except OSError:
        return None
    is_random = len(head) == _PAGE and len(set(head)) >= _LEAST_VARIETY and not head.startswith(MAGIC)
    is_whole = size % _PAGE == 0 or path.with_name(path.name + "-wal").exists()
    return head[:_SALT_BYTES] if is_random and is_whole else None


def connect(path: Path, *, mode: str, key: CipherKey | None, seconds: float = 5.0) -> sqlite3.Connection:
    """Open a database, plain or encrypted; `mode` is SQLite's: ro, rw or rwc. Raises EnvironmentFault."""
    uri = f"{path.as_uri()}?mode={mode}"
    if key is None:
        return sqlite3.connect(uri, uri=True, timeout=seconds)
    return connect_with_cipher(path, mode=mode, key=key, seconds=seconds)


def connect_with_cipher(path: Path, *, mode: str, key: CipherKey | None, seconds: float = 5.0) -> sqlite3.Connection:
    """Open a database with SQLCipher's own SQLite, which reads plain files as well."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError as error:
        raise EnvironmentFault(
            "SQLCipher is not installed, so encrypted workspaces cannot be opened.", kept="Nothing was changed.",
            next_step="Install the package sqlcipher3.",
        ) from error
    # The driver is C and has no types.
    connection: sqlite3.Connection = dbapi2.connect(  # pyright: ignore[reportAttributeAccessIssue]
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=seconds)
    # It would write to the standard error of the program.
    connection.execute("PRAGMA cipher_log_level = NONE")
    if key is not None:
        connection.execute(f'PRAGMA key = "{key.spelled}"')
    # It has the interface of sqlite3 and codes of its own classes: `database_errors` knows them.
    return connection


def database_errors() -> tuple[type[Exception], ...]:
    """Return what a database may raise: sqlite3's errors, and those of SQLCipher's driver once it is loaded."""
    driver = sys.modules.get(_DRIVER)
    return (sqlite3.Error,) if driver is None else (sqlite3.Error, driver.Error)


def opens(path: Path, key: CipherKey) -> bool:
    """Tell whether a key opens a file."""
    connection = connect(path, mode="ro", key=key)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except database_errors() as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return False
        raise
    finally:
        connection.close()
    return True


def wrong_passphrase(path: Path) -> InputError:
    """Return the error for a passphrase that does not open a file."""
    return InputError(
        f"That passphrase does not open {path.name}.", kept="The file was left as it is.",
        next_step="Try again. If you are sure of it, the file is damaged at its beginning, or is no workspace: look "
                  "at its last backup.",
    )
