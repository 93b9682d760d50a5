"""Signing asks for every decision; a signature names what it covers."""

from __future__ import annotations

import pytest
from builders.coding_world import CODER, NOTE, CodingWorld, record_of, suggestion_ids

from ehrcoder.core.assignments import CodingAction, RejectReason
from ehrcoder.core.errors import InputError, NotFoundError
from ehrcoder.core.history import signed_content_sha256
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.sign_record import amend_record, sign_record, signing_warnings

I10, E119, J45909 = suggestion_ids()


def decide_all(world: CodingWorld) -> None:
    world.verify.accept("r1", I10, coder_id=CODER)
    world.verify.accept("r1", E119, coder_id=CODER)
    world.verify.reject("r1", J45909, coder_id=CODER, reason=RejectReason.OTHER)


def sign(world: CodingWorld, meaning: str = "verified"):
    return sign_record(world.record_id, history=world.workspace, store=world.workspace, coder_id=CODER,
                       meaning=meaning, clock=world.clock)


def test_signing_names_what_is_undecided(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    with pytest.raises(InputError, match=r"2 suggestions are not decided yet: E11\.9, J45\.909"):
        sign(coding_world)
    assert coding_world.workspace.coding("r1").signature is None


def test_a_signature_says_who_when_what_and_over_which_content(coding_world: CodingWorld) -> None:
    decide_all(coding_world)
    before = coding_world.workspace.coding("r1")
    signature = sign(coding_world, "verified as coder").signature
    assert signature is not None
    assert signature.coder_id == CODER
    assert signature.meaning == "verified as coder"
    assert signature.content_sha256 == signed_content_sha256(coding_world.workspace.record("r1"), before)


def test_what_a_signature_covers_changes_with_the_note_and_with_the_codes(coding_world: CodingWorld) -> None:
    decide_all(coding_world)
    workspace = coding_world.workspace
    record, coding = workspace.record("r1"), workspace.coding("r1")
    covered = {
        signed_content_sha256(record, coding),
        signed_content_sha256(record_of(text=NOTE.replace("Asthma", "Asthmb")), coding),
        signed_content_sha256(record, workspace.coding("r1").__class__(record_id=RecordId("r1"))),
    }
    assert len(covered) == 3


def test_a_record_without_suggestions_can_be_signed(coding_world: CodingWorld) -> None:
    coding_world.workspace.add_records([record_of("r2")])
    signed = sign_record(RecordId("r2"), history=coding_world.workspace, store=coding_world.workspace,
                         coder_id=CODER, clock=coding_world.clock)
    assert signed.signature is not None


def test_a_record_is_signed_once(coding_world: CodingWorld) -> None:
    decide_all(coding_world)
    sign(coding_world)
    with pytest.raises(InputError, match="signed already"):
        sign(coding_world)


def test_a_signature_without_meaning_is_refused(coding_world: CodingWorld) -> None:
    decide_all(coding_world)
    with pytest.raises(InputError, match="meaning"):
        sign(coding_world, "  ")


def test_an_amendment_opens_the_record_and_keeps_the_former_signature_in_the_history(
    coding_world: CodingWorld,
) -> None:
    decide_all(coding_world)
    sign(coding_world)
    amended = amend_record(coding_world.record_id, history=coding_world.workspace, coder_id=CODER,
                           reason="late report")
    assert amended.signature is None
    coding_world.verify.accept("r1", J45909, coder_id=CODER)
    sign(coding_world)
    actions = [each.draft.action for each in coding_world.workspace.events("r1")]
    assert actions.count(CodingAction.SIGN) == 2
    assert actions.count(CodingAction.AMEND) == 1


def test_an_amendment_needs_a_signature_and_a_reason(coding_world: CodingWorld) -> None:
    with pytest.raises(InputError, match="not signed"):
        amend_record(coding_world.record_id, history=coding_world.workspace, coder_id=CODER, reason="x")
    decide_all(coding_world)
    sign(coding_world)
    with pytest.raises(InputError, match="needs a reason"):
        amend_record(coding_world.record_id, history=coding_world.workspace, coder_id=CODER, reason=" ")


def test_signing_an_unknown_record_is_refused(coding_world: CodingWorld) -> None:
    with pytest.raises(NotFoundError):
        sign_record(RecordId("nowhere"), history=coding_world.workspace, store=coding_world.workspace,
                    coder_id=CODER, clock=coding_world.clock)


def test_a_missing_principal_diagnosis_is_a_warning_that_goes_once_there_is_one(
    coding_world: CodingWorld,
) -> None:
    decide_all(coding_world)
    record, coding = coding_world.workspace.record("r1"), coding_world.workspace.coding("r1")
    assert signing_warnings(coding, record) == ("No diagnosis is marked as principal.",)
    coding = coding_world.verify.make_principal("r1", coding.assignments[1].assignment_id, coder_id=CODER)
    assert signing_warnings(coding, record) == ()
