"""Who may do what in a workspace: local profiles with roles, as an append-only list that folds into the present ones.

A workspace without profiles belongs to whoever opens it, as a single coder's workspace does. The first profile is an
administrator who makes itself; from then on nobody changes anything without signing in.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import CoderId

SHORTEST_PASSWORD = 10
"""Characters; length counts, not composition (NIST SP 800-63B-4, 3.1.1.2)."""
LONGEST_PASSWORD = 1000
_LONGEST_NAME = 100


class ProfileRuleError(InputError):
    """A profile cannot be made or changed in that way, or its owner may not do what was asked."""


class Role(StrEnum):
    """What somebody is in a coding team; one person may be several."""

    CODER = "coder"
    REVIEWER = "reviewer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What can be allowed or not. Reading is not among them: who has the file and its passphrase can read it."""

    IMPORT = "import records"
    PROPOSE = "have codes proposed"
    MARK = "comment, flag or hold records"
    DECIDE = "decide about codes"
    REVIEW = "change what another person decided"
    SIGN = "sign"
    EXPORT = "export"
    ADMINISTER = "administer the workspace"


_ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.CODER: frozenset({Permission.IMPORT, Permission.PROPOSE, Permission.MARK, Permission.DECIDE,
                           Permission.SIGN, Permission.EXPORT}),
    Role.REVIEWER: frozenset({Permission.PROPOSE, Permission.MARK, Permission.DECIDE, Permission.REVIEW,
                              Permission.SIGN, Permission.EXPORT}),
    Role.MANAGER: frozenset({Permission.IMPORT, Permission.PROPOSE, Permission.MARK, Permission.EXPORT}),
    Role.ADMINISTRATOR: frozenset({Permission.IMPORT, Permission.EXPORT, Permission.ADMINISTER}),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return all that these roles allow together."""
    return frozenset(permission for role in roles for permission in _ALLOWED[role])


_MARKS = frozenset({"comment", "flag", "unflag", "hold", "release"})


def permission_for(action: str) -> Permission:
    """Return what somebody must be allowed to do for an action of the history (`CodingAction`, as stored)."""
    if action == "sign":
        return Permission.SIGN
    return Permission.MARK if action in _MARKS else Permission.DECIDE


class ProfileAction(StrEnum):
    """What was done to a profile."""

    CREATE = "create"
    RENAME = "rename"
    SET_ROLES = "set-roles"
    SET_PASSWORD = "set-password"
    DEACTIVATE = "deactivate"
    ACTIVATE = "activate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One person in a workspace. `secret_sha256` is the hash of the stored password hash."""

    coder_id: CoderId
    name: str
    roles: tuple[Role, ...]
    is_active: bool
    secret_sha256: str

    def may(self, permission: Permission) -> bool:
        """Tell whether this person is allowed something."""
        return self.is_active and permission in permissions_of(self.roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileEvent:
    """One line of the list of profiles: who did what, and the profile after it."""

    event_id: str
    at: dt.datetime
    by: CoderId
    action: ProfileAction
    after: Profile


def fold_profiles(events: Iterable[ProfileEvent]) -> dict[CoderId, Profile]:
    """Return the profiles that a list of events amounts to. Raises ProfileRuleError where one does not fit."""
    profiles: dict[CoderId, Profile] = {}
    for event in events:
        check_profile_event(profiles, event)
        profiles[event.after.coder_id] = event.after
    return profiles


def check_profile_event(profiles: Mapping[CoderId, Profile], event: ProfileEvent) -> None:
    """Raise ProfileRuleError unless an event may follow on these profiles."""
    after = event.after
    before = profiles.get(after.coder_id)
    if not profiles:
        if event.action is not ProfileAction.CREATE or event.by != after.coder_id or not after.may(
            Permission.ADMINISTER
        ):
            raise ProfileRuleError("The first profile must be an administrator's, who makes it.",
                                   kept="Nothing was changed.")
        return
    if (before is None) != (event.action is ProfileAction.CREATE):
        raise ProfileRuleError(f"There is {'no' if before is None else 'already a'} profile {after.coder_id}.",
                               kept="Nothing was changed.")
    author = profiles.get(event.by)
    is_own = event.by == after.coder_id and event.action is ProfileAction.SET_PASSWORD
    if author is None or not author.is_active or not (is_own or author.may(Permission.ADMINISTER)):
        raise ProfileRuleError("Only an administrator changes profiles.", kept="Nothing was changed.",
                               next_step="Ask an administrator of this workspace.")
    if before is not None:
        _check_change(before, event)
    others = [each for each in profiles.values() if each.coder_id != after.coder_id]
    if not any(each.may(Permission.ADMINISTER) for each in (*others, after)):
        raise ProfileRuleError("The workspace would be left without an administrator.", kept="Nothing was changed.",
                               next_step="Make somebody else an administrator first.")
    if before is None and any(each.coder_id.casefold() == after.coder_id.casefold() for each in others):
        raise ProfileRuleError(f"There is already a profile {after.coder_id}.", kept="Nothing was changed.",
                               next_step="Choose another short name.")
    if any(each.name.casefold() == after.name.casefold() for each in others):
        raise ProfileRuleError(f"There is already a profile with the name {after.name}.",
                               kept="Nothing was changed.", next_step="Choose a name that tells the two apart.")


def _check_change(before: Profile, event: ProfileEvent) -> None:
    """An event changes what its action says, and nothing else."""
    after, action = event.after, event.action
    changed = {
        ProfileAction.RENAME: before.name != after.name,
        ProfileAction.SET_ROLES: before.roles != after.roles,
        ProfileAction.SET_PASSWORD: before.secret_sha256 != after.secret_sha256,
        ProfileAction.DEACTIVATE: before.is_active and not after.is_active,
        ProfileAction.ACTIVATE: after.is_active and not before.is_active,
    }
    if not changed[action] or any(is_so for each, is_so in changed.items() if each is not action):
        raise ProfileRuleError(f"The profile {after.coder_id} would not change as {action.value} says.",
                               kept="Nothing was changed.")


def checked_name(name: str, *, what: str) -> str:
    """Return a name as it is stored: in Unicode's composed form, without outer spaces. Raises ProfileRuleError."""
    composed = unicodedata.normalize("NFC", name).strip()
    if not composed or len(composed) > _LONGEST_NAME or not composed.isprintable():
        raise ProfileRuleError(f"{what} must have 1 to {_LONGEST_NAME} characters, all of them printable.",
                               kept="Nothing was changed.")
    return composed


def checked_roles(roles: Iterable[Role]) -> tuple[Role, ...]:
    """Return roles in their order, each once. Raises ProfileRuleError where there is none."""
    wanted = set(roles)
    if not wanted:
        raise ProfileRuleError("A profile needs a role.", kept="Nothing was changed.",
                               next_step=f"Choose among: {', '.join(role.value for role in Role)}.")
    return tuple(role for role in Role if role in wanted)


def checked_password(password: str, *, name: str, coder_id: str) -> str:
    """Return a new password in the form that is hashed. Raises ProfileRuleError where it is too weak."""
    spelled = password_form(password)
    if not SHORTEST_PASSWORD <= len(spelled) <= LONGEST_PASSWORD:
        raise ProfileRuleError(f"A password must have at least {SHORTEST_PASSWORD} characters.",
                               kept="Nothing was changed.", next_step="Take a few words that belong to nobody else.")
    if spelled.casefold() in (name.casefold(), coder_id.casefold()) or len(set(spelled)) < 4:
        raise ProfileRuleError("That password is too easily guessed.", kept="Nothing was changed.",
                               next_step="Take a few words that belong to nobody else.")
    return spelled


def password_form(password: str) -> str:
    """Return a password as every keyboard gives it, in NFKC (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
