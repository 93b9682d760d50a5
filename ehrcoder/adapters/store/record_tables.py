"""Records, their texts, and what was proposed for them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.people import PeopleTables
from ehrcoder.adapters.store.projection import CURRENT_SUGGESTIONS, MASKED_MARK, add_row, count_suggestions
from ehrcoder.adapters.store.session import Row, Session
from ehrcoder.core.canonical import sha256_of_text
from ehrcoder.core.errors import InputError, IntegrityError, NotFoundError
from ehrcoder.core.history import record_content_sha256
from ehrcoder.core.ids import DocumentId, RecordId
from ehrcoder.core.profiles import Permission
from ehrcoder.core.records import ClinicalDocument, EncounterRecord, RecordRow, RecordStatus
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun

_ADD_RECORD = "INSERT INTO records (record_id, source_sha256, content_sha256, body) VALUES (?, ?, ?, ?)"
_ADD_DOCUMENT = """
INSERT INTO documents (record_id, position, document_id, type, title, language, text)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_RECORD = "SELECT body, content_sha256 FROM records WHERE record_id = ?"
_DOCUMENTS = """
SELECT document_id, type, title, text, language FROM documents WHERE record_id = ? ORDER BY position
"""
_ROWS = """
SELECT record_id, title, source_format, imported_at, document_count, text_length, suggestion_count,
       undecided_count, assignment_count, run_count, version, signature IS NOT NULL, flag, held_for, is_draft,
       least_confidence, (
           SELECT group_concat(t.code || ' ' || t.change || CASE t.must_change WHEN 1 THEN '!' ELSE '' END, ', ')
           FROM recode_tasks AS t
           WHERE t.record_id = coding.record_id AND t.settled_at IS NULL AND EXISTS (
               SELECT 1 FROM assignments AS a
               WHERE a.record_id = t.record_id AND a.system = t.system AND a.code = t.code))
FROM coding ORDER BY number LIMIT ?
"""
# Few records are masked, and only those have the word in their title: no other body is parsed.
_MASKED = """
SELECT CASE WHEN json_valid(r.body) THEN json_extract(r.body, '$.masked_from.record_id') END, c.record_id
FROM coding AS c JOIN records AS r USING (record_id)
WHERE c.title GLOB '*' || ? ORDER BY c.number
"""
_BY_SOURCE = "SELECT record_id FROM records WHERE source_sha256 = ? ORDER BY number LIMIT 1"
_EXISTS = "SELECT 1 FROM records WHERE record_id = ?"

_ADD_RUN = """
INSERT INTO runs (run_id, number, record_id, body, manifest)
SELECT ?, coalesce(max(number), 0) + 1, ?, ?, ? FROM runs
"""
_FORGET_UNTOUCHED = """
DELETE FROM suggestions WHERE record_id = ? AND suggestion_id NOT IN
    (SELECT suggestion_id FROM decisions WHERE record_id = ?)
"""
_ADD_SUGGESTION = """
INSERT INTO suggestions (suggestion_id, record_id, run_id, rank, body) VALUES (?, ?, ?, ?, ?)
"""
_RUNS = "SELECT body FROM runs WHERE record_id = ? ORDER BY number"
_SUGGESTIONS = f"""
SELECT s.suggestion_id, s.body,
    (SELECT manifest FROM runs AS r WHERE r.run_id = s.run_id),
    (SELECT number FROM runs AS r WHERE r.run_id = s.run_id) AS run_number
{CURRENT_SUGGESTIONS}ORDER BY s.rank, run_number DESC, s.suggestion_id
"""  # noqa: S608 - constants only

class RecordTables:
    """What a RecordStore keeps."""

    def __init__(self, session: Session, people: PeopleTables) -> None:
        self._session = session
        self._people = people

    def add_records(self, records: Iterable[EncounterRecord]) -> int:
        """Store new records in one transaction and return how many."""
        self._people.allow(Permission.IMPORT)
        lines: list[tuple[str, str]] = []
        with self._session.writing():
            for record in records:
                lines.append((record.record_id, self._add_record(record)))
            self._session.add_to_ledger("record", lines)
        return len(lines)

    def record(self, record_id: RecordId) -> EncounterRecord:
        """Return one record. Raises NotFoundError, and IntegrityError when it is not what was imported."""
        with self._session.reading():
            found = self._session.one(_RECORD, (record_id,))
            if found is None:
                raise no_such_record(record_id)
            documents = [_document(row) for row in self._session.all(_DOCUMENTS, (record_id,))]
        record = serial.read_record(found[0], documents, where=f"Record {record_id}")
        if record_content_sha256(record) != found[1]:
            raise IntegrityError(
                f"Record {record_id} is not what was imported: its content does not match its hash.",
                kept="The file was left as it is.",
                next_step="Go back to the last backup, or import the record again from its source.",
            )
        return record

    def rows(self, *, first: int | None = None) -> tuple[RecordRow, ...]:
        """Return every record as a list row, in the order of import; with `first`, so many of them only."""
        rows = self._session.all(_ROWS, (-1 if first is None else first,))
        masked = {former: RecordId(version) for former, version in self._session.all(_MASKED, (MASKED_MARK,)) if former}
        try:
            return tuple(_row(row, masked.get(row[0])) for row in rows)
        except ValueError as error:
            raise IntegrityError(
                "The record list of this workspace is damaged.", kept="Records and history were left as they are.",
                next_step="Run `ehrcoder audit rebuild --repair`, which makes the list anew.",
            ) from error

    def find_by_content(self, source_sha256: str) -> RecordId | None:
        """Return the first record that came from a source with this hash."""
        found = self._session.one(_BY_SOURCE, (source_sha256,))
        return RecordId(found[0]) if found else None

    def save_run(self, run: InferenceRun, suggestions: Sequence[CodeSuggestion]) -> None:
        """Store a run with its suggestions in place of those that nobody decided."""
        self._people.allow(Permission.PROPOSE)
        for suggestion in suggestions:
            if suggestion.run_id != run.run_id or suggestion.record_id != run.record_id:
                raise ValueError("a suggestion of another run or record")
        bodies = [serial.write(suggestion) for suggestion in suggestions]
        manifest = json.dumps({
            suggestion.suggestion_id: sha256_of_text(body)
            for suggestion, body in zip(suggestions, bodies, strict=True)
        })
        body = serial.write(run)
        with self._session.writing():
            self.must_exist(run.record_id)
            self._session.change(_ADD_RUN, (run.run_id, run.record_id, body, manifest))
            self._session.change(_FORGET_UNTOUCHED, (run.record_id, run.record_id))
            self._session.change_many(_ADD_SUGGESTION, [
                (each.suggestion_id, each.record_id, each.run_id, each.rank, text)
                for each, text in zip(suggestions, bodies, strict=True)
            ])
            self._session.add_to_ledger("run", [(run.run_id, run_content_sha256(body, manifest))])
            count_suggestions(self._session, run.record_id)

    def suggestions(self, record_id: RecordId) -> tuple[CodeSuggestion, ...]:
        """Return a record's current suggestions, best rank first. Raises IntegrityError for altered ones."""
        with self._session.reading():
            self.must_exist(record_id)
            rows = self._session.all(_SUGGESTIONS, (record_id,))
        return tuple(_suggestion(row) for row in rows)

    def runs(self, record_id: RecordId) -> tuple[InferenceRun, ...]:
        """Return the inference runs of a record, oldest first."""
        self.must_exist(record_id)
        rows = self._session.all(_RUNS, (record_id,))
        return tuple(serial.read_run(row[0], where=f"A run of record {record_id}") for row in rows)

    def must_exist(self, record_id: RecordId) -> None:
        """Raise NotFoundError unless the record is in the workspace."""
        if self._session.one(_EXISTS, (record_id,)) is None:
            raise no_such_record(record_id)

    def _add_record(self, record: EncounterRecord) -> str:
        if not serial.is_storable(record):
            name = record.source_name.encode("utf-8", "replace").decode("utf-8")
            raise InputError(
                f"A text of {name} holds half a character (a lone surrogate).",
                kept="Nothing of this file was stored.", next_step="Correct the file at its source.",
            )
        if self._session.one(_EXISTS, (record.record_id,)) is not None:
            raise InputError(f"Record {record.record_id} is in the workspace already.",
                             kept="Nothing was changed.")
        content = record_content_sha256(record)
        header = serial.record_header(record)
        self._session.change(_ADD_RECORD, (record.record_id, record.source_sha256, content, header))
        self._session.change_many(_ADD_DOCUMENT, [
            (record.record_id, number, each.document_id, each.type, each.title, each.language, each.text)
            for number, each in enumerate(record.documents)
        ])
        add_row(self._session, record)
        return content


def run_content_sha256(body: str, manifest: str) -> str:
    """Return the hash under which a run stands in the ledger: its own fields and those of its suggestions."""
    return sha256_of_text(f"{body}\n{manifest}")


def no_such_record(record_id: str) -> NotFoundError:
    """Return the error for a record that is not in the workspace."""
    return NotFoundError(f"There is no record {record_id} in this workspace.",
                         next_step="`ehrcoder records list` shows what is there.")


def _document(row: Row) -> ClinicalDocument:
    return ClinicalDocument(document_id=DocumentId(row[0]), type=row[1], title=row[2], text=row[3],
                            language=row[4])


def _row(row: Row, masked_as: RecordId | None) -> RecordRow:
    (record_id, title, source_format, imported_at, documents, length, suggestions, undecided, assignments,
     runs, version, signed, flag, held_for, is_draft, least_confidence, recode) = row
    if signed:
        status = RecordStatus.SIGNED
    elif version:
        status = RecordStatus.IN_PROGRESS
    else:
        status = RecordStatus.PROPOSED if runs else RecordStatus.NEW
    return RecordRow(
        record_id=RecordId(record_id), title=title, source_format=source_format,
        imported_at=dt.datetime.fromisoformat(imported_at), status=status, document_count=documents,
        text_length=length, suggestion_count=suggestions, undecided_count=undecided,
        assignment_count=assignments, flag=flag, held_for=held_for, is_draft=bool(is_draft),
        least_confidence=least_confidence, recode=recode or "", masked_as=masked_as,
    )


def _suggestion(row: Row) -> CodeSuggestion:
    suggestion_id, body, manifest, _ = row
    if json.loads(manifest).get(suggestion_id) != sha256_of_text(body):
        raise IntegrityError(
            f"Suggestion {suggestion_id} is not what the engine proposed: it was altered in the file.",
            kept="The file was left as it is.", next_step="Run `ehrcoder audit verify`, then propose again.",
        )
    return serial.read_suggestion(body, where=f"Suggestion {suggestion_id}")
