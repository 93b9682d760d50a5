"""Makes and changes the profiles of a workspace, and signs people in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.ids import CoderId
from ehrcoder.core.profiles import (
    Permission,
    Profile,
    ProfileAction,
    ProfileRuleError,
    Role,
    checked_name,
    checked_password,
    checked_roles,
)
from ehrcoder.ports import ProfileRegister


def create_profile(
    register: ProfileRegister, *, coder_id: str, name: str, roles: Iterable[Role], password: str
) -> Profile:
    """Make a profile; the first one of a workspace must be an administrator's and signs itself in.

    Raises ProfileRuleError.
    """
    login = checked_name(coder_id, what="A short name")
    if " " in login:
        raise ProfileRuleError("A short name has no spaces.", kept="Nothing was changed.",
                               next_step="Take initials, such as: amk.")
    shown = checked_name(name, what="A name")
    secret = checked_password(password, name=shown, coder_id=login)
    is_first = not register.profiles()
    made = register.change_profile(ProfileAction.CREATE, Profile(
        coder_id=CoderId(login), name=shown, roles=checked_roles(roles), is_active=True, secret_sha256="",
    ), password=secret)
    if is_first:
        register.sign_in(made.coder_id, secret)
    return made


def rename_profile(register: ProfileRegister, coder_id: str, name: str) -> Profile:
    """Give a profile another name; what it signed keeps the name of then. Raises ProfileRuleError."""
    profile = profile_of(register, coder_id)
    return register.change_profile(ProfileAction.RENAME, replace(profile, name=checked_name(name, what="A name")))


def set_roles(register: ProfileRegister, coder_id: str, roles: Iterable[Role]) -> Profile:
    """Give a profile other roles. Raises ProfileRuleError."""
    profile = profile_of(register, coder_id)
    return register.change_profile(ProfileAction.SET_ROLES, replace(profile, roles=checked_roles(roles)))


def set_password(register: ProfileRegister, coder_id: str, password: str) -> Profile:
    """Give a profile another password; one's own, or as an administrator. Raises ProfileRuleError."""
    profile = profile_of(register, coder_id)
    secret = checked_password(password, name=profile.name, coder_id=profile.coder_id)
    return register.change_profile(ProfileAction.SET_PASSWORD, profile, password=secret)


def set_active(register: ProfileRegister, coder_id: str, *, is_active: bool) -> Profile:
    """Let a profile sign in again, or no longer; it is never deleted. Raises ProfileRuleError."""
    profile = profile_of(register, coder_id)
    action = ProfileAction.ACTIVATE if is_active else ProfileAction.DEACTIVATE
    return register.change_profile(action, replace(profile, is_active=is_active))


def profile_of(register: ProfileRegister, coder_id: str) -> Profile:
    """Return a profile by its short name. Raises NotFoundError."""
    wanted = coder_id.strip().casefold()
    for profile in register.profiles():
        if profile.coder_id.casefold() == wanted:
            return profile
    raise NotFoundError(f"There is no profile {coder_id} in this workspace.", kept="Nothing was changed.",
                        next_step="`ehrcoder profiles list` shows them.")


def must_administer(register: ProfileRegister) -> None:
    """Raise InputError where the workspace has profiles and no administrator is signed in."""
    if not register.profiles():
        return
    person = register.signed_in
    if person is None or not person.may(Permission.ADMINISTER):
        raise InputError("Only an administrator of this workspace may do that.", kept="Nothing was changed.",
                         next_step="Sign in as one, or ask one.")
