"""`ehrcoder encryption`: encrypts a workspace with a passphrase, changes it, or takes it away."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, print_json
from ehrcoder.cli.record_access import add_coder_option, sign_in_where_needed
from ehrcoder.cli.terminal_language import said

if TYPE_CHECKING:
    from ehrcoder.services import Services
    from ehrcoder.usecases.encryption import EncryptionState


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "encryption", help="encrypt a workspace, change its passphrase, or take it away",
        description="A workspace is encrypted whole (SQLCipher, AES-256) under a key that Argon2id derives from a "
                    "passphrase. Without the passphrase nobody can open it, and nobody can help who forgot it. It is "
                    "asked for at the terminal, or read from the files that EHRCODER_PASSPHRASE_FILE and "
                    "EHRCODER_NEW_PASSPHRASE_FILE name.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text, run in (
        ("status", "say whether the workspace and its backups are encrypted", _status),
        ("new", "make a new, empty, encrypted workspace", _new),
        ("on", "encrypt a plain workspace", _on),
        ("change", "give an encrypted workspace another passphrase", _change),
        ("off", "take the encryption away", _off),
        ("keyring", "keep the key in the system's keyring, so that nobody is asked", _keyring),
        ("forget-plain-backups", "delete the backups that are not encrypted", _forget),
    ):
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        action.set_defaults(run=run)
        if name == "keyring":
            action.add_argument("--forget", action="store_true", help="take the key out of the keyring again")
        add_coder_option(action)
        add_workspace_option(action)
        add_json_option(action)


def _status(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.encryption import encryption_state

    return _with_services(options, lambda services, path: encryption_state(
        services.encryption(path), services.backups(path)), must_administer=False)


def _new(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.encryption import encryption_state

    def make(services: Services, path: Path) -> EncryptionState:
        services.encryption(path).create(services.secrets.new_passphrase(path))
        return encryption_state(services.encryption(path), services.backups(path))

    return _with_services(options, make, must_administer=False)


def _on(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.encryption import encrypt

    return _with_services(options, lambda services, path: encrypt(
        services.encryption(path), services.backups(path), services.secrets.new_passphrase(path)))


def _change(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.encryption import change_passphrase

    return _with_services(options, lambda services, path: change_passphrase(
        services.encryption(path), services.backups(path), services.secrets.new_passphrase(path)))


def _off(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.encryption import decrypt

    return _with_services(options, lambda services, path: decrypt(services.encryption(path), services.backups(path)))


def _keyring(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.encryption import encryption_state

    def keep(services: Services, path: Path) -> EncryptionState:
        encryption = services.encryption(path)
        if options.forget:
            encryption.forget_in_keyring()
        else:
            encryption.keep_in_keyring()
        return encryption_state(encryption, services.backups(path))

    return _with_services(options, keep)


def _forget(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.encryption import encryption_state, forget_plain_copies

    def forget(services: Services, path: Path) -> EncryptionState:
        encryption, shelf = services.encryption(path), services.backups(path)
        for each in forget_plain_copies(encryption, shelf):
            print(said("Deleted: {}", each.path), file=sys.stderr)
        return encryption_state(encryption, shelf)

    return _with_services(options, forget)


def _with_services(
    options: argparse.Namespace, act: Callable[[Services, Path], EncryptionState], *, must_administer: bool = True
) -> int:
    from ehrcoder.services import Services

    with closing(Services()) as services:
        path = (options.workspace or services.default_workspace).expanduser().absolute()
        if must_administer:
            _check_administrator(options, services, path)
        state = act(services, path)
    if options.json:
        print_json({"workspace": str(state.workspace), "encrypted": state.is_encrypted,
                    "plain_backups": [str(each.path) for each in state.plain_copies]})
        return 0
    print(said("{} is encrypted.", state.workspace) if state.is_encrypted
          else said("{} is NOT encrypted.", state.workspace))
    if state.is_encrypted and state.plain_copies:
        print(said("Backups of it that are NOT encrypted: {}, in {}", len(state.plain_copies),
                   state.plain_copies[0].path.parent))
        print(said("Make an encrypted one with `ehrcoder backup make`, then delete these with "
                   "`ehrcoder encryption forget-plain-backups`."))
    return 0


def _check_administrator(options: argparse.Namespace, services: Services, path: Path) -> None:
    """Let nobody but an administrator change how a workspace with profiles is kept."""
    from ehrcoder.core.errors import NotFoundError
    from ehrcoder.usecases.profiles import must_administer

    if not path.is_file():
        raise NotFoundError(f"There is no workspace {path}.",
                            next_step="Make an encrypted one with `ehrcoder encryption new`.")
    with closing(services.open_workspace(path)) as workspace:
        sign_in_where_needed(options, services, workspace)
        must_administer(workspace)
