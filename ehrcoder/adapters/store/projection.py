"""What is stored beside the events so that lists and searches are fast; it can be made again at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.session import Row, Session
from ehrcoder.core.assignments import CodingEvent, RecordCoding
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord

MASKED_MARK = " (masked)"
"""The end of the title of a version in which possible identifiers are masked."""
CURRENT_SUGGESTIONS = """
FROM suggestions AS s LEFT JOIN decisions AS d USING (suggestion_id)
WHERE s.record_id = ?1 AND (
    d.decision != 'undecided'
    OR s.run_id = (SELECT run_id FROM runs WHERE record_id = ?1 ORDER BY number DESC LIMIT 1))
"""
"""A decision that was undone keeps its suggestion in the file, but only the last run's are shown undecided."""

_ADD_ROW = """
INSERT INTO coding (number, record_id, title, source_format, imported_at, document_count, text_length)
SELECT number, record_id, ?, ?, ?, ?, ? FROM records WHERE record_id = ?
"""
_SET_LISTED = """
UPDATE coding SET title = ?, source_format = ?, imported_at = ?, document_count = ?, text_length = ?
WHERE record_id = ?
"""
_COUNTS = f"""
SELECT (SELECT count(*) FROM runs WHERE record_id = ?1), count(*),
       count(*) FILTER (WHERE coalesce(d.decision, 'undecided') = 'undecided'),
       min(json_extract(s.body, '$.confidence')) FILTER (WHERE coalesce(d.decision, 'undecided') = 'undecided')
{CURRENT_SUGGESTIONS}
"""  # noqa: S608 - constants only
_SET_COUNTS = """
UPDATE coding SET run_count = ?, suggestion_count = ?, undecided_count = ?, least_confidence = ?
WHERE record_id = ?
"""
_FORGET_ASSIGNMENTS = "DELETE FROM assignments WHERE record_id = ?"
_ADD_ASSIGNMENT = """
INSERT INTO assignments (record_id, sequence, assignment_id, system, code, body) VALUES (?, ?, ?, ?, ?, ?)
"""
_FORGET_DECISIONS = "DELETE FROM decisions WHERE record_id = ?"
_SET_DECISION = """
INSERT INTO decisions (suggestion_id, record_id, decision) VALUES (?, ?, ?)
ON CONFLICT (suggestion_id) DO UPDATE SET decision = excluded.decision
"""
_SET_HEAD = """
UPDATE coding SET version = ?, head_hash = ?, signature = ?, assignment_count = ?, flag = ?, held_for = ?,
    is_draft = ?
WHERE record_id = ?
"""
_STORED_ROW = """
SELECT title, source_format, imported_at, document_count, text_length, version, head_hash, signature,
       assignment_count, flag, held_for, is_draft, run_count, suggestion_count, undecided_count, least_confidence
FROM coding WHERE record_id = ?
"""
_STORED_LINE = """
SELECT c.number, r.source_sha256, title, source_format, imported_at, document_count, text_length, run_count,
       suggestion_count, undecided_count, least_confidence
FROM coding AS c JOIN records AS r USING (record_id) WHERE record_id = ?
"""
_STORED_ASSIGNMENTS = """
SELECT record_id, sequence, assignment_id, system, code, body FROM assignments WHERE record_id = ?
ORDER BY sequence
"""
_STORED_DECISIONS = "SELECT suggestion_id, record_id, decision FROM decisions WHERE record_id = ?"


def add_row(session: Session, record: EncounterRecord) -> None:
    """Give a new record its line in the list, within the transaction that adds the record."""
    session.change(_ADD_ROW, (*_listed(record), record.record_id))


def project(session: Session, coding: RecordCoding, events: Sequence[CodingEvent]) -> None:
    """Store a record's coding, within the transaction that wrote these events."""
    record_id = coding.record_id
    session.change(_FORGET_ASSIGNMENTS, (record_id,))
    session.change_many(_ADD_ASSIGNMENT, _assignment_rows(coding))
    session.change_many(_SET_DECISION, _decision_rows(record_id, events))
    session.change(_SET_HEAD, (*_head(coding), record_id))
    count_suggestions(session, record_id)


def count_suggestions(session: Session, record_id: RecordId) -> None:
    """Store how many suggestions a record has and how many are undecided."""
    session.change(_SET_COUNTS, (*_counts(session, record_id), record_id))


def is_projected(
    session: Session, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent]
) -> bool:
    """Tell whether what is stored beside a record's events is what they amount to."""
    record_id = record.record_id
    listed = (*_listed(record), *_head(coding), *_counts(session, record_id))
    return (
        session.one(_STORED_ROW, (record_id,)) == listed
        and session.all(_STORED_ASSIGNMENTS, (record_id,)) == _assignment_rows(coding)
        and sorted(session.all(_STORED_DECISIONS, (record_id,))) == sorted(_decision_rows(record_id, events))
    )


def is_listed(session: Session, record: EncounterRecord, *, number: int) -> bool:
    """Tell whether a record's line in the list and its look-up are what its content amounts to."""
    found = session.one(_STORED_LINE, (record.record_id,))
    return found == (number, record.source_sha256, *_listed(record), *_counts(session, record.record_id))


def project_again(
    session: Session, record: EncounterRecord, coding: RecordCoding, events: Sequence[CodingEvent]
) -> None:
    """Store everything of a record's projection anew, within a transaction."""
    if session.one(_STORED_ROW, (record.record_id,)) is None:
        add_row(session, record)
    session.change(_SET_LISTED, (*_listed(record), record.record_id))
    session.change(_FORGET_DECISIONS, (record.record_id,))
    project(session, coding, events)


def title_of(record: EncounterRecord) -> str:
    """Return the name of a record in lists: the patient's pseudonym, the first day where it is known."""
    day = f" · {record.period.start.isoformat()}" if record.period.start else ""
    masked = MASKED_MARK if record.masked_from else ""
    return f"{record.patient.pseudonym or record.source_name}{day}{masked}"


def _listed(record: EncounterRecord) -> Row:
    return (
        title_of(record), record.source_format, record.imported_at.astimezone(dt.UTC).isoformat(),
        len(record.documents), sum(len(document.text) for document in record.documents),
    )


def _head(coding: RecordCoding) -> Row:
    signature = serial.write(coding.signature) if coding.signature else None
    return (coding.version, coding.head_hash, signature, len(coding.assignments), coding.flag, coding.held_for,
            int(coding.is_draft))


def _counts(session: Session, record_id: RecordId) -> Row:
    return session.one(_COUNTS, (record_id,)) or (0, 0, 0, None)


def _assignment_rows(coding: RecordCoding) -> list[Row]:
    return [
        (coding.record_id, each.sequence, each.assignment_id, each.coding.system, each.coding.code,
         serial.write(each))
        for each in coding.assignments
    ]


def _decision_rows(record_id: RecordId, events: Sequence[CodingEvent]) -> list[Row]:
    last = {
        event.draft.suggestion_id: event.draft.decision.value for event in events
        if event.draft.suggestion_id is not None and event.draft.decision is not None
    }
    return [(suggestion_id, record_id, decision) for suggestion_id, decision in last.items()]
