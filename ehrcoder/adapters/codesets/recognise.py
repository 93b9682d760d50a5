"""Tells by its content what a file of a release is."""

from __future__ import annotations

from ehrcoder.adapters.codesets.release_files import ReleaseFile
from ehrcoder.adapters.codesets.release_parts import LeftOut, Part
from ehrcoder.adapters.codesets.release_tables import Named, read_csv, read_json, read_spreadsheet
from ehrcoder.adapters.codesets.release_text import read_text
from ehrcoder.adapters.codesets.release_xml import read_xml


def read_release_file(file: ReleaseFile, named: Named) -> Part:
    """Return what a file is and holds; names count only for the edition. Raises InputError for a damaged one."""
    head = file.data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"%PDF"):
        return LeftOut(shown=file.shown, reason="a PDF document, for reading; the same changes come as text or XML")
    if file.data.startswith(b"PK"):
        return read_spreadsheet(file)
    if b"<xs:schema" in file.data[:2000] or b"<xsd:schema" in file.data[:2000]:
        return LeftOut(shown=file.shown, reason="a schema, which holds no codes")
    if head.startswith(b"<"):
        return read_xml(file)
    if head.startswith((b"{", b"[")):
        return read_json(file)
    part = read_text(file) or read_csv(file, named)
    return part or LeftOut(shown=file.shown, reason="text that is no release of a code set")
