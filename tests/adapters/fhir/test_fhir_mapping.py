"""What a bundle says of a signed record."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from builders.signed_records import (
    ACHIEVED,
    APPENDECTOMY,
    COUGH,
    DIABETES,
    EXPORTED_AT,
    FEVER,
    HOME,
    NOTE,
    PNEUMONIA,
    RESOLVED,
    SignedRecordBuilder,
    a_full_record,
    a_record,
    concept_of,
)

from ehrcoder.adapters.fhir import systems
from ehrcoder.adapters.fhir.bundle import BundleForm
from ehrcoder.adapters.fhir.writer import FhirBundleWriter
from ehrcoder.core.assignments import CodingAction, Decision, DiagnosisUse, EventDraft, PresentOnAdmission
from ehrcoder.core.codes import Coding
from ehrcoder.core.errors import InputError, IntegrityError
from ehrcoder.core.evidence import Assertion
from ehrcoder.core.ids import CoderId
from ehrcoder.core.records import EncounterClass, Patient

Json = dict[str, Any]
MakeBundle = Callable[..., Json]


def of_type(bundle: Json, resource_type: str) -> list[Json]:
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == resource_type]


def with_code(bundle: Json, coding: Coding) -> Json:
    """Return the one resource that carries this code."""
    found = [
        resource for kind in ("Condition", "Procedure", "Observation") for resource in of_type(bundle, kind)
        if coding.code in json.dumps(resource.get("valueCodeableConcept", resource["code"]))
    ]
    assert len(found) == 1
    return found[0]


def provenance_of(bundle: Json, resource: Json) -> Json:
    url = f"urn:uuid:{resource['id']}"
    found = [each for each in of_type(bundle, "Provenance") if each["target"] == [{"reference": url}]]
    assert len(found) == 1
    return found[0]


def agents(provenance: Json, bundle: Json) -> dict[str, str]:
    types = {entry["fullUrl"]: entry["resource"]["resourceType"] for entry in bundle["entry"]}
    return {agent["type"]["coding"][0]["code"]: types[agent["who"]["reference"]] for agent in provenance["agent"]}


def parts(extension: Json) -> Json:
    return {
        part["url"]: next(value for name, value in part.items() if name.startswith("value"))
        for part in extension["extension"]
    }


def signed(*codings: Coding, quote: str = "", **record: Any) -> SignedRecordBuilder:
    made = SignedRecordBuilder(record=a_record(**record))
    for coding in codings:
        made.add(coding, quote=quote)
    made.sign()
    return made


def test_the_same_input_gives_the_same_bytes() -> None:
    def render() -> bytes:
        made = a_full_record()
        return FhirBundleWriter(BundleForm.COLLECTION).render(
            made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=EXPORTED_AT
        )

    assert render() == render()


def test_ids_stay_the_same_from_one_export_to_the_next_and_from_form_to_form(make_bundle: MakeBundle) -> None:
    made = a_full_record()
    urls = [
        {entry["fullUrl"] for entry in make_bundle(made, form)["entry"]}
        for form in (BundleForm.COLLECTION, BundleForm.TRANSACTION)
    ]
    assert urls[0] == urls[1]


def test_a_diagnosis_is_a_confirmed_encounter_diagnosis_with_its_edition(make_bundle: MakeBundle) -> None:
    condition = with_code(make_bundle(a_full_record()), DIABETES)
    assert condition["code"]["coding"] == [{
        "system": "http://hl7.org/fhir/sid/icd-10-cm", "version": "2026-04-01", "code": "E11.9",
        "display": "Type 2 diabetes mellitus without complications",
    }]
    assert condition["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert condition["category"][0]["coding"][0]["code"] == "encounter-diagnosis"
    assert condition["clinicalStatus"]["coding"][0]["code"] == "active"


def test_a_procedure_is_completed_within_the_encounter(make_bundle: MakeBundle) -> None:
    procedure = with_code(make_bundle(a_full_record()), APPENDECTOMY)
    assert procedure["status"] == "completed"
    assert procedure["code"]["coding"][0]["system"] == "http://www.cms.gov/Medicare/Coding/ICD10"
    assert procedure["performedPeriod"] == {"start": "2026-04-20", "end": "2026-04-27"}


def test_an_outcome_is_a_final_observation_whose_value_is_the_code(make_bundle: MakeBundle) -> None:
    observation = with_code(make_bundle(a_full_record()), ACHIEVED)
    assert observation["status"] == "final"
    assert observation["code"]["coding"][0]["code"] == "goal-achievement"
    assert observation["effectiveDateTime"] == "2026-04-27"


def test_the_encounter_names_its_diagnoses_by_rank_with_the_principal_one_first(make_bundle: MakeBundle) -> None:
    bundle = make_bundle(a_full_record())
    diagnoses = of_type(bundle, "Encounter")[0]["diagnosis"]
    assert [item["condition"]["reference"] for item in diagnoses] == [
        f"urn:uuid:{with_code(bundle, coding)['id']}" for coding in (PNEUMONIA, DIABETES)
    ]
    assert [item["rank"] for item in diagnoses] == [1, 2]
    assert [item["extension"][0]["valueCode"] for item in diagnoses] == ["principal", "secondary"]
    assert diagnoses[0]["extension"][1] == {"url": systems.PRESENT_ON_ADMISSION, "valueCode": "Y"}
    assert diagnoses[0]["use"]["coding"][0]["code"] == "DD"


def test_the_discharge_disposition_stands_in_the_encounter_with_its_own_provenance(make_bundle: MakeBundle) -> None:
    bundle = make_bundle(a_full_record())
    encounter = of_type(bundle, "Encounter")[0]
    disposition = encounter["hospitalization"]["dischargeDisposition"]
    assert disposition["coding"][0]["code"] == HOME.code
    provenance = provenance_of(bundle, encounter)
    assert provenance["activity"]["coding"][0]["code"] == "UPDATE"


@pytest.mark.parametrize(("encounter_class", "code"), [
    (EncounterClass.INPATIENT, "IMP"), (EncounterClass.AMBULATORY, "AMB"), (EncounterClass.EMERGENCY, "EMER"),
    (EncounterClass.UNKNOWN, "UNK"),
])
def test_the_class_of_the_encounter_is_said_or_said_to_be_unknown(
    encounter_class: EncounterClass, code: str, make_bundle: MakeBundle
) -> None:
    bundle = make_bundle(signed(FEVER, encounter_class=encounter_class))
    assert of_type(bundle, "Encounter")[0]["class"]["code"] == code


def test_evidence_carries_words_offsets_and_the_hash_of_the_note(make_bundle: MakeBundle) -> None:
    bundle = make_bundle(a_full_record())
    evidence = with_code(bundle, PNEUMONIA)["evidence"][0]
    said = parts(evidence["extension"][0])
    document = of_type(bundle, "DocumentReference")[0]
    text = base64.b64decode(document["content"][0]["attachment"]["data"]).decode()
    assert text == NOTE
    assert text[said["start"]:said["end"]] == said["quote"] == "Lobar pneumonia of the right lower lobe"
    assert said["assertion"] == "present"
    assert evidence["detail"] == [{"reference": f"urn:uuid:{document['id']}"}]


def test_offsets_count_code_points_not_utf16_units(make_bundle: MakeBundle) -> None:
    made = signed(COUGH, quote="cough", text="\U0001fac1\U0001fac1 cough")
    said = parts(with_code(make_bundle(made), COUGH)["evidence"][0]["extension"][0])
    assert (said["start"], said["end"]) == (3, 8)


def test_a_quote_that_fhir_strings_cannot_hold_travels_as_base64(make_bundle: MakeBundle) -> None:
    made = signed(COUGH, quote="cough\x0cfever", text="cough\x0cfever")
    said = parts(with_code(make_bundle(made), COUGH)["evidence"][0]["extension"][0])
    assert base64.b64decode(said["quoteBase64"]).decode() == "cough\x0cfever"


def test_an_accepted_suggestion_was_assembled_by_software_and_verified_by_a_person(make_bundle: MakeBundle) -> None:
    bundle = make_bundle(a_full_record())
    provenance = provenance_of(bundle, with_code(bundle, PNEUMONIA))
    assert agents(provenance, bundle) == {"assembler": "Device", "verifier": "Practitioner"}
    assert provenance["agent"][0]["onBehalfOf"] == provenance["agent"][1]["who"]
    assert parts(provenance["extension"][0])["confidence"] == 0.8125
    device = next(each for each in of_type(bundle, "Device") if len(each["version"]) > 1)
    assert {"ab" * 32, "cd" * 32} <= {version["value"] for version in device["version"]}


def test_a_replaced_suggestion_has_a_person_as_author_and_is_named(make_bundle: MakeBundle) -> None:
    bundle = make_bundle(a_full_record())
    provenance = provenance_of(bundle, with_code(bundle, DIABETES))
    assert agents(provenance, bundle) == {"author": "Practitioner"}
    revision = next(entity for entity in provenance["entity"] if entity["role"] == "revision")
    assert revision["what"]["display"] == "Suggested: R50.9 Fever, unspecified"


def test_a_code_that_a_person_added_has_no_software_behind_it(make_bundle: MakeBundle) -> None:
    bundle = make_bundle(a_full_record())
    provenance = provenance_of(bundle, with_code(bundle, ACHIEVED))
    assert agents(provenance, bundle) == {"author": "Practitioner"}
    assert [each["url"] for each in provenance["extension"]] == [systems.DECISION]


def test_rejected_suggestions_and_imported_codes_are_not_exported_as_codes(make_bundle: MakeBundle) -> None:
    made = a_full_record()
    assert made.record.imported_codes[0].coding == COUGH
    assert COUGH.code not in json.dumps(make_bundle(made))


def test_the_signature_covers_the_clinical_resources_and_claims_no_cryptography(make_bundle: MakeBundle) -> None:
    made = a_full_record()
    bundle = make_bundle(made)
    signing = [
        each for each in of_type(bundle, "Provenance") if each["agent"][0]["type"]["coding"][0]["code"] == "attester"
    ]
    assert len(signing) == 1
    assert "signature" not in signing[0]
    assert parts(signing[0]["extension"][0]) == {
        "meaning": "verified", "contentSha256": made.coding.signature.content_sha256,
    }
    clinical = {"Encounter", "DocumentReference", "Condition", "Procedure", "Observation"}
    assert {target["reference"] for target in signing[0]["target"]} == {
        entry["fullUrl"] for entry in bundle["entry"] if entry["resource"]["resourceType"] in clinical
    }


def test_the_end_of_the_history_stands_in_the_bundle(make_bundle: MakeBundle) -> None:
    made = a_full_record()
    bundle = make_bundle(made)
    assert parts(bundle["meta"]["extension"][0]) == {"sha256": made.coding.head_hash, "events": made.coding.version}


def test_a_code_removed_after_a_signature_is_entered_in_error(make_bundle: MakeBundle) -> None:
    made = a_full_record()
    made.amend()
    made.remove_last("belongs to another patient")
    made.sign()
    bundle = make_bundle(made)
    observation = with_code(bundle, ACHIEVED)
    assert observation["status"] == "entered-in-error"
    provenance = provenance_of(bundle, observation)
    assert provenance["activity"]["coding"][0]["code"] == "NULLIFY"
    assert provenance["extension"][0]["valueString"] == "belongs to another patient"


def test_a_diagnosis_replaced_after_a_signature_is_entered_in_error_under_its_former_id(
    make_bundle: MakeBundle,
) -> None:
    made = a_full_record()
    former = with_code(make_bundle(made), PNEUMONIA)
    made.amend()
    before = made.coding.assignments[0]
    made.append(EventDraft(
        action="replace", coder_id=made.coder, before=before, after=replace(before, coding=COUGH),
        suggestion_id=before.suggestion_id, decision=Decision.REPLACED,
    ))
    made.sign()
    bundle = make_bundle(made)
    gone = with_code(bundle, PNEUMONIA)
    assert gone["id"] == former["id"]
    assert gone["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in gone
    named = [item["condition"]["reference"] for item in of_type(bundle, "Encounter")[0]["diagnosis"]]
    assert f"urn:uuid:{gone['id']}" not in named
    assert f"urn:uuid:{with_code(bundle, COUGH)['id']}" in named


def test_a_code_removed_before_the_first_signature_leaves_no_trace(make_bundle: MakeBundle) -> None:
    made = SignedRecordBuilder(record=a_record())
    made.add(PNEUMONIA)
    made.add(FEVER)
    made.remove_last()
    made.sign()
    assert FEVER.code not in json.dumps(make_bundle(made))


def test_a_condition_status_with_shared_evidence_becomes_the_clinical_status(make_bundle: MakeBundle) -> None:
    made = SignedRecordBuilder(record=a_record())
    made.add(PNEUMONIA, quote="Lobar pneumonia")
    made.add(DIABETES, quote="diabetes")
    made.add(RESOLVED, quote="pneumonia of the right lower lobe")
    made.sign()
    bundle = make_bundle(made)
    pneumonia = with_code(bundle, PNEUMONIA)
    assert pneumonia["clinicalStatus"]["coding"][0]["code"] == "resolved"
    assert with_code(bundle, DIABETES)["clinicalStatus"]["coding"][0]["code"] == "active"
    assert with_code(bundle, RESOLVED)["focus"] == [{"reference": f"urn:uuid:{pneumonia['id']}"}]


def test_contradicting_condition_statuses_leave_the_clinical_status_open(make_bundle: MakeBundle) -> None:
    made = signed(PNEUMONIA, RESOLVED, replace(RESOLVED, code="relapse", display="Relapse"))
    bundle = json.loads(FhirBundleWriter(BundleForm.COLLECTION).render(
        made.record, made.coding, made.events, [], [], exported_at=EXPORTED_AT
    ))
    assert "clinicalStatus" not in with_code(bundle, PNEUMONIA)


def test_a_condition_status_that_r4_does_not_know_stays_in_its_observation(make_bundle: MakeBundle) -> None:
    unknown = replace(RESOLVED, version="3.0.0", code="unknown", display="Unknown")
    made = signed(PNEUMONIA, unknown)
    bundle = json.loads(FhirBundleWriter(BundleForm.COLLECTION).render(
        made.record, made.coding, made.events, [], [], exported_at=EXPORTED_AT
    ))
    assert "clinicalStatus" not in with_code(bundle, PNEUMONIA)
    assert of_type(bundle, "Observation")[0]["valueCodeableConcept"]["coding"][0]["code"] == "unknown"


def test_a_diagnosis_supported_by_history_only_is_not_called_active(make_bundle: MakeBundle) -> None:
    made = SignedRecordBuilder(record=a_record())
    assignment = made.assignment(DIABETES, quote="diabetes")
    past = tuple(replace(item, assertion=Assertion.HISTORICAL) for item in assignment.evidence)
    made.append(EventDraft(action="add", coder_id=made.coder, after=replace(assignment, evidence=past)))
    made.sign()
    assert "clinicalStatus" not in with_code(make_bundle(made), DIABETES)


def test_the_patient_has_a_pseudonym_and_no_invented_name(make_bundle: MakeBundle) -> None:
    patient = of_type(make_bundle(a_full_record()), "Patient")[0]
    assert patient["identifier"] == [{"use": "secondary", "value": "P-1"}]
    assert (patient["gender"], patient["birthDate"]) == ("female", "1965")
    assert "name" not in patient


def test_equal_pseudonyms_of_two_records_stay_two_patients_without_a_namespace(make_bundle: MakeBundle) -> None:
    same = Patient(pseudonym="patient-1")
    first, second = (make_bundle(signed(FEVER, number=number, patient=same)) for number in (1, 2))
    assert of_type(first, "Patient")[0]["id"] != of_type(second, "Patient")[0]["id"]


def test_equal_pseudonyms_are_one_patient_within_a_namespace(make_bundle: MakeBundle) -> None:
    same = Patient(pseudonym="patient-1")
    first, second = (
        make_bundle(signed(FEVER, number=number, patient=same), namespace="https://ward.example/ids")
        for number in (1, 2)
    )
    assert of_type(first, "Patient") == of_type(second, "Patient")
    assert of_type(first, "Patient")[0]["identifier"][0]["system"] == "https://ward.example/ids/patient"


def test_a_record_that_is_not_signed_is_refused() -> None:
    made = SignedRecordBuilder(record=a_record())
    made.add(FEVER)
    with pytest.raises(InputError, match="not signed"):
        FhirBundleWriter(BundleForm.COLLECTION).render(
            made.record, made.coding, made.events, [], [], exported_at=EXPORTED_AT
        )


@pytest.mark.parametrize(("made", "reason"), [
    (signed(HOME, replace(HOME, code="hosp", display="Hospice")), "two discharge dispositions"),
    (signed(FEVER, text="half a character: \ud83e"), "half of a Unicode character"),
])
def test_what_fhir_cannot_say_is_refused_with_what_to_do(made: SignedRecordBuilder, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as raised:
        FhirBundleWriter(BundleForm.COLLECTION).render(
            made.record, made.coding, made.events, [], [], exported_at=EXPORTED_AT
        )
    assert raised.value.next_step


def test_a_header_code_is_refused_and_the_message_holds_no_clinical_text() -> None:
    made = signed(Coding(system=FEVER.system, version=FEVER.version, code="J18",
                         display="Pneumonia, unspecified organism"), quote="fever")
    with pytest.raises(IntegrityError, match="J18 is a header") as raised:
        FhirBundleWriter(BundleForm.COLLECTION, lookup=concept_of).render(
            made.record, made.coding, made.events, [], [], exported_at=EXPORTED_AT
        )
    assert "fever" not in str(raised.value)


def test_evidence_that_does_not_stand_in_the_note_is_refused() -> None:
    made = SignedRecordBuilder(record=a_record())
    assignment = made.assignment(DIABETES, quote="diabetes")
    wrong = tuple(replace(item, quote="diabetic") for item in assignment.evidence)
    made.append(EventDraft(action="add", coder_id=made.coder, after=replace(assignment, evidence=wrong)))
    made.sign()
    with pytest.raises(IntegrityError, match="quotes other words"):
        FhirBundleWriter(BundleForm.COLLECTION).render(
            made.record, made.coding, made.events, [], [], exported_at=EXPORTED_AT
        )


def test_times_are_utc_to_the_millisecond(make_bundle: MakeBundle) -> None:
    made = a_full_record()
    at = dt.datetime(2026, 5, 4, 14, 30, 0, 999_999, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    bundle = json.loads(FhirBundleWriter(BundleForm.COLLECTION).render(
        made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=at
    ))
    assert bundle["timestamp"] == "2026-05-04T12:30:00.999Z"


def test_the_audit_event_names_who_asked_for_the_export() -> None:
    made = a_full_record()
    bundle = json.loads(FhirBundleWriter(BundleForm.COLLECTION).render(
        made.record, made.coding, made.events, made.suggestions, made.runs, exported_at=EXPORTED_AT,
        exported_by=CoderId("records-office"),
    ))
    (event,) = of_type(bundle, "AuditEvent")
    people = {
        f"urn:uuid:{each['id']}": each["identifier"][0]["value"] for each in of_type(bundle, "Practitioner")
    }
    assert [people.get(each["who"]["reference"]) for each in event["agent"] if each["requestor"]] == ["records-office"]
    assert [each["requestor"] for each in event["agent"]] == [True, False]


def changed(made: SignedRecordBuilder, coder: str, **values: Any) -> None:
    """Change the first assignment by hand, in the name of somebody."""
    before = made.coding.assignments[0]
    made.append(EventDraft(
        action=CodingAction.CHANGE, coder_id=CoderId(coder), before=before, after=replace(before, **values),
    ))


def test_who_changed_the_indicator_of_a_code_last_is_told_besides_who_verified_it(make_bundle: MakeBundle) -> None:
    made = SignedRecordBuilder(record=a_record())
    made.add(PNEUMONIA, quote="pneumonia")
    changed(made, "first-reviewer", present_on_admission=PresentOnAdmission.NO)
    changed(made, "second-reviewer", present_on_admission=PresentOnAdmission.YES)
    changed(made, "third-reviewer", use=DiagnosisUse.PRINCIPAL)
    made.sign()
    bundle = make_bundle(made)
    told = {
        each["text"]["div"].split("<p>")[1].split("</p>")[0]: [parts(item)["element"] for item in each["extension"]]
        for each in of_type(bundle, "Provenance") if each["extension"][0]["url"] == systems.CHANGE
    }
    assert told == {
        "Codes changed by second-reviewer": ["present-on-admission"], "Codes changed by third-reviewer": ["use"],
    }
    assert agents(provenance_of(bundle, with_code(bundle, PNEUMONIA)), bundle) == {"author": "Practitioner"}


def test_a_code_that_only_moved_because_another_came_in_was_changed_by_nobody(make_bundle: MakeBundle) -> None:
    bundle = make_bundle(a_full_record())
    assert all(each["url"] != systems.CHANGE for made in of_type(bundle, "Provenance") for each in made["extension"])
