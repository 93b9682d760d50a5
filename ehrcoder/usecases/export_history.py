"""Writes a record's whole history to a file that `resources/verifier/verify_export.py` checks without this program."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from ehrcoder.core.assignments import CodingEvent
from ehrcoder.core.canonical import canonical_text, sha256_of_text, to_plain
from ehrcoder.core.errors import IntegrityError
from ehrcoder.core.history import event_body, first_broken
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import EncounterRecord
from ehrcoder.ports import Clock, CodingHistory, ExportEntry, ExportLog, RecordStore
from ehrcoder.usecases.file_output import write_whole_file

FORMAT = "ehrcoder-history"
FORMAT_VERSION = 1


def export_history(
    record_id: RecordId, *, path: Path, store: RecordStore, history: CodingHistory, log: ExportLog, clock: Clock
) -> int:
    """Write the record as imported, every event with its hash, and its lines of the export log.

    The file holds clinical text. Returns the number of events. Raises NotFoundError, IntegrityError when the
    history is not whole, EnvironmentFault when the file cannot be written.
    """
    record, events = store.record(record_id), history.events(record_id)
    exports = [entry for entry in log.exports() if entry.record_id == record_id]
    write_whole_file(path, history_document(record, events, exports, exported_at=clock.now()))
    return len(events)


def history_document(
    record: EncounterRecord, events: Sequence[CodingEvent], exports: Sequence[ExportEntry], *,
    exported_at: dt.datetime,
) -> bytes:
    """Return the file as UTF-8 JSON, one event a line. Raises IntegrityError when the chain is broken."""
    text = canonical_text(record)
    genesis = sha256_of_text(text)
    if (broken := first_broken(events, genesis=genesis)) is not None:
        raise IntegrityError(f"Event {broken} of record {record.record_id} does not follow the one before.",
                             kept="Nothing was written.", next_step="Run `ehrcoder audit verify`.")
    head = {
        "format": FORMAT, "version": FORMAT_VERSION, "record_id": record.record_id,
        "exported_at": to_plain(exported_at), "genesis": genesis, "record": text,
        "exports": [cast("dict[str, object]", to_plain(entry)) for entry in exports],
        "head": {"sha256": events[-1].hash if events else "", "events": len(events)},
    }
    lines = ",\n".join(json.dumps({"hash": event.hash, "body": event_body(event)}) for event in events)
    return f'{json.dumps(head)[:-1]}, "events": [\n{lines}\n]}}\n'.encode()
