"""Records of files that hold notes and nothing else: one of the whole file, or one of each note in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePath

from ehrcoder.adapters.formats.decoding import sha256_of
from ehrcoder.adapters.formats.note_separator import notes_of
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, Patient
from ehrcoder.ports import ReadContext


def note_records(
    text: str, data: bytes, context: ReadContext, *, source_format: str, notes: Sequence[str]
) -> Iterator[EncounterRecord]:
    """Yield the record of a file, or of each note between separators. Raises InputError for a wrong separator.

    The hash is that of the file, or of the note where there are several, so that a note is recognised in another
    file too.
    """
    name = PurePath(context.source_name).stem
    split = notes_of(text, context.options, report=context.on_left_out)
    if split is None:
        yield _record(text, context, name=name, sha256=sha256_of(data), source_format=source_format, notes=notes)
        return
    for note in split:
        yield _record(
            note.text, context, name=note.title or f"{name}, note {note.number}", source_format=source_format,
            sha256=sha256_of(note.text.encode("utf-8")),
            notes=(*notes, f"Note {note.number} of {len(split)} in its file, cut at the given separator."),
        )


def _record(
    text: str, context: ReadContext, *, name: str, sha256: str, source_format: str, notes: Sequence[str]
) -> EncounterRecord:
    return EncounterRecord(
        record_id=RecordId(context.ids.new_id()),
        source_format=source_format,
        source_name=context.source_name,
        source_sha256=sha256,
        imported_at=context.clock.now(),
        # A lone note says nothing of its patient; its name stands in until somebody says more.
        patient=Patient(pseudonym=name),
        documents=(
            ClinicalDocument(document_id=DocumentId("d1"), type="Clinical note", title=name, text=text,
                             language=context.options.get("language", "en")),
        ),
        import_notes=tuple(notes),
    )
