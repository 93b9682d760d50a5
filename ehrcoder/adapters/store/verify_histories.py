"""Checks what belongs to single records: their content, their events, and the coding stored beside those."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from ehrcoder.adapters.store.projection import is_listed
from ehrcoder.adapters.store.record_tables import RecordTables
from ehrcoder.adapters.store.replay import Replay
from ehrcoder.adapters.store.session import Row, Session
from ehrcoder.core.canonical import spell
from ehrcoder.core.errors import EhrCoderError
from ehrcoder.core.ids import RecordId

_EVENTS = """
SELECT event_id, record_id, sequence, previous_hash, hash, CAST(body AS BLOB), position FROM events
WHERE record_id >= ? AND record_id < ? ORDER BY record_id, sequence
"""
_HEADS = """
SELECT record_id, version, head_hash, signature, assignment_count, flag, held_for, is_draft FROM coding
WHERE record_id >= ? AND record_id < ?
"""
_ASSIGNMENTS = """
SELECT sequence, assignment_id, system, code, body FROM assignments WHERE record_id = ? ORDER BY sequence
"""
_DECISIONS = "SELECT suggestion_id, decision FROM decisions WHERE record_id = ?"
_WITHOUT_HISTORY = """
SELECT record_id FROM (
    SELECT record_id FROM assignments UNION SELECT record_id FROM decisions EXCEPT SELECT record_id FROM events)
WHERE record_id >= ? AND record_id < ?
"""
_NO_HISTORY = (0, "", None, 0, None, "", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The records from `first` up to, and without, `end`, by their ids; all of them unless said otherwise."""

    first: str = ""
    end: str | bytes = b""
    """To SQLite bytes come after every text."""

    def __contains__(self, record_id: str) -> bool:
        return record_id >= self.first and (isinstance(self.end, bytes) or record_id < self.end)

    @property
    def bounds(self) -> tuple[str, str | bytes]:
        """What stands in for the two question marks of a statement."""
        return self.first, self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoriesCheck:
    """Walks the records of a part and tells `note` what does not fit.

    `content` and `numbers` are each record's stored hash and place; `refusal` is that of a Replay.
    """

    session: Session
    note: Callable[[str], None]
    content: Mapping[str, str]
    numbers: Mapping[str, int]
    refusal: Callable[[int, object, object], str] | None

    def everything(self, part: Part, records: RecordTables) -> None:
        """Check histories, then contents."""
        self._histories(part)
        self._contents(part, records)

    def _histories(self, part: Part) -> None:
        """Replay each record's events and compare with the coding that is stored beside them."""
        heads = {row[0]: row[1:] for row in self.session.all(_HEADS, part.bounds)}
        for record_id, rows in groupby(self.session.each(_EVENTS, part.bounds), key=itemgetter(1)):
            replay = Replay(record_id=record_id, head_hash=self.content.get(record_id, ""), refusal=self.refusal)
            replay.take(rows)
            for problem in replay.problems:
                self.note(problem)
            self._compare(replay, heads.pop(record_id, None))
        for record_id, head in heads.items():
            if head != _NO_HISTORY:
                self.note(f"The stored coding of record {record_id} has no history.")
        for (record_id,) in self.session.all(_WITHOUT_HISTORY, part.bounds):
            self.note(f"The stored codes or decisions of record {record_id} have no history.")

    def _compare(self, replay: Replay, head: Row | None) -> None:
        signature = spell(replay.signature) if replay.signature else None
        expected = (replay.version, replay.head_hash, signature, len(replay.assignments), replay.flag,
                    replay.held_for, int(replay.is_draft))
        if head != expected:
            self.note(f"The stored coding of record {replay.record_id} is not where its history ends.")
        elif (
            self.session.all(_ASSIGNMENTS, (replay.record_id,)) != replay.assignment_rows()
            or dict(self.session.all(_DECISIONS, (replay.record_id,))) != replay.decisions
        ):
            self.note(f"The stored codes of record {replay.record_id} are not what its history amounts to.")

    def _contents(self, part: Part, records: RecordTables) -> None:
        """Compare each record's text and data with the hash taken at its import."""
        for record_id in self.content:
            if record_id not in part:
                continue
            try:
                record = records.record(RecordId(record_id))
            except EhrCoderError as error:
                self.note(error.what)
            else:
                if not is_listed(self.session, record, number=self.numbers[record_id]):
                    self.note(f"What is stored of record {record_id} in lists and look-ups was altered.")
