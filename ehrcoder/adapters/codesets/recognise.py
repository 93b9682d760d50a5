"""Tells by its content what a file of a release is."""

from __future__ import annotations

from ehrcoder.adapters.codesets.release_fhir import FHIR, is_resource, plain, read_resource
from ehrcoder.adapters.codesets.release_files import ReleaseFile
from ehrcoder.adapters.codesets.release_parts import Part
from ehrcoder.adapters.codesets.release_tables import Named, parsed_json, read_csv, read_json, read_spreadsheet
from ehrcoder.adapters.codesets.release_text import read_text
from ehrcoder.adapters.codesets.release_xml import read_xml
from ehrcoder.adapters.codesets.safe_xml import parse_xml
from ehrcoder.core.code_releases import LeftOut

_PDF = "a PDF document, for reading; only text, XML, JSON and tables are taken"


def read_release_file(file: ReleaseFile, named: Named) -> tuple[Part, ...]:
    """Return what a file is and holds; names count only for the edition. Raises InputError for a damaged one."""
    head = file.data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"%PDF"):
        return (LeftOut(shown=file.shown, reason=_PDF),)
    if file.data.startswith(b"PK"):
        return (read_spreadsheet(file),)
    if b"<xs:schema" in file.data[:2000] or b"<xsd:schema" in file.data[:2000]:
        return (LeftOut(shown=file.shown, reason="a schema, which holds no codes"),)
    if head.startswith(b"<"):
        root = parse_xml(file.data, file.shown)
        if isinstance(root.tag, str) and root.tag.startswith(FHIR):
            document = {"resourceType": root.tag.removeprefix(FHIR), **plain(root)}
            if is_resource(document):
                return read_resource(document, file)
        return (read_xml(root, file),)
    if head.startswith((b"{", b"[")):
        document = parsed_json(file)
        return read_resource(document, file) if is_resource(document) else (read_json(document, file),)
    part = read_text(file) or read_csv(file, named)
    return (part or LeftOut(shown=file.shown, reason="text that is no release of a code set"),)
