"""Signs a record's coding, and opens a signed one again for an amendment."""

from __future__ import annotations

from ehrcoder.core.assignments import (
    CodingAction,
    Decision,
    DiagnosisUse,
    EventDraft,
    RecordCoding,
    Signature,
)
from ehrcoder.core.codes import CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.history import signed_content_sha256
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import Clock, CodingHistory, RecordStore

_NAMED = 10


def sign_record(
    record_id: RecordId, *, history: CodingHistory, store: RecordStore, coder_id: CoderId,
    meaning: str = "verified", clock: Clock, active_seconds: int = 0,
) -> RecordCoding:
    """Sign what was decided about a record, and return its coding.

    Raises InputError when it is signed already, or naming the suggestions that nobody decided.
    """
    if not meaning.strip():
        raise InputError("A signature needs a meaning, such as: verified.", kept="Nothing was changed.")
    coding = coding_to_sign(record_id, history=history, store=store)
    signature = Signature(
        coder_id=coder_id, at=clock.now(), meaning=meaning.strip(),
        content_sha256=signed_content_sha256(store.record(record_id), coding),
    )
    draft = EventDraft(
        action=CodingAction.SIGN, coder_id=coder_id, signature=signature, active_seconds=active_seconds
    )
    history.append(record_id, [draft], expected_version=coding.version)
    return history.coding(record_id)


def coding_to_sign(record_id: RecordId, *, history: CodingHistory, store: RecordStore) -> RecordCoding:
    """Return the coding that a signature would cover.

    Raises InputError when it is signed already or on hold, or naming the suggestions that nobody decided.
    """
    coding = history.coding(record_id)
    if coding.signature is not None:
        raise InputError("The record is signed already.", kept="Its signature stands.",
                         next_step="Amend it first, with a reason, to change and sign it again.")
    if coding.held_for:
        raise InputError(f"The record is on hold: {coding.held_for}", kept="Nothing was changed.",
                         next_step="Release it first, then sign.")
    undecided = [
        each.coding.code for each in store.suggestions(record_id)
        if coding.decision(each.suggestion_id) is Decision.UNDECIDED
    ]
    if undecided:
        named = ", ".join(undecided[:_NAMED]) + (" and more" if len(undecided) > _NAMED else "")
        what = "1 suggestion is" if len(undecided) == 1 else f"{len(undecided)} suggestions are"
        raise InputError(f"{what} not decided yet: {named}.", kept="Nothing was changed.",
                         next_step="Accept, replace or reject each of them, then sign.")
    return coding


def amend_record(
    record_id: RecordId, *, history: CodingHistory, coder_id: CoderId, reason: str
) -> RecordCoding:
    """Open a signed record for changes; its former signature stays in the history. Raises InputError."""
    coding = history.coding(record_id)
    if coding.signature is None:
        raise InputError("The record is not signed.", kept="Nothing was changed.",
                         next_step="Change it directly.")
    if not reason.strip():
        raise InputError("An amendment needs a reason.", kept="The signature stands.")
    draft = EventDraft(action=CodingAction.AMEND, coder_id=coder_id, reason=reason.strip())
    history.append(record_id, [draft], expected_version=coding.version)
    return history.coding(record_id)


def signing_warnings(coding: RecordCoding, record: EncounterRecord) -> tuple[str, ...]:
    """Return what a careful coder would look at again before signing; none of it forbids the signature."""
    diagnoses = [each for each in coding.assignments if each.kind is CodeKind.DIAGNOSIS]
    warnings: list[str] = []
    if not coding.assignments:
        warnings.append("No code is assigned.")
    if diagnoses and not any(each.use is DiagnosisUse.PRINCIPAL for each in diagnoses):
        warnings.append("No diagnosis is marked as principal.")
    if coding.assignments and not diagnoses:
        warnings.append("No diagnosis is assigned.")
    if not record.documents:
        warnings.append("The record has no note: nothing supports its codes.")
    return tuple(warnings)
