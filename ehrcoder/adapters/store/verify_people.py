"""Checks the profiles of a workspace, and that every decision was made by somebody who was allowed to make it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.session import Session
from ehrcoder.core.canonical import sha256_of_text
from ehrcoder.core.errors import IntegrityError
from ehrcoder.core.profiles import Profile, ProfileEvent, ProfileRuleError, check_profile_event, permission_for

_EVENT = "SELECT coder_id, event_id, body FROM profile_events WHERE position = ?"
_STRAY = """
SELECT position, coder_id FROM profile_events AS p
WHERE NOT EXISTS (SELECT 1 FROM ledger AS l WHERE l.position = p.position AND l.kind = 'profile')
"""
_SECRETS = "SELECT coder_id, secret FROM secrets"


@dataclass(slots=True, kw_only=True)
class PeopleCheck:
    """Follows the profiles along the ledger; `note` is told what does not fit."""

    session: Session
    note: Callable[[str], None]
    _positions: list[int] = field(default_factory=list[int])
    _states: list[dict[str, Profile]] = field(default_factory=list[dict[str, Profile]])

    def line(self, position: int, coder_id: str, content_sha256: str) -> None:
        """Take one line of the ledger that tells of a profile."""
        found = self.session.one(_EVENT, (position,))
        if found is None or found[0] != coder_id or sha256_of_text(found[2]) != content_sha256:
            self.note(f"A change of the profile {coder_id} (line {position} of the ledger) is missing or was altered.")
            return
        try:
            event = serial.read_profile_event(found[2], where="A change of a profile")
            if (event.after.coder_id, event.event_id) != (coder_id, found[1]):
                self.note(f"A change of the profile {coder_id} (line {position} of the ledger) was exchanged.")
            self._follow(position, event)
        except IntegrityError as error:
            self.note(error.what)
        except ProfileRuleError as error:
            self.note(f"The profile {coder_id} was changed against the rules (line {position} of the ledger): "
                      f"{error.what}")

    def ends(self) -> None:
        """Compare what lies beside the ledger: stray changes, and the password of each profile."""
        for position, coder_id in self.session.all(_STRAY):
            self.note(f"A change of the profile {coder_id} ({position}) was inserted from outside.")
        now = self._states[-1] if self._states else {}
        secrets = dict(self.session.all(_SECRETS))
        for coder_id, profile in now.items():
            if sha256_of_text(secrets.pop(coder_id, "")) != profile.secret_sha256:
                self.note(f"The password of the profile {coder_id} was exchanged or taken away.")
        for coder_id in secrets:
            self.note(f"There is a password of {coder_id}, but no such profile.")

    @property
    def has_profiles(self) -> bool:
        """Whether anybody ever had a profile."""
        return bool(self._positions)

    def refusal(self, position: int, coder_id: object, action: object) -> str:
        """Say why a decision at a line of the ledger cannot have been made; empty where it can."""
        place = bisect_left(self._positions, position)
        if place == 0:
            return ""
        profile = self._states[place - 1].get(str(coder_id))
        if profile is None:
            return f"was made by {coder_id}, who had no profile"
        if not profile.may(permission_for(str(action))):
            return f"was made by {coder_id}, who was not allowed to"
        return ""

    def _follow(self, position: int, event: ProfileEvent) -> None:
        now: dict[str, Profile] = dict(self._states[-1]) if self._states else {}
        self._positions.append(position)
        self._states.append({**now, event.after.coder_id: event.after})
        check_profile_event({each.coder_id: each for each in now.values()}, event)
