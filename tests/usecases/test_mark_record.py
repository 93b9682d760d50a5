"""Comments, flags, holds, drafts, acknowledged warnings and restored versions, each an event of the history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from builders.coding_world import CODER, CodingWorld, open_world, suggestion_ids

from ehrcoder.core.assignments import CodingAction, Decision, RejectReason
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.comments import active_seconds, comments
from ehrcoder.core.edits import EditFinding, EditSeverity
from ehrcoder.core.errors import InputError
from ehrcoder.core.versions import DifferenceKind, differences, group_starts, version_at
from ehrcoder.usecases.mark_record import MarkRecord
from ehrcoder.usecases.sign_record import sign_record


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CodingWorld]:
    made = open_world(tmp_path / "w.ehrw")
    with closing(made.workspace):
        yield made
        assert made.workspace.verify().problems == ()
        assert made.workspace.rebuild().differing == ()


@pytest.fixture
def marks(world: CodingWorld) -> MarkRecord:
    return MarkRecord(history=world.workspace, coder_id=CODER)


def row(world: CodingWorld):
    return world.workspace.rows()[0]


def finding(severity: EditSeverity, message: str = "Two codes exclude each other.") -> EditFinding:
    return EditFinding(rule_id="excludes2", severity=severity, message=message, codes=(), assignment_ids=(), source="")


def test_a_flag_stands_in_the_list_until_it_is_taken_off(world, marks):
    assert marks.flag(world.record_id, " ask the ward ").flag == "ask the ward"
    assert row(world).flag == "ask the ward"
    assert marks.unflag(world.record_id).flag is None
    assert row(world).flag is None


def test_a_flag_without_words_is_a_flag(world, marks):
    assert marks.flag(world.record_id).flag == ""
    with pytest.raises(InputError):
        marks.flag(world.record_id)


def test_a_hold_needs_a_reason_and_keeps_the_record_from_being_signed(world, marks):
    with pytest.raises(InputError):
        marks.hold(world.record_id, "  ")
    assert marks.hold(world.record_id, "operation note is missing").held_for == "operation note is missing"
    assert row(world).held_for == "operation note is missing"
    for each in suggestion_ids():
        world.verify.reject(world.record_id, each, coder_id=CODER, reason=RejectReason.OTHER)
    with pytest.raises(InputError, match="on hold"):
        sign_record(world.record_id, history=world.workspace, store=world.workspace, coder_id=CODER, clock=world.clock)
    marks.release(world.record_id)
    signed = sign_record(
        world.record_id, history=world.workspace, store=world.workspace, coder_id=CODER, clock=world.clock
    )
    assert signed.signature is not None


def test_undo_and_redo_bring_a_hold_with_its_reason_back(world, marks):
    marks.hold(world.record_id, "query to the surgeon")
    marks.release(world.record_id)
    assert world.verify.undo(world.record_id, coder_id=CODER).held_for == "query to the surgeon"
    assert world.verify.undo(world.record_id, coder_id=CODER).held_for == ""
    assert world.verify.redo(world.record_id, coder_id=CODER).held_for == "query to the surgeon"
    assert world.verify.redo(world.record_id, coder_id=CODER).held_for == ""


def test_undo_and_redo_of_a_flag_keep_its_words(world, marks):
    marks.flag(world.record_id, "second look")
    assert world.verify.undo(world.record_id, coder_id=CODER).flag is None
    assert world.verify.redo(world.record_id, coder_id=CODER).flag == "second look"


def test_a_draft_is_marked_until_the_next_decision_and_is_no_step_to_take_back(world, marks):
    one, *_ = suggestion_ids()
    world.verify.accept(world.record_id, one, coder_id=CODER)
    assert marks.save_draft(world.record_id).is_draft
    assert row(world).is_draft
    assert marks.save_draft(world.record_id).version == 2
    assert world.verify.undo(world.record_id, coder_id=CODER).assignments == ()
    assert not row(world).is_draft


def test_a_comment_stands_on_the_record_a_suggestion_or_a_code_and_changes_none(world, marks):
    one, two, _ = suggestion_ids()
    before = world.verify.accept(world.record_id, one, coder_id=CODER)
    code = before.assignments[0]
    marks.comment(world.record_id, "of the record")
    marks.comment(world.record_id, "of the suggestion", suggestion_id=two)
    after = marks.comment(world.record_id, "of the code", assignment_id=code.assignment_id)
    assert after.assignments == before.assignments
    assert after.decision(two) is Decision.UNDECIDED
    said = comments(world.workspace.events(world.record_id))
    assert [each.text for each in said] == ["of the record", "of the suggestion", "of the code"]
    assert (said[1].suggestion_id, said[2].assignment_id) == (two, code.assignment_id)


def test_a_comment_that_was_taken_back_is_not_shown_and_comes_again_with_redo(world, marks):
    marks.comment(world.record_id, "first")
    marks.comment(world.record_id, "second")
    for turn, expected in (("undo", ["first"]), ("undo", []), ("redo", ["first"]), ("redo", ["first", "second"])):
        getattr(world.verify, turn)(world.record_id, coder_id=CODER)
        assert [each.text for each in comments(world.workspace.events(world.record_id))] == expected


def test_a_comment_without_words_is_refused(world, marks):
    with pytest.raises(InputError):
        marks.comment(world.record_id, " ")


def test_a_warning_is_let_stand_only_with_a_reason_and_an_error_never(world, marks):
    warning = finding(EditSeverity.WARNING)
    with pytest.raises(InputError, match="no reason"):
        marks.acknowledge(world.record_id, [warning], {})
    with pytest.raises(InputError, match="error is open"):
        marks.acknowledge(world.record_id, [finding(EditSeverity.ERROR)], {warning.message: "because"})
    known = finding(EditSeverity.INFORMATION, "fyi")
    marks.acknowledge(world.record_id, [warning, known], {warning.message: "two sites"})
    events = world.workspace.events(world.record_id)
    assert [each.draft.action for each in events] == [CodingAction.ACKNOWLEDGE]
    assert events[0].draft.reason == f"two sites (excludes2: {warning.message})"


def test_nothing_can_be_marked_once_the_record_is_signed(world, marks):
    for each in suggestion_ids():
        world.verify.reject(world.record_id, each, coder_id=CODER, reason=RejectReason.OTHER)
    sign_record(world.record_id, history=world.workspace, store=world.workspace, coder_id=CODER, clock=world.clock)
    for act in (
        lambda: marks.comment(world.record_id, "x"), lambda: marks.flag(world.record_id),
        lambda: marks.hold(world.record_id, "x"), lambda: marks.save_draft(world.record_id),
        lambda: marks.restore(world.record_id, 1),
    ):
        with pytest.raises(InputError, match="signed"):
            act()


def test_an_earlier_version_is_restored_as_a_change_that_can_be_taken_back(world, marks):
    one, two, three = suggestion_ids()
    world.verify.accept(world.record_id, one, coder_id=CODER)
    wanted = world.verify.accept(world.record_id, two, coder_id=CODER)
    world.verify.remove(world.record_id, wanted.assignments[0].assignment_id, coder_id=CODER, reason="wrong")
    world.verify.replace(world.record_id, three, coder_id=CODER, system=ICD_10_CM, code="J45.901")
    changed = world.verify.add(world.record_id, coder_id=CODER, system=ICD_10_CM, code="R07.9")
    restored = marks.restore(world.record_id, wanted.version, reason="first reading was right")
    assert restored.assignments == wanted.assignments
    assert restored.decisions == wanted.decisions
    assert restored.version > changed.version
    undone = world.verify.undo(world.record_id, coder_id=CODER)
    assert (undone.assignments, undone.decisions) == (changed.assignments, changed.decisions)
    assert world.verify.redo(world.record_id, coder_id=CODER).assignments == wanted.assignments


def test_the_record_before_anything_was_decided_can_be_restored(world, marks):
    one, *_ = suggestion_ids()
    world.verify.accept(world.record_id, one, coder_id=CODER)
    empty = marks.restore(world.record_id, 0)
    assert (empty.assignments, empty.decisions) == ((), ())
    with pytest.raises(InputError):
        marks.restore(world.record_id, 99)


def test_the_differences_of_two_versions_name_what_came_went_and_changed(world):
    one, two, _ = suggestion_ids()
    first = world.verify.accept(world.record_id, one, coder_id=CODER)
    world.verify.accept(world.record_id, two, coder_id=CODER)
    world.verify.make_principal(world.record_id, first.assignments[0].assignment_id, coder_id=CODER)
    events = world.workspace.events(world.record_id)
    gap = differences(version_at(world.record_id, events, 1), world.workspace.coding(world.record_id))
    assert [(each.kind, (each.after or each.before).coding.code) for each in gap.codes] == [
        (DifferenceKind.CHANGED, "I10"), (DifferenceKind.ADDED, "E11.9")]
    assert [(each.suggestion_id, each.after) for each in gap.decisions] == [(two, Decision.ACCEPTED)]
    back = differences(world.workspace.coding(world.record_id), version_at(world.record_id, events, 1))
    assert [each.kind for each in back.codes] == [DifferenceKind.CHANGED, DifferenceKind.REMOVED]
    assert differences(first, first).is_empty
    assert group_starts(events)[:2] == (1, 2)


def test_several_suggestions_are_accepted_as_one_step(world):
    coding = world.verify.accept_all(world.record_id, suggestion_ids(), coder_id=CODER)
    assert [each.sequence for each in coding.assignments] == [1, 2, 3]
    assert len({event.group_id for event in world.workspace.events(world.record_id)}) == 1
    assert world.verify.undo(world.record_id, coder_id=CODER).assignments == ()


def test_one_suggestion_that_cannot_be_accepted_keeps_all_of_them_undecided(world):
    one, two, _ = suggestion_ids()
    world.verify.accept(world.record_id, two, coder_id=CODER)
    with pytest.raises(InputError):
        world.verify.accept_all(world.record_id, (one, two), coder_id=CODER)
    assert len(world.workspace.coding(world.record_id).assignments) == 1


def test_the_time_worked_is_kept_with_each_event_and_covered_by_its_hash(world):
    one, two, _ = suggestion_ids()
    timed = replace(world.verify, active_seconds=12)
    timed.accept(world.record_id, one, coder_id=CODER)
    MarkRecord(history=world.workspace, coder_id=CODER, active_seconds=30).comment(world.record_id, "hm")
    timed.undo(world.record_id, coder_id=CODER)
    events = world.workspace.events(world.record_id)
    assert active_seconds(events) == 54
    assert [each.draft.active_seconds for each in events] == [12, 30, 12]
    world.verify.accept(world.record_id, two, coder_id=CODER)
    assert active_seconds(world.workspace.events(world.record_id)) == 54


def test_the_list_says_how_sure_the_engine_is_of_the_least_certain_suggestion_that_waits(world):
    assert row(world).least_confidence == 0.3
    world.verify.reject(world.record_id, suggestion_ids()[2], coder_id=CODER, reason=RejectReason.OTHER)
    assert row(world).least_confidence == 0.6


def test_an_assigned_code_is_exchanged_in_its_place_and_its_suggestion_counts_as_replaced(world):
    *_, three = suggestion_ids()
    before = world.verify.accept(world.record_id, three, coder_id=CODER).assignments[0]
    after = world.verify.exchange(
        world.record_id, before.assignment_id, coder_id=CODER, system=ICD_10_CM, code="J45.901"
    )
    assert [each.coding.code for each in after.assignments] == ["J45.901"]
    assert after.assignments[0].evidence == before.evidence
    assert after.decision(three) is Decision.REPLACED
    with pytest.raises(InputError):
        world.verify.exchange(world.record_id, before.assignment_id, coder_id=CODER, system=ICD_10_CM, code="J45.901")
