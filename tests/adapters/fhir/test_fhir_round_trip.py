"""What leaves as a bundle comes back into another workspace: codes, status, evidence and signature."""

from __future__ import annotations

import copy
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from builders.signed_records import (
    APPENDECTOMY,
    COUGH,
    EXPORTED_AT,
    HOME,
    NOTE,
    PNEUMONIA,
    SignedRecordBuilder,
    a_full_record,
    a_record,
    records_of_many_shapes,
)

from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.assignments import DiagnosisUse, PresentOnAdmission
from ehrcoder.core.records import EncounterRecord, ImportedCode, Patient
from ehrcoder.core.verification import CodeOrigin, retracted_codes, verified_codes
from ehrcoder.usecases.import_records import import_paths

Json = dict[str, Any]


def exported(made: SignedRecordBuilder, form: BundleForm = BundleForm.TRANSACTION) -> bytes:
    return FhirBundleWriter(form).render(
        made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=EXPORTED_AT
    )


def imported(data: bytes, folder: Path) -> EncounterRecord:
    """Import a file into a new workspace and return the record as it is stored there."""
    folder.mkdir(exist_ok=True)
    path = folder / "export.json"
    path.write_bytes(data)
    clock, ids = SystemClock(), UuidSource()
    with closing(SqliteWorkspace.open(folder / "new.ehrw", clock=clock, ids=ids)) as workspace:
        report = import_paths([path], readers=all_readers(), store=workspace, clock=clock, ids=ids)
        (record_id,) = report.outcomes[0].record_ids
        assert workspace.verify().problems == ()
        return workspace.record(record_id)


def told_before(made: SignedRecordBuilder) -> set[tuple[object, ...]]:
    """Return what the exporting workspace knows of each code, in words that do not name its documents."""
    ranked = sorted(
        (item for item in made.coding.assignments if item.kind.value == "diagnosis"),
        key=lambda item: (item.use is not DiagnosisUse.PRINCIPAL, item.sequence),
    )
    return {
        (
            code.assignment.coding, code.assignment.assignment_id, code.origin, code.coder_id,
            code.at.replace(microsecond=0), code.assignment.use if code.assignment in ranked else None,
            ranked.index(code.assignment) + 1 if code.assignment in ranked else 0,
            code.assignment.present_on_admission,
            tuple((item.span.start, item.span.end, item.quote, item.assertion) for item in code.assignment.evidence),
        )
        for code in verified_codes(made.coding, made.events, made.suggestions, made.runs)
    }


def told_after(record: EncounterRecord) -> set[tuple[object, ...]]:
    found: set[tuple[object, ...]] = set()
    for code in record.imported_codes:
        told = code.verification
        assert told is not None
        assert all(
            record.document(item.span.document_id).text[item.span.start:item.span.end] == item.quote
            for item in told.evidence
        )
        found.add((
            code.coding, told.assignment_id, told.origin, told.coder_id, told.decided_at.replace(microsecond=0),
            told.use, told.rank, told.present_on_admission,
            tuple((item.span.start, item.span.end, item.quote, item.assertion) for item in told.evidence),
        ))
    return found


# No reader lets a NUL character in, so that no stored note holds one.
ROUND_TRIPS = [
    made for made in records_of_many_shapes() if all("\x00" not in note.text for note in made.record.documents)
]


@pytest.mark.parametrize("form", BundleForm)
@pytest.mark.parametrize("made", ROUND_TRIPS, ids=lambda made: made.record.record_id[-2:])
def test_no_code_status_evidence_or_signature_is_lost(
    made: SignedRecordBuilder, form: BundleForm, tmp_path: Path
) -> None:
    record = imported(exported(made, form), tmp_path)
    assert told_after(record) == told_before(made)
    assert {(code.coding, code.verification.reason) for code in record.imported_retractions if code.verification} == {
        (code.assignment.coding, code.reason) for code in retracted_codes(made.coding, made.events)
    }
    signature, told = made.coding.signature, record.imported_signature
    assert signature is not None
    assert told is not None
    assert (told.coder_id, told.at, told.meaning, told.content_sha256) == (
        signature.coder_id, signature.at, signature.meaning, signature.content_sha256
    )
    assert (told.record_id, told.history_sha256, told.history_events) == (
        made.record.record_id, made.coding.head_hash, made.coding.version
    )
    assert [each.text for each in record.documents] == [each.text for each in made.record.documents if each.text]
    assert (record.period, record.encounter_class) == (made.record.period, made.record.encounter_class)


def test_demographics_come_back(tmp_path: Path) -> None:
    made = a_full_record(12)
    assert imported(exported(made), tmp_path).patient == made.record.patient


def test_a_clinical_status_comes_back_with_its_diagnosis(tmp_path: Path) -> None:
    record = imported(exported(records_of_many_shapes()[9]), tmp_path)
    assert {
        code.coding.code: code.verification.clinical_status
        for code in record.imported_codes if code.verification and code.kind.value == "diagnosis"
    } == {"J18.1": "resolved", "E11.9": ""}


def test_a_discharge_disposition_that_was_taken_back_is_told(tmp_path: Path) -> None:
    made = SignedRecordBuilder(record=a_record(21))
    made.add(HOME, quote="discharged home")
    made.sign()
    made.amend()
    made.remove_last(reason="\x0ctransferred, not home")
    made.sign()
    (retraction,) = imported(exported(made), tmp_path).imported_retractions
    assert retraction.coding == HOME
    assert retraction.verification is not None
    assert retraction.verification.origin is None
    assert retraction.verification.reason == "\x0ctransferred, not home"


def test_a_note_that_begins_with_a_byte_order_mark_keeps_its_offsets(tmp_path: Path) -> None:
    made = SignedRecordBuilder(record=a_record(22, text="\ufeffcough\r\r\n\u2028and fever"))
    made.add(COUGH, quote="cough")
    made.sign()
    record = imported(exported(made), tmp_path)
    assert record.documents[0].text == "\ufeffcough\r\r\n\u2028and fever"
    assert told_after(record) == told_before(made)


def code_of(record: EncounterRecord, code: str) -> ImportedCode:
    return next(each for each in record.imported_codes if each.coding.code == code)


def test_nothing_that_came_back_is_verified_here(tmp_path: Path) -> None:
    data = exported(a_full_record(13))
    folder = tmp_path / "one"
    record = imported(data, folder)
    clock, ids = SystemClock(), UuidSource()
    with closing(SqliteWorkspace.open(folder / "new.ehrw", clock=clock, ids=ids)) as workspace:
        coding = workspace.coding(record.record_id)
    assert (coding.assignments, coding.signature) == ((), None)
    assert code_of(record, PNEUMONIA.code).source_label == "EHRCoder export, accepted by dr-test on 2026-05-02"


def test_a_bundle_of_somebody_else_claims_no_decision(tmp_path: Path) -> None:
    bundle = json.loads(exported(a_full_record(14)))
    for entry in bundle["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Encounter":
            resource["identifier"][0]["system"] = "https://hospital.example/visits"
    record = imported(json.dumps(bundle).encode(), tmp_path)
    assert {code.verification for code in record.imported_codes} == {None}
    assert record.imported_signature is None


def test_evidence_that_does_not_stand_in_its_note_is_not_restored(tmp_path: Path) -> None:
    bundle = json.loads(exported(a_full_record(15)))
    broken = copy.deepcopy(bundle)
    for entry in broken["entry"]:
        if entry["resource"]["resourceType"] == "Procedure":
            entry["resource"]["extension"][0]["extension"][2]["valueUnsignedInt"] += 1
    told = code_of(imported(json.dumps(broken).encode(), tmp_path), APPENDECTOMY.code).verification
    assert told is not None
    assert told.evidence == ()
    assert told.origin is CodeOrigin.ACCEPTED


def test_two_exports_in_one_file_stay_apart(tmp_path: Path) -> None:
    first, second = (json.loads(exported(a_full_record(number))) for number in (16, 17))
    first["entry"] += second["entry"]
    path = tmp_path / "both.json"
    path.write_text(json.dumps(first), encoding="utf-8")
    clock, ids = SystemClock(), UuidSource()
    with closing(SqliteWorkspace.open(tmp_path / "new.ehrw", clock=clock, ids=ids)) as workspace:
        report = import_paths([path], readers=all_readers(), store=workspace, clock=clock, ids=ids)
        records = [workspace.record(record_id) for record_id in report.outcomes[0].record_ids]
    assert [told_after(record) for record in records] == [told_before(a_full_record(n)) for n in (16, 17)]
    assert [record.documents[0].text for record in records] == [NOTE, NOTE]
    assert records[0].patient == Patient(pseudonym="P-16", birth_year=1965, sex=records[0].patient.sex)
    assert code_of(records[0], PNEUMONIA.code).verification.present_on_admission is PresentOnAdmission.YES
