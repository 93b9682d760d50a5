"""Small files of every format, built byte by byte, so that a test can say what is in them."""

from __future__ import annotations

import base64
import io
import json
import zipfile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RICH = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Fever 38,5 \'b0C\par Pain \u8804? 3\tab day}"


def zipped(parts: dict[str, bytes | str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def docx(body: str) -> bytes:
    return zipped({"word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>"})


def pdf(*pages: str) -> bytes:
    kids = " ".join(f"{4 + 2 * place} 0 R" for place in range(len(pages)))
    objects = ["<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
               "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    for place, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET" if text else ""
        objects += [f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>"
                    f"/Contents {5 + 2 * place} 0 R>>", f"<</Length {len(stream)}>>stream\n{stream}\nendstream"]
    data = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    return (f"{data}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n"
            f"<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF").encode("latin-1")


def workbook(rows: str, *, strings: str = "", styles: str = "", book: str = "") -> bytes:
    parts = {"xl/workbook.xml": f"<workbook>{book}</workbook>",
             "xl/worksheets/sheet1.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>"}
    if strings:
        parts["xl/sharedStrings.xml"] = f"<sst>{strings}</sst>"
    if styles:
        parts["xl/styles.xml"] = f"<styleSheet>{styles}</styleSheet>"
    return zipped(parts)


def cells(*values: str) -> str:
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in values) + "</row>"


CLINICAL_DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><title>Discharge</title><effectiveTime value="20260304"/>'
    '<recordTarget><patientRole><id root="1.2.3" extension="P1"/><patient><administrativeGenderCode code="F"/>'
    '<birthTime value="19600102"/></patient></patientRole></recordTarget><componentOf><encompassingEncounter>'
    '<effectiveTime><low value="20260301"/><high value="20260304"/></effectiveTime><sdtc:dischargeDispositionCode '
    'code="01" codeSystem="2.16.840.1.113883.12.112"/></encompassingEncounter></componentOf><component><structuredBody>'
    '<component><section><code code="11450-4"/><title>PROBLEMS</title><text><table><thead><tr><th>Name</th><th>Day</th>'
    '</tr></thead><tbody><tr><td>Pneumonia &amp; cough</td><td>3</td></tr></tbody></table><list><item>Müde</item>'
    '</list></text><entry><act classCode="ACT" moodCode="EVN"><statusCode code="active"/><entryRelationship>'
    '<observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>'
    '<value xsi:type="CD" code="J18.9" codeSystem="2.16.840.1.113883.6.90" displayName="Pneumonia"><translation '
    'code="486" codeSystem="2.16.840.1.113883.6.103"/></value></observation></entryRelationship></act></entry>'
    "</section></component></structuredBody></component></ClinicalDocument>"
).encode()

MESSAGES = (
    b"\x0bMSH|^~\\&|A|B|C|D|20260304101500||MDM^T02^MDM_T02|1|P|2.5|||||USA|UNICODE UTF-8\rPID|1||P77^^^H^MR||X^Y||"
    b"19600102|F\rPV1|1|I|||||||||||||||||V1|||||||||||||||||01||||||||20260301|20260304\rDG1|1||E119^DM^I10|||F\rPR1|1|"
    b"I10|0DTJ4ZZ^App\rTXA|1|DS|TX|20260303\rOBX|1|TX|B^Body||Line \\T\\ one.\\.br\\Two~Three\rOBX|2|NM|G^Glucose||182|"
    b"mg|70-99|H\rOBX|3|ED|P^File||^text^plain^Base64^SGVsbG8=\r\x1c\r\x0bMSH|^~\\&|A|B|C|D|20260304||DFT^P03|2|P|2.3\rPID|1||"
    b"P78\rFT1|1|||20260304||CG|99213^Visit^C4\rNTE|1||note\r\x1c\r"
)

RESOURCES = (
    {"resourceType": "Patient", "id": "p", "birthDate": "1960-01-02", "gender": "female"},
    {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"},
     "subject": {"reference": "Patient/p"}, "period": {"start": "2026-03-01", "end": "2026-03-04"},
     "diagnosis": [{"condition": {"reference": "Condition/c"}}]},
    {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"},
     "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "J18.9", "display": "Pneumonia"}]}},
    {"resourceType": "DocumentReference", "id": "d", "status": "current", "subject": {"reference": "Patient/p"},
     "context": {"encounter": [{"reference": "Encounter/e"}]},
     "content": [{"attachment": {"contentType": "text/html", "data": base64.b64encode(b"<p>Fever</p>").decode()}}]},
    {"resourceType": "Composition", "id": "k", "title": "Letter", "subject": {"reference": "Patient/p"},
     "section": [{"title": "Plan", "text": {"div": "<div><p>Rest</p></div>"}}]},
)
BUNDLE = json.dumps({"resourceType": "Bundle", "type": "collection",
                     "entry": [{"resource": each} for each in RESOURCES]}).encode()
NDJSON = b"\n".join(json.dumps(each).encode() for each in RESOURCES)
TABLE = (b'record_id,patient_id,date,sex,age,icd10cm,text\r\n1,0012,03/04/2026,F,61,"J18.9; I10","Fever, ""high""\r\n'
         b'and cough"\r\n2,0013,2026-03-05,M,7,,Cough\r\n')
LINES = b'{"id": 1, "note": "Fever", "date": "2026-03-04", "codes": ["J18.9"]}\n{"id": 2, "note": "Cough\\n"}\n'
BRAT_TEXT = "Fever.\r\nNo pneumonia, old Müdigkeit 😀 here.\r\n".encode()
BRAT_ANNOTATIONS = (
    b"T1\tDiagnosis 11 20\tpneumonia\nA1\tNegation T1\nN1\tReference T1 ICD-10-CM:J18.9\tPneumonia\n"
    b"T2\tDIAGNOSTICO 0 5\tFever\n#1\tAnnotatorNotes T2\tr50.9\nR1\tSame Arg1:T1 Arg2:T2\n"
)


def samples() -> dict[str, bytes]:
    """Return one good file for each reader, by the name of its format."""
    book = workbook(cells("id", "text", "date") + cells("1", "Fever", "2026-03-04") + cells("2", "Cough", ""))
    word = docx("<w:p><w:r><w:t>Fever</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Hb</w:t></w:r></w:p></w:tc>"
                "<w:tc><w:p><w:r><w:t>9.8</w:t></w:r></w:p></w:tc></w:tr></w:tbl>")
    files = {
        "text": "Fever since Monday.\r\nMüde 😀.\r\n".encode(), "rtf": RICH, "docx": word, "pdf": pdf("Fever", "Cough"),
        "csv": TABLE, "xlsx": book, "jsonl": LINES, "fhir": BUNDLE, "fhir-ndjson": NDJSON, "ccda": CLINICAL_DOCUMENT,
        "hl7v2": MESSAGES, "brat": BRAT_ANNOTATIONS, "codiesp": b"Caso: fiebre.\n",
    }
    names = {"text": "a.txt", "rtf": "a.rtf", "docx": "a.docx", "csv": "t.csv", "fhir": "b.json", "ccda": "c.xml"}
    return files | {"zip": zipped({f"folder/{name}": files[kind] for kind, name in names.items()})}


SUFFIX = {
    "text": ".txt", "rtf": ".rtf", "docx": ".docx", "pdf": ".pdf", "csv": ".csv", "xlsx": ".xlsx", "jsonl": ".jsonl",
    "fhir": ".json", "fhir-ndjson": ".ndjson", "ccda": ".xml", "hl7v2": ".hl7", "brat": ".ann", "codiesp": ".txt",
    "zip": ".zip",
}
