"""Makes the first workspace of an installation: the file, its encryption, and who works in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ehrcoder.core.errors import InputError
from ehrcoder.core.profiles import Role
from ehrcoder.ports import ProfileRegister
from ehrcoder.usecases.encryption import Encryption
from ehrcoder.usecases.profiles import create_profile


class OpenedRegister(ProfileRegister, Protocol):
    """A workspace that is open, as far as its profiles go."""

    def close(self) -> None:
        """Close the workspace."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrator:
    """The first person of a workspace that several people share."""

    coder_id: str
    name: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstWorkspace:
    """What was decided at the first start. Without a passphrase the file is plain, without an administrator open."""

    path: Path
    passphrase: str = ""
    administrator: Administrator | None = None


def set_up_workspace(
    plan: FirstWorkspace, *, encryption: Encryption, open_workspace: Callable[[Path], OpenedRegister]
) -> None:
    """Make the workspace. Raises InputError for a file that is there, a weak passphrase or password; EnvironmentFault.

    A workspace whose first profile is refused stays, empty and without profiles.
    """
    if plan.path.exists():
        raise InputError(f"{plan.path.name} is there already.", kept="It was not touched.",
                         next_step="Choose another name, or open that workspace.")
    if plan.passphrase:
        encryption.create(plan.passphrase)
    workspace = open_workspace(plan.path)
    try:
        if plan.administrator is not None:
            create_profile(
                workspace, coder_id=plan.administrator.coder_id, name=plan.administrator.name,
                roles=(Role.ADMINISTRATOR, Role.CODER), password=plan.administrator.password,
            )
    finally:
        workspace.close()
