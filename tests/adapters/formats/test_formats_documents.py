"""RTF, Word, PDF, workbooks, JSON Lines and archives give their text, or say why there is none."""

from __future__ import annotations

import base64
import json

import pytest
from builders.format_files import RICH, W, cells, docx, pdf, workbook, zipped

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.formats.archives import ZipReader
from ehrcoder.adapters.formats.ccda import CcdaReader
from ehrcoder.adapters.formats.documents import document_readers
from ehrcoder.adapters.formats.fhir_json import FhirJsonReader
from ehrcoder.adapters.formats.table_sources import JsonLinesReader, XlsxReader
from ehrcoder.core.errors import InputError

RTF, DOCX, PDF = document_readers()
def test_rtf_gives_its_text_and_says_that_it_was_extracted(read_with):
    record = read_with(RTF, RICH, name="ward/note.rtf").records[0]
    assert record.documents[0].text == "Fever 38,5 °C\nPain ≤ 3\tday"
    assert record.documents[0].title == "note"
    assert "extracted from RTF" in record.import_notes[0]


@pytest.mark.parametrize(("body", "text"), [
    ("<w:p><w:r><w:t>One</w:t></w:r></w:p><w:p><w:r><w:t>Two</w:t></w:r></w:p>", "One\nTwo"),
    ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>", "a\tb\nc"),
    ("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Hb</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>9.8</w:t></w:r></w:p></w:tc>"
     "</w:tr></w:tbl>", "Hb | 9.8"),
    ("<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>item</w:t></w:r></w:p>", "- item"),
    ("<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>", "new"),
    ("<w:sdt><w:sdtContent><w:p><w:r><w:t>field</w:t></w:r></w:p></w:sdtContent></w:sdt>", "field"),
])
def test_word_documents_read_as_they_are_shown(read_with, body, text):
    assert read_with(DOCX, docx(body)).text == text


def test_pdf_gives_its_text_and_names_pages_without_any(read_with):
    record = read_with(PDF, pdf("Fever since Monday", "", "Cough")).records[0]
    assert record.documents[0].text.split() == ["Fever", "since", "Monday", "Cough"]
    assert record.import_notes[1] == "Without text, perhaps scanned: page 2."


@pytest.mark.parametrize(("reader", "data", "reason"), [
    (PDF, pdf("", ""), r"2 pages are pictures \(scanned\)"), (PDF, pdf("x")[:120], "damaged"),
    (PDF, b"%PDF-1.7", "damaged"),
    (RTF, rb"{\rtf1 }", "without text"), (RTF, b"text", "no RTF"), (DOCX, docx(""), "without text"),
    (DOCX, docx("<w:p/>")[:-40], "cut off"), (DOCX, zipped({"a.txt": "x"}), "no Word document"),
    (DOCX, zipped({"word/document.xml": "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>"}), "DOCTYPE"),
    (DOCX, zipped({"word/document.xml": b" " * 30_000_000}), "times its size"),
    (XlsxReader(), workbook(cells("a", "b")), "No column"), (XlsxReader(), workbook(""), "no rows"),
    (XlsxReader(), zipped({"a": "b"}), "no workbook"), (XlsxReader(), b"PK\x03\x04", "cut off"),
    (JsonLinesReader(), b"[1]\n2\n", "No line"), (JsonLinesReader(), b'{"a": 1}\n', "No column"),
    (JsonLinesReader(), b'{"text": "a\\u0000"}', "No line"), (JsonLinesReader(), b"[" * 100_000, "No line"),
    (ZipReader(all_readers()), zipped({"a.txt": "x"})[:-10], "cut off"),
])
def test_what_holds_no_text_is_refused_with_its_reason(read_with, reader, data, reason):
    with pytest.raises(InputError, match=reason):
        read_with(reader, data)


def test_a_workbook_is_read_like_a_table(read_with):
    rows = (
        '<row><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Date</t></is></c><c r="D1" t="inlineStr">'
        '<is><t>Text</t></is></c></row><row><c r="A2"><v>007</v></c><c r="B2" s="1"><v>46000</v></c><c r="D2" t="s">'
        "<v>1</v></c></row>"
    )
    strings = "<si><t>Record id</t></si><si><r><t>Fever, </t></r><r><t>cough\n\"dry\"</t></r><rPh><t>x</t></rPh></si>"
    data = workbook(rows, strings=strings, styles='<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>')
    record = read_with(XlsxReader(), data).records[0]
    assert record.documents[0].text == 'Fever, cough\n"dry"'
    assert str(record.period.start) == "2025-12-09"
    assert record.source_format == "xlsx"
    assert record.patient.pseudonym == "007"


def test_json_lines_are_read_like_a_table_and_bad_lines_named(read_with):
    lines = [json.dumps({"id": 1, "text": "one\r\ntwo", "age": 90}), "{broken", json.dumps(["x"]), "",
             json.dumps({"text": "three", "id": "b"})]
    read = read_with(JsonLinesReader(), "\n".join(lines).encode())
    assert [record.documents[0].text for record in read.records] == ["one\r\ntwo", "three"]
    assert [line.split(":")[0] for line in read.left_out] == ["Line 2", "Line 3"]


def test_an_archive_gives_every_file_to_its_reader(read_with):
    deepest = zipped({"too/deep.txt": "no"})
    inner = zipped({"inner.txt": "inner note", "deepest.zip": deepest})
    data = zipped({"../up/a.txt": "plain note", "b.rtf": RICH, "c.docx": docx("<w:p><w:r><w:t>word</w:t></w:r></w:p>"),
                   "d.pdf": pdf("portable"), "in.zip": inner, "scan.pdf": pdf(""), "__MACOSX/x.txt": "x",
                   "e.bin": b"\x00", "f.csv": "id,text\n1,row\n", "empty.txt": ""})
    read = read_with(ZipReader(all_readers()[:-2]), data, name="all.zip")
    names = {record.source_name: record.documents[0].text.strip() for record in read.records}
    assert names["all.zip/b.rtf"].startswith("Fever")
    assert {"all.zip/c.docx": "word", "all.zip/d.pdf": "portable", "all.zip/f.csv": "row"}.items() <= names.items()
    assert [line.split(":")[0] for line in read.left_out if "scan" in line or "bin" in line] == ["scan.pdf", "e.bin"]


def test_the_readers_of_the_product_take_archives_one_level_deep(read_with):
    deepest = zipped({"too/deep.txt": "no"})
    data = zipped({"../up/a.txt": "plain note", "in.zip": zipped({"inner.txt": "inner note", "deepest.zip": deepest})})
    reader = next(reader for reader in all_readers() if reader.recognises(data[:100], "all.zip"))
    read = read_with(reader, data, name="all.zip")
    assert [record.source_name for record in read.records] == ["all.zip/up/a.txt", "all.zip/in.zip/inner.txt"]
    assert read.left_out == [
        "in.zip: deepest.zip: An archive within an archive within an archive is not read."]


@pytest.mark.parametrize(("name", "data", "taken_by"), [
    ("a.rtf", RICH, "rtf"), ("a.txt", RICH, "rtf"), ("a.docx", b"PK\x03\x04", "docx"), ("a.pdf", b"%PDF-1.4", "pdf"),
    ("a.xlsx", b"PK\x03\x04", "xlsx"), ("a.zip", b"PK\x03\x04", "zip"), ("a.jsonl", b'{"text": "x"}', "jsonl"),
    ("a.jsonl", b'{"resourceType": "Patient"}', "fhir-ndjson"), ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "text"),
])
def test_each_file_finds_its_reader(name, data, taken_by):
    assert next(reader for reader in all_readers() if reader.recognises(data, name)).format_name == taken_by


@pytest.mark.parametrize(("media", "data"), [
    ("text/rtf", RICH), ("application/pdf", pdf("Fever")),
])
def test_documents_within_documents_are_read(read_with, media, data):
    coded = base64.b64encode(data).decode()
    cda = f'<ClinicalDocument><component><nonXMLBody><text mediaType="{media}" representation="B64">{coded}</text>'
    cda += "</nonXMLBody></component></ClinicalDocument>"
    assert read_with(CcdaReader(), cda.encode()).text.startswith("Fever")
    resource = {"resourceType": "DocumentReference", "content": [{"attachment": {"contentType": media, "data": coded}}]}
    assert read_with(FhirJsonReader(), json.dumps(resource).encode()).text.startswith("Fever")


def test_words_around_the_body_of_a_word_document_are_not_missed_unawares(read_with):
    run = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    parts = {
        "word/document.xml": f"<w:document {W}><w:body>{run.format('Body')}</w:body></w:document>",
        "word/header1.xml": f"<w:hdr {W}>{run.format('')}</w:hdr>", "word/header2.xml": f"<w:hdr {W}>broken",
        "word/footer1.xml": f"<w:ftr {W}>{run.format('Page')}</w:ftr>",
        "word/footnotes.xml": f"<w:footnotes {W}><w:footnote>{run.format('See CT')}</w:footnote></w:footnotes>",
    }
    record = read_with(DOCX, zipped(parts), name="a.docx").records[0]
    assert record.documents[0].text == "Body"
    assert record.import_notes[-1] == "Not in the text, but in the file: footer, footnotes."


@pytest.mark.parametrize(("data", "text"), [
    (rb"{\rtf1\ansi\uc1 38,5 \u176?C \u8804\'3c 3 \u-10179?\u-8942?}", "38,5 °C ≤ 3 🔒"),
    ("{\\rtf1 Müde 🔒}".encode(), "Müde 🔒"), (rb"{\rtf1 M\'fcde}", "Müde"),
    (rb"{\rtf1\ansi\ansicpg1250 \'9akoda}", "škoda"), (rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8}", "При"),
    (rb"{\rtf1\ansi{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 A;}}\f1 \'cf\f0 \'e9}", "Пé"),
    (rb"{\rtf1 a{\deleted\revauthdel1 go\}ne {x}}b}", "ab"), (rb"{\rtf1 \{a\}\\b}", "{a}\\b"),
    (rb"{\rtf1 {\field{\*\fldinst HYPERLINK x}{\fldrslt link}} end}", "link end"),
    (rb"{\rtf1{\pict\pngblip 8950}after}", "after"),
    (rb"{\rtf1 \trowd\cellx1\cellx2 A\cell B\cell\row\pard}", "A|B|\n"),
])
def test_rtf_reads_as_it_is_shown(read_with, data, text):
    assert read_with(RTF, data).text == text


def test_headers_of_rtf_are_not_missed_unawares(read_with):
    record = read_with(RTF, rb"{\rtf1{\header Page 1\par}{\footerf f}Body}").records[0]
    assert record.documents[0].text == "Body"
    assert record.import_notes[-1] == "Not in the text, but in the file: header, footer."
