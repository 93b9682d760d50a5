"""The events of a workspace, and the coding that they amount to."""

from __future__ import annotations

from collections.abc import Sequence

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.people import PeopleTables
from ehrcoder.adapters.store.projection import is_projected, project, project_again
from ehrcoder.adapters.store.record_tables import RecordTables, no_such_record
from ehrcoder.adapters.store.session import Session
from ehrcoder.core.assignments import CodingEvent, EventDraft, RecordCoding
from ehrcoder.core.canonical import canonical_sha256, sha256_of_text
from ehrcoder.core.errors import InputError, IntegrityError
from ehrcoder.core.history import HistoryRuleError, chain, event_body, fold
from ehrcoder.core.ids import RecordId
from ehrcoder.core.profiles import Permission
from ehrcoder.ports import ExportEntry, RebuildReport

_HEAD = "SELECT version, head_hash FROM coding WHERE record_id = ?"
_GENESIS = "SELECT content_sha256 FROM records WHERE record_id = ?"
_RECORD_IDS = "SELECT record_id FROM records ORDER BY number"
_EVENTS = "SELECT body, hash FROM events WHERE record_id = ? ORDER BY sequence"
_ADD_EVENT = """
INSERT INTO events (position, event_id, record_id, sequence, previous_hash, hash, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_ADD_EXPORT = "INSERT INTO exports (record_id, head_hash, body) VALUES (?, ?, ?)"
_EXPORTS = "SELECT body FROM exports ORDER BY number"


class HistoryTables:
    """What a CodingHistory and an ExportLog keep."""

    def __init__(self, session: Session, records: RecordTables, people: PeopleTables) -> None:
        self._session = session
        self._records = records
        self._people = people

    def append(
        self, record_id: RecordId, drafts: Sequence[EventDraft], *, expected_version: int | None = None
    ) -> tuple[CodingEvent, ...]:
        """Append decisions and update the projection in one transaction; durable when it returns."""
        session = self._session
        with session.writing():
            coding, genesis, before = self._folded(record_id)
            if expected_version is not None and expected_version != coding.version:
                raise InputError(
                    "The record was changed meanwhile.", kept="What was decided meanwhile is kept.",
                    next_step="Look at the record again, then repeat the action.",
                )
            if not drafts:
                return ()
            drafts = self._people.allowed_drafts(drafts, before)
            if not all(serial.is_storable(draft) for draft in drafts):
                raise InputError("The reason or the coder's name holds half a character (a lone surrogate).",
                                 kept="Nothing was changed.", next_step="Type it again.")
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
            project(session, after, events)
        return events

    def events(self, record_id: RecordId) -> tuple[CodingEvent, ...]:
        """Return a record's history. Raises IntegrityError when it is not as it was written."""
        with self._session.reading():
            return self._checked(record_id)[0]

    def coding(self, record_id: RecordId) -> RecordCoding:
        """Return the current coding of a record. Raises NotFoundError."""
        with self._session.reading():
            return self._folded(record_id)[0]

    def rebuild(self, *, repair: bool) -> RebuildReport:
        """Replay every event and compare with what is stored beside; with `repair`, store it anew.

        Raises IntegrityError, and stores nothing, when a history is not whole.
        """
        ids = [RecordId(row[0]) for row in self._session.all(_RECORD_IDS)]
        differing: list[RecordId] = []
        count = 0
        if repair:
            self._people.allow(Permission.ADMINISTER)
        with self._session.writing() if repair else self._session.reading():
            for record_id in ids:
                differs, events = self._rebuild_record(record_id, repair=repair)
                count += events
                if differs:
                    differing.append(record_id)
        return RebuildReport(records=len(ids), events=count, differing=tuple(differing),
                             repaired=repair and bool(differing))

    def log_exports(self, entries: Sequence[ExportEntry]) -> None:
        """Note which files left the workspace, in one transaction."""
        self._people.allow(Permission.EXPORT)
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

    def _folded(self, record_id: RecordId) -> tuple[RecordCoding, str, tuple[CodingEvent, ...]]:
        """Return a record's coding, the hash of its content, and its events.

        It is folded from the checked events each time, never read from the projection: what a clinician sees
        and exports cannot have been put there by other means.
        """
        events, genesis = self._checked(record_id)
        coding = _replayed(record_id, events)
        if (coding.version, coding.head_hash) != self._session.one(_HEAD, (record_id,)):
            raise _broken(f"The history of record {record_id} does not end where the record list says")
        return coding, genesis, events

    def _checked(self, record_id: RecordId) -> tuple[tuple[CodingEvent, ...], str]:
        found = self._session.one(_GENESIS, (record_id,))
        if found is None:
            raise no_such_record(record_id)
        genesis = found[0]
        events: list[CodingEvent] = []
        previous = genesis
        for number, (body, stored_hash) in enumerate(self._session.all(_EVENTS, (record_id,)), 1):
            where = f"Event {number} of record {record_id}"
            if sha256_of_text(body) != stored_hash:
                raise _broken(f"{where} was altered: it does not match its hash")
            event = serial.read_event(body, stored_hash, where=where)
            if (event.record_id, event.sequence, event.previous_hash) != (record_id, number, previous):
                raise _broken(f"{where} is not the one that followed: an event is missing, added or moved")
            previous = stored_hash
            events.append(event)
        return tuple(events), genesis

    def _rebuild_record(self, record_id: RecordId, *, repair: bool) -> tuple[bool, int]:
        record = self._records.record(record_id)
        events = self._checked(record_id)[0]
        coding = _replayed(record_id, events)
        if is_projected(self._session, record, coding, events):
            return False, len(events)
        if repair:
            project_again(self._session, record, coding, events)
        return True, len(events)


def _replayed(record_id: RecordId, events: Sequence[CodingEvent]) -> RecordCoding:
    try:
        return fold(record_id, events)
    except HistoryRuleError as error:
        raise _broken(f"The history of record {record_id} cannot be replayed") from error


def _broken(what: str) -> IntegrityError:
    return IntegrityError(
        f"{what}.", kept="The file was left as it is.",
        next_step="Run `ehrcoder audit verify` and go back to the last backup.",
    )
