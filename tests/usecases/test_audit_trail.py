"""The history as a person reads it."""

from __future__ import annotations

from builders.coding_world import CODER, CodingWorld, suggestion_ids

from ehrcoder.core.assignments import CodingAction, PresentOnAdmission, RejectReason
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.audit_trail import rebuild_coding, record_history, verify_history
from ehrcoder.usecases.sign_record import amend_record, sign_record

I10, E119, J45909 = suggestion_ids()


def test_every_action_has_a_line_that_says_what_was_done(coding_world: CodingWorld) -> None:
    workspace, verify = coding_world.workspace, coding_world.verify
    first = verify.accept("r1", I10, coder_id=CODER).assignments[0].assignment_id
    verify.reject("r1", E119, coder_id=CODER, reason=RejectReason.NEGATED)
    verify.replace("r1", J45909, coder_id=CODER, system=ICD_10_CM, code="J45.901")
    verify.make_principal("r1", first, coder_id=CODER)
    verify.set_present_on_admission("r1", first, coder_id=CODER, value=PresentOnAdmission.YES)
    verify.undo("r1", coder_id=CODER)
    verify.add("r1", coder_id=CODER, system=ICD_10_CM, code="R07.9")
    verify.remove("r1", first, coder_id=CODER, reason="entered twice")
    sign_record(RecordId("r1"), history=workspace, store=workspace, coder_id=CODER, clock=coding_world.clock)
    amend_record(RecordId("r1"), history=workspace, coder_id=CODER, reason="late report")

    lines = record_history(workspace, RecordId("r1"))

    assert [line.text for line in lines] == [
        "accepted ICD-10-CM I10 Title of I10",
        "rejected suggestion s2",
        "assigned ICD-10-CM J45.901 Title of J45.901 in place of the suggestion",
        "ICD-10-CM I10 Title of I10: now principal",
        "ICD-10-CM I10 Title of I10: present on admission Y",
        "took back action of event 5: ICD-10-CM I10 Title of I10: present on admission not said",
        "added ICD-10-CM R07.9 Title of R07.9",
        "removed ICD-10-CM I10 Title of I10",
        "ICD-10-CM J45.901 Title of J45.901: place 2 to 1",
        "ICD-10-CM R07.9 Title of R07.9: place 3 to 2",
        "signed as verified",
        "opened the signed record for an amendment",
    ]
    assert [line.reason for line in lines if line.reason] == ["negated", "entered twice", "late report"]
    assert [line.sequence for line in lines] == list(range(1, 13))
    assert {line.coder_id for line in lines} == {CODER}
    assert lines[7].group_id == lines[8].group_id == lines[9].group_id
    assert lines[0].code == "I10"
    assert lines[1].action is CodingAction.REJECT


def test_a_record_that_nobody_touched_has_no_lines(coding_world: CodingWorld) -> None:
    assert record_history(coding_world.workspace, RecordId("r1")) == ()


def test_an_intact_history_is_reported_with_its_size_and_head(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    report = verify_history(coding_world.workspace)
    assert (report.events, report.records, report.problems) == (1, 1, ())
    assert len(report.head_hash) == 64
    assert rebuild_coding(coding_world.workspace).differing == ()
