"""A team's workspace against a simple model of it: people, marks, planned work, and encryption, by hypothesis."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from builders.busy_site import fixed_key, known_keys
from builders.coding_world import CountingIds, SmallCodeSets, record_of, run_of, suggestion_of
from builders.people import cheap_passwords
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ehrcoder.adapters.store.cipher import salt_of
from ehrcoder.adapters.store.rekey import change_key
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.campaign.plan import CampaignPlan, WorkItem, WorkState
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.profiles import Role
from ehrcoder.core.recode import AssignedTitle, CodeChange, RecodeTask
from ehrcoder.ports import ExportEntry
from ehrcoder.usecases.mark_record import MarkRecord
from ehrcoder.usecases.profiles import create_profile, rename_profile, set_active, set_password, set_roles
from ehrcoder.usecases.sign_record import amend_record, sign_record
from ehrcoder.usecases.verify_code import VerifyCode

PEOPLE = ("ann", "bob", "cis", "dan")
PASSWORDS = ("four plain words here", "another five plain words")
CODES = ("I10", "J45.901", "E11.9")
RECORDS = ("r1", "r2")
# Written here once more, so that a slip in the program's own table shows.
MAY = {
    "coder": {"import", "propose", "mark", "decide", "sign", "export"},
    "reviewer": {"propose", "mark", "decide", "review", "sign", "export"},
    "manager": {"import", "propose", "mark", "export"},
    "administrator": {"import", "export", "administer"},
}
people = st.sampled_from(PEOPLE)
roles = st.sampled_from([Role.CODER, Role.REVIEWER, Role.MANAGER, Role.ADMINISTRATOR])
records = st.sampled_from(RECORDS)
codes = st.sampled_from(CODES)


class Watch:
    """A clock that can be set forward."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 4, 1, 8, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        self.time += dt.timedelta(seconds=1)
        return self.time


@dataclass
class Person:
    name: str
    role: str
    password: str
    is_active: bool = True


@dataclass
class Sheet:
    """A record as the model sees it: code and who decided it, and its marks."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    signed_by: str | None = None
    last_signer: str | None = None
    flag: str | None = None
    held_for: str = ""
    is_draft: bool = False


class TeamMachine(RuleBasedStateMachine):
    """Does the same to the workspace and to the model; they must agree after every step."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.path = self.folder / "w.ehrw"
        self.clock, self.ids = Watch(), CountingIds()
        self.team: dict[str, Person] = {}
        self.present: str | None = None
        self.is_confirmed = False
        self.key = 0
        self.open()
        self.workspace.add_records([record_of(each) for each in RECORDS])
        self.sheets = {each: Sheet() for each in RECORDS}
        self.imported, self.runs, self.exports = len(RECORDS), 0, 0
        self.work: dict[str, str] = {}
        self.open_tasks: set[str] = set()
        self.settled: list[str] = []
        self.campaign = self.workspace.campaigns.create("spring", CampaignPlan(seed=1)).campaign_id

    def open(self) -> None:
        self.workspace = SqliteWorkspace.open(self.path, clock=self.clock, ids=self.ids, keys=known_keys(),
                                              anchors=self.folder / "anchors", passwords=cheap_passwords)
        self.verify = VerifyCode(history=self.workspace, store=self.workspace, index=SmallCodeSets(), ids=self.ids)
        self.present, self.is_confirmed = None, False

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            self.workspace.close()
            shutil.rmtree(self.folder)

    @property
    def me(self) -> CoderId:
        return CoderId(self.present or "somebody")

    def may(self, what: str) -> bool:
        if not self.team:
            return True
        person = self.team.get(self.present or "")
        return person is not None and person.is_active and what in MAY[person.role]

    def tried(self, is_allowed: bool, act: Callable[[], object]) -> bool:
        """Carry out an action that must be refused exactly where the model says so; tell whether it was done."""
        if is_allowed:
            act()
        else:
            with pytest.raises(InputError):
                act()
        return is_allowed

    # People

    @rule(who=people, role=roles, password=st.sampled_from(PASSWORDS))
    def create(self, who: str, role: Role, password: str) -> None:
        is_first = not self.team
        allowed = role is Role.ADMINISTRATOR if is_first else self.may("administer") and who not in self.team
        if self.tried(allowed, lambda: create_profile(
                self.workspace, coder_id=who, name=f"Name {who}", roles=[role], password=password)):
            self.team[who] = Person(f"Name {who}", role.value, password)
            if is_first:
                self.present = who

    @rule(who=people, password=st.sampled_from(PASSWORDS))
    def sign_in(self, who: str, password: str) -> None:
        self.clock.time += dt.timedelta(hours=1)  # whoever mistyped has waited long enough
        person = self.team.get(who)
        allowed = person is not None and person.is_active and person.password == password
        if self.tried(allowed, lambda: self.workspace.sign_in(CoderId(who), password)):
            self.present, self.is_confirmed = who, False

    @rule(who=people)
    def somebody_comes(self, who: str) -> None:
        if who in self.team:
            self.sign_in(who, self.team[who].password)

    @rule()
    def sign_out(self) -> None:
        self.workspace.sign_out()
        self.present, self.is_confirmed = None, False

    @rule(password=st.sampled_from(PASSWORDS))
    def confirm(self, password: str) -> None:
        self.clock.time += dt.timedelta(hours=1)
        person = self.team.get(self.present or "")
        allowed = person is not None and person.is_active and person.password == password
        if self.tried(allowed, lambda: self.workspace.confirm(password)):
            self.is_confirmed = True
        else:
            self.is_confirmed = False  # an earlier proof is more than a minute old

    def is_last_administrator(self, who: str) -> bool:
        return [name for name, each in self.team.items()
                if each.is_active and each.role == "administrator"] == [who]

    @rule(who=people, role=roles)
    def give_role(self, who: str, role: Role) -> None:
        person = self.team.get(who)
        allowed = (person is not None and self.may("administer") and person.role != role.value
                   and not self.is_last_administrator(who))
        if self.tried_of(person, allowed, lambda: set_roles(self.workspace, who, [role])):
            self.team[who].role = role.value

    @rule(who=people, is_active=st.booleans())
    def let_in_or_not(self, who: str, is_active: bool) -> None:
        person = self.team.get(who)
        allowed = (person is not None and self.may("administer") and person.is_active != is_active
                   and not self.is_last_administrator(who))
        if self.tried_of(person, allowed, lambda: set_active(self.workspace, who, is_active=is_active)):
            self.team[who].is_active = is_active

    @rule(who=people, password=st.sampled_from(PASSWORDS))
    def give_password(self, who: str, password: str) -> None:
        person, author = self.team.get(who), self.team.get(self.present or "")
        allowed = person is not None and author is not None and author.is_active and (
            self.present == who or self.may("administer"))
        if self.tried_of(person, allowed, lambda: set_password(self.workspace, who, password)):
            self.team[who].password = password

    @rule(who=people, name=st.sampled_from(["Name ann", "Another Name", "Third Name"]))
    def rename(self, who: str, name: str) -> None:
        person = self.team.get(who)
        allowed = (person is not None and self.may("administer")
                   and name not in [each.name for each in self.team.values()])
        if self.tried_of(person, allowed, lambda: rename_profile(self.workspace, who, name)):
            self.team[who].name = name

    def tried_of(self, person: Person | None, is_allowed: bool, act: Callable[[], object]) -> bool:
        """Do as `tried`; somebody who is not there is asked for all the same."""
        if person is None:
            with pytest.raises(NotFoundError):
                act()
            return False
        return self.tried(is_allowed, act)

    # Coding

    @rule(record=records, code=codes)
    def add(self, record: str, code: str) -> None:
        sheet = self.sheets[record]
        allowed = self.may("decide") and sheet.signed_by is None and code not in dict(sheet.lines)
        if self.tried(allowed, lambda: self.verify.add(record, coder_id=self.me, system=ICD_10_CM, code=code)):
            sheet.lines.append((code, self.me))
            sheet.is_draft = False

    @rule(record=records, code=codes)
    def remove(self, record: str, code: str) -> None:
        sheet = self.sheets[record]
        decided_by = dict(sheet.lines).get(code)
        if decided_by is None:
            return
        found = next(each.assignment_id for each in self.workspace.coding(RecordId(record)).assignments
                     if each.coding.code == code)
        allowed = self.may("decide") and sheet.signed_by is None and (
            not self.team or decided_by == self.me or self.may("review"))
        if self.tried(allowed, lambda: self.verify.remove(record, found, coder_id=self.me, reason="not so")):
            sheet.lines.remove((code, decided_by))
            sheet.is_draft = False

    @rule(record=records)
    def in_anothers_name(self, record: str) -> None:
        if self.team:
            before = self.workspace.coding(RecordId(record)).version
            with pytest.raises(InputError):
                self.verify.add(record, coder_id=CoderId("nobody"), system=ICD_10_CM, code="R07.9")
            assert self.workspace.coding(RecordId(record)).version == before

    @rule(record=records)
    def sign(self, record: str) -> None:
        sheet = self.sheets[record]
        is_proved = not self.team or self.is_confirmed
        allowed = self.may("sign") and is_proved and sheet.signed_by is None and not sheet.held_for
        reached = self.may("sign") and sheet.signed_by is None and not sheet.held_for
        if self.tried(allowed, lambda: sign_record(
                RecordId(record), history=self.workspace, store=self.workspace, coder_id=self.me, clock=self.clock)):
            sheet.signed_by = sheet.last_signer = self.me
            sheet.is_draft = False
            signature = self.workspace.coding(RecordId(record)).signature
            assert signature is not None
            assert signature.name == (self.team[self.me].name if self.team else "")
        if reached:
            self.is_confirmed = False  # a proof is good for one signature

    @rule(record=records, password=st.sampled_from(PASSWORDS))
    def confirm_and_sign(self, record: str, password: str) -> None:
        self.confirm(password)
        self.sign(record)

    @rule(record=records)
    def amend(self, record: str) -> None:
        sheet = self.sheets[record]
        allowed = self.may("decide") and sheet.signed_by is not None and (
            not self.team or sheet.last_signer == self.me or self.may("review"))
        if self.tried(allowed, lambda: amend_record(
                RecordId(record), history=self.workspace, coder_id=self.me, reason="late")):
            sheet.signed_by = None

    @rule(record=records, what=st.sampled_from(["comment", "flag", "unflag", "hold", "release", "draft"]))
    def mark(self, record: str, what: str) -> None:
        sheet, marks = self.sheets[record], MarkRecord(history=self.workspace, coder_id=self.me)
        record_id = RecordId(record)
        if what == "draft" and sheet.is_draft:
            return
        fits = {"flag": sheet.flag is None, "unflag": sheet.flag is not None, "hold": not sheet.held_for,
                "release": bool(sheet.held_for)}.get(what, True)
        allowed = self.may("decide" if what == "draft" else "mark") and sheet.signed_by is None and fits
        acts = {
            "comment": lambda: marks.comment(record_id, "look again"), "flag": lambda: marks.flag(record_id, "odd"),
            "unflag": lambda: marks.unflag(record_id), "hold": lambda: marks.hold(record_id, "waits"),
            "release": lambda: marks.release(record_id), "draft": lambda: marks.save_draft(record_id),
        }
        if self.tried(allowed, acts[what]):
            sheet.flag = {"flag": "odd", "unflag": None}.get(what, sheet.flag)
            sheet.held_for = {"hold": "waits", "release": ""}.get(what, sheet.held_for)
            sheet.is_draft = what == "draft"

    # The workspace as a whole

    @rule()
    def import_one(self) -> None:
        name = f"more-{self.imported}"
        if self.tried(self.may("import"), lambda: self.workspace.add_records([record_of(name)])):
            self.imported += 1

    @rule()
    def propose(self) -> None:
        name = f"run-{self.runs}"
        if self.imported == len(RECORDS):
            return
        record = f"more-{len(RECORDS)}"
        if self.tried(self.may("propose"), lambda: self.workspace.save_run(run_of(name, record_id=record), [
                suggestion_of(f"{name}-s", "I10", rank=1, run_id=name, record_id=record)])):
            self.runs += 1

    @rule(record=records)
    def export(self, record: str) -> None:
        entry = ExportEntry(record_id=RecordId(record), file_name="x", format="fhir", sha256="ab" * 32,
                            head_hash=self.workspace.coding(RecordId(record)).head_hash, at=self.clock.now())
        if self.tried(self.may("export"), lambda: self.workspace.log_exports([entry])):
            self.exports += 1

    @rule()
    def repair(self) -> None:
        self.tried(self.may("administer"), lambda: self.workspace.rebuild(repair=True))

    @rule(record=records, state=st.sampled_from([WorkState.DONE, WorkState.FAILED]))
    def work_off(self, record: str, state: WorkState) -> None:
        if not self.work:
            self.workspace.campaigns.make_list(self.campaign, "first", [WorkItem(record_id=RecordId(each))
                                                                        for each in RECORDS])
            self.work = dict.fromkeys(RECORDS, "waiting")
        allowed = self.work[record] != "done"
        if self.tried(allowed, lambda: self.workspace.campaigns.settle(
                self.campaign, "first", {RecordId(record): (state, "said")})):
            self.work[record] = state.value

    @rule()
    def newer_edition(self) -> None:
        standing = [(record, code) for record, sheet in self.sheets.items() for code, _ in sheet.lines]
        self.workspace.put_recode_tasks([RecodeTask(
            record_id=RecordId(record), assigned=AssignedTitle(system=ICD_10_CM, version="1", code=code, display=code),
            change=CodeChange.RETIRED, edition="2", now="", must_change=True) for record, code in standing], stamp="2")
        self.open_tasks = {f"{record} {code}" for record, code in standing} - set(self.settled)

    @rule(record=records)
    def settle_recode(self, record: str) -> None:
        wanted = sorted(each for each in self.standing_tasks() if each.startswith(f"{record} "))
        if self.tried(self.may("decide"), lambda: self.workspace.settle_recode(
                RecordId(record), coder_id=self.me, reason="still right")):
            self.settled += wanted
            self.open_tasks -= set(wanted)

    def standing_tasks(self) -> set[str]:
        return {each for each in self.open_tasks
                if each.split()[1] in dict(self.sheets[each.split()[0]].lines)}

    @rule()
    def open_again(self) -> None:
        self.workspace.close()
        self.open()
        assert self.workspace.warnings == ()

    @rule(number=st.integers(0, 2))
    def change_the_key(self, number: int) -> None:
        self.workspace.close()
        change_key(self.path, old=fixed_key(self.key), new=fixed_key(number), clock=self.clock, ids=self.ids)
        self.key = number
        self.open()
        key = fixed_key(number)
        assert salt_of(self.path) == (key.salt if key else None)

    @rule()
    def check_everything(self) -> None:
        assert self.workspace.verify().problems == ()
        assert self.workspace.rebuild().differing == ()

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "campaign"):
            return
        workspace = self.workspace
        assert {each.coder_id: (each.name, each.roles[0].value, each.is_active) for each in workspace.profiles()} == {
            who: (each.name, each.role, each.is_active) for who, each in self.team.items()}
        is_here = self.present is not None and self.team[self.present].is_active
        assert (workspace.signed_in.coder_id if workspace.signed_in else None) == (self.present if is_here else None)
        for record, sheet in self.sheets.items():
            coding = workspace.coding(RecordId(record))
            assert [each.coding.code for each in coding.assignments] == [code for code, _ in sheet.lines]
            assert (coding.signature.coder_id if coding.signature else None) == sheet.signed_by
            assert (coding.flag, coding.held_for, coding.is_draft) == (sheet.flag, sheet.held_for, sheet.is_draft)
        assert (len(workspace.rows()), len(workspace.exports())) == (self.imported, self.exports)
        if self.work:
            lines = workspace.campaigns.work(self.campaign, "first")
            assert {each.item.record_id: each.state.value for each in lines} == self.work
        assert {f"{each.record_id} {each.assigned.code}" for each in workspace.recode_tasks()} == self.standing_tasks()
        assert len(workspace.settled_recodes()) == len(self.settled)


def drive(*, examples: int, steps: int) -> int:
    """Run the machine and return how many steps it took."""
    taken = 0

    class Counted(TeamMachine):
        @invariant()
        def count(self) -> None:
            nonlocal taken
            taken += 1

    run_state_machine_as_test(Counted, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False,
    ))
    return taken


def test_a_teams_workspace_agrees_with_its_model() -> None:
    assert drive(examples=8, steps=40) > 200


@pytest.mark.slow
def test_a_teams_workspace_agrees_with_its_model_for_ten_thousand_steps() -> None:
    assert drive(examples=260, steps=50) >= 10_000
