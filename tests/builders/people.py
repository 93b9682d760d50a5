"""A workspace with profiles for tests: an administrator, two coders, a reviewer and a manager."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from builders.coding_world import CODER, CountingIds, SmallCodeSets, SteppingClock, record_of, run_of, suggestion_of

from ehrcoder.adapters.passwords import Argon2Cost, Argon2Passwords
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.ids import CoderId
from ehrcoder.core.profiles import Role
from ehrcoder.usecases.profiles import create_profile
from ehrcoder.usecases.verify_code import VerifyCode

PASSWORD = "four plain words here"
ADMIN, OTHER, REVIEWER, MANAGER = (CoderId(each) for each in ("root", "other", "rita", "max"))
TEAM = (
    (ADMIN, "Ada Root", Role.ADMINISTRATOR), (CODER, "Cleo Coder", Role.CODER), (OTHER, "Otto Other", Role.CODER),
    (REVIEWER, "Rita Review", Role.REVIEWER), (MANAGER, "Max Manage", Role.MANAGER),
)


def cheap_passwords() -> Argon2Passwords:
    """Return a hasher whose guesses cost next to nothing, so that tests are quick."""
    return Argon2Passwords(Argon2Cost(passes=1, memory_kib=64, lanes=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """An open workspace with one record, three suggestions and five people; nobody is signed in."""

    workspace: SqliteWorkspace
    verify: VerifyCode
    clock: SteppingClock

    def come(self, coder_id: CoderId) -> None:
        """Sign somebody in."""
        self.workspace.sign_in(coder_id, PASSWORD)


def open_team_workspace(path: Path, *, clock: SteppingClock | None = None) -> SqliteWorkspace:
    """Open the workspace again."""
    return SqliteWorkspace.open(path, clock=clock or SteppingClock(), ids=CountingIds(), passwords=cheap_passwords)


def make_team(path: Path) -> Team:
    """Create the workspace and everybody in it."""
    clock, ids = SteppingClock(), CountingIds()
    workspace = SqliteWorkspace.open(path, clock=clock, ids=ids, passwords=cheap_passwords)
    workspace.add_records([record_of()])
    workspace.save_run(run_of(), [
        suggestion_of("s1", "I10", rank=1), suggestion_of("s2", "E11.9", rank=2, quote="diabetes"),
        suggestion_of("s3", "J45.909", rank=3, quote="Asthma"),
    ])
    for coder_id, name, role in TEAM:
        create_profile(workspace, coder_id=coder_id, name=name, roles=[role], password=PASSWORD)
    workspace.sign_out()
    verify = VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=ids)
    return Team(workspace=workspace, verify=verify, clock=clock)
