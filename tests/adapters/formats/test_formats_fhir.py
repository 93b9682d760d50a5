"""FHIR R4 JSON: documents and codes by encounter, code systems kept apart, bad entries alone."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest

from ehrcoder.adapters.formats.fhir_json import FhirJsonReader, FhirNdjsonReader
from ehrcoder.adapters.formats.fhir_systems import known_code, known_system
from ehrcoder.adapters.formats.html_text import text_of_html
from ehrcoder.core.codes import DISCHARGE_DISPOSITION, ICD_10_CM, ICD_10_PCS, CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import AdministrativeSex, EncounterClass

PATIENT = {"resourceType": "Patient", "id": "P1", "gender": "female", "birthDate": "1960-04",
           "identifier": [{"value": "passport"}]}


def encounter(identifier="E1", **more):
    return {"resourceType": "Encounter", "id": identifier, "status": "finished", "class": {"code": "IMP"},
            "subject": {"reference": "Patient/P1"}, "period": {"start": "2026-05-01T23:30:00-05:00"}, **more}


def note(text, identifier="D1", encounter_id="E1", content_type="text/plain", **more):
    data = base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()
    return {"resourceType": "DocumentReference", "id": identifier, "status": "current",
            "subject": {"reference": "Patient/P1"},
            "content": [{"attachment": {"contentType": content_type, "data": data, "title": "Note"}}],
            "context": {"encounter": [{"reference": f"Encounter/{encounter_id}"}]}, **more}


def condition(code, system=ICD_10_CM, identifier="C1", **more):
    return {"resourceType": "Condition", "id": identifier, "subject": {"reference": "Patient/P1"},
            "code": {"coding": [{"system": system, "code": code, "display": "shown"}]}, **more}


def bundle(*resources):
    entries = [{"fullUrl": f"urn:uuid:{number}", "resource": resource}
               for number, resource in enumerate(resources)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


@pytest.fixture
def read(read_with):
    return lambda data, **options: read_with(FhirJsonReader(), data, name="b.json", **options)


def test_patient_encounter_note_and_code_make_one_record(read):
    record = read(bundle(PATIENT, encounter(), note("Chest pain.\r\n"), condition("E11.9"))).records[0]
    assert (record.patient.pseudonym, record.patient.birth_year) == ("P1", 1960)
    assert record.patient.sex is AdministrativeSex.FEMALE
    assert record.encounter_class is EncounterClass.INPATIENT
    assert record.period.start == dt.date(2026, 5, 1)
    assert [document.text for document in record.documents] == ["Chest pain.\r\n"]
    assert [code.coding.code for code in record.imported_codes] == ["E11.9"]
    assert record.import_notes == ()


def test_notes_and_codes_go_to_the_encounter_that_they_name(read):
    records = read(bundle(
        PATIENT, encounter("E1"), encounter("E2"), note("one", "D1", "E1"), note("two", "D2", "E2"),
        condition("I10", encounter={"reference": "Encounter/E2"}),
        condition("J45.909", identifier="C2"),
    )).records
    assert [[document.text for document in record.documents] for record in records] == [["one"], ["two"], []]
    assert [[code.coding.code for code in record.imported_codes] for record in records] == [
        [], ["I10"], ["J45.909"],
    ]
    assert "No note came with it" in records[2].import_notes[0]
    assert len({record.source_sha256 for record in records}) == 3


def test_a_condition_is_found_through_the_encounters_diagnosis_and_through_full_addresses(read):
    first = encounter("E1", diagnosis=[{"condition": {"reference": "urn:uuid:3"}}])
    records = read(bundle(PATIENT, first, encounter("E2"), condition("I10"),
                          note("two", encounter_id="E2/_history/1"))).records
    assert [code.coding.code for code in records[0].imported_codes] == ["I10"]
    assert records[1].documents[0].text == "two"


def test_patients_are_kept_apart(read):
    other = {**PATIENT, "id": "P2"}
    records = read(bundle(PATIENT, other, condition("I10"),
                          condition("E11.9", identifier="C2", subject={"reference": "Patient/P2"}))).records
    assert [record.patient.pseudonym for record in records] == ["P1", "P2"]


@pytest.mark.parametrize(("given", "expected"), [
    ("http://hl7.org/fhir/sid/icd-10-cm", ICD_10_CM), ("https://hl7.org/fhir/sid/icd-10-cm/", ICD_10_CM),
    ("urn:oid:2.16.840.1.113883.6.90", ICD_10_CM), ("2.16.840.1.113883.6.90", ICD_10_CM),
    ("urn:oid:2.16.840.1.113883.6.4", ICD_10_PCS), ("https://www.cms.gov/Medicare/Coding/ICD10", ICD_10_PCS),
    ("http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10"),
    ("urn:oid:2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10"),
    ("urn:oid:2.16.840.1.113883.6.103", "http://hl7.org/fhir/sid/icd-9-cm"),
    ("urn:oid:2.16.840.1.113883.6.104", "http://hl7.org/fhir/sid/icd-9-cm"),
    ("urn:oid:2.16.840.1.113883.6.96", "http://snomed.info/sct"), ("http://snomed.info/sct", "http://snomed.info/sct"),
    ("http://hl7.org/fhir/sid/icd-10-de", "http://hl7.org/fhir/sid/icd-10-de"), ("I10", "I10"), ("", ""),
    ("http://example.org/Codes", "http://example.org/Codes"),
])
def test_code_systems_are_never_confused(given, expected):
    assert known_system(given) == expected


@pytest.mark.parametrize(("system", "given", "expected"), [
    (ICD_10_CM, "e119", "E11.9"), (ICD_10_CM, "E11.9", "E11.9"), (ICD_10_CM, "I10", "I10"),
    (ICD_10_CM, "S72001a", "S72.001A"), (ICD_10_CM, "250.00", "250.00"), (ICD_10_PCS, "0dtj4zz", "0DTJ4ZZ"),
    ("http://hl7.org/fhir/sid/icd-10", "E119", "E119"), ("http://snomed.info/sct", "44054006", "44054006"),
])
def test_codes_are_written_as_their_system_writes_them(system, given, expected):
    assert known_code(system, given) == expected


def test_a_code_that_cannot_be_one_of_its_system_is_left_out_and_named(read):
    result = read(bundle(PATIENT, encounter(), note("text"), condition("250.00")))
    assert result.records[0].imported_codes == ()
    assert "Condition/C1" in result.left_out[0]


def test_codings_of_several_systems_come_in_each_under_its_own(read):
    both = condition("E11.9")
    both["code"]["coding"].append({"system": "http://snomed.info/sct", "code": "44054006"})
    codes = read(bundle(PATIENT, encounter(), both)).records[0].imported_codes
    assert [code.coding.system for code in codes] == [ICD_10_CM, "http://snomed.info/sct"]
    assert {code.kind for code in codes} == {CodeKind.DIAGNOSIS}


@pytest.mark.parametrize("more", [
    {"verificationStatus": {"coding": [{"code": "refuted"}]}},
    {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
])
def test_refuted_and_erroneous_conditions_are_left_out(read, more):
    result = read(bundle(PATIENT, encounter(), note("text"), condition("I10", **more)))
    assert result.records[0].imported_codes == ()
    assert result.left_out[0].startswith("Condition/C1 is ")


def test_a_procedure_that_was_not_done_is_left_out(read):
    procedure = {"resourceType": "Procedure", "id": "X", "status": "not-done",
                 "code": {"coding": [{"system": ICD_10_PCS, "code": "0DTJ4ZZ"}]}}
    assert read(bundle(PATIENT, encounter(), note("text"), procedure)).records[0].imported_codes == ()


def test_statuses_and_dispositions_come_with_the_codes(read):
    home = {"dischargeDisposition": {"coding": [{"system": DISCHARGE_DISPOSITION, "code": "home"}]}}
    active = {"clinicalStatus": {"coding": [{"code": "active"}]}}
    codes = read(bundle(PATIENT, encounter(hospitalization=home), condition("I10", **active))).records[0].imported_codes
    assert [(code.kind, code.coding.code, code.source_label) for code in codes] == [
        (CodeKind.OUTCOME, "home", "Encounter, discharge disposition"),
        (CodeKind.DIAGNOSIS, "I10", "Condition, active"),
    ]


def test_html_is_shown_as_text_and_said_so(read):
    head = "<html><head><title>x</title><style>p{}</style></head>"
    html = f"{head}<body><p>A &amp; B</p><ul><li>c</li></ul></body></html>"
    record = read(bundle(PATIENT, encounter(), note(html, content_type="text/html"))).records[0]
    assert record.documents[0].text == "A & B\n- c"
    assert "shown from HTML" in record.import_notes[0]


def test_plain_text_is_taken_where_a_note_is_attached_twice(read):
    double = note("<p>x</p>", content_type="text/html")
    double["content"] += note("x\n")["content"]
    assert [document.text for document in read(bundle(PATIENT, encounter(), double)).records[0].documents] == ["x\n"]


def test_an_attachment_in_a_binary_of_the_bundle_is_found(read):
    linked = note("")
    linked["content"] = [{"attachment": {"contentType": "text/plain", "url": "Binary/B1"}}]
    binary = {"resourceType": "Binary", "id": "B1", "contentType": "text/plain",
              "data": base64.b64encode(b"linked").decode()}
    assert read(bundle(PATIENT, encounter(), linked, binary)).records[0].documents[0].text == "linked"


@pytest.mark.parametrize(("attachment", "reason"), [
    ({"contentType": "image/tiff", "data": "SUkqAA=="}, "image/tiff"),
        ({"contentType": "application/pdf", "data": "JVBERi0="}, "damaged or locked"),
    ({"contentType": "text/plain", "data": "!!!"}, "base64"), ({"contentType": "text/plain"}, "is empty"),
    ({"contentType": "text/plain", "url": "http://elsewhere/1"}, "lies elsewhere"),
    ({"contentType": "text/plain", "data": "AAAA"}, "NUL"),
])
def test_an_attachment_that_cannot_be_read_costs_only_itself(read, attachment, reason):
    bad = {**note("", "BAD"), "content": [{"attachment": attachment}]}
    result = read(bundle(PATIENT, encounter(), note("good"), bad))
    assert [document.text for document in result.records[0].documents] == ["good"]
    assert "DocumentReference/BAD" in result.left_out[0]
    assert reason in result.left_out[0]


def test_a_file_whose_only_note_cannot_be_read_fails_with_the_reason(read):
    bad = {**note(""), "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0="}}]}
    with pytest.raises(InputError, match="Nothing to code"):
        read(json.dumps(bad).encode())


def test_sections_reports_and_remarks_become_documents(read):
    div = "<div xmlns='http://www.w3.org/1999/xhtml'><p>Fell.</p></div>"
    composition = {"resourceType": "Composition", "id": "K", "title": "Letter", "section": [
        {"title": "History", "text": {"div": div}, "section": [{"title": "Detail", "text": {"div": "<p>x</p>"}}]}]}
    report = {"resourceType": "DiagnosticReport", "id": "R", "conclusion": "No fracture.",
              "code": {"text": "X-ray"}}
    remark = condition("I10", note=[{"text": "Since 2019."}])
    observation = {"resourceType": "Observation", "id": "O", "valueString": "Culture negative"}
    record = read(bundle(PATIENT, encounter(), composition, report, remark, observation)).records[0]
    assert [document.text for document in record.documents] == [
        "History\nFell.\n\nDetail\nx", "No fracture.", "Since 2019.", "Culture negative",
    ]
    assert [document.document_id for document in record.documents] == ["d1", "d2", "d3", "d4"]


@pytest.mark.parametrize("entry", [None, 7, "text", [], {"resource": None}, {"resource": {}}, {"resource": []}])
def test_a_bad_entry_is_named_and_costs_only_itself(read, entry):
    whole = json.loads(bundle(PATIENT, encounter(), note("good")))
    whole["entry"].insert(1, entry)
    result = read(json.dumps(whole).encode())
    assert result.records[0].documents[0].text == "good"
    assert "The bundle, entry 2" in result.left_out[0]


@pytest.mark.parametrize("wrong", [
    {"code": "text"}, {"code": {"coding": "x"}}, {"code": {"coding": [None, {"code": 7}]}}, {"subject": []},
    {"verificationStatus": "confirmed"}, {"note": "x"}, {"id": 12}, {"encounter": "Encounter/E1"},
])
def test_fields_of_the_wrong_shape_are_passed_over(read, wrong):
    result = read(bundle(PATIENT, encounter(), note("good"), {**condition("I10"), **wrong}))
    assert result.records[0].documents[0].text == "good"


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty"), (bundle(PATIENT)[:-9], "line 1, column"), (b"[" * 200_000, "nested too deeply"),
    (b'{"a":' * 200_000, "nested too deeply"), (b"{}", "no FHIR resource"), (b"[1]", "no FHIR resource"),
    (b"7" * 5000, "too long"), (b'{"resourceType": "Bundle"}', "Nothing to code"),
    (json.dumps({"resourceType": "Questionnaire"}).encode(), "1 Questionnaire"), (b"\x00\x01", "NUL"),
    (bundle(PATIENT), "1 Patient"),
])
def test_what_is_no_record_is_refused_with_its_reason(read, data, reason):
    with pytest.raises(InputError, match=reason):
        read(data)


def test_sections_and_bundles_nested_without_end_do_no_harm(read):
    section: dict = {"title": "deepest"}
    nested = json.loads(bundle(PATIENT))
    for _ in range(200):
        section = {"section": [section]}
        nested = {"resourceType": "Bundle", "entry": [{"resource": nested}]}
    composition = {"resourceType": "Composition", **section}
    assert read(bundle(PATIENT, encounter(), note("good"), composition, nested)).text == "good"


def test_half_characters_and_nul_in_json_are_refused_where_they_stand(read):
    observation = {"resourceType": "Observation", "id": "O", "valueString": "half \ud800 character"}
    nul = {"resourceType": "Observation", "id": "N", "valueString": "nul \u0000 character"}
    result = read(bundle(PATIENT, encounter(), note("good"), observation, nul))
    assert [document.text for document in result.records[0].documents] == ["good"]
    assert [message.split()[0] for message in result.left_out] == ["Observation/O", "Observation/N"]


def test_an_encounter_without_note_and_code_comes_in_alone_but_not_beside_others(read):
    alone = read(json.dumps(encounter()).encode())
    assert alone.records[0].import_notes == ("No note and no code came with it.",)
    beside = read(bundle(PATIENT, encounter("E1"), encounter("E2"), note("text")))
    assert len(beside.records) == 1
    assert "Encounter/E2" in beside.left_out[0]


def test_an_encounter_has_the_same_hash_in_another_bundle(read):
    two = bundle(PATIENT, encounter("E1"), encounter("E2"), note("one"), note("two", "D2", "E2"))
    other = bundle(PATIENT, encounter("E2"), encounter("E3"), note("two", "D2", "E2"), note("3", "D3", "E3"))
    assert read(two).records[1].source_sha256 == read(other).records[0].source_sha256


def test_a_partial_or_impossible_date_is_named(read):
    record = read(bundle(PATIENT, encounter(period={"start": "2026-05", "end": "2026-02-30"}), note("x"))).records[0]
    assert (record.period.start, record.period.end) == (None, None)
    assert len(record.import_notes) == 2


def test_lines_of_resources_are_read_together_and_a_bad_line_is_named(read_with):
    lines = [json.dumps(value) for value in (PATIENT, encounter(), note("text"))]
    data = "\r\n".join([lines[0], "{broken", lines[1], "", lines[2]]).encode()
    result = read_with(FhirNdjsonReader(), data, name="x.ndjson")
    assert result.text == "text"
    assert result.left_out[0].startswith("Line 2")


def test_line_files_and_single_files_are_told_apart():
    lines = "\n".join([json.dumps(PATIENT), json.dumps(encounter())]).encode()
    pretty = json.dumps(PATIENT, indent=2).encode()
    assert FhirNdjsonReader().recognises(lines, "export")
    assert not FhirJsonReader().recognises(lines, "export")
    assert FhirJsonReader().recognises(pretty, "export")
    assert not FhirNdjsonReader().recognises(pretty, "export")
    assert not FhirJsonReader().recognises(b'{"a": 1}', "export")


@pytest.mark.parametrize(("html", "text"), [
    ("<p>a</p><p>b</p>", "a\nb"), ("a<br/>b<br>c", "a\nb\nc"), ("<b>bold</b> and <i>more</i>", "bold and more"),
    ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
    ("<td>a </td><td>b</td>", "a\tb"),
    ("<pre>x\n  y</pre>", "x\n  y"), ("<script>no()</script>yes", "yes"), ("&lt;5 &eacute;", "<5 é"),
    ("un<b>bel</b>ievable", "unbelievable"), ("  many \n spaces ", "many spaces"), ("", ""), ("a<p", "a<p"),
])
def test_html_reads_as_it_is_seen(html, text):
    assert text_of_html(html) == text


def test_a_named_character_set_is_believed_where_the_bytes_agree(read):
    latin = note("Größe é".encode("cp1250"), content_type="text/plain; charset=windows-1250")
    wrong = note("Größe", "D2", content_type="text/plain; charset=ascii")
    odd = note("Größe", "D3", content_type='text/plain; charset="idna"')
    documents = read(bundle(PATIENT, encounter(), latin, wrong, odd)).records[0].documents
    assert [document.text for document in documents] == ["Größe é", "Größe", "Größe"]


def test_a_lone_secondary_identifier_is_the_pseudonym_and_an_insurance_number_never_is(read):
    own = {**PATIENT, "identifier": [{"use": "secondary", "value": "DEMO-7"}]}
    assert read(bundle(own, encounter(), note("x"))).records[0].patient.pseudonym == "DEMO-7"
    insured = {**PATIENT, "identifier": [{"use": "secondary", "type": {"text": "SSN"}, "value": "999"}]}
    assert read(bundle(insured, encounter(), note("x"))).records[0].patient.pseudonym == "P1"


def test_without_an_encounter_the_notes_date_stands_for_it(read):
    dated = note("x", date="2026-07-01T08:00:00Z")
    record = read(bundle(PATIENT, dated)).records[0]
    assert record.period.start == record.period.end == dt.date(2026, 7, 1)
    assert read(bundle(PATIENT, encounter(period={}), dated)).records[0].period.start is None
