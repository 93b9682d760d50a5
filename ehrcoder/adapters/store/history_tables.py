"""The events of a workspace, and the coding that they amount to."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.record_tables import COUNT_SUGGESTIONS, no_such_record
from ehrcoder.adapters.store.session import Row, Session
from ehrcoder.core.assignments import CodingEvent, Decision, EventDraft, RecordCoding
from ehrcoder.core.canonical import canonical_sha256, sha256_of_text
from ehrcoder.core.errors import InputError, IntegrityError
from ehrcoder.core.history import chain, event_body
from ehrcoder.core.ids import RecordId, SuggestionId
from ehrcoder.ports import ExportEntry

_HEAD = """
SELECT c.version, c.head_hash, c.signature, r.content_sha256
FROM coding AS c JOIN records AS r USING (record_id) WHERE c.record_id = ?
"""
_ASSIGNMENTS = "SELECT body FROM assignments WHERE record_id = ? ORDER BY sequence"
_DECISIONS = "SELECT suggestion_id, decision FROM decisions WHERE record_id = ? ORDER BY suggestion_id"
_EVENTS = "SELECT body, hash FROM events WHERE record_id = ? ORDER BY sequence"
_ADD_EVENT = """
INSERT INTO events (position, event_id, record_id, sequence, previous_hash, hash, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_FORGET_ASSIGNMENTS = "DELETE FROM assignments WHERE record_id = ?"
_ADD_ASSIGNMENT = """
INSERT INTO assignments (record_id, sequence, assignment_id, system, code, body) VALUES (?, ?, ?, ?, ?, ?)
"""
_SET_DECISION = """
INSERT INTO decisions (suggestion_id, record_id, decision) VALUES (?, ?, ?)
ON CONFLICT (suggestion_id) DO UPDATE SET decision = excluded.decision
"""
_SET_HEAD = """
UPDATE coding SET version = ?, head_hash = ?, signature = ?, assignment_count = ? WHERE record_id = ?
"""
_ADD_EXPORT = "INSERT INTO exports (record_id, head_hash, body) VALUES (?, ?, ?)"
_EXPORTS = "SELECT body FROM exports ORDER BY number"


class HistoryTables:
    """What a CodingHistory and an ExportLog keep."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(
        self, record_id: RecordId, drafts: Sequence[EventDraft], *, expected_version: int | None = None
    ) -> tuple[CodingEvent, ...]:
        """Append decisions and update the projection in one transaction; durable when it returns."""
        session = self._session
        with session.writing():
            coding, genesis = self._head(record_id)
            if expected_version is not None and expected_version != coding.version:
                raise InputError(
                    "The record was changed meanwhile.", kept="What was decided meanwhile is kept.",
                    next_step="Look at the record again, then repeat the action.",
                )
            if not drafts:
                return ()
            events, after = chain(
                coding, drafts, genesis=genesis, group_id=session.ids.new_id(), at=session.clock.now(),
                new_id=session.ids.new_id,
            )
            positions = session.add_to_ledger("event", [(event.event_id, event.hash) for event in events])
            session.change_many(_ADD_EVENT, [
                (position, each.event_id, record_id, each.sequence, each.previous_hash, each.hash,
                 event_body(each))
                for position, each in zip(positions, events, strict=True)
            ])
            project(session, after, touched=decisions_touched(events))
        return events

    def events(self, record_id: RecordId) -> tuple[CodingEvent, ...]:
        """Return a record's history. Raises IntegrityError when an event does not match its hash."""
        with self._session.reading():
            self._head_row(record_id)
            rows = self._session.all(_EVENTS, (record_id,))
        return tuple(_event(row, number, record_id) for number, row in enumerate(rows, 1))

    def coding(self, record_id: RecordId) -> RecordCoding:
        """Return the current coding of a record. Raises NotFoundError."""
        with self._session.reading():
            return self._head(record_id)[0]

    def log_exports(self, entries: Sequence[ExportEntry]) -> None:
        """Note which files left the workspace, in one transaction."""
        with self._session.writing():
            self._session.change_many(_ADD_EXPORT, [
                (entry.record_id, entry.head_hash, serial.write(entry)) for entry in entries
            ])
            self._session.add_to_ledger(
                "export", [(entry.record_id, canonical_sha256(entry)) for entry in entries]
            )

    def exports(self) -> tuple[ExportEntry, ...]:
        """Return the export log, oldest first."""
        rows = self._session.all(_EXPORTS)
        return tuple(serial.read_export(row[0], where="The export log") for row in rows)

    def _head_row(self, record_id: RecordId) -> Row:
        row = self._session.one(_HEAD, (record_id,))
        if row is None:
            raise no_such_record(record_id)
        return row

    def _head(self, record_id: RecordId) -> tuple[RecordCoding, str]:
        version, head_hash, signature, content = self._head_row(record_id)
        where = f"The coding of record {record_id}"
        return RecordCoding(
            record_id=record_id,
            assignments=tuple(
                serial.read_assignment(row[0], where=where)
                for row in self._session.all(_ASSIGNMENTS, (record_id,))
            ),
            decisions=tuple(
                (SuggestionId(row[0]), Decision(row[1]))
                for row in self._session.all(_DECISIONS, (record_id,)) if row[1] != Decision.UNDECIDED
            ),
            signature=serial.read_signature(signature, where=where) if signature else None,
            version=version, head_hash=head_hash,
        ), content


def decisions_touched(events: Sequence[CodingEvent]) -> dict[SuggestionId, Decision]:
    """Return the last decision that these events name for each suggestion, UNDECIDED included."""
    return {
        event.draft.suggestion_id: event.draft.decision for event in events
        if event.draft.suggestion_id is not None and event.draft.decision is not None
    }


def project(session: Session, coding: RecordCoding, *, touched: dict[SuggestionId, Decision]) -> None:
    """Write a record's coding into the projection, within the transaction that wrote its events."""
    record_id = coding.record_id
    session.change(_FORGET_ASSIGNMENTS, (record_id,))
    session.change_many(_ADD_ASSIGNMENT, [
        (record_id, each.sequence, each.assignment_id, each.coding.system, each.coding.code,
         serial.write(each))
        for each in coding.assignments
    ])
    session.change_many(_SET_DECISION, [(each, record_id, decision) for each, decision in touched.items()])
    signature = serial.write(coding.signature) if coding.signature else None
    count = len(coding.assignments)
    session.change(_SET_HEAD, (coding.version, coding.head_hash, signature, count, record_id))
    session.change(COUNT_SUGGESTIONS, (record_id,))


def _event(row: Row, number: int, record_id: RecordId) -> CodingEvent:
    body, stored_hash = row
    where = f"Event {number} of record {record_id}"
    event = serial.read_event(body, stored_hash, where=where)
    if sha256_of_text(body) != stored_hash or event.sequence != number or event.record_id != record_id:
        raise IntegrityError(
            f"{where} was altered: it does not match its hash.", kept="The file was left as it is.",
            next_step="Run `ehrcoder audit verify` and go back to the last backup.",
        )
    return event
