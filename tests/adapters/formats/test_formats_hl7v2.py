"""HL7 v2 messages come in whatever their framing, and a malformed one fails alone."""

from __future__ import annotations

import base64
import datetime as dt

import pytest

from ehrcoder.adapters.formats.hl7v2 import Hl7v2Reader
from ehrcoder.core.errors import InputError

SHORT = {
    "http://snomed.info/sct": "SCT", "http://hl7.org/fhir/sid/icd-10-cm": "10CM",
    "http://hl7.org/fhir/sid/icd-9-cm": "9CM", "http://www.ama-assn.org/go/cpt": "CPT",
    "http://www.cms.gov/Medicare/Coding/ICD10": "PCS", "http://terminology.hl7.org/CodeSystem/v2-0112": "0112",
}
MSH = r"MSH|^~\&|SEND|FAC|RECV|FAC|20260304120000||ADT^A03|77|P|2.5.1"
PID = "PID|1||111-22-3333^^^USA^SS~P-77^^^HOSP^MR||DOE^JANE||19470501|F|||1 STREET^^TOWN"
PV1 = "PV1|1|I|||||||||||||||||V1" + "|" * 17 + "01" + "|" * 8 + "20260227|20260301"


def message(*segments: str, ends: str = "\r") -> bytes:
    return ends.join((MSH, PID, *segments, "")).encode()


def codes_of(record) -> list[str]:
    return [f"{SHORT.get(c.coding.system, c.coding.system)}:{c.coding.code}" for c in record.imported_codes]


def test_patient_and_visit_are_read_without_names(read_with):
    record = read_with(Hl7v2Reader(), message("PV1|1|I|" + "|" * 32 + "|01" + "|" * 8 + "20260227|20260301")).records[0]
    assert (record.patient.pseudonym, record.patient.birth_year, record.patient.sex.value) == ("P-77", 1947, "female")
    assert (record.period.start, record.period.end) == (dt.date(2026, 2, 27), dt.date(2026, 3, 1))
    assert record.encounter_class.value == "IMP"
    assert codes_of(record) == ["0112:01"]
    assert "DOE" not in repr(record)
    assert "111-22-3333" not in repr(record)


@pytest.mark.parametrize("ends", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize(("before", "after"), [("", ""), ("\x0b", "\x1c\r"), ("\ufeff", ""), ("\n", "\n\n")])
def test_every_framing_gives_the_same_record(read_with, ends, before, after):
    body = message("OBX|1|TX|||one", "OBX|2|TX|||two", ends=ends).decode()
    assert read_with(Hl7v2Reader(), (before + body + after).encode()).text == "one\ntwo"


@pytest.mark.parametrize(("value", "shown"), [
    (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"), (r"one\.br\two", "one\ntwo"), (r"a\.sp2\b", "a\n\nb"),
    (r"\H\bold\N\ plain", "bold plain"), (r"38,5 \XC2B0\C", "38,5 °C"), (r"\XB0\C", "°C"),
    ("one~two", "one\ntwo"), ("5 ^ 6 & 7", "5 ^ 6 & 7"), (r"\Z99\ stays", r"\Z99\ stays"), ("C:\\path", "C:\\path"),
    (r"\.in+4\text\.fi\ goes", "text goes"), ("zero\u200bwidth \u202eabc", "zero\u200bwidth \u202eabc"),
])
def test_escapes_become_the_characters_that_they_mean(read_with, value, shown):
    assert read_with(Hl7v2Reader(), message(f"OBX|1|FT|||{value}")).text == shown


def test_a_message_declares_its_own_separators(read_with):
    data = b"MSH#*!?@#A#B#C#D#20260304##ORU*R01#1#P#2.3\rPID#1##P1\rDG1#1##I10*High*I10C\rOBX#1#TX###a!b?F?c|d"
    record = read_with(Hl7v2Reader(), data).records[0]
    assert codes_of(record) == ["10CM:I10"]
    assert record.documents[0].text == "a\nb#c|d"


@pytest.mark.parametrize(("segments", "codes"), [
    (["DG1|1||E119^DM^I10C"], ["10CM:E11.9"]), (["DG1|1||E11.9^DM^I10"], ["10CM:E11.9"]),
    (["DG1|1|I9|250.00^DM"], ["9CM:250.00"]), (["DG1|1|I9|422504002^Stroke^SCT"], ["SCT:422504002"]),
    (["DG1|1||V04.5^x^I9"], ["9CM:V04.5"]), (["DG1|1||I10^x^2.16.840.1.113883.6.90"], ["10CM:I10"]),
    (["DG1|1||44054006^x^SCT^E11.9^y^I10C"], ["SCT:44054006", "10CM:E11.9"]),
    (["DG1|1||I10^x^I10C~E11.9^y^I10C"], ["10CM:I10", "10CM:E11.9"]),
    (["DG1|1||I10^x^I10C", "DG1|2||E11.9^y^I10C"], ["10CM:I10", "10CM:E11.9"]),
    (["PR1|1||0DTJ4ZZ^x^I10"], ["PCS:0DTJ4ZZ"]), (["PR1|1|C4|44970^x"], ["CPT:44970"]),
    (["PR1|1||47.01^x^I9CP"], ["9CM:47.01"]), (["PR1|1||99213^x^HCPCS"], ["CPT:99213"]),
    (["FT1|1" + "|" * 18 + "I10^x^I10C||||||99213^x^C4"], ["10CM:I10", "CPT:99213"]),
    (["PRB|AD|2026|aortic stenosis|1"], []), (["PRB|AD|2026|60573004^Aortic stenosis^SCT|1"], ["SCT:60573004"]),
    (["DG1|1||I10^x^I10C" + "|" * 18 + "D"], []),
])
def test_codes_keep_the_system_that_the_message_names(read_with, segments, codes):
    assert codes_of(read_with(Hl7v2Reader(), message(*segments)).records[0]) == codes


@pytest.mark.parametrize(("segment", "reason"), [
    ("DG1|1||I10^x", "DG1 1: a code without its code system"), ("DG1|1||250.00^x^I10C", "DG1 1: a code that cannot be"),
    ("DG1|1||E11.9^x^I9C", "cannot be"), ("OBX|1|TX|||secret||||||W", "OBX 1: its value is wrong"),
    ("OBX|1|RP|||//server/a.pdf", "elsewhere"), ("OBX|1|ED|||^AP^PDF^Base64^A*A", "base64"),
    ("OBX|1|ED|||^IM^JPEG^Base64^AAAA", "image/jpeg"),
])
def test_what_cannot_be_taken_is_named_with_its_segment(read_with, segment, reason):
    read = read_with(Hl7v2Reader(), message(segment, "DG1|2||J18.9^Pneumonia^I10C"))
    assert codes_of(read.records[0]) == ["10CM:J18.9"]
    assert len(read.left_out) == 1
    assert reason in read.left_out[0]
    assert "secret" not in read.left_out[0]


def test_diagnoses_and_reasons_in_words_are_text(read_with):
    read = read_with(Hl7v2Reader(), message("PV2|||^Chest pain", "DG1|1|||Angina, unstable"))
    assert read.text == "Admit reason: Chest pain\nDiagnosis: Angina, unstable"


def test_each_report_of_a_message_is_a_document_with_its_own_title(read_with):
    read = read_with(Hl7v2Reader(), message(
        "OBR|1|||718-7^Haemoglobin", "OBX|1|NM|718-7^Hb^LN||9.8|g/dL|12-16|L", "NTE|1||repeated",
        "TXA|1|DS|TX", "OBX|1|FT|IMP^Impression||one", "OBX|2|FT|PLN^Plan||two"))
    documents = read.records[0].documents
    assert [(d.type, d.text) for d in documents] == [
        ("Report", "Hb: 9.8 g/dL (12-16) L\nrepeated"), ("Discharge summary", "Impression:\none\nPlan:\ntwo")]


def test_text_that_goes_on_over_lines_stays_whole(read_with):
    data = f"{MSH}\n{PID}\nOBX|1|TX|||first\n\nsecond||||||F\nOBX|2|TX|||third\n".encode()
    assert read_with(Hl7v2Reader(), data).text == "first\n\nsecond\nthird"


def test_a_carried_text_is_read(read_with):
    data = base64.b64encode("Fieber °C".encode()).decode()
    assert read_with(Hl7v2Reader(), message(f"OBX|1|ED|||^TEXT^PLAIN^Base64^{data}")).text == "Fieber °C"


def test_messages_of_a_batch_are_records_and_a_malformed_one_fails_alone(read_with):
    good = message("OBX|1|TX|||x").decode()
    parts = ["FHS|^~\\&|A\rBHS|^~\\&|A\r", good, f"{MSH}\rPI|1|||x\r", good.replace("P-77", "P-78"),
             "MSH|^~\\&|A\rPID|1\r", "MSH\r", f"{MSH}\rEVN|A01\r", "BTS|9\rFTS|1\r"]
    read = read_with(Hl7v2Reader(), "".join(parts).encode())
    assert [record.patient.pseudonym for record in read.records] == ["P-77", "P-78"]
    assert len({record.source_sha256 for record in read.records}) == 2
    assert [line.split(":")[0].split(" (")[0] for line in read.left_out] == [
        "Message 2", "Message 4", "Message 5", "The batch says that it holds 9 messages; 6 were found.",
        "Message 6"]
    assert "after segment MSH: 'PI' begins no segment" in read.left_out[0]


def test_a_message_of_two_patients_gives_two_records(read_with):
    read = read_with(Hl7v2Reader(), message("OBX|1|TX|||one", "PID|2||P-88", "OBX|1|TX|||two"))
    assert [(r.patient.pseudonym, r.documents[0].text) for r in read.records] == [("P-77", "one"), ("P-88", "two")]


@pytest.mark.parametrize(("data", "reason"), [
    (b"MSH|^~\\&|A", "no message type"), (b"MSH", "no field separator"), (b"MSH|^|A|||||ADT", "encoding characters"),
    (b"FHS|^~\\&\rFTS|0", "no MSH segment"), (b"hello", "before the first message"), (b"", "empty"),
    (b"MSH|^~\\&|A|B|C|D|2026||ACK|1|P|2.3\rMSA|AA|1", r"names no patient \(PID\)"),
    (b"MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.3\rPID|1||a\x00b", "not text"),
])
def test_a_file_without_a_usable_message_is_refused(read_with, data, reason):
    with pytest.raises(InputError, match=reason):
        read_with(Hl7v2Reader(), data)


def test_a_named_single_byte_set_is_used(read_with):
    header = MSH + "|||||" + "|8859/1"
    data = f"{header}\r{PID}\rOBX|1|TX|||Müdigkeit".encode("latin-1")
    assert read_with(Hl7v2Reader(), data).text == "Müdigkeit"


@pytest.mark.parametrize(("name", "head", "taken"), [
    ("a.txt", b"MSH|^~\\&|", True), ("a.txt", b"\x0bMSH|", True), ("a", b"FHS|^~\\&", True), ("a.hl7", b"", True),
    ("a.txt", b"MSHA note", False), ("a.txt", b"note", False), ("a.txt", b"\xef\xbb\xbf\r\nBHS#", True),
])
def test_messages_are_recognised_by_header_or_name(name, head, taken):
    assert Hl7v2Reader().recognises(head, name) is taken


MS, LFH = "microsoft-fhir-converter", "linuxforhealth"
EXPECTED = [
    (f"{MS}/ADT-A03-01.hl7", "male 1988 2015-02-08 2015-02-09", "heartrate: 60; 120 beats/min (70-80) A",
     "ACR:Admitted as Inpatient SCT:422504002 SCT:76164006"),
    (f"{MS}/DFT-P03-01.hl7", "male 1988 2015-02-08 None", "",
     "ACR:Admitted as Inpatient SCT:29857009 SCT:68235000 CPT:71045 CPT:71045 CPT:71045 SCT:29857009 SCT:68235000"),
    (f"{MS}/LRI_2.0-NG_CBC_Typ_Message.hl7", "male 1961 2011-01-03 2011-01-03",
     "Hemoglobin [Mass/volume] in Blood: 12.5 grams per milliliter (13 to 18) L\n", ""),
    (f"{LFH}/ORU-multiline-short-mixed.hl7", "male 1963 2020-08-02 None", "[PII] Emergency Department\n", ""),
    (f"{LFH}/sample_win.hl7", "female 1980 2014-09-12 None", "ECHOCARDIOGRAPHIC REPORT", ""),
    ("hl7-v2-to-fhir/messages/Message.hl7_MDM_T02.txt", "male 1994 2023-07-29 None",
     "Performed On:  08/22/2023 2:11 EDT by BOYLE, KRISTEN C \n", ""),
]


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "header", "excerpt", "codes"), EXPECTED, ids=[row[0].split("/")[-1] for row in EXPECTED])
def test_real_messages_give_what_they_say(read_with, real_data, name, header, excerpt, codes):
    record = read_with(Hl7v2Reader(), (real_data / "ehr" / "hl7v2" / name).read_bytes(), name=name).records[0]
    said = (record.patient.sex.value, record.patient.birth_year, record.period.start, record.period.end)
    assert " ".join(map(str, said)) == header
    assert excerpt in "\n".join(document.text for document in record.documents)
    assert " ".join(codes_of(record)) == codes


@pytest.mark.corpus
def test_every_real_message_comes_in(read_with, real_data):
    files = sorted((real_data / "ehr" / "hl7v2").rglob("*.hl7"))
    assert len(files) > 80
    for path in files:
        assert read_with(Hl7v2Reader(), path.read_bytes(), name=path.name).records, path.name
