"""Twenty real case reports, from unreviewed to signed, by real key presses in the window alone.

The driver looks at the stored records to know what a coder would see, presses the keys, and writes down what it
pressed. Afterwards each record's history must be that, no more and no less.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from builders.real_keys import Keyboard, running_display, wait_until

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.assignments import CodingAction, Decision
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.core.errors import EhrCoderError
from ehrcoder.core.ids import RecordId
from ehrcoder.core.suggestions import CodeSuggestion
from ehrcoder.paths import find_paths
from ehrcoder.ports import CodeSetIndex
from ehrcoder.services import Services
from ehrcoder.usecases.import_records import import_paths
from ehrcoder.usecases.validate_record import validate_coding

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 20
NAMED = (CodingAction.ACCEPT, CodingAction.REPLACE, CodingAction.ADD, CodingAction.REMOVE)
Answer = TypeVar("Answer")


class Coder:
    """Presses keys for one record after another, and notes what each press must have done."""

    def __init__(self, keys: Keyboard, services: Services, path: Path, index: CodeSetIndex) -> None:
        self._keys = keys
        self._services = services
        self._path = path
        self._index = index
        self.pressed = 0
        self.expected: dict[RecordId, list[tuple[CodingAction, str]]] = {}

    def look(self, question: Callable[[SqliteWorkspace], Answer]) -> Answer:
        """Ask the stored workspace; a moment at which it is being written is waited out."""
        for _ in range(200):
            try:
                workspace = self._services.open_workspace(self._path, read_only=True)
            except EhrCoderError:
                time.sleep(0.05)
                continue
            try:
                return question(workspace)
            finally:
                workspace.close()
        raise AssertionError("the workspace cannot be read")

    def press(self, *keys: str) -> None:
        self.pressed += len(keys)
        self._keys.press(*keys)

    def version(self, record_id: RecordId) -> int:
        return self.look(lambda workspace: workspace.coding(record_id).version)

    def press_and_wait(self, record_id: RecordId, *keys: str, patience: float = 30) -> bool:
        """Press keys, and tell whether the record changed by it in time."""
        before = self.version(record_id)
        self.press(*keys)
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.version(record_id) > before:
                return True
            time.sleep(0.05)
        return False

    def code(self, record_id: RecordId, gold: set[str], *, turn: int) -> None:
        """Take a record from its first suggestion to its signature."""
        told = self.expected.setdefault(record_id, [])
        suggestions = self.look(lambda workspace: workspace.suggestions(record_id))
        for suggestion in suggestions:
            self._decide(record_id, suggestion, gold, told)
        if turn % 4 == 0:
            assert self.press_and_wait(record_id, "f"), "F did not flag"
            told.append((CodingAction.FLAG, ""))
        if turn % 4 == 1:
            assert self.press_and_wait(record_id, "ctrl+z"), "Ctrl+Z did not undo"
            told.append((CodingAction.UNDO, ""))
            assert self.press_and_wait(record_id, "ctrl+shift+z"), "Ctrl+Shift+Z did not redo"
            told.append((CodingAction.UNDO, ""))
        if turn % 4 == 2:
            self.press("c")
            self._keys.type("axx1 is only a comment")
            assert self.press_and_wait(record_id, "Return"), "C and Enter left no comment"
            told.append((CodingAction.COMMENT, ""))
        self._add_missing(record_id, gold, told)
        self._mend(record_id, told)
        self._make_principal(record_id, told)
        self._sign(record_id, told)

    def _decide(
        self, record_id: RecordId, suggestion: CodeSuggestion, gold: set[str],
        told: list[tuple[CodingAction, str]],
    ) -> None:
        others = [each.coding.code.casefold() for each in suggestion.alternatives[:9]]
        code = suggestion.coding.code
        right = next((n for n, other in enumerate(others, 1) if other in gold and self._can_be_assigned(
            suggestion.alternatives[n - 1].coding.system, suggestion.alternatives[n - 1].coding.code)), 0)
        assigned = self.look(lambda workspace: {each.coding.code for each in workspace.coding(record_id).assignments})
        if code.casefold() in gold and self._can_be_assigned(suggestion.coding.system, code):
            # A code that raises an error takes a second key; what was accepted by the first takes none.
            done = self.press_and_wait(record_id, "a", patience=2) or self.press_and_wait(record_id, "a")
            assert done, f"A did not accept {code}"
            told.append((CodingAction.ACCEPT, code))
        elif right and suggestion.alternatives[right - 1].coding.code not in assigned:
            assert self.press_and_wait(record_id, str(right)), f"{right} did not take an alternative"
            told.append((CodingAction.REPLACE, suggestion.alternatives[right - 1].coding.code))
        else:
            assert self.press_and_wait(record_id, "x", "4"), f"X 4 did not reject {code}"
            told.append((CodingAction.REJECT, ""))

    def _can_be_assigned(self, system: str, code: str) -> bool:
        """Tell whether a code is one; the corpus and the engine also name the headers of procedures."""
        concept = self._index.concept(system, code)
        return concept is not None and concept.is_billable

    def _add_missing(self, record_id: RecordId, gold: set[str], told: list[tuple[CodingAction, str]]) -> None:
        """Search for one code that was not proposed, by its number, as a coder would type it."""
        assigned = self.look(lambda workspace: {
            each.coding.code.casefold() for each in workspace.coding(record_id).assignments
        })
        for code in sorted(gold - assigned):
            hits = [hit for hit in self._index.search(code, limit=40) if hit.concept.is_billable]
            if hits and hits[0].concept.coding.code.casefold() == code:
                self.press("ctrl+k")
                self._keys.type(code)
                assert self.press_and_wait(record_id, "Return"), f"{code} was not added"
                told.append((CodingAction.ADD, hits[0].concept.coding.code))
                return

    def _findings(self, record_id: RecordId) -> tuple[EditFinding, ...]:
        return self.look(lambda workspace: validate_coding(
            workspace.coding(record_id), workspace.record(record_id), self._index
        ))

    def _mend(self, record_id: RecordId, told: list[tuple[CodingAction, str]]) -> None:
        """Take the last code away that an error names, until no error is open."""
        for _ in range(20):
            wrong = [each for each in self._findings(record_id)
                     if each.severity is EditSeverity.ERROR and each.assignment_ids]
            if not wrong:
                return
            codes = self.look(lambda workspace: workspace.coding(record_id).assignments)
            code = max((each for each in codes if each.assignment_id in wrong[0].assignment_ids),
                       key=lambda each: each.sequence)
            self._go_to_code(code.sequence)
            self.press("Delete")
            self._keys.type("it contradicts another code")
            assert self.press_and_wait(record_id, "Return"), f"{code.coding.code} was not removed"
            told.append((CodingAction.REMOVE, code.coding.code))
            self.press("Escape")
        raise AssertionError("errors stay open")

    def _make_principal(self, record_id: RecordId, told: list[tuple[CodingAction, str]]) -> None:
        codes = self.look(lambda workspace: workspace.coding(record_id).assignments)
        for code in codes:
            if code.kind is not CodeKind.DIAGNOSIS or code.coding.code[0] in "VWXY":
                continue
            self._go_to_code(code.sequence)
            assert self.press_and_wait(record_id, "p"), f"P did not make {code.coding.code} principal"
            told.append((CodingAction.CHANGE, ""))
            self.press("Escape")
            if not any(each.severity is EditSeverity.ERROR for each in self._findings(record_id)):
                return
        assert not any(each.severity is EditSeverity.ERROR for each in self._findings(record_id))

    def _go_to_code(self, sequence: int) -> None:
        self.press("Escape", "ctrl+4", "ctrl+Home", *["Down"] * (sequence - 1))

    def _sign(self, record_id: RecordId, told: list[tuple[CodingAction, str]]) -> None:
        warnings = list(dict.fromkeys(
            each.message for each in self._findings(record_id) if each.severity is EditSeverity.WARNING
        ))
        time.sleep(0.5)
        self.press("ctrl+Return")
        time.sleep(0.4)
        for _ in range(min(len(warnings), 7)):
            self._keys.type("as documented")
            self.press("Tab")
        assert self.press_and_wait(record_id, "ctrl+Return"), f"not signed; warnings: {len(warnings)}"
        told += [(CodingAction.ACKNOWLEDGE, "")] if warnings else []
        told.append((CodingAction.SIGN, ""))
        wait_until(lambda: self.look(lambda workspace: workspace.coding(record_id).signature is not None), "not signed")
        time.sleep(0.4)


@pytest.fixture
def display() -> Iterator[dict[str, str]]:
    with running_display() as environment:
        yield environment


@pytest.mark.slow
@pytest.mark.corpus
def test_twenty_case_reports_are_signed_by_keys_alone(tmp_path: Path, display: dict[str, str], real_data: Path):
    home = tmp_path / "home"
    home.mkdir()
    built = find_paths().code_sets
    if not any(built.glob("*")):
        pytest.skip("the code sets are not built; run: ehrcoder codesets build")
    (home / "codesets").symlink_to(built)
    (home / "settings.toml").write_text('coder = "dr-keys"\n[model]\nenabled = false\n[backup]\ndaily = false\n')
    services = Services(paths=find_paths({**os.environ, "EHRCODER_HOME": str(home)}))
    path = tmp_path / "twenty.ehrw"
    workspace = services.open_workspace(path)
    import_paths([_twenty(real_data, tmp_path)], readers=services.readers, store=workspace, clock=services.clock,
                 ids=services.ids)
    rows = workspace.rows()
    gold = {row.record_id: {each.coding.code.casefold() for each in workspace.record(row.record_id).imported_codes}
            for row in rows}
    workspace.close()
    assert len(rows) == RECORDS
    index = services.open_code_sets()
    program = subprocess.Popen(
        [sys.executable, "-m", "ehrcoder", "gui", "--workspace", str(path)],
        env=display | {"PYTHONPATH": str(ROOT), "EHRCODER_HOME": str(home)},
    )
    try:
        keys = Keyboard(display)
        keys.focus("twenty", patience=240)
        time.sleep(1)
        coder = Coder(keys, services, path, index)
        coder.press("shift+F5")
        wait_until(lambda: coder.look(lambda w: all(w.runs(row.record_id) for row in rows)), "not all was proposed",
                 patience=600)
        time.sleep(2)
        for turn, row in enumerate(rows):
            coder.code(row.record_id, gold[row.record_id], turn=turn)
            assert program.poll() is None, "the window ended"
        keys.press("ctrl+q")
        assert program.wait(30) == 0
    finally:
        if program.poll() is None:
            program.kill()
            program.wait()
    print(f"{coder.pressed} key presses besides typed words for {RECORDS} records")
    workspace = services.open_workspace(path, read_only=True)
    try:
        for row in rows:
            groups: dict[str, tuple[CodingAction, str]] = {}
            for event in workspace.events(row.record_id):
                draft = event.draft
                code = draft.after or (draft.before if draft.action is CodingAction.REMOVE else None)
                named = draft.action in NAMED
                groups.setdefault(event.group_id, (draft.action, code.coding.code if code and named else ""))
            assert list(groups.values()) == coder.expected[row.record_id]
            coding = workspace.coding(row.record_id)
            assert coding.signature is not None
            assert coding.signature.coder_id == "dr-keys"
            assert Decision.UNDECIDED not in dict(coding.decisions).values()
        assert workspace.verify().problems == ()
    finally:
        workspace.close()


def _twenty(data_folder: Path, tmp_path: Path) -> Path:
    """Return a folder with the first twenty development records and their codes."""
    source = data_folder / "ehr" / "codiesp" / "dev"
    folder = tmp_path / "corpus" / "dev"
    names = sorted(each.stem for each in (source / "text_files_en").glob("*.txt"))[:RECORDS]
    (folder / "text_files_en").mkdir(parents=True)
    for name in names:
        (folder / "text_files_en" / f"{name}.txt").write_bytes((source / "text_files_en" / f"{name}.txt").read_bytes())
    for table in ("devD.tsv", "devP.tsv"):
        lines = (source / table).read_text("utf-8").splitlines(keepends=True)
        (folder / table).write_text("".join(line for line in lines if line.split("\t")[0] in names), "utf-8")
    return folder.parent
