"""The window under a real X server, worked with real key presses: the history holds what was pressed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders.real_keys import Keyboard, WindowProgram, running_display, wait_until
from builders.window_world import NOTE, FakeServices

from ehrcoder.core.assignments import CodingAction, Decision, DiagnosisUse


@pytest.fixture
def display() -> Iterator[dict[str, str]]:
    with running_display() as environment:
        yield environment


def test_a_record_goes_from_file_to_signature_by_keys_alone(tmp_path: Path, display: dict[str, str]):
    note = tmp_path / "discharge.txt"
    note.write_bytes(NOTE.encode("utf-8"))
    path = tmp_path / "work.ehrw"
    services = FakeServices(tmp_path / "reader")
    keys = Keyboard(display)
    with WindowProgram(path, services, display) as program:
        def look(question: Callable) -> Callable[[], bool]:
            return program.holds(lambda w: bool(rows := w.rows()) and question(w, rows[0].record_id))

        keys.focus("EHRCoder")
        wait_until(path.exists, "the workspace was not made")
        keys.press("ctrl+o")
        keys.focus("Import records")
        keys.type(str(note))
        keys.press("Return")
        wait_until(look(lambda workspace, record_id: True), "the record was not imported")
        keys.focus("work – EHRCoder")
        time.sleep(0.5)
        keys.press("F5")
        wait_until(look(lambda w, record_id: len(w.suggestions(record_id)) == 5), "nothing was proposed")
        time.sleep(0.5)
        keys.press("a", "p", "1", "x", "4", "a", "ctrl+z", "ctrl+shift+z", "Return", "ctrl+Return")
        keys.press("Return", "Escape")
        keys.press("x", "1")
        wait_until(look(lambda w, record_id: len(w.coding(record_id).decisions) == 5), "not all was decided")
        keys.press("ctrl+Return", "Return")
        time.sleep(0.3)
        assert look(lambda w, record_id: w.coding(record_id).signature is None)(), "Enter signed the record"
        keys.press("ctrl+Return")
        wait_until(look(lambda w, record_id: w.coding(record_id).signature is not None), "it was not signed")
        keys.press("ctrl+q")
        assert program.ended_well()

    workspace = services.open_workspace(path, read_only=True)
    try:
        record_id = workspace.rows()[0].record_id
        coding, events = workspace.coding(record_id), workspace.events(record_id)
    finally:
        workspace.close()
    assert sum(event.draft.active_seconds for event in events) >= 1  # keys of actions count as work
    groups: dict[str, CodingAction] = {}
    for event in events:
        groups.setdefault(event.group_id, event.draft.action)
    assert list(groups.values()) == [
        CodingAction.ACCEPT, CodingAction.CHANGE, CodingAction.REPLACE, CodingAction.REJECT,
        CodingAction.ACCEPT, CodingAction.UNDO, CodingAction.UNDO, CodingAction.REJECT, CodingAction.SIGN,
    ]
    assert [each.coding.code for each in coding.assignments] == ["J18.9", "E11.65", "R50.9"]
    assert coding.assignments[0].use is DiagnosisUse.PRINCIPAL
    assert sorted(dict(coding.decisions).values()) == [
        Decision.ACCEPTED, Decision.ACCEPTED, Decision.REJECTED, Decision.REJECTED, Decision.REPLACED,
    ]
    reasons = [event.draft.reason for event in events if event.draft.action is CodingAction.REJECT]
    assert reasons == ["unsupported", "negated"]
