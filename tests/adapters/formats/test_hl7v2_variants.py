"""Messages as hospitals really send them: other names of code systems, encodings, framings and damage."""

from __future__ import annotations

import base64

import pytest

from ehrcoder.adapters.formats.hl7v2 import Hl7v2Reader
from ehrcoder.core.codes import HCPCS_II, ICD_10_CM, ICD_10_PCS
from ehrcoder.core.errors import InputError

ICD_9_CM, ICD_10 = "http://hl7.org/fhir/sid/icd-9-cm", "http://hl7.org/fhir/sid/icd-10"
CPT, SCT = "http://www.ama-assn.org/go/cpt", "http://snomed.info/sct"
PID = "PID|1||P77^^^H^MR||DOE^JANE||19600102|F"


def header(kind: str = "ADT^A01", *, version: str = "2.5", country: str = "", charset: str = "") -> str:
    return f"MSH|^~\\&|A|B|C|D|20260304101500||{kind}|1|P|{version}|||||{country}|{charset}"


def message(*segments: str, end: str = "\r", **more: str) -> bytes:
    return (end.join((header(**more), PID, *segments)) + end).encode()


def codes(read) -> list[tuple[str, str]]:
    return [(code.coding.system, code.coding.code) for code in read.records[0].imported_codes]


@pytest.mark.parametrize(("segment", "country", "taken"), [
    ("DG1|1||E119^DM^I10", "", (ICD_10_CM, "E11.9")), ("DG1|1|I10|E11.9|DM", "USA", (ICD_10_CM, "E11.9")),
    ("DG1|1||E11.9^DM^I10", "DEU", (ICD_10, "E11.9")), ("DG1|1||E11.9^DM^ICD10", "GBR", (ICD_10, "E11.9")),
    ("DG1|1||E11.9^DM^I10C", "DEU", (ICD_10_CM, "E11.9")), ("DG1|1||250.00^DM^I9", "", (ICD_9_CM, "250.00")),
    ("DG1|1||E11.9^DM^ICD-10-GM", "DEU", ("ICD-10-GM", "E11.9")),
    ("DG1|1||E11.9^DM^2.16.840.1.113883.6.90", "DEU", (ICD_10_CM, "E11.9")),
    ("DG1|1||44054006^DM^SCT", "", (SCT, "44054006")),
    ("PR1|1|I10|0DTJ4ZZ^Appendectomy", "", (ICD_10_PCS, "0DTJ4ZZ")), ("PR1|1||470^App^I9CP", "", (ICD_9_CM, "470")),
    ("PR1|1||0DTJ4ZZ^Appendectomy^I10P", "", (ICD_10_PCS, "0DTJ4ZZ")), ("PR1|1||44950^App^C4", "", (CPT, "44950")),
    ("PR1|1||99213^Visit^HCPCS", "", (CPT, "99213")), ("PR1|1||G0008^Shot^HCPCS", "", (HCPCS_II, "G0008")),
    ("OBX|1|CWE|29308-4^Diagnosis^LN||E11.9^DM^I10", "", (ICD_10_CM, "E11.9")),
    ("FT1|1|||20260304||CG|99213^Visit^C4", "", (CPT, "99213")),
    ("PRB|AD|20260304|J18.9^Pneumonia^I10C", "", (ICD_10_CM, "J18.9")),
])
def test_a_name_stands_for_one_classification(read_with, segment, country, taken) -> None:
    assert codes(read_with(Hl7v2Reader(), message(segment, country=country))) == [taken]


def test_how_an_ambiguous_name_is_read_is_said(read_with) -> None:
    read = read_with(Hl7v2Reader(), message("DG1|1||E119^DM^I10", "PR1|1|ICD10|0DTJ4ZZ^App"))
    assert [note for note in read.records[0].import_notes if "names a code system" in note] == [
        "The message names a code system I10; its codes are taken as ICD-10-CM.",
        "The message names a code system ICD10; its codes are taken as ICD-10-PCS.",
    ]


@pytest.mark.parametrize("segment", [
    "OBX|1|CWE|8480-6^BP^LN||271649006^Systolic^SCT", "FT1|1|||20260304||CG|4711^Bed day^L",
    "PRB|DE|20260304|J18.9^Pneumonia^I10", "DG1|1||J18.9^P^I10|||F|||||||||||||||D",
])
def test_what_is_no_diagnosis_or_is_deleted_gives_no_code(read_with, segment) -> None:
    assert codes(read_with(Hl7v2Reader(), message(segment))) == []


def test_words_of_a_code_without_its_system_are_kept(read_with) -> None:
    read = read_with(Hl7v2Reader(), message("DG1|1||J18.9^Pneumonia|||F"))
    assert (codes(read), read.text) == ([], "Diagnosis: Pneumonia")
    assert read.left_out == ["Segment DG1 1: a code without its code system."]


@pytest.mark.parametrize(("data", "words"), [
    (message("DG1|1||J18.9^Lungenentzündung^I10C").decode().encode("latin-1"), "Lungenentzündung"),
    (message("DG1|1||J18.9^Lungenentzündung^I10C", charset="UNICODE UTF-8"), "Lungenentzündung"),
    (message("DG1|1||J18.9^Lungenentzündung^I10C", charset="8859/1").decode().encode("latin-1"), "Lungenentzündung"),
    (message("DG1|1||J18.9^Lungenentzündung^I10C", charset="8859/1"), "Lungenentzündung"),
    (message("DG1|1||J18.9^Пневмония^I10C", charset="8859/5").decode().encode("iso-8859-5"), "Пневмония"),
    (message("DG1|1||J18.9^Lungenentzündung^I10C").decode().encode("utf-16"), "Lungenentzündung"),
    (message("DG1|1||J18.9^Lungenentz\\XFC\\ndung^I10C"), "Lungenentzündung"),
    (message("DG1|1||J18.9^Lungenentz\\XC3BC\\ndung^I10C"), "Lungenentzündung"),
])
def test_letters_come_in_whatever_the_encoding(read_with, data, words) -> None:
    assert read_with(Hl7v2Reader(), data).records[0].imported_codes[0].coding.display == words


@pytest.mark.parametrize("framed", [
    lambda data: data, lambda data: data.replace(b"\r", b"\n"), lambda data: data.replace(b"\r", b"\r\n"),
    lambda data: b"\x0b" + data + b"\x1c\r", lambda data: data.replace(b"\r", b"\r\n\r\n"),
    lambda data: b"\r\n  \r\n" + data, lambda data: b"\xef\xbb\xbf" + data.rstrip(b"\r"),
    lambda data: b"FHS|^~\\&|X\rBHS|^~\\&|X\r" + data + b"BTS|1\rFTS|1\r",
    lambda data: b"\n".join(b"    " + line for line in data.split(b"\r") if line),
    lambda data: b"\x0b" + data.replace(b"\r", b"\r\n") + b"\x1c\r\n",
    lambda data: data.replace(b"|", b"#").replace(b"^", b"*"),
    lambda data: data.replace(b"MSH|^~\\&|", b"MSH|^~\\\\&|"),
    lambda data: data + b"ZZ1|own|segment\rZDG|J18.9\r",
])
def test_a_message_is_the_same_in_every_framing(read_with, framed) -> None:
    read = read_with(Hl7v2Reader(), framed(message("DG1|1||J18.9^Pneumonia^I10C", "OBX|1|TX|T||Fever.")))
    assert (codes(read), read.text, read.left_out) == ([(ICD_10_CM, "J18.9")], "Fever.", [])


@pytest.mark.parametrize("version", ["2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.8"])
def test_every_version_is_read(read_with, version) -> None:
    read = read_with(Hl7v2Reader(), message("DG1|1||J18.9^Pneumonia^I10", version=version))
    assert codes(read) == [(ICD_10_CM, "J18.9")]


def test_a_text_that_goes_on_in_an_addendum_is_whole(read_with) -> None:
    read = read_with(Hl7v2Reader(), message("OBX|1|TX|T||part one ", "ADD|and two|x"))
    assert read.text == "part one and two"


def test_a_message_that_goes_on_elsewhere_says_so(read_with) -> None:
    read = read_with(Hl7v2Reader(), message("OBX|1|TX|T||Fever.", "DSC|4711"))
    assert read.left_out == ["Segment DSC: the message goes on in another one, which is not joined to it."]


def test_a_separator_that_was_not_escaped_is_suspected_aloud(read_with) -> None:
    read = read_with(Hl7v2Reader(), message("OBX|1|TX|T||Pulse 60 | regular"))
    assert read.left_out == [
        "Segment OBX 1: what stands in OBX-6 is no part of the text; perhaps a '|' within the text was not escaped."]


def test_a_carried_clinical_document_is_read_as_text(read_with) -> None:
    document = ('<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section><title>Plan'
                "</title><text>Rest.</text></section></component></structuredBody></component></ClinicalDocument>")
    data = base64.b64encode(document.encode()).decode()
    read = read_with(Hl7v2Reader(), message(f"OBX|1|ED|CDA||^text^xml^Base64^{data}", kind="MDM^T02"))
    assert read.text == "Plan\nRest."


@pytest.mark.parametrize(("data", "reason"), [
    (message("dg1|1||J18.9^P^I10"), "line 3, after segment PID: 'dg1' begins no segment"),
    (message("this line is nobody's"), "line 3, after segment PID: a line begins no segment"),
    (b'"MSH|^~\\&|A|B"\r\n"PID|1||P1"\r\n', "before the first message"),
    (b"MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.3\rDG1|1||J18.9^P^I10", r"names no patient \(PID\)"),
])
def test_a_malformed_message_is_refused_with_line_or_segment(read_with, data, reason) -> None:
    with pytest.raises(InputError, match=reason):
        read_with(Hl7v2Reader(), data)
