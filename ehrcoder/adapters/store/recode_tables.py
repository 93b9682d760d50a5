"""The worklist of records whose codes a later edition retired or revised."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.people import PeopleTables
from ehrcoder.adapters.store.record_tables import no_such_record
from ehrcoder.adapters.store.session import Session
from ehrcoder.core.errors import InputError, IntegrityError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.profiles import Permission
from ehrcoder.core.recode import AssignedTitle, RecodeTask, SettledTask

_TASK = TypeAdapter(RecodeTask)
_READ_STAMP = "SELECT stamp FROM recode_editions"
_SET_STAMP = """
INSERT INTO recode_editions (only, stamp, row_sha256) VALUES (1, ?1, row_sha256(1, ?1))
ON CONFLICT (only) DO UPDATE SET stamp = excluded.stamp, row_sha256 = excluded.row_sha256
"""
_TITLES = """
SELECT DISTINCT system, json_extract(body, '$.coding.version'), code, json_extract(body, '$.coding.display')
FROM assignments ORDER BY 1, 2, 3, 4
"""
_RECORDS = """
SELECT DISTINCT a.record_id, coalesce(json_extract(r.body, '$.period.end'), json_extract(r.body, '$.period.start'))
FROM assignments AS a JOIN records AS r USING (record_id)
WHERE a.system = ? AND json_extract(a.body, '$.coding.version') = ? AND a.code = ?
  AND json_extract(a.body, '$.coding.display') = ?
ORDER BY r.number
"""
_FORGET_OPEN = "DELETE FROM recode_tasks WHERE settled_at IS NULL"
_ADD = """
INSERT INTO recode_tasks (record_id, system, code, edition, change, must_change, body, row_sha256)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, row_sha256(?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, NULL, NULL))
ON CONFLICT (record_id, system, code, edition) DO NOTHING
"""
# A code that was replaced or removed meanwhile has no task any more.
_STANDING = """
FROM recode_tasks AS t JOIN coding AS c USING (record_id)
WHERE t.settled_at IS NULL AND EXISTS (
    SELECT 1 FROM assignments AS a
    WHERE a.record_id = t.record_id AND a.system = t.system AND a.code = t.code)
"""
_OPEN = f"SELECT t.body {_STANDING} ORDER BY t.must_change DESC, c.number, t.code"
_SETTLED = """
SELECT body, settled_by, settled_at, reason FROM recode_tasks WHERE settled_at IS NOT NULL ORDER BY settled_at, code
"""
_SETTLE = f"""
UPDATE recode_tasks SET settled_at = ?1, settled_by = ?2, reason = ?3, row_sha256 = row_sha256(
    record_id, system, code, edition, change, must_change, body, ?1, ?2, ?3)
WHERE rowid IN (SELECT t.rowid {_STANDING} AND t.record_id = ?4)
"""  # noqa: S608 - constants only
_EXISTS = "SELECT 1 FROM records WHERE record_id = ?"


class RecodeTables:
    """What a RecodeWorklist keeps."""

    def __init__(self, session: Session, people: PeopleTables) -> None:
        self._session = session
        self._people = people

    def recode_stamp(self) -> str:
        """Return which editions the worklist was last made from, empty where it never was."""
        found = self._session.one(_READ_STAMP)
        return found[0] if found else ""

    def assigned_titles(self) -> tuple[AssignedTitle, ...]:
        """Return every code as it was assigned, each once."""
        rows = self._session.all(_TITLES)
        return tuple(AssignedTitle(system=row[0], version=row[1], code=row[2], display=row[3]) for row in rows)

    def records_assigned(self, title: AssignedTitle) -> tuple[tuple[RecordId, dt.date | None], ...]:
        """Return the records to which a code was assigned in this form, with their days."""
        rows = self._session.all(_RECORDS, (title.system, title.version, title.code, title.display))
        return tuple((RecordId(record_id), dt.date.fromisoformat(day) if day else None) for record_id, day in rows)

    def put_recode_tasks(self, tasks: Sequence[RecodeTask], *, stamp: str) -> None:
        """Store these tasks in place of the open ones; what was settled stays settled."""
        with self._session.writing():
            self._session.change(_FORGET_OPEN, ())
            self._session.change_many(_ADD, [
                (task.record_id, task.assigned.system, task.assigned.code, task.edition, task.change.value,
                 int(task.must_change), serial.write(task))
                for task in tasks
            ])
            self._session.change(_SET_STAMP, (stamp,))

    def recode_tasks(self) -> tuple[RecodeTask, ...]:
        """Return the open tasks whose code still stands, those that must be changed first."""
        return tuple(_task(row[0]) for row in self._session.all(_OPEN))

    def settled_recodes(self) -> tuple[SettledTask, ...]:
        """Return what was closed without a change, oldest first."""
        return tuple(
            SettledTask(task=_task(body), coder_id=CoderId(by), at=dt.datetime.fromisoformat(at), reason=reason)
            for body, by, at, reason in self._session.all(_SETTLED)
        )

    def settle_recode(self, record_id: RecordId, *, coder_id: CoderId, reason: str) -> int:
        """Close a record's open tasks and return how many there were. Raises InputError, NotFoundError."""
        if not reason.strip():
            raise InputError("Closing a task needs a reason.", kept="Nothing was changed.")
        self._people.allow(Permission.DECIDE)
        with self._session.writing():
            if self._session.one(_EXISTS, (record_id,)) is None:
                raise no_such_record(record_id)
            count = sum(1 for row in self._session.all(_OPEN) if _task(row[0]).record_id == record_id)
            now = self._session.clock.now().astimezone(dt.UTC).isoformat()
            self._session.change(_SETTLE, (now, coder_id, reason.strip(), record_id))
        return count


def _task(body: str) -> RecodeTask:
    try:
        return _TASK.validate_json(body)
    except ValidationError:
        raise IntegrityError(
            "A line of the worklist cannot be read: its stored form is damaged.", kept="Records were left as they are.",
            next_step="Run `ehrcoder worklist refresh`, which makes the worklist anew.",
        ) from None
