"""`ehrcoder profiles`: who works in a workspace, with which roles."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from ehrcoder.cli.output import add_json_option, add_workspace_option, one_line, print_json, print_table
from ehrcoder.cli.record_access import add_coder_option, opened
from ehrcoder.cli.terminal_language import said, said_all
from ehrcoder.core.profiles import Role

if TYPE_CHECKING:
    from ehrcoder.core.profiles import Profile


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    parser = subparsers.add_parser(
        "profiles", help="who works in a workspace: names, roles and passwords",
        description="A workspace without profiles belongs to whoever opens it. The first profile is an "
                    "administrator's; from then on every change needs somebody who signs in. Passwords are asked for "
                    "at the terminal, or read from the files that EHRCODER_PASSWORD_FILE and "
                    "EHRCODER_NEW_PASSWORD_FILE name.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list everybody")
    listing.set_defaults(run=_list)
    add = actions.add_parser("add", help="make a profile; the first one must be an administrator's")
    add.add_argument("--name", required=True, metavar="NAME", help="the full name, as it stands in signatures")
    add.set_defaults(run=_add)
    rename = actions.add_parser("rename", help="change a name; what was signed keeps the former one")
    rename.add_argument("--name", required=True, metavar="NAME")
    rename.set_defaults(run=_rename)
    roles = actions.add_parser("roles", help="change roles")
    roles.set_defaults(run=_roles)
    password = actions.add_parser("password", help="change a password: one's own, or as an administrator")
    password.set_defaults(run=_password)
    off = actions.add_parser("off", help="let somebody sign in no longer; nothing is deleted")
    off.set_defaults(run=_off)
    on = actions.add_parser("on", help="let somebody sign in again")
    on.set_defaults(run=_on)
    for each in (add, rename, roles, password, off, on):
        each.add_argument("profile", metavar="ID", help="short name, such as initials")
        add_coder_option(each)
    for each in (add, roles):
        each.add_argument("--role", action="append", required=True, choices=[role.value for role in Role],
                          help="may be given more than once")
    for each in (listing, add, rename, roles, password, off, on):
        add_workspace_option(each)
        add_json_option(each)


def _list(options: argparse.Namespace) -> int:
    with opened(options, read_only=True) as (_, workspace):
        profiles = workspace.profiles()
    if options.json:
        print_json([_document(each) for each in profiles])
    elif not profiles:
        print(said("There are no profiles: whoever opens the workspace may change it."))
    else:
        print_table(said_all("id", "name", "roles", "may sign in"), [
            (one_line(each.coder_id, 30), one_line(each.name, 40), _roles_of(each),
             said("yes") if each.is_active else said("no")) for each in profiles
        ])
    return 0


def _add(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.profiles import create_profile

    with opened(options) as (services, workspace):
        made = create_profile(workspace, coder_id=options.profile, name=options.name,
                              roles=[Role(each) for each in options.role],
                              password=services.secrets.new_password(options.profile))
    return _shown(made, options)


def _rename(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.profiles import rename_profile

    with opened(options) as (_, workspace):
        return _shown(rename_profile(workspace, options.profile, options.name), options)


def _roles(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.profiles import set_roles

    with opened(options) as (_, workspace):
        return _shown(set_roles(workspace, options.profile, [Role(each) for each in options.role]), options)


def _password(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.profiles import set_password

    with opened(options) as (services, workspace):
        return _shown(set_password(workspace, options.profile, services.secrets.new_password(options.profile)), options)


def _off(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.profiles import set_active

    with opened(options) as (_, workspace):
        return _shown(set_active(workspace, options.profile, is_active=False), options)


def _on(options: argparse.Namespace) -> int:
    from ehrcoder.usecases.profiles import set_active

    with opened(options) as (_, workspace):
        return _shown(set_active(workspace, options.profile, is_active=True), options)


def _shown(profile: Profile, options: argparse.Namespace) -> int:
    if options.json:
        print_json(_document(profile))
    else:
        standing = said("may sign in") if profile.is_active else said("may not sign in")
        print(f"{profile.coder_id}: {profile.name}, {_roles_of(profile)}, {standing}.")
    return 0


def _roles_of(profile: Profile) -> str:
    return ", ".join(said(role.value) for role in profile.roles)


def _document(profile: Profile) -> dict[str, object]:
    return {"id": profile.coder_id, "name": profile.name, "roles": [role.value for role in profile.roles],
            "active": profile.is_active}
