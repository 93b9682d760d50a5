"""Clinical documents come in with every section and code, or are refused with line and reason."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path

import pytest

from ehrcoder.adapters.formats.ccda import CcdaReader
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import InputError

SHORT = {
    "http://snomed.info/sct": "SCT", "http://hl7.org/fhir/sid/icd-10-cm": "10CM",
    "http://hl7.org/fhir/sid/icd-9-cm": "9CM", "http://www.ama-assn.org/go/cpt": "CPT",
    "http://www.cms.gov/Medicare/Coding/ICD10": "PCS", "http://terminology.hl7.org/CodeSystem/v2-0112": "0112",
}
PROBLEM = "2.16.840.1.113883.10.20.22.4.4"


def document(sections: str = "", *, header: str = "", body: str = "") -> bytes:
    structured = body or f"<structuredBody>{sections}</structuredBody>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" '
        'xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<code code="34133-9" displayName="Summary"/><title>Summary of care</title>'
        f'<effectiveTime value="20260304"/>{header}<component>{structured}</component></ClinicalDocument>'
    ).encode()


def section(text: str, *, title: str = "PROBLEMS", code: str = "11450-4", entries: str = "") -> str:
    return (f'<component><section><code code="{code}"/><title>{title}</title><text>{text}</text>'
            f"{entries}</section></component>")


def problem(value: str, *, attributes: str = "") -> str:
    return (f'<entry><act classCode="ACT" moodCode="EVN"><statusCode code="active"/><entryRelationship>'
            f'<observation classCode="OBS" moodCode="EVN" {attributes}><templateId root="{PROBLEM}"/>{value}'
            "</observation></entryRelationship></act></entry>")


def coded(code: str, oid: str, *, name: str = "", inner: str = "", tag: str = "value") -> str:
    return (f'<{tag} xsi:type="CD" code="{code}" codeSystem="{oid}" codeSystemName="{name}" '
            f'displayName="shown">{inner}</{tag}>')


def codes_of(record) -> list[str]:
    return [f"{SHORT.get(c.coding.system, c.coding.system)}:{c.coding.code}" for c in record.imported_codes]


@pytest.mark.parametrize(("text", "shown"), [
    ("<paragraph>One.</paragraph><paragraph>Two.</paragraph>", "One.\nTwo."),
    ("<list><item>a</item><item>b</item></list>", "- a\n- b"),
    ('<list listType="ordered"><caption>Two</caption><item>a</item><item>b</item></list>', "Two\n1. a\n2. b"),
    ("<list><item>a<list><item>inner</item></list></item><item>b</item></list>", "- a\n  - inner\n- b"),
    ("<table><thead><tr><th>Name</th><th>Day</th></tr></thead><tbody><tr><td>Flu</td><td>3</td></tr></tbody></table>",
     "Name | Day\nFlu | 3"),
    ('<table><tr><td rowspan="2">A</td><td>1</td></tr><tr><td>2</td></tr></table>', "A | 1\n | 2"),
    ('<table><tr><td colspan="2">A</td><td>1</td></tr></table>', "A |  | 1"),
    ("<table><tr><td>x<br/>y</td><td>1</td></tr></table>", "x; y | 1"),
    ("<table><tr><td>long<br/>note</td></tr></table>", "long\nnote"),
    ("<table><tr><td>a</td><td/><td/></tr><tr><td/><td/></tr></table>", "a"),
    ("<content>No</content> <content styleCode='Bold'>fever</content>, H<sub>2</sub>O", "No fever, H2O"),
    ("<paragraph>old <content revised='delete'>gone</content>new</paragraph>", "old new"),
    ("line one\n   line two\n\nline four", "line one\nline two\n\nline four"),
    ("<paragraph>wrapped\n     line</paragraph>", "wrapped line"),
    ("5 &lt; 6 &amp; 7 &#8804; 8\u00a0mg", "5 < 6 & 7 ≤ 8\u00a0mg"),
    ("before<br/>after", "before\nafter"),
    ("text <!-- comment --> goes on", "text goes on"),
    ("<paragraph>zero\u200bwidth \u202eabc\u202c</paragraph>", "zero\u200bwidth \u202eabc\u202c"),
])
def test_narrative_reads_as_a_person_sees_it(read_with, text, shown):
    assert read_with(CcdaReader(), document(section(text))).text == f"PROBLEMS\n{shown}"


def test_sections_keep_their_order_and_nested_ones_follow_their_parent(read_with):
    inner = section("inside", title="INNER")
    outer = f"<component><section><title>OUTER</title><text>around</text>{inner}</section></component>"
    assert read_with(CcdaReader(), document(outer + section("last", title="LAST"))).text == (
        "OUTER\naround\n\nINNER\ninside\n\nLAST\nlast")


def test_a_problem_gives_its_code_and_translations_each_in_its_own_system(read_with):
    value = coded("59621000", "2.16.840.1.113883.6.96", inner=coded("I10", "2.16.840.1.113883.6.90", tag="translation")
                  + coded("401.9", "2.16.840.1.113883.6.103", tag="translation"))
    read = read_with(CcdaReader(), document(section("x", entries=problem(value))))
    assert codes_of(read.records[0]) == ["SCT:59621000", "10CM:I10", "9CM:401.9"]
    assert {code.source_label for code in read.records[0].imported_codes} == {"Problem, active"}


@pytest.mark.parametrize(("value", "reason"), [
    (coded("250.00", "2.16.840.1.113883.6.90"), "cannot be one of"),
    (coded("I10", "2.16.840.1.113883.6.96"), "cannot be one of"),
    (coded("I10", "2.16.840.1.113883.6.103"), "cannot be one of"),
    (coded("I10", "2.16.840.1.113883.6.90", name="ICD-9-CM"), "by number and ICD-9-CM by name"),
    (coded("I10", ""), "without its code system"),
])
def test_a_bad_code_is_named_with_its_entry_and_costs_only_itself(read_with, value, reason):
    good = problem(coded("E11.9", "2.16.840.1.113883.6.90", name="ICD-10"))
    read = read_with(CcdaReader(), document(section("x") + section("y", entries=problem(value) + good)))
    assert codes_of(read.records[0]) == ["10CM:E11.9"]
    assert len(read.left_out) == 1
    assert read.left_out[0].startswith("Section 2 (11450-4), entry 1: ")
    assert reason in read.left_out[0]


def test_what_is_denied_is_not_taken_and_named(read_with):
    denied = problem(coded("E11.9", "2.16.840.1.113883.6.90"), attributes='negationInd="true"')
    read = read_with(CcdaReader(), document(section("No diabetes", entries=denied)))
    assert codes_of(read.records[0]) == []
    assert "denied" in read.left_out[0]


@pytest.mark.parametrize("entries", [
    '<entry><procedure moodCode="RQO">{code}</procedure></entry>',
    '<entry><procedure moodCode="INT">{code}</procedure></entry>',
    '<entry><act moodCode="INT"><entryRelationship><procedure moodCode="EVN">{code}</procedure></entryRelationship>'
    "</act></entry>",
])
def test_planned_procedures_are_not_taken(read_with, entries):
    code = coded("0DTJ4ZZ", "2.16.840.1.113883.6.4", tag="code")
    read = read_with(CcdaReader(), document(section("x", code="47519-4", entries=entries.format(code=code))))
    assert codes_of(read.records[0]) == []


def test_a_relatives_disease_is_not_the_patients(read_with):
    entry = problem(coded("I21.9", "2.16.840.1.113883.6.90"))
    assert codes_of(read_with(CcdaReader(), document(section("x", code="10157-6", entries=entry))).records[0]) == []


def test_the_header_gives_patient_encounter_and_disposition_and_no_name(read_with):
    header = (
        '<recordTarget><patientRole><id root="2.16.840.1.113883.4.1" extension="999-11-2222"/>'
        '<id root="1.2.3" extension="P-77"/><addr><city>Springfield</city></addr><patient><name><given>Maria</given>'
        '</name><administrativeGenderCode code="F"/><birthTime value="194705"/></patient></patientRole></recordTarget>'
        '<componentOf><encompassingEncounter><code code="IMP" codeSystem="2.16.840.1.113883.5.4"/><effectiveTime>'
        '<low value="20260227140500-0500"/><high value="20260301"/></effectiveTime><sdtc:dischargeDispositionCode '
        'code="01" codeSystem="2.16.840.1.113883.12.112" displayName="Home"/></encompassingEncounter></componentOf>'
    )
    record = read_with(CcdaReader(), document(section("x"), header=header)).records[0]
    assert (record.patient.pseudonym, record.patient.birth_year, record.patient.sex.value) == ("P-77", 1947, "female")
    assert (record.period.start, record.period.end) == (dt.date(2026, 2, 27), dt.date(2026, 3, 1))
    assert record.encounter_class.value == "IMP"
    assert codes_of(record) == ["0112:01"]
    assert "Maria" not in repr(record)


def test_a_date_that_cannot_be_read_is_named(read_with):
    header = ('<componentOf><encompassingEncounter><effectiveTime><low value="20260230"/></effectiveTime>'
              "</encompassingEncounter></componentOf>")
    record = read_with(CcdaReader(), document(section("x"), header=header)).records[0]
    assert record.period.start is None
    assert "no day of the calendar" in record.import_notes[0]


@pytest.mark.parametrize(("media", "data", "shown"), [
    ("text/plain", "Fieber 38,5 °C\r\n".encode(), "Fieber 38,5 °C\r\n"),
    ("text/html", b"<p>One</p><p>Two</p>", "One\nTwo"),
])
def test_a_carried_document_is_the_text(read_with, media, data, shown):
    body = (f'<nonXMLBody><text mediaType="{media}" representation="B64">{base64.b64encode(data).decode()}'
            "</text></nonXMLBody>")
    assert read_with(CcdaReader(), document(body=body)).text == shown


@pytest.mark.parametrize(("body", "reason"), [
    ('<nonXMLBody><text mediaType="image/png" representation="B64">AAAA</text></nonXMLBody>', "image/png"),
    ('<nonXMLBody><text mediaType="application/pdf"><reference value="a.pdf"/></text></nonXMLBody>', "elsewhere"),
    ('<nonXMLBody><text representation="B64">A*A</text></nonXMLBody>', "base64 is damaged"),
    ('<nonXMLBody><text representation="B64" compression="DF">AAAA</text></nonXMLBody>', "compressed"),
    ("<structuredBody/>", "no narrative and no code"),
])
def test_a_document_without_readable_content_is_refused_with_its_reason(read_with, body, reason):
    with pytest.raises(InputError, match=reason):
        read_with(CcdaReader(), document(body=body))


@pytest.mark.parametrize(("data", "reason"), [
    (document(section("x")).replace(b"</title>", b"</titel>", 1), "not well-formed, line 1"),
    (b"\n\n" + document(section("x")).replace(b"<title>", b"\n<title"), "line 4"),
    (document(section("x"))[:-30], "not well-formed"),
    (document(section("x")).replace(b"xmlns:sdtc", b"xmlns:other") .replace(b"<structured", b"<sdtc:a/><structured"),
     "prefix sdtc"),
    (b'<!DOCTYPE ClinicalDocument [<!ENTITY a "b">]><ClinicalDocument>&a;</ClinicalDocument>', "DOCTYPE"),
    (b'<?xml version="1.0"?><!-- x --><!DOCTYPE a SYSTEM "http://example.org/a.dtd"><ClinicalDocument/>', "DOCTYPE"),
    (b'<section><title>x</title></section>', "no narrative and no code"),
    (b'<entry><act/></entry>', "fragment"),
    (b'<recordTarget><sdtc:x/></recordTarget>', "fragment"),
    (b'<Bundle xmlns="http://hl7.org/fhir"/>', "FHIR in XML"),
    (b'<?xml version="1.0"?><note/>', "<note>"),
    (b"<ClinicalDocument>" + b"<a>" * 3000 + b"</a>" * 3000 + b"</ClinicalDocument>", "not well-formed"),
    (b"", "empty"), (b"not xml", "no XML element"),
    (b'<?xml version="1.0" encoding="klingon"?><ClinicalDocument/>', "ncoding|not well-formed"),
    (document(section("x")).replace(b"<text>x", b"<text>\xff"), "not well-formed"),
    (document(section("x")).replace(b"<text>x", b"<text>\x00"), "not well-formed"),
])
def test_what_is_no_clinical_document_is_refused_with_line_or_reason(read_with, data, reason):
    with pytest.raises(InputError, match=reason):
        read_with(CcdaReader(), data)


@pytest.mark.parametrize("wrapping", [
    b"%s", b"<component>%s</component>", b"<structuredBody><component>%s</component></structuredBody>",
    b"<component><structuredBody><component>%s</component></structuredBody></component>",
])
def test_sections_cut_out_of_a_document_come_in_and_it_is_said_what_they_lack(read_with, wrapping):
    whole = read_with(CcdaReader(), document(section("Asthma since childhood.")))
    cut = section("Asthma since childhood.").removeprefix("<component>").removesuffix("</component>").encode()
    read = read_with(CcdaReader(), b'<?xml version="1.0"?>' + wrapping % cut)
    assert read.text == whole.text
    assert any("was not in the file" in note for note in read.records[0].import_notes)
    assert read.records[0].period.start is None


def test_a_section_that_was_cut_out_without_the_declarations_of_its_prefixes_comes_in(read_with):
    data = (b'<!-- cut out by hand -->\n<section>\n<title>PROBLEMS</title><text>Asthma.</text>'
            b'<entry><act><sdtc:x/><code xsi:type="CD"/></act></entry></section>')
    assert "Asthma." in read_with(CcdaReader(), data).text
    with pytest.raises(InputError, match=r"line 3: .*prefix other"):
        read_with(CcdaReader(), data.replace(b"sdtc:", b"other:"))


def test_refusals_do_not_quote_the_document(read_with):
    data = document(section("x")).replace(b"<text>", b"<text secret=diabetes>")
    with pytest.raises(InputError) as refusal:
        read_with(CcdaReader(), data)
    assert "diabetes" not in str(refusal.value)


@pytest.mark.parametrize("encode", [
    lambda data: b"\xef\xbb\xbf" + data,
    lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    lambda data: data.replace(b"UTF-8", b"utf-16"),
    lambda data: data.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    lambda data: b"\r\n" + data,
])
def test_every_encoding_that_xml_allows_is_read(read_with, encode):
    assert read_with(CcdaReader(), encode(document(section("38,5 °C")))).text == "PROBLEMS\n38,5 °C"


@pytest.mark.parametrize(("name", "head", "taken"), [
    ("a.xml", b"<ClinicalDocument/>", True), ("a.txt", b'<?xml version="1.0"?><ClinicalDocument/>', True),
    ("a.ccda", b"", True), ("a.txt", b"note", False), ("a.xml", b"%PDF-1.4", False), ("a.json", b"{}", False),
])
def test_documents_are_recognised_by_name_or_content(name, head, taken):
    assert CcdaReader().recognises(head, name) is taken


EXPECTED = [
    ("microsoft-fhir-converter/Discharge_Summary.ccda", "female 2005 2014-09-09 2014-09-16",
     "   Abdominal pain.\n   Fever or chills.\n",
     "0112:01 SCT:74400008 SCT:74400008 SCT:267036007 SCT:35064005 SCT:74400008 SCT:6025007 CPT:44970 PCS:0DTJ4ZZ "
     "9CM:47.01"),
    ("sample_ccdas/Cerner Samples/Transition_of_Care_Referral_Summary.xml", "male 1947 2013-07-10 None",
     "Angina(Confirmed) | 07/10/2013 | Active\n",
     "9CM:413.9 SCT:194828000 SCT:194828000 SCT:44054006 SCT:13644009 9CM:413.9 SCT:29303009 SCT:71786000"),
    ("sample_ccdas/Kareo Samples/Kareo_CCD_export_Joey_Miller.ccd", "male 1947 2014-05-31 2014-05-31",
     "Acute bronchitis | Oct 02, 2012 | ACTIVE", "SCT:40930008 SCT:10509002"),
    ("sample_ccdas/PracticeFusion Samples/IsabellaJones-ReferralSummary.xml", "female 1947 2012-08-06 2012-08-06",
     "Proventil (albuterol) inhalation aerosol | RxNorm: 307782 |", "9CM:480.9 9CM:493.90 9CM:799.02"),
    ("sample_ccdas/NIST Samples/CCDA_CCD_b1_InPatient_v2.xml", "female 1947 2012-08-06 2012-08-06",
     "\n\nPROBLEMS\n1. Pneumonia : Status - Active\n2. Asthma : Status - Active",
     "CPT:99212 SCT:233604007 SCT:233604007 SCT:233604007 SCT:233604007 SCT:195967001 SCT:195967001 SCT:168731009"),
    ("sample_ccdas/HL7 Samples/HandP.sample.xml", "male 1954 2005-03-29 2005-03-29",
     "Patient denies recent history of fever or malaise.", "SCT:32398004 SCT:233604007 SCT:274025005 SCT:274025005"),
    ("sample_ccdas/Transitions of Care Samples/ToC_CCDA_CCD_CompGuideSample_FullXML.xml",
     "male 1933 2012-11-26 2012-11-26", "PROBLEMS\n1. Hypertension\n2. Hyperlipidemia\n3. Type II Diabetes\n",
     "SCT:5962100 SCT:5582204 SCT:44054006 SCT:433144002 SCT:40930008 SCT:8957000 SCT:266569009 SCT:49436004 "
     "SCT:230572002 SCT:238134004 SCT:193462001 SCT:49038010 CPT:47600 CPT:66983 CPT:37205 CPT:33512 CPT:27447 "
     "CPT:42825"),
    ("microsoft-fhir-converter/170.314B2_Amb_CCD.ccda", "male 1962 2012-08-15 2013-01-30",
     "- Never smoker Started 2012\n", "SCT:64109004 SCT:195967001 CPT:99231 SCT:203523006"),
    ("microsoft-fhir-converter/Operative_Note.ccda", "female 2005 2012-09-16 2012-09-16",
     "PROCEDURE DISPOSITION\nThe patient was taken to the Endoscopy Recovery Unit in stable condition",
     "SCT:73761001 SCT:233604007 SCT:74400008 SCT:103679000 SCT:429430001 SCT:90458007 SCT:414992000"),
    ("hl7-c-cda-examples/Unstructured/CDA with Embedded Text plain/CDA_Embedded_Text_Plain_Surgical_Consult.xml",
     "male 1953 2020-04-20 2020-04-20",
     "DX: Cervical disc degeneration, unspecified cervical region of cervical spine (M50.30)", ""),
    ("onc-2015-cert/Sender SUT Test Data/Gold_Samples_For_Practice/170.315_b1_toc_gold_sample2_v4.xml",
     "male 1980 2015-07-22 2015-07-22", "was found to have first degree burns", "10CM:T23.1 SCT:90660004"),
]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "header", "excerpt", "codes"), EXPECTED, ids=[row[0].split("/")[-1] for row in EXPECTED])
def test_real_documents_give_what_they_say(read_with, real_data, name, header, excerpt, codes):
    record = read_with(CcdaReader(), (real_data / "ehr" / "ccda" / name).read_bytes(), name=name).records[0]
    said = (record.patient.sex.value, record.patient.birth_year, record.period.start, record.period.end)
    assert " ".join(map(str, said)) == header
    assert excerpt in record.documents[0].text
    assert " ".join(codes_of(record)) == codes


@pytest.mark.corpus
def test_every_real_document_comes_in_and_every_other_file_says_why_not(read_with, real_data):
    outcomes: dict[str, list[Path]] = {}
    for path in sorted((real_data / "ehr" / "ccda").rglob("*")):
        # Those that carry a PDF take seconds each; test_formats_documents has its own.
        if path.suffix.lower() not in (".xml", ".ccda", ".ccd") or "embed" in path.name.lower():
            continue
        try:
            records = read_with(CcdaReader(), path.read_bytes(), name=path.name).records
        except InputError as error:
            outcomes.setdefault(next(word for word in REASONS if word in error.what), []).append(path)
            continue
        outcomes.setdefault("in", []).append(path)
        for code in records[0].imported_codes:
            assert (code.coding.system == ICD_10_CM) <= code.coding.code[0].isalpha()
    counts = {reason: len(paths) for reason, paths in outcomes.items()}
    assert counts["in"] >= 119
    assert set(counts) <= {"in", *REASONS}


REASONS = ("fragment of a clinical document", "not well-formed", "no narrative and no code")
