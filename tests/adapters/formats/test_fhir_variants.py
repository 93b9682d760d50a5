"""FHIR as systems really write it: other versions, attachments and shapes; what cannot be taken is named."""

from __future__ import annotations

import base64
import json

import pytest

from ehrcoder.adapters.formats.fhir_json import FhirJsonReader
from ehrcoder.core.codes import ICD_10_CM

PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-02", "gender": "female"}
ENCOUNTER = {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"},
             "subject": {"reference": "Patient/p"}, "period": {"start": "2026-03-01", "end": "2026-03-04"}}
CLINICAL = b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section><title>Plan' \
           b"</title><text>Rest.</text></section></component></structuredBody></component></ClinicalDocument>"


def condition(system: str = ICD_10_CM, code: str = "J18.9", **more) -> dict:
    return {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"},
            "encounter": {"reference": "Encounter/e"}, "code": {"coding": [{"system": system, "code": code}]}, **more}


def bundle(*resources) -> bytes:
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": each} for each in resources]}).encode()


def note(data: str | bytes, content_type: str, **more) -> dict:
    given = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    return {"resourceType": "DocumentReference", "id": "d", "status": "current", "subject": {"reference": "Patient/p"},
            "content": [{"attachment": {"contentType": content_type, "data": given, **more}}]}


@pytest.mark.parametrize(("system", "taken"), [
    (ICD_10_CM, ICD_10_CM), ("urn:oid:2.16.840.1.113883.6.90", ICD_10_CM), (ICD_10_CM + "/", ICD_10_CM),
    ("https://hl7.org/fhir/sid/icd-10-cm", ICD_10_CM), ("HTTP://HL7.ORG/FHIR/SID/ICD-10-CM", ICD_10_CM),
    ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10"),
    ("http://fhir.de/CodeSystem/bfarm/icd-10-gm", "http://fhir.de/CodeSystem/bfarm/icd-10-gm"),
])
def test_a_code_stays_in_its_own_system(read_with, system, taken) -> None:
    code, = read_with(FhirJsonReader(), bundle(PATIENT, ENCOUNTER, condition(system))).records[0].imported_codes
    assert code.coding.system == taken


@pytest.mark.parametrize(("system", "code", "reason"), [
    ("", "J18.9", "a code without its code system"), ("http://hl7.org/fhir/sid/icd-9-cm", "J18.9", "cannot be one of"),
    (ICD_10_CM, "4711", "cannot be one of"), ("http://snomed.info/sct", "J18.9", "cannot be one of"),
])
def test_a_code_that_cannot_be_one_of_its_system_is_named(read_with, system, code, reason) -> None:
    read = read_with(FhirJsonReader(), bundle(PATIENT, ENCOUNTER, condition(system, code)))
    assert read.records[0].imported_codes == ()
    assert read.left_out[0].startswith("Condition/c: ")
    assert reason in read.left_out[0]


@pytest.mark.parametrize(("data", "content_type", "text"), [
    (b"Hello", "text/plain", "Hello"), (b"Hello", "", "Hello"), (b"Hello", "application/octet-stream", "Hello"),
    (b"\xef\xbb\xbfHello", "text/plain", "Hello"), ("Müde".encode("latin-1"), "text/plain;charset=iso-8859-1", "Müde"),
    (b"<p>Hello</p><script>no</script>", "text/html", "Hello"), (b"<html><p>Hello</p></html>", "", "Hello"),
    (b"{\\rtf1 Hello}", "text/rtf", "Hello"), (b"{\\rtf1 Hello}", "application/octet-stream", "Hello"),
    (CLINICAL, "application/cda+xml", "Plan\nRest."), (CLINICAL, "text/xml", "Plan\nRest."),
    ("SGVsbG8", "text/plain", "Hello"), ("SGVs\nbG8=", "text/plain", "Hello"),
    ("SGVsbG8_d29ybGQ-", "text/plain", "Hello?world>"),
])
def test_an_attachment_is_read_by_what_it_is(read_with, data, content_type, text) -> None:
    assert read_with(FhirJsonReader(), bundle(PATIENT, ENCOUNTER, note(data, content_type))).text == text


@pytest.mark.parametrize(("attached", "reason"), [
    (note("%%%", "text/plain"), "base64 is damaged"), (note(b"\x89PNG", "image/png"), "is image/png, which is not"),
    (note(b"<a/>", "text/xml"), "is XML, but no clinical document"),
    (note(b"MZ\x90\x00\x00", "application/octet-stream"), "octet-stream, which is not read"),
    (note("", "text/plain", url="https://example.org/x"), "lies elsewhere"), (note("", "text/plain"), "is empty"),
])
def test_an_attachment_that_cannot_be_read_is_named_and_costs_only_itself(read_with, attached, reason) -> None:
    read = read_with(FhirJsonReader(), bundle(PATIENT, ENCOUNTER, condition(), attached))
    assert len(read.records[0].imported_codes) == 1
    assert read.left_out[0].startswith("DocumentReference/d: ")
    assert reason in read.left_out[0]


def test_a_list_of_resources_is_read_as_a_bundle_is(read_with) -> None:
    read = read_with(FhirJsonReader(), json.dumps([PATIENT, ENCOUNTER, 5, condition()]).encode())
    assert [code.coding.code for code in read.records[0].imported_codes] == ["J18.9"]
    assert read.left_out == ["Item 3 is no FHIR resource: it names no resourceType."]


def test_what_stands_within_an_encounter_belongs_to_it(read_with) -> None:
    inner = {"resourceType": "Condition", "id": "x", "code": {"coding": [{"system": ICD_10_CM, "code": "I10"}]}}
    encounter = {**ENCOUNTER, "contained": [inner], "diagnosis": [{"condition": {"reference": "#x"}}]}
    other = {**ENCOUNTER, "id": "e2"}
    read = read_with(FhirJsonReader(), bundle(PATIENT, other, encounter))
    assert [[code.coding.code for code in record.imported_codes] for record in read.records] == [["I10"]]


def test_a_condition_in_words_is_kept_as_text(read_with) -> None:
    stated = {**condition(), "code": {"text": "Chest pain  NOS"}}
    assert read_with(FhirJsonReader(), bundle(PATIENT, ENCOUNTER, stated)).text == "Condition: Chest pain NOS"


@pytest.mark.parametrize("encounter", [
    {**ENCOUNTER, "class": [{"coding": [{"code": "IMP"}]}], "actualPeriod": ENCOUNTER["period"], "period": None},
    {**ENCOUNTER, "class": "inpatient"}, {**ENCOUNTER, "period": {"start": "2026-03-01T23:59:00-05:00",
                                                                 "end": "2026-03-04T10:00:00Z"}},
])
def test_other_versions_of_an_encounter_are_understood(read_with, encounter) -> None:
    record = read_with(FhirJsonReader(), bundle(PATIENT, encounter, condition())).records[0]
    assert (record.encounter_class.value, str(record.period.start), str(record.period.end)) == (
        "IMP", "2026-03-01", "2026-03-04")


def test_a_claim_whose_codes_have_no_system_comes_in_and_names_them(read_with) -> None:
    claim = {"resourceType": "Claim", "id": "k", "patient": {"reference": "Patient/p"},
             "diagnosis": [{"sequence": 1, "diagnosisCodeableConcept": {"coding": [{"code": "654321"}]}}]}
    read = read_with(FhirJsonReader(), json.dumps(claim).encode())
    assert (len(read.records), read.left_out) == (1, ["Claim/k: a code without its code system."])
