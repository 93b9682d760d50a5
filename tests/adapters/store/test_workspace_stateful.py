"""The store against a simple model of itself, driven by hypothesis over everything that a coder can do."""

from __future__ import annotations

import shutil
import tempfile
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from builders.coding_world import (
    CODER,
    CountingIds,
    SmallCodeSets,
    SteppingClock,
    record_of,
    run_of,
    suggestion_of,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ehrcoder.adapters.store.backup_shelf import SqliteBackups
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.assignments import Decision, DiagnosisUse, PresentOnAdmission, RejectReason
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import RecordId
from ehrcoder.ports import ExportEntry
from ehrcoder.usecases.backups import make_backup, restore_backup
from ehrcoder.usecases.sign_record import amend_record, sign_record
from ehrcoder.usecases.verify_code import VerifyCode

CODES = ("I10", "J45.901", "J45.909", "E11.9", "R07.9")
PROPOSED = ("I10", "E11.9", "J45.909", "I10")
RECORDS = ("r1", "r2", "r3")
records = st.sampled_from(RECORDS)
codes = st.sampled_from(CODES)
places = st.integers(0, len(PROPOSED) - 1)


@dataclass
class Line:
    """One assigned code as the model sees it: which, why, and how."""

    code: str
    suggestion: str | None = None
    is_principal: bool = False
    admission: str | None = None


@dataclass
class Now:
    """What a record amounts to; copied before each change, so that undoing is putting the copy back."""

    lines: list[Line] = field(default_factory=list)
    decisions: dict[str, str] = field(default_factory=dict)

    def line(self, code: str) -> Line | None:
        return next((each for each in self.lines if each.code == code), None)

    def of(self, suggestion: str) -> Line | None:
        return next((each for each in self.lines if each.suggestion == suggestion), None)

    def drop(self, line: Line) -> None:
        self.lines.remove(line)


@dataclass
class Modelled:
    """A record as the model sees it."""

    now: Now = field(default_factory=Now)
    undo: list[Now] = field(default_factory=list)
    redo: list[Now] = field(default_factory=list)
    is_signed: bool = False
    events_at_least: int = 0


class StoreMachine(RuleBasedStateMachine):
    """Does the same to the workspace and to the model; they must agree after every step."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stateful-"))
        self.clock, self.ids = SteppingClock(), CountingIds()
        self.open()
        self.workspace.add_records([record_of(each) for each in RECORDS])
        for each in RECORDS:
            self.workspace.save_run(run_of(f"run-{each}", record_id=each), [
                suggestion_of(f"{each}-s{place}", code, rank=place + 1, run_id=f"run-{each}", record_id=each)
                for place, code in enumerate(PROPOSED)
            ])
        self.model = {each: Modelled() for each in RECORDS}
        self.saved: tuple[Path, dict[str, Modelled]] | None = None
        self.exports = 0

    def open(self) -> None:
        self.workspace = SqliteWorkspace.open(self.folder / "w.ehrw", clock=self.clock, ids=self.ids,
                                              anchors=self.folder / "anchors")
        self.verify = VerifyCode(history=self.workspace, store=self.workspace, index=SmallCodeSets(), ids=self.ids)

    def teardown(self) -> None:
        if hasattr(self, "workspace"):
            assert self.workspace.verify().problems == ()
            assert self.workspace.rebuild().differing == ()
            self.workspace.close()
            shutil.rmtree(self.folder)

    def change(self, record: str, is_allowed: bool, act, alter) -> None:
        """Carry out an action that must be refused exactly where the model says so."""
        each = self.model[record]
        if each.is_signed or not is_allowed:
            before = len(self.workspace.events(RecordId(record)))
            with pytest.raises(InputError):
                act()
            assert len(self.workspace.events(RecordId(record))) == before
            return
        former = deepcopy(each.now)
        act()
        alter(each.now)
        each.undo.append(former)
        each.redo.clear()

    def assignment(self, record: str, code: str) -> str | None:
        coding = self.workspace.coding(RecordId(record))
        return next((each.assignment_id for each in coding.assignments if each.coding.code == code), None)

    @rule(record=records, place=places)
    def accept(self, record: str, place: int) -> None:
        name, code, now = f"{record}-s{place}", PROPOSED[place], self.model[record].now

        def alter(now: Now) -> None:
            if now.line(code) is None:
                now.lines.append(Line(code, name))
            now.decisions[name] = "accepted"

        self.change(record, now.decisions.get(name) not in ("accepted", "replaced"),
                    lambda: self.verify.accept(record, name, coder_id=CODER), alter)

    @rule(record=records, place=places)
    def reject(self, record: str, place: int) -> None:
        name, now = f"{record}-s{place}", self.model[record].now

        def alter(now: Now) -> None:
            if (line := now.of(name)) is not None:
                now.drop(line)
            now.decisions[name] = "rejected"

        self.change(record, now.decisions.get(name) != "rejected",
                    lambda: self.verify.reject(record, name, coder_id=CODER, reason=RejectReason.NEGATED), alter)

    @rule(record=records, place=places, code=codes)
    def replace(self, record: str, place: int, code: str) -> None:
        name, now = f"{record}-s{place}", self.model[record].now
        standing = now.line(code)

        def alter(now: Now) -> None:
            if (line := now.of(name)) is not None:
                line.code = code
            else:
                now.lines.append(Line(code, name))
            now.decisions[name] = "replaced"

        self.change(record, code != PROPOSED[place] and (standing is None or standing.suggestion == name),
                    lambda: self.verify.replace(record, name, coder_id=CODER, system=ICD_10_CM, code=code), alter)

    @rule(record=records, code=codes)
    def add(self, record: str, code: str) -> None:
        self.change(record, self.model[record].now.line(code) is None,
                    lambda: self.verify.add(record, coder_id=CODER, system=ICD_10_CM, code=code),
                    lambda now: now.lines.append(Line(code)))

    @rule(record=records, code=codes)
    def remove(self, record: str, code: str) -> None:
        found = self.assignment(record, code)
        if found is None:
            return

        def alter(now: Now) -> None:
            line = now.line(code)
            assert line is not None
            now.drop(line)
            if line.suggestion is not None:
                now.decisions[line.suggestion] = "rejected"
            for place, proposed in enumerate(PROPOSED):
                name = f"{record}-s{place}"
                if proposed == code and now.decisions.get(name) == "accepted" and now.of(name) is None:
                    now.decisions[name] = "rejected"

        self.change(record, True, lambda: self.verify.remove(record, found, coder_id=CODER, reason="x"), alter)

    @rule(record=records, code=codes)
    def make_principal(self, record: str, code: str) -> None:
        found, line = self.assignment(record, code), self.model[record].now.line(code)
        if found is None or line is None or line.is_principal:
            return

        def alter(now: Now) -> None:
            for each in now.lines:
                each.is_principal = each.code == code
            now.lines.sort(key=lambda each: not each.is_principal)

        self.change(record, True, lambda: self.verify.make_principal(record, found, coder_id=CODER), alter)

    @rule(record=records, code=codes, value=st.sampled_from(PresentOnAdmission))
    def say_present(self, record: str, code: str, value: PresentOnAdmission) -> None:
        found, line = self.assignment(record, code), self.model[record].now.line(code)
        if found is None or line is None or line.admission == value.value:
            return

        def alter(now: Now) -> None:
            altered = now.line(code)
            assert altered is not None
            altered.admission = value.value

        self.change(record, True, lambda: self.verify.set_present_on_admission(
            record, found, coder_id=CODER, value=value), alter)

    @rule(record=records)
    def undo(self, record: str) -> None:
        each = self.model[record]
        if each.is_signed or not each.undo:
            with pytest.raises(InputError):
                self.verify.undo(record, coder_id=CODER)
            return
        self.verify.undo(record, coder_id=CODER)
        each.redo.append(each.now)
        each.now = each.undo.pop()

    @rule(record=records)
    def redo(self, record: str) -> None:
        each = self.model[record]
        if each.is_signed or not each.redo:
            with pytest.raises(InputError):
                self.verify.redo(record, coder_id=CODER)
            return
        self.verify.redo(record, coder_id=CODER)
        each.undo.append(each.now)
        each.now = each.redo.pop()

    @rule(record=records)
    def sign(self, record: str) -> None:
        each = self.model[record]
        if each.is_signed or len(each.now.decisions) < len(PROPOSED):
            with pytest.raises(InputError):
                sign_record(RecordId(record), history=self.workspace, store=self.workspace, coder_id=CODER,
                            clock=self.clock)
            return
        sign_record(RecordId(record), history=self.workspace, store=self.workspace, coder_id=CODER, clock=self.clock)
        each.is_signed, each.undo, each.redo = True, [], []

    @rule(record=records)
    def decide_the_rest_and_sign(self, record: str) -> None:
        for place in range(len(PROPOSED)):
            if f"{record}-s{place}" not in self.model[record].now.decisions:
                self.reject(record, place)
        self.sign(record)

    @rule(record=records)
    def amend(self, record: str) -> None:
        each = self.model[record]
        if not each.is_signed:
            with pytest.raises(InputError):
                amend_record(RecordId(record), history=self.workspace, coder_id=CODER, reason="late")
            return
        amend_record(RecordId(record), history=self.workspace, coder_id=CODER, reason="late")
        each.is_signed = False

    @rule(record=records)
    def export(self, record: str) -> None:
        if self.model[record].is_signed:
            head = self.workspace.coding(RecordId(record)).head_hash
            self.workspace.log_exports([ExportEntry(
                record_id=RecordId(record), file_name="x", format="fhir", sha256="ab" * 32, head_hash=head,
                at=self.clock.now())])
            self.exports += 1

    @rule()
    def open_again(self) -> None:
        self.workspace.close()
        self.open()
        assert self.workspace.warnings == ()

    @rule()
    def back_up(self) -> None:
        made, _ = make_backup(self.shelf(), clock=self.clock)
        self.saved = made.path, deepcopy(self.model)
        self.exports_saved = self.exports

    @precondition(lambda self: self.saved is not None)
    @rule()
    def restore(self) -> None:
        assert self.saved is not None
        self.workspace.close()
        restore_backup(self.shelf(), self.saved[0], clock=self.clock)
        self.open()
        assert self.workspace.warnings == ()
        self.model, self.exports = deepcopy(self.saved[1]), self.exports_saved

    def shelf(self) -> SqliteBackups:
        return SqliteBackups(self.folder / "w.ehrw", clock=self.clock, ids=self.ids, anchors=self.folder / "anchors")

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "model"):
            return
        for record, each in self.model.items():
            coding = self.workspace.coding(RecordId(record))
            assert [
                (a.coding.code, a.suggestion_id, a.use is DiagnosisUse.PRINCIPAL,
                 a.present_on_admission.value if a.present_on_admission else None) for a in coding.assignments
            ] == [(line.code, line.suggestion, line.is_principal, line.admission) for line in each.now.lines]
            assert {name: state.value for name, state in coding.decisions} == each.now.decisions
            assert Decision.UNDECIDED not in dict(coding.decisions).values()
            assert (coding.signature is not None) == each.is_signed
        assert len(self.workspace.exports()) == self.exports


def drive(*, examples: int, steps: int) -> int:
    """Run the machine and return how many steps it took."""
    taken = 0

    class Counted(StoreMachine):
        @invariant()
        def count(self) -> None:
            nonlocal taken
            taken += 1

    run_state_machine_as_test(Counted, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), print_blob=False,
    ))
    return taken


def test_the_store_agrees_with_its_model() -> None:
    assert drive(examples=8, steps=25) > 100


@pytest.mark.slow
def test_the_store_agrees_with_its_model_for_ten_thousand_steps() -> None:
    assert drive(examples=260, steps=50) >= 10_000
