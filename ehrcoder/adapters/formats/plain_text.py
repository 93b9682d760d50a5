"""Reader of plain text and Markdown: one note a file, or many by a separator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from ehrcoder.adapters.formats.decoding import decode, what_it_looks_like
from ehrcoder.adapters.formats.note_records import note_records
from ehrcoder.core.errors import InputError
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import ReadContext

_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".note", ""})


class PlainTextReader:
    """Takes a file whose whole content is one note."""

    format_name = "text"

    def recognises(self, head: bytes, file_name: str) -> bool:
        """Take files that are named as text, and those whose kind can be named when they are refused."""
        return PurePath(file_name).suffix.lower() in _SUFFIXES or what_it_looks_like(head) is not None

    def read(self, data: bytes, context: ReadContext) -> Iterator[EncounterRecord]:
        """Yield one record with one document, or one a note. Raises InputError for empty, blank or binary files."""
        kind = what_it_looks_like(data[:65536])
        if kind is not None:
            raise InputError(f"The file is no plain note: it looks like {kind}.",
                             next_step="Export its text and import that.")
        decoded = decode(data, name="The file")
        if not decoded.text.strip():
            raise InputError("The file holds nothing but white space.",
                             next_step="Check the file at its source.")
        yield from note_records(decoded.text, data, context, source_format=self.format_name, notes=decoded.notes)
