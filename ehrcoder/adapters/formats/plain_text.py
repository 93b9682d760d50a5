"""Reader of plain text and Markdown: one note a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from ehrcoder.adapters.formats.decoding import decode, sha256_of, what_it_looks_like
from ehrcoder.core.errors import InputError
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient
from ehrcoder.ports import ReadContext

_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".note", ""})


class PlainTextReader:
    """Takes a file whose whole content is one note."""

    format_name = "text"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take files that are named as text, and those whose kind can be named when they are refused."""
        return PurePath(file_name).suffix.lower() in _SUFFIXES or what_it_looks_like(head) is not None

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield one record with one document. Raises InputError for empty, blank or binary files."""
        kind = what_it_looks_like(data[:65536])
        if kind is not None:
            raise InputError(f"The file is no plain note: it looks like {kind}.",
                             next_step="Export its text and import that.")
        decoded = decode(data, name="The file")
        if not decoded.text.strip():
            raise InputError("The file holds nothing but white space.",
                             next_step="Check the file at its source.")
        name = PurePath(context.source_name).stem
        yield EncounterRecord(
            record_id=RecordId(context.ids.new_id()),
            source_format=self.format_name,
            source_name=context.source_name,
            source_sha256=sha256_of(data),
            imported_at=context.clock.now(),
            # A lone note says nothing of its patient; its name stands in until somebody says more.
            patient=Patient(pseudonym=name),
            documents=(
                ClinicalDocument(
                    document_id=DocumentId("d1"), type="Clinical note", title=name, text=decoded.text,
                    language=context.options.get("language", "en"),
                ),
            ),
            import_notes=decoded.notes,
        )
