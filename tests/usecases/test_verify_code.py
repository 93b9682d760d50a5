"""Every decision of a coder, its limits, and its undo."""

from __future__ import annotations

import pytest
from builders.coding_world import CODER, CodingWorld, evidence_of, run_of, suggestion_ids, suggestion_of

from ehrcoder.core.assignments import (
    CodingAction,
    Decision,
    DiagnosisUse,
    PresentOnAdmission,
    RecordCoding,
    RejectReason,
)
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS
from ehrcoder.core.errors import EnvironmentFault, InputError, NotFoundError
from ehrcoder.core.evidence import Evidence, TextSpan
from ehrcoder.core.ids import AssignmentId, DocumentId, SuggestionId
from ehrcoder.usecases.sign_record import amend_record, sign_record
from ehrcoder.usecases.verify_code import VerifyCode

I10, E119, J45909 = suggestion_ids()


def codes(coding: RecordCoding) -> list[str]:
    return [each.coding.code for each in coding.assignments]


def numbers(coding: RecordCoding) -> list[int]:
    return [each.sequence for each in coding.assignments]


def accept_all(world: CodingWorld) -> RecordCoding:
    for each in suggestion_ids():
        world.verify.accept(world.record_id, each, coder_id=CODER)
    return world.workspace.coding(world.record_id)


def test_accepting_assigns_the_code_with_its_evidence_and_the_next_place(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding = coding_world.verify.accept("r1", E119, coder_id=CODER)

    assert codes(coding) == ["I10", "E11.9"]
    assert numbers(coding) == [1, 2]
    assert coding.assignments[1].evidence == (evidence_of("diabetes"),)
    assert coding.assignments[1].suggestion_id == E119
    assert coding.decision(E119) is Decision.ACCEPTED
    assert coding.decision(J45909) is Decision.UNDECIDED


def test_no_code_becomes_principal_by_itself(coding_world: CodingWorld) -> None:
    assert {each.use for each in accept_all(coding_world).assignments} == {DiagnosisUse.SECONDARY}


def test_accepting_twice_is_refused(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    with pytest.raises(InputError, match="accepted already"):
        coding_world.verify.accept("r1", I10, coder_id=CODER)


def test_accepting_a_code_that_stands_already_adds_its_evidence_only(coding_world: CodingWorld) -> None:
    coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_CM, code="I10", evidence=(evidence_of("Asthma"),))
    coding = coding_world.verify.accept("r1", I10, coder_id=CODER)

    assert codes(coding) == ["I10"]
    assert coding.assignments[0].evidence == (evidence_of("Asthma"), evidence_of("Hypertension"))
    assert coding.decision(I10) is Decision.ACCEPTED


def test_a_rejected_suggestion_can_be_accepted_after_all(coding_world: CodingWorld) -> None:
    coding_world.verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.NEGATED)
    assert codes(coding_world.verify.accept("r1", I10, coder_id=CODER)) == ["I10"]


def test_rejecting_stores_reason_and_comment(coding_world: CodingWorld) -> None:
    coding_world.verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.RULED_OUT, comment=" see labs ")
    event = coding_world.workspace.events("r1")[-1]
    assert event.draft.reason == "ruled-out: see labs"
    assert event.draft.coder_id == CODER


def test_rejecting_an_accepted_suggestion_takes_its_code_away_and_the_rest_moves_up(
    coding_world: CodingWorld,
) -> None:
    accept_all(coding_world)
    coding = coding_world.verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.OTHER)
    assert codes(coding) == ["E11.9", "J45.909"]
    assert numbers(coding) == [1, 2]
    assert coding.decision(I10) is Decision.REJECTED


def test_rejecting_twice_is_refused(coding_world: CodingWorld) -> None:
    coding_world.verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.OTHER)
    with pytest.raises(InputError, match="rejected already"):
        coding_world.verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.OTHER)


def test_replacing_keeps_the_words_and_names_the_new_code(coding_world: CodingWorld) -> None:
    coding = coding_world.verify.replace("r1", J45909, coder_id=CODER, system=ICD_10_CM, code="j45901")
    assert codes(coding) == ["J45.901"]
    assert coding.assignments[0].evidence == (evidence_of("Asthma"),)
    assert coding.decision(J45909) is Decision.REPLACED


def test_replacing_an_accepted_code_keeps_its_place(coding_world: CodingWorld) -> None:
    accept_all(coding_world)
    coding = coding_world.verify.replace("r1", E119, coder_id=CODER, system=ICD_10_CM, code="R07.9")
    assert codes(coding) == ["I10", "R07.9", "J45.909"]


def test_a_principal_diagnosis_replaced_by_a_procedure_is_principal_no_more(coding_world: CodingWorld) -> None:
    accept_all(coding_world)
    first = coding_world.workspace.coding("r1").assignments[0]
    coding_world.verify.make_principal("r1", first.assignment_id, coder_id=CODER)
    coding = coding_world.verify.replace("r1", I10, coder_id=CODER, system=ICD_10_PCS, code="0DTJ4ZZ")
    assert coding.assignments[0].use is DiagnosisUse.SECONDARY


@pytest.mark.parametrize("code", ["j45.909", "J45909", " J45.909 "])
def test_adding_accepts_a_code_however_it_is_typed(coding_world: CodingWorld, code: str) -> None:
    coding = coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_CM, code=code)
    assert codes(coding) == ["J45.909"]


def test_a_header_is_refused_and_the_choices_below_it_are_named(coding_world: CodingWorld) -> None:
    with pytest.raises(InputError) as caught:
        coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_CM, code="J45")
    assert "header" in caught.value.what
    assert "J45.901" in caught.value.next_step
    assert "J45.909" in caught.value.next_step
    assert coding_world.workspace.events("r1") == ()


@pytest.mark.parametrize(("system", "code"), [(ICD_10_CM, "Z99.999"), (ICD_10_PCS, "I10"), ("urn:other", "I10")])
def test_an_unknown_code_or_system_is_refused(coding_world: CodingWorld, system: str, code: str) -> None:
    with pytest.raises(InputError):
        coding_world.verify.add("r1", coder_id=CODER, system=system, code=code)


def test_a_diagnosis_stands_once_but_a_procedure_may_stand_twice(coding_world: CodingWorld) -> None:
    coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_CM, code="I10")
    with pytest.raises(InputError, match="assigned to this record already"):
        coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_CM, code="I10")
    coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_PCS, code="0DTJ4ZZ")
    coding = coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_PCS, code="0DTJ4ZZ")
    assert codes(coding) == ["I10", "0DTJ4ZZ", "0DTJ4ZZ"]


def test_evidence_that_is_not_in_the_note_is_refused(coding_world: CodingWorld) -> None:
    invented = Evidence(span=TextSpan(document_id=DocumentId("d1"), start=0, end=6), quote="Cancer")
    with pytest.raises(InputError, match="not what stands in the note"):
        coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_CM, code="I10", evidence=(invented,))


def test_removing_rejects_every_suggestion_that_led_to_the_code(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding_world.workspace.save_run(run_of("run2"), [suggestion_of("s9", "I10", rank=1, run_id="run2")])
    coding = coding_world.verify.accept("r1", SuggestionId("s9"), coder_id=CODER)
    coding = coding_world.verify.remove("r1", coding.assignments[0].assignment_id, coder_id=CODER, reason="no")
    assert coding.assignments == ()
    assert coding.decision(I10) is Decision.REJECTED
    assert coding.decision(SuggestionId("s9")) is Decision.REJECTED


def test_removing_one_of_two_equal_procedures_leaves_the_others_suggestion_accepted(
    coding_world: CodingWorld,
) -> None:
    suggestions = [suggestion_of(f"p{n}", "0DTJ4ZZ", rank=n, run_id="run2", system=ICD_10_PCS) for n in (1, 2)]
    coding_world.workspace.save_run(run_of("run2"), suggestions)
    for each in suggestions:
        coding_world.verify.accept("r1", each.suggestion_id, coder_id=CODER)
    first = coding_world.workspace.coding("r1").assignments[0]
    coding = coding_world.verify.remove("r1", first.assignment_id, coder_id=CODER, reason="done once")
    assert codes(coding) == ["0DTJ4ZZ"]
    assert coding.decision(SuggestionId("p1")) is Decision.REJECTED
    assert coding.decision(SuggestionId("p2")) is Decision.ACCEPTED


def test_the_principal_diagnosis_comes_first_and_there_is_one(coding_world: CodingWorld) -> None:
    coding = accept_all(coding_world)
    coding = coding_world.verify.make_principal("r1", coding.assignments[0].assignment_id, coder_id=CODER)
    coding = coding_world.verify.make_principal("r1", coding.assignments[2].assignment_id, coder_id=CODER)
    assert codes(coding) == ["J45.909", "I10", "E11.9"]
    assert [each.use for each in coding.assignments] == [
        DiagnosisUse.PRINCIPAL, DiagnosisUse.SECONDARY, DiagnosisUse.SECONDARY]


def test_a_procedure_cannot_be_principal(coding_world: CodingWorld) -> None:
    coding = coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_PCS, code="0DTJ4ZZ")
    with pytest.raises(InputError, match="not a diagnosis"):
        coding_world.verify.make_principal("r1", coding.assignments[0].assignment_id, coder_id=CODER)


@pytest.mark.parametrize(("offset", "expected"), [
    (-1, ["E11.9", "I10", "0DTJ4ZZ", "J45.909"]), (1, ["I10", "J45.909", "0DTJ4ZZ", "E11.9"]),
    (-99, ["E11.9", "I10", "0DTJ4ZZ", "J45.909"]), (0, ["I10", "E11.9", "0DTJ4ZZ", "J45.909"]),
])
def test_a_code_moves_among_those_of_its_kind(
    coding_world: CodingWorld, offset: int, expected: list[str]
) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding = coding_world.verify.accept("r1", E119, coder_id=CODER)
    moved = coding.assignments[1].assignment_id
    coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_PCS, code="0DTJ4ZZ")
    coding_world.verify.accept("r1", J45909, coder_id=CODER)
    coding = coding_world.verify.move("r1", moved, coder_id=CODER, offset=offset)
    assert codes(coding) == expected
    assert numbers(coding) == [1, 2, 3, 4]


def test_nothing_moves_above_the_principal_diagnosis(coding_world: CodingWorld) -> None:
    coding = accept_all(coding_world)
    coding = coding_world.verify.make_principal("r1", coding.assignments[0].assignment_id, coder_id=CODER)
    with pytest.raises(InputError, match="stands first"):
        coding_world.verify.move("r1", coding.assignments[1].assignment_id, coder_id=CODER, offset=-1)


def test_present_on_admission_is_said_of_diagnoses_only(coding_world: CodingWorld) -> None:
    coding = coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding_world.verify.add("r1", coder_id=CODER, system=ICD_10_PCS, code="0DTJ4ZZ")
    coding = coding_world.verify.set_present_on_admission(
        "r1", coding.assignments[0].assignment_id, coder_id=CODER, value=PresentOnAdmission.YES)
    assert coding.assignments[0].present_on_admission is PresentOnAdmission.YES
    with pytest.raises(InputError):
        coding_world.verify.set_present_on_admission(
            "r1", coding.assignments[1].assignment_id, coder_id=CODER, value=PresentOnAdmission.YES)


def test_an_answer_that_changes_nothing_leaves_no_event(coding_world: CodingWorld) -> None:
    coding = coding_world.verify.accept("r1", I10, coder_id=CODER)
    again = coding_world.verify.set_present_on_admission(
        "r1", coding.assignments[0].assignment_id, coder_id=CODER, value=None)
    assert again.version == coding.version


def test_undo_and_redo_walk_the_whole_history_of_a_record(coding_world: CodingWorld) -> None:
    verify = coding_world.verify
    states = [coding_world.workspace.coding("r1")]
    states.append(verify.accept("r1", I10, coder_id=CODER))
    states.append(verify.accept("r1", E119, coder_id=CODER))
    states.append(verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.OTHER))
    states.append(verify.make_principal("r1", states[-1].assignments[0].assignment_id, coder_id=CODER))

    for expected in reversed(states[:-1]):
        undone = verify.undo("r1", coder_id=CODER)
        assert (undone.assignments, undone.decisions) == (expected.assignments, expected.decisions)
    with pytest.raises(InputError, match="nothing to undo"):
        verify.undo("r1", coder_id=CODER)
    for expected in states[1:]:
        redone = verify.redo("r1", coder_id=CODER)
        assert (redone.assignments, redone.decisions) == (expected.assignments, expected.decisions)
    with pytest.raises(InputError, match="nothing to redo"):
        verify.redo("r1", coder_id=CODER)


def test_a_new_action_after_an_undo_forgets_the_redo(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding_world.verify.undo("r1", coder_id=CODER)
    coding_world.verify.accept("r1", E119, coder_id=CODER)
    with pytest.raises(InputError, match="nothing to redo"):
        coding_world.verify.redo("r1", coder_id=CODER)


def test_undo_only_ever_adds_events(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    before = coding_world.workspace.events("r1")
    coding_world.verify.undo("r1", coder_id=CODER)
    after = coding_world.workspace.events("r1")
    assert after[: len(before)] == before
    assert after[-1].draft.action is CodingAction.UNDO
    assert after[-1].draft.undoes_group == before[-1].group_id


def test_a_signed_record_refuses_every_change(coding_world: CodingWorld) -> None:
    accept_all(coding_world)
    workspace, verify = coding_world.workspace, coding_world.verify
    signed = sign_record("r1", history=workspace, store=workspace, coder_id=CODER, clock=coding_world.clock)
    first = signed.assignments[0].assignment_id
    attempts = [
        lambda: verify.accept("r1", I10, coder_id=CODER),
        lambda: verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.OTHER),
        lambda: verify.replace("r1", I10, coder_id=CODER, system=ICD_10_CM, code="R07.9"),
        lambda: verify.add("r1", coder_id=CODER, system=ICD_10_CM, code="R07.9"),
        lambda: verify.remove("r1", first, coder_id=CODER, reason=""),
        lambda: verify.make_principal("r1", first, coder_id=CODER),
        lambda: verify.move("r1", first, coder_id=CODER, offset=1),
        lambda: verify.set_present_on_admission("r1", first, coder_id=CODER, value=PresentOnAdmission.YES),
        lambda: verify.undo("r1", coder_id=CODER),
        lambda: verify.redo("r1", coder_id=CODER),
    ]
    for attempt in attempts:
        with pytest.raises(InputError, match=r"signed\. .*Amend it first"):
            attempt()
    assert workspace.coding("r1") == signed


def test_undo_does_not_reach_behind_a_signature(coding_world: CodingWorld) -> None:
    accept_all(coding_world)
    workspace = coding_world.workspace
    sign_record("r1", history=workspace, store=workspace, coder_id=CODER, clock=coding_world.clock)
    amend_record("r1", history=workspace, coder_id=CODER, reason="late report")
    with pytest.raises(InputError, match="nothing to undo"):
        coding_world.verify.undo("r1", coder_id=CODER)


@pytest.mark.parametrize("suggestion", ["nowhere", ""])
def test_a_suggestion_that_is_not_there_is_said_so(coding_world: CodingWorld, suggestion: str) -> None:
    with pytest.raises(NotFoundError):
        coding_world.verify.accept("r1", SuggestionId(suggestion), coder_id=CODER)


def test_an_assignment_that_is_not_there_is_said_so(coding_world: CodingWorld) -> None:
    with pytest.raises(NotFoundError):
        coding_world.verify.remove("r1", AssignmentId("nowhere"), coder_id=CODER, reason="")


def test_without_code_sets_rejecting_works_and_assigning_says_what_is_missing(
    coding_world: CodingWorld,
) -> None:
    verify = VerifyCode(history=coding_world.workspace, store=coding_world.workspace, index=None,
                        ids=coding_world.ids)
    verify.reject("r1", I10, coder_id=CODER, reason=RejectReason.OTHER)
    with pytest.raises(EnvironmentFault, match="code sets"):
        verify.accept("r1", E119, coder_id=CODER)
