"""Clinical documents as vendors really write them: what is unusual comes in, what is broken is named with its line."""

from __future__ import annotations

import base64
import io
import zipfile

import pytest

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.formats.ccda import CcdaReader
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import InputError

NAMES = ('xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" '
         'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"')
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
CODE = '<value xsi:type="CD" code="J18.9" codeSystem="2.16.840.1.113883.6.90"/>'


def document(narrative: str = "Fever.", entries: str = "", *, prolog: str = PROLOG, names: str = NAMES,
             body: str = "") -> bytes:
    section = (f'<component><section><code code="11450-4"/><title>PROBLEMS</title><text>{narrative}</text>{entries}'
               "</section></component>")
    return (f'{prolog}<ClinicalDocument {names}><component>{body or f"<structuredBody>{section}</structuredBody>"}'
            "</component></ClinicalDocument>").encode()


def problem(value: str) -> str:
    return ('<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.4"/>'
            f"{value}</observation></entry>")


def carried(content: str, attributes: str) -> bytes:
    return document(body=f"<nonXMLBody><text {attributes}>{content}</text></nonXMLBody>")


@pytest.mark.parametrize("data", [
    document(), b"\xef\xbb\xbf" + document(), b"\xef\xbb\xbf\r\n\r\n" + document(), b"\n \t" + document(),
    document() + b"\r\n\x00\x00", document() + b"\x1a", document(prolog=""), document(names=""),
    document(prolog=PROLOG + '<?xml-stylesheet type="text/xsl" href="CDA.xsl"?><!-- made by a vendor -->'),
    document(prolog='<?xml version="1.0" encoding="UTF-16"?>'),
    document(prolog='<?xml version="1.0" encoding="UTF-16"?>').decode().encode("utf-16"),
    document(prolog='<?xml version="1.0" encoding="us-ascii" standalone="yes"?>'),
    document().replace(b"<", b"<v3:").replace(b"<v3:/", b"</v3:").replace(b"<v3:?", b"<?").replace(
        b' xmlns="', b' xmlns:v3="'),
])
def test_a_document_is_the_same_in_every_wrapping(read_with, data) -> None:
    assert read_with(CcdaReader(), data).text == "PROBLEMS\nFever."


@pytest.mark.parametrize(("declared", "encoding"), [
    ("ISO-8859-1", "latin-1"), ("windows-1252", "cp1252"), ("UTF-8", "utf-8"), ("utf-16", "utf-16"),
    ("ISO-8859-15", "iso-8859-15"),
])
def test_letters_come_in_as_the_declaration_says(read_with, declared, encoding) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>'
    data = document("Müdigkeit", prolog=prolog).decode().encode(encoding)
    assert read_with(CcdaReader(), data).text == "PROBLEMS\nMüdigkeit"


@pytest.mark.parametrize(("data", "reason"), [
    (document(names='xmlns="urn:hl7-org:v3"', entries=problem(CODE)), "line 1: the namespace prefix xsi is not decl"),
    (document("A & B"), "line 1"), (document("A&nbsp;B"), "line 1"), (document("A\x0bB"), "line 1"),
    (document()[:-40], "line 1"), (document() + b"<more/>", "line 1: Extra content"),
    (document("Müde").decode().encode("latin-1"), "line 1: Invalid bytes"),
    (document(PROLOG and "\n\n\n<b>x</i>"), "line 4: Opening and ending tag mismatch"),
    (document(entries='<entry a="1" a="2"/>'), "line 1: Attribute a redefined"),
    (document(prolog='<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]>'), "DOCTYPE"),
    (document(prolog='<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://example.org/a.dtd">'), "DOCTYPE"),
    (document("<content>" * 300 + "x" + "</content>" * 300), "nested too deeply"),
    (document(prolog='<?xml version="1.0" encoding="klingon"?>'), "encoding|line 1"),
])
def test_what_is_broken_is_refused_with_its_line(read_with, data, reason) -> None:
    with pytest.raises(InputError, match=reason):
        read_with(CcdaReader(), data)


@pytest.mark.parametrize(("value", "code", "said"), [
    (CODE, "J18.9", ""), (CODE.replace("J18.9", "j189"), "J18.9", ""),
    (CODE.replace('"2.16.', '"urn:oid:2.16.'), "J18.9", ""),
    ('<value xsi:type="CD" code="J18.9" codeSystemName="ICD-10-CM"/>', "J18.9", ""),
    ('<value xsi:type="CD" code="J18.9" codeSystemName="ICD-10"/>', "", "without its code system"),
    ('<value xsi:type="CD" code="J18.9"/>', "", "without its code system"),
    ('<value xsi:type="CD" code="250.00" codeSystem="2.16.840.1.113883.6.90"/>', "", "cannot be one of"),
    ('<value xsi:type="CD" code="J18.9" codeSystem="2.16.840.1.113883.6.96" codeSystemName="ICD-10-CM"/>', "",
     "by number and ICD-10-CM by name"),
    ('<value xsi:type="CD" nullFlavor="OTH"><translation code="J18.9" codeSystem="2.16.840.1.113883.6.90"/></value>',
     "J18.9", ""),
    ('<value xsi:type="ST">Pneumonia</value>', "", ""),
])
def test_a_code_comes_in_under_its_own_system_or_is_named(read_with, value, code, said) -> None:
    read = read_with(CcdaReader(), document(entries=problem(value) + problem(CODE.replace("J18.9", "R50.9"))))
    expected = [(ICD_10_CM, each) for each in (code, "R50.9") if each]
    assert [(each.coding.system, each.coding.code) for each in read.records[0].imported_codes] == expected
    assert (read.left_out == []) if not said else (said in read.left_out[0] and "entry 1" in read.left_out[0])


@pytest.mark.parametrize(("content", "attributes", "text"), [
    ("Plain &amp; simple", 'mediaType="text/plain"', "Plain & simple"),
    (base64.b64encode(b"{\\rtf1 Hello}").decode(), 'mediaType="text/rtf" representation="B64"', "Hello"),
    (base64.b64encode(b"{\\rtf1 Hello}").decode(), 'mediaType="application/rtf"', "Hello"),
    (base64.b64encode(b"<p>Hello</p>").decode(), 'mediaType="text/html" representation="B64"', "Hello"),
    (base64.b64encode(b"Hello").decode(), 'representation="B64"', "Hello"),
    (base64.b64encode(b"Hello").decode().rstrip("="), 'mediaType="text/plain" representation="B64"', "Hello"),
    (base64.b64encode(b"{\\rtf1 Hello}").decode(), 'mediaType="binary/octet-stream" representation="B64"', "Hello"),
])
def test_a_carried_file_is_read_by_what_it_is(read_with, content, attributes, text) -> None:
    assert read_with(CcdaReader(), carried(content, attributes)).text == text


def test_a_carried_file_of_more_than_ten_megabytes_is_read(read_with) -> None:
    note = b"Fever and cough.\n" * 700_000
    data = carried(base64.b64encode(note).decode(), 'mediaType="text/plain" representation="B64"')
    assert len(data) > 15_000_000
    assert len(read_with(CcdaReader(), data).text) == len(note)


def test_a_large_document_may_not_be_deeper_than_a_small_one(read_with) -> None:
    data = document("<content>" * 400 + "x" * 9_500_000 + "</content>" * 400)
    with pytest.raises(InputError, match="nested too deeply"):
        read_with(CcdaReader(), data)


def test_an_exchange_on_media_gives_its_documents_and_not_what_is_packed_around(read_with) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("README.TXT", "How to open this disk.")
        archive.writestr("INDEX.HTM", "<html>Index</html>")
        archive.writestr("IHE_XDM/SUBSET01/METADATA.XML", "<SubmitObjectsRequest/>")
        archive.writestr("IHE_XDM/SUBSET01/DOCUMENT.XML", document())
        archive.writestr("IHE_XDM/SUBSET01/STYLE.XSL", "<xsl:stylesheet/>")
    reader = next(each for each in all_readers() if each.format_name == "zip")
    read = read_with(reader, packed.getvalue(), name="xdm.zip")
    assert [record.source_format for record in read.records] == ["ccda"]
    assert [left.split(":")[0] for left in read.left_out] == ["IHE_XDM/SUBSET01/STYLE.XSL"]
