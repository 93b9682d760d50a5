"""The profiles of a workspace, who is signed in, and what each may change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.session import Session
from ehrcoder.core.assignments import CodeAssignment, CodingAction, CodingEvent, Decision, EventDraft
from ehrcoder.core.canonical import sha256_of_text
from ehrcoder.core.errors import IntegrityError
from ehrcoder.core.ids import CoderId
from ehrcoder.core.profiles import (
    Permission,
    Profile,
    ProfileAction,
    ProfileEvent,
    ProfileRuleError,
    fold_profiles,
    password_form,
    permission_for,
)
from ehrcoder.ports import PasswordHasher

_UNCHANGED = "Nothing was changed."
_EVENTS = """
SELECT l.content_sha256, p.body FROM ledger AS l LEFT JOIN profile_events AS p USING (position)
WHERE l.kind = 'profile' ORDER BY l.position
"""
_STRAY = "SELECT 1 FROM profile_events WHERE position NOT IN (SELECT position FROM ledger WHERE kind = 'profile')"
_ADD_EVENT = "INSERT INTO profile_events (position, event_id, coder_id, body) VALUES (?, ?, ?, ?)"
_SECRET = "SELECT secret FROM secrets WHERE coder_id = ?"
_SET_SECRET = """
INSERT INTO secrets (coder_id, secret) VALUES (?, ?) ON CONFLICT (coder_id) DO UPDATE SET secret = excluded.secret
"""
_FREE_FAILURES = 4
_LONGEST_WAIT = 300
_PROOF_LASTS = dt.timedelta(minutes=1)
_PROOF = "password"


class PeopleTables:
    """What a ProfileRegister keeps, and the guard that every change of the workspace passes."""

    def __init__(self, session: Session, passwords: Callable[[], PasswordHasher]) -> None:
        self._session = session
        self._passwords = passwords
        self._signed_in: CoderId | None = None
        self._proved_at: dt.datetime | None = None
        self._failures = 0
        self._wait_until: dt.datetime | None = None

    def profiles(self) -> tuple[Profile, ...]:
        """Return every profile. Raises IntegrityError when the list is not as it was written."""
        return tuple(self._folded().values())

    @property
    def signed_in(self) -> Profile | None:
        """Who is signed in, as the profile stands now."""
        if self._signed_in is None:
            return None
        profile = self._folded().get(self._signed_in)
        return profile if profile is not None and profile.is_active else None

    def sign_in(self, coder_id: CoderId, password: str) -> Profile:
        """Let a person act from now on. Raises ProfileRuleError."""
        profile = self._folded().get(coder_id)
        self._check(profile, password)
        assert profile is not None
        self._signed_in = profile.coder_id
        self._proved_at = None
        return profile

    def sign_out(self) -> None:
        """Let nobody act from now on."""
        self._signed_in = None
        self._proved_at = None

    def confirm(self, password: str) -> None:
        """Have the person who is signed in prove it once more. Raises ProfileRuleError."""
        self._check(self._who(), password)
        self._proved_at = self._session.clock.now()

    def change_profile(self, action: ProfileAction, after: Profile, *, password: str | None = None) -> Profile:
        """Append a change of a profile, in one transaction. Raises ProfileRuleError."""
        session = self._session
        with session.writing():
            events = self._events()
            author = self._who().coder_id if events else after.coder_id
            if password is not None:
                secret = self._passwords().hash(password)
                after = replace(after, secret_sha256=sha256_of_text(secret))
                session.change(_SET_SECRET, (after.coder_id, secret))
            event = ProfileEvent(event_id=session.ids.new_id(), at=session.clock.now(), by=author, action=action,
                                 after=after)
            fold_profiles((*events, event))
            body = serial.write(event)
            position, = session.add_to_ledger("profile", [(after.coder_id, sha256_of_text(body))])
            session.change(_ADD_EVENT, (position, event.event_id, after.coder_id, body))
        return after

    def allow(self, permission: Permission) -> None:
        """Raise ProfileRuleError unless whoever is signed in may do this; without profiles everybody may."""
        if self._folded() and not self._who().may(permission):
            raise _not_allowed(self._who(), permission)

    def allowed_drafts(
        self, drafts: Sequence[EventDraft], events: Sequence[CodingEvent]
    ) -> Sequence[EventDraft]:
        """Return the decisions with their signatures completed. Raises ProfileRuleError where one may not be made.

        Nobody decides or signs in another's name, a signature needs a proof of its own, and what another person
        decided is changed by reviewers only.
        """
        if not self._folded():
            return drafts
        person = self._who()
        decided_by = _Deciders(events)
        for draft in drafts:
            if draft.coder_id != person.coder_id:
                raise ProfileRuleError(f"{person.name} is signed in, so nothing is stored in another's name.",
                                       kept=_UNCHANGED, next_step=f"Sign in as {draft.coder_id} to do that.")
            needed = permission_for(draft.action)
            if not person.may(needed):
                raise _not_allowed(person, needed)
            if decided_by.another(draft, person.coder_id) and not person.may(Permission.REVIEW):
                raise _not_allowed(person, Permission.REVIEW)
        return [self._signed(draft, person) for draft in drafts]

    def _signed(self, draft: EventDraft, person: Profile) -> EventDraft:
        if draft.signature is None:
            return draft
        now, proved_at = self._session.clock.now(), self._proved_at
        self._proved_at = None
        if proved_at is None or not dt.timedelta(0) <= now - proved_at <= _PROOF_LASTS:
            raise ProfileRuleError("Signing needs your password.", kept=_UNCHANGED,
                                   next_step="Give it again, then sign within a minute.")
        if draft.signature.coder_id != person.coder_id:
            raise ProfileRuleError("Nobody signs as another.", kept=_UNCHANGED)
        return replace(draft, signature=replace(draft.signature, name=person.name, proof=_PROOF))

    def _check(self, profile: Profile | None, password: str) -> None:
        """Raise ProfileRuleError unless the password is this profile's."""
        now = self._session.clock.now()
        if self._wait_until is not None and now < self._wait_until:
            seconds = int((self._wait_until - now).total_seconds()) + 1
            raise ProfileRuleError("Too many wrong passwords.", kept=_UNCHANGED,
                                   next_step=f"Try again in {seconds} seconds.")
        stored = self._session.one(_SECRET, (profile.coder_id,)) if profile is not None else None
        if profile is not None and (stored is None or sha256_of_text(stored[0]) != profile.secret_sha256):
            raise IntegrityError(f"The password of {profile.coder_id} was exchanged in the file.",
                                 kept="Nobody was signed in.", next_step="Run `ehrcoder audit verify`.")
        if stored is None or profile is None or not profile.is_active or not self._passwords().matches(
            stored[0], password_form(password)
        ):
            self._failures += 1
            if self._failures > _FREE_FAILURES:
                wait = min(2 ** (self._failures - _FREE_FAILURES), _LONGEST_WAIT)
                self._wait_until = now + dt.timedelta(seconds=wait)
            raise ProfileRuleError("The name or the password is not right.", kept=_UNCHANGED,
                                   next_step="Try again, or ask an administrator for a new password.")
        self._failures, self._wait_until = 0, None

    def _who(self) -> Profile:
        person = self.signed_in
        if person is None:
            raise ProfileRuleError("Nobody is signed in.", kept=_UNCHANGED, next_step="Sign in first.")
        return person

    def _folded(self) -> dict[CoderId, Profile]:
        return fold_stored(self._events())

    def _events(self) -> list[ProfileEvent]:
        with self._session.reading():
            rows = self._session.all(_EVENTS)
            if not rows and self._session.one(_STRAY) is not None:
                raise _tampered()
        return [read_profile_event(body, content) for content, body in rows]


def read_profile_event(body: str | None, content_sha256: str) -> ProfileEvent:
    """Return a stored change of a profile. Raises IntegrityError where it is not what the ledger holds."""
    if body is None or sha256_of_text(body) != content_sha256:
        raise _tampered()
    return serial.read_profile_event(body, where="A change of a profile")


def fold_stored(events: Iterable[ProfileEvent]) -> dict[CoderId, Profile]:
    """Return the profiles that stored events amount to. Raises IntegrityError where one does not fit."""
    try:
        return fold_profiles(events)
    except ProfileRuleError as error:
        raise _tampered() from error


class _Deciders:
    """Who made each decision of a record, read from its history."""

    def __init__(self, events: Sequence[CodingEvent]) -> None:
        self._of_code: dict[str, CoderId] = {}
        self._of_suggestion: dict[str, CoderId] = {}
        self._signed_by: CoderId | None = None
        for event in events:
            draft = event.draft
            if draft.after is not None and not _only_moved(draft.before, draft.after):
                self._of_code[draft.after.assignment_id] = draft.coder_id
            if draft.suggestion_id is not None and draft.decision is not None:
                self._of_suggestion[draft.suggestion_id] = draft.coder_id
                if draft.decision is Decision.UNDECIDED:
                    del self._of_suggestion[draft.suggestion_id]
            if draft.action is CodingAction.SIGN:
                self._signed_by = draft.coder_id

    def another(self, draft: EventDraft, coder_id: CoderId) -> bool:
        """Tell whether a draft changes what another person decided or signed."""
        if draft.action is CodingAction.AMEND:
            return self._signed_by not in (None, coder_id)
        if draft.before is not None and not _only_moved(draft.before, draft.after):
            return self._of_code.get(draft.before.assignment_id, coder_id) != coder_id
        if draft.suggestion_id is not None and draft.decision is not None:
            return self._of_suggestion.get(draft.suggestion_id, coder_id) != coder_id
        return False


def _only_moved(before: CodeAssignment | None, after: CodeAssignment | None) -> bool:
    """Tell whether a code only took another place, because one came in or went before it."""
    return before is not None and after is not None and replace(before, sequence=after.sequence) == after


def _not_allowed(person: Profile, permission: Permission) -> ProfileRuleError:
    return ProfileRuleError(
        f"{person.name} ({', '.join(role.value for role in person.roles)}) may not {permission.value}.",
        kept=_UNCHANGED, next_step="Ask somebody whose role allows it, or an administrator for that role.",
    )


def _tampered() -> IntegrityError:
    return IntegrityError("The profiles of this workspace are not as they were written.", kept="Nobody was signed in.",
                          next_step="Run `ehrcoder audit verify` and go back to the last backup.")
