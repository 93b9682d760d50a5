"""Bad input through the whole import: each file gets a clear error, or comes in intact with exact offsets."""

from __future__ import annotations

import base64
import io
import json
import re
import resource
import struct
import sys
import time
import zipfile
import zlib
from pathlib import Path

import pytest
from builders.format_files import W, pdf, workbook, zipped

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.identifiers import possible_identifiers
from ehrcoder.usecases.import_records import FileOutcome, ImportStatus, import_paths

CLINICAL = '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>{}</title></ClinicalDocument>'
CONDITION = '{"resourceType": "Condition", "code": {"coding": [{"system": "http://snomed.info/sct", "code": "44054006"'
LONGEST = 5.0


@pytest.fixture
def workspace(tmp_path):
    opened = SqliteWorkspace.open(tmp_path / "w.ehrw", clock=SystemClock(), ids=UuidSource())
    yield opened
    opened.close()


def imported(workspace, tmp_path: Path, name: str, data: bytes) -> FileOutcome:
    path = tmp_path / "in" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    report = import_paths([path], readers=all_readers(), store=workspace, clock=SystemClock(), ids=UuidSource())
    return report.outcomes[0]


def lying_zip() -> bytes:
    """An archive whose directory says that a member has ten bytes, while it unpacks to many more."""
    data = bytearray(zipped({"a.txt": b"x" * 100_000}))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + place, 10)
    return bytes(data)


def bomb(member: str, megabytes: int = 300) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        for _ in range(megabytes):
            stream.write(b" " * 2**20)
    return packed.getvalue()


def pdf_bomb(megabytes: int = 400) -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"(x) Tj " * 150_000) for _ in range(megabytes)) + packer.flush()
    return pdf("FILL").replace(
        b"<</Length 37>>stream\nBT /F1 12 Tf 72 700 Td (FILL) Tj ET",
        b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed)


REFUSED = {
    "entities.xml": (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>'
                     + CLINICAL.format("&b;").encode(), "declares a document type"),
    "external.xml": (b'<!DOCTYPE ClinicalDocument SYSTEM "file:///etc/passwd">' + CLINICAL.format("x").encode(),
                     "declares a document type"),
    "parameter.xml": (b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a [<!ENTITY % p SYSTEM "http://x.org/x"> %p;]>'
                      + CLINICAL.format("x").encode(), "declares a document type"),
    "inclusion.xml": (b'<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include'
                      b' href="/etc/passwd" parse="text"/></ClinicalDocument>', "no narrative and no code"),
    "deep.xml": (b"<ClinicalDocument>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</ClinicalDocument>", "nested too deeply"),
    "deep.json": (b'{"resourceType":"Bundle","entry":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
    "deep2.json": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
    "number.json": (b'{"resourceType":"Observation","valueInteger":' + b"9" * 6000 + b"}", "too long to be one"),
    "cut.json": (CONDITION.encode(), "line 1, column"),
    "bomb.docx": (bomb("word/document.xml"), "times its size"),
    "bomb.xlsx": (bomb("xl/worksheets/sheet1.xml"), "times its size"),
    "bomb.zip": (bomb("a.txt"), "times its size"),
    "huge.zip": (bomb("a.txt", 600), "is too much"),
    "many.zip": (zipped({f"{n}.txt": b"" for n in range(20_500)}), "is too much"),
    "lying.zip": (lying_zip(), "Nothing in it could be taken"),
    "nameless.zip": (zipped({"a": b"x"}).replace(b"a", b"\x00"), "Nothing in it|no records"),
    "cut.zip": (zipped({"a.txt": b"x" * 1000})[:80], "damaged or was cut off"),
    "thrice.zip": (zipped({"b.zip": zipped({"c.zip": zipped({"a.txt": b"x"})})}), "is not read"),
    "bomb.pdf": (pdf_bomb(), ""),
    "loop.pdf": (pdf("x").replace(b"/Contents 5 0 R", b"/Contents 4 0 R"), ""),
    "nul.txt": (b"Fever\x00and cough", "NUL bytes"),
    "nuls.csv": (b"id,text\n1,a\x00b\n", "not text"),
    "half.txt": (b"Fever \xed\xa0\x80 cough", "half a character"),
    "half.jsonl": (b'{"text": "a\\ud800"}\n', "half a character"),
    "half.json": (CONDITION.replace("44054006", "\\ud800").encode() + b"}]}}", ""),
    "random.txt": (bytes(range(256)) * 20, "NUL bytes"),
    "nested.rtf": (b"{\\rtf1 " + b"{" * 100_000, ""),
    "bin.rtf": (b"{\\rtf1 \\bin99999999999 x}", ""),
    "cells.csv": (b'id,text\n1,"never closed\n2,b\n', "Line 2"),
    "wide.csv": (b",".join(b"c%d" % n for n in range(50_000)) + b"\n" + b"," * 49_999 + b"\n", "No column"),
    "formula.xlsx": (workbook("<row><c><f>WEBSERVICE(1)</f></c></row>"), "no rows"),
    "entities.docx": (zipped({"word/document.xml": f'<!DOCTYPE a [<!ENTITY x "y">]><w:document {W}/>'}),
                      "document type"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_bad_fails_in_words_and_in_time(name, workspace, tmp_path) -> None:
    data, reason = REFUSED[name]
    began = time.process_time()
    outcome = imported(workspace, tmp_path, name, data)
    assert time.process_time() - began < LONGEST
    if reason:
        assert outcome.status is ImportStatus.FAILED, outcome
        assert re.search(reason, outcome.message), outcome.message
    elif outcome.status is ImportStatus.IMPORTED:
        assert all(len(document.text) < 20_000_000 for document in workspace.record(outcome.record_ids[0]).documents)
    assert "/etc" not in outcome.message
    assert "root:" not in outcome.message


INTACT = {
    "right to left": "Fever \u202eabc\u202c and אבג ד.\n", "zero width": "fe\u200bver\u200d\ufeff co\u00adugh\n",
    "line ends": "a\rb\nc\r\nd\n\re\u2028f\u2029g\x0bh\x0ci\x85j", "astral": "𝄞 Fever 🤒 👩‍⚕️ 𠜎\n",
    "combining": "Mu\u0308de, e\u0301, \u1e9b\u0323\n", "controls": "page\x0c\x1b next\x1f\n",
    "tabs and blanks": "\t a  b \u00a0\u3000c \n\n\n", "no end": "Fever", "only one long line": "word " * 20_000,
    "looks like markup": "<b>&amp;</b> {\\x} %s $HOME ${x} ; rm -rf / '; DROP TABLE records; --\n",
    "looks like a formula": "=HYPERLINK(\"x\")\n+1\n-1\n@x\n",
}


@pytest.mark.parametrize("name", INTACT)
def test_what_is_unusual_comes_in_to_the_last_character(name, workspace, tmp_path) -> None:
    text = INTACT[name]
    outcome = imported(workspace, tmp_path, "note.txt", text.encode())
    assert workspace.record(outcome.record_ids[0]).documents[0].text == text


@pytest.mark.parametrize("name", INTACT)
@pytest.mark.parametrize("form", ["json lines", "fhir", "csv", "hl7v2"])
def test_unusual_texts_are_the_same_out_of_other_formats(form, name, workspace, tmp_path) -> None:
    text = INTACT[name]
    match form:
        case "json lines":
            file, data = "a.jsonl", json.dumps({"text": text}).encode()
        case "fhir":
            attachment = {"contentType": "text/plain", "data": base64.b64encode(text.encode()).decode()}
            file, data = "a.json", json.dumps({"resourceType": "DocumentReference", "status": "current",
                                               "content": [{"attachment": attachment}]}).encode()
        case "csv":
            quoted = text.replace('"', '""')
            file, data = "a.csv", f'id,text\r\n1,"{quoted}"\r\n'.encode()
        case _:
            packed = base64.b64encode(text.encode()).decode()
            file = "a.hl7"
            data = (f"MSH|^~\\&|A|B|C|D|20260304||MDM^T02|1|P|2.5\rPID|1||P\rOBX|1|ED|||^text^plain^Base64^{packed}\r"
                    ).encode()
    outcome = imported(workspace, tmp_path, file, data)
    assert workspace.record(outcome.record_ids[0]).documents[0].text == text


def test_offsets_stay_exact_behind_unusual_characters(workspace, tmp_path) -> None:
    text = "".join(INTACT.values()) + "\u202eSeen by Dr. Maria Lopez\u202c on 2026-03-04."
    outcome = imported(workspace, tmp_path, "note.txt", text.encode())
    stored = workspace.record(outcome.record_ids[0]).documents[0].text
    found = {stored[each.start:each.end] for each in possible_identifiers(stored)}
    assert {"Maria Lopez", "2026-03-04"} <= found


@pytest.mark.parametrize("name", ["mit Leerzeichen ü.txt", "患者 1.txt", "a'b\"c;d.txt", "-rf.txt", "ملف.txt", "🤒.txt",
                                  "x" * 200 + ".txt", "%s%d{}.txt", "a\nb.txt"])
def test_any_file_name_is_taken(name, workspace, tmp_path) -> None:
    outcome = imported(workspace, tmp_path, name, b"Fever.")
    assert (outcome.status, outcome.source_name) == (ImportStatus.IMPORTED, name)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "line"), [
    ("big.txt", b"Fever and cough since Monday, no chest pain. " * 20 + b"\n"), ("line.txt", b"Fever and cough. "),
])
def test_a_file_of_a_hundred_megabytes_comes_in_whole(name, line, workspace, tmp_path) -> None:
    data = line * (100 * 2**20 // len(line))
    outcome = imported(workspace, tmp_path, name, data)
    assert outcome.status is ImportStatus.IMPORTED
    assert len(workspace.record(outcome.record_ids[0]).documents[0].text) == len(data)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{name}: {most // 1024} MB at most", file=sys.stderr)
