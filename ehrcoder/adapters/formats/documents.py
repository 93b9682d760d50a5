"""Readers of single documents that hold text behind a format: RTF, DOCX and PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from ehrcoder.adapters.formats.decoding import DecodedText, refuse_unstorable
from ehrcoder.adapters.formats.document_text import text_of_docx, text_of_rtf
from ehrcoder.adapters.formats.note_records import note_records
from ehrcoder.adapters.formats.pdf_text import text_of_pdf
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import ReadContext


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Takes one kind of document; the stored text is what was extracted, the hash that of the file."""

    format_name: str
    signature: bytes
    needs_name: bool
    """Whether the signature alone is not enough: every Office file begins as a zip archive."""
    extract: Callable[..., DecodedText]

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take files by what they begin with, and by name where that is not enough or nothing is said."""
        is_named = PurePath(file_name).suffix.lower() == f".{self.format_name}"
        begins = head.lstrip()[:16].startswith(self.signature)
        return begins and (is_named or not self.needs_name)

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield one record with one document. Raises InputError when there is no text to be had."""
        found = self.extract(data, name="The file")
        refuse_unstorable(found.text, place="The file")
        yield from note_records(found.text, data, context, source_format=self.format_name, notes=found.notes)


def document_readers() -> tuple[DocumentReader, ...]:
    """Return the readers of single documents."""
    return (
        DocumentReader("rtf", b"{\\rtf", False, text_of_rtf),
        DocumentReader("docx", b"PK", True, text_of_docx),
        DocumentReader("pdf", b"%PDF-", False, text_of_pdf),
    )
