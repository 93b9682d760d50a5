"""Where passwords and passphrases come from on the command line: a file named in the environment, else the terminal.

They are never taken from the command line itself: other programs can read that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from ehrcoder.core.errors import InputError

PASSWORD_FILE = "EHRCODER_PASSWORD_FILE"
NEW_PASSWORD_FILE = "EHRCODER_NEW_PASSWORD_FILE"
PASSPHRASE_FILE = "EHRCODER_PASSPHRASE_FILE"
NEW_PASSPHRASE_FILE = "EHRCODER_NEW_PASSPHRASE_FILE"


class AskedSecrets:
    """Asks for each secret once and remembers nothing."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, ask: Callable[[str], str] | None = None
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._ask = ask

    def password(self, coder_id: str) -> str:
        """Return the password that somebody signs in with. Raises InputError where nobody can be asked."""
        return self._secret(PASSWORD_FILE, f"Password of {coder_id}: ")

    def new_password(self, coder_id: str) -> str:
        """Return a new password, typed twice."""
        return self._new_secret(NEW_PASSWORD_FILE, f"New password of {coder_id}: ")

    def passphrase(self, workspace: Path) -> str:
        """Return the passphrase of an encrypted workspace. Raises InputError where nobody can be asked."""
        return self._secret(PASSPHRASE_FILE, f"Passphrase of {workspace.name}: ")

    def new_passphrase(self, workspace: Path) -> str:
        """Return a new passphrase, typed twice."""
        return self._new_secret(NEW_PASSPHRASE_FILE, f"New passphrase of {workspace.name}: ")

    def _new_secret(self, variable: str, prompt: str) -> str:
        first = self._secret(variable, prompt)
        if not self._environment.get(variable) and self._secret(variable, "The same once more: ") != first:
            raise InputError("The two are not the same.", kept="Nothing was changed.", next_step="Try again.")
        return first

    def _secret(self, variable: str, prompt: str) -> str:
        named = self._environment.get(variable)
        if named:
            return _first_line(Path(named))
        ask = self._ask or _terminal()
        if ask is None:
            raise InputError(
                f"{prompt.rstrip(': ')} is needed, and there is no terminal to ask at.", kept="Nothing was changed.",
                next_step=f"Name a file that holds it in the environment variable {variable}.",
            )
        return ask(prompt)


def _first_line(path: Path) -> str:
    try:
        with path.expanduser().open("r", encoding="utf-8") as file:
            return file.readline().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The file {path} with the password or passphrase cannot be read.",
                         kept="Nothing was changed.", next_step="Correct its name or its permissions.") from error


def _terminal() -> Callable[[str], str] | None:
    if not sys.stdin or not sys.stdin.isatty():
        return None
    from getpass import getpass

    return getpass
