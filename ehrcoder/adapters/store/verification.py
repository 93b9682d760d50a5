"""Checks a workspace line by line against its hashes, and names what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pydantic_core import from_json

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.migrate import expected_schema, stored_schema
from ehrcoder.adapters.store.record_tables import RecordTables, run_content_sha256
from ehrcoder.adapters.store.session import Row, Session
from ehrcoder.core.canonical import canonical_sha256, sha256_of_text
from ehrcoder.core.errors import EhrCoderError, IntegrityError
from ehrcoder.core.history import ledger_hash
from ehrcoder.core.ids import RecordId
from ehrcoder.ports import ChainReport

_MANY = 200
"""After so many problems the rest is counted by nobody: the file is not to be trusted anyway."""

_LINES = """
SELECT l.position, l.kind, l.subject, l.content_sha256, l.previous_hash, l.hash,
       e.event_id, e.record_id, e.sequence, e.previous_hash, e.hash, e.body
FROM ledger AS l LEFT JOIN events AS e ON e.position = l.position ORDER BY l.position
"""
_STRAY_EVENTS = """
SELECT e.record_id, e.sequence, e.body FROM events AS e
WHERE NOT EXISTS (SELECT 1 FROM ledger AS l WHERE l.position = e.position AND l.kind = 'event')
ORDER BY e.position
"""
_CONTENT_HASHES = "SELECT record_id, content_sha256 FROM records"
_HEADS = "SELECT record_id, version, head_hash FROM coding"
_RUN = "SELECT body, manifest FROM runs WHERE run_id = ?"
_RUN_IDS = "SELECT run_id FROM runs"
_SUGGESTIONS = """
SELECT s.suggestion_id, s.record_id, s.body, r.manifest
FROM suggestions AS s LEFT JOIN runs AS r USING (run_id)
"""
_EXPORTS = "SELECT record_id, head_hash, body FROM exports ORDER BY number"
_HAS_EVENT = "SELECT 1 FROM events WHERE record_id = ? AND hash = ?"


def verify(session: Session, records: RecordTables) -> ChainReport:
    """Check every line of the workspace."""
    report = _checked(session, records)
    if not report.problems:
        return report
    # Bytes that are no text stop the quick way. The second one is slower, but can name the line they are in.
    with _damaged_text_readable(session):
        return _checked(session, records)


def _checked(session: Session, records: RecordTables) -> ChainReport:
    check = _Check(session=session)
    try:
        with session.reading():
            check.everything(records)
    except IntegrityError as error:
        check.note(error.what)
    return check.report()


@contextmanager
def _damaged_text_readable(session: Session) -> Iterator[None]:
    """Read bytes that are no UTF-8 as something, so that the line they are in can be named."""
    connection = session.database.conn
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        connection.text_factory = str


@dataclass(slots=True, kw_only=True)
class _Check:
    """Walks the tables once and notes what does not fit."""

    session: Session
    problems: list[str] = field(default_factory=list[str])
    _events: int = 0
    _records: int = 0
    _head: str = ""
    _last: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    _content: dict[str, str] = field(default_factory=dict[str, str])
    _seen_records: set[str] = field(default_factory=set[str])
    _seen_runs: set[str] = field(default_factory=set[str])
    _exported: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def report(self) -> ChainReport:
        return ChainReport(events=self._events, records=self._records, head_hash=self._head,
                           problems=tuple(self.problems))

    def note(self, problem: str) -> None:
        if len(self.problems) < _MANY:
            # Damaged bytes were read as half characters, which no screen can show.
            self.problems.append(problem.encode("utf-8", "backslashreplace").decode("utf-8"))

    def everything(self, records: RecordTables) -> None:
        if not self.pages():
            return
        self.guards()
        self.ledger()
        self.strays()
        self.heads()
        self.suggestions()
        self.exports()
        self.contents(records)

    def pages(self) -> bool:
        """Let SQLite check its own structure first: nothing else can be read safely when that is damaged."""
        found = [str(row[0]) for row in self.session.all("PRAGMA quick_check(20)")]
        if found != ["ok"]:
            self.note(f"The file itself is damaged: {'; '.join(found)}.")
        return found == ["ok"]

    def guards(self) -> None:
        present = stored_schema(self.session)
        for (kind, name), script in sorted(expected_schema().items()):
            if kind == "trigger" and present.get((kind, name)) != script:
                self.note(f"The guard {name} was removed from the file or altered.")

    def ledger(self) -> None:
        self._content = dict(self.session.all(_CONTENT_HASHES))
        self._records = len(self._content)
        position, previous = 0, self._genesis()
        for row in self.session.each(_LINES):
            found, kind, subject, content, stored_previous, stored_hash = row[:6]
            if found != position + 1:
                self.note(f"Lines {position + 1} to {found - 1} of the workspace's ledger are missing.")
            if stored_previous != previous:
                self.note(f"Line {found} of the ledger ({kind} {subject}) does not follow the one before.")
            expected = ledger_hash(position=found, kind=kind, subject=subject, content_sha256=content,
                                   previous_hash=stored_previous)
            if expected != stored_hash:
                self.note(f"Line {found} of the ledger ({kind} {subject}) was altered.")
            self._subject(kind, subject, content, row)
            position, previous = found, stored_hash
        self._head = previous

    def _genesis(self) -> str:
        found = self.session.one("SELECT value FROM meta WHERE key = 'ledger_genesis'")
        return found[0] if found else ""

    def _subject(self, kind: str, subject: str, content: str, row: Row) -> None:
        if kind == "event":
            self._event(subject, content, row[6:])
        elif kind == "record":
            self._seen_records.add(subject)
            if self._content.get(subject) != content:
                self.note(f"Record {subject} is missing or was exchanged." if subject not in self._content
                          else f"Record {subject}: its hash was altered.")
        elif kind == "run":
            self._seen_runs.add(subject)
            stored = self.session.one(_RUN, (subject,))
            if stored is None or run_content_sha256(*stored) != content:
                self.note(f"Run {subject} is missing or was altered: what was proposed cannot be trusted.")
        else:
            self._exported.append((subject, content))

    def _event(self, subject: str, content: str, row: Row) -> None:
        event_id, record_id, sequence, previous_hash, stored_hash, body = row
        if event_id is None:
            self.note(f"Event {subject} was deleted: it stands in the ledger only.")
            return
        self._events += 1
        name = f"Event {sequence} of record {record_id}"
        if sha256_of_text(body) != stored_hash:
            self.note(f"{name} was altered: it does not match its hash. It touches {_what(body)}.")
        elif stored_hash != content or event_id != subject:
            self.note(f"{name} was exchanged: the ledger holds another one. It touches {_what(body)}.")
        elif not _agrees(body, event_id, record_id, sequence, previous_hash):
            self.note(f"{name}: its place was altered. It touches {_what(body)}.")
        last = self._last.get(record_id, (0, self._content.get(record_id, "")))
        if (sequence, previous_hash) != (last[0] + 1, last[1]):
            self.note(f"{name} does not follow event {last[0]}: an event is missing, added or moved. "
                      f"It touches {_what(body)}.")
        self._last[record_id] = (sequence, stored_hash)

    def strays(self) -> None:
        """Find what lies in the tables without a line in the ledger: it was put in from outside."""
        for record_id, sequence, body in self.session.all(_STRAY_EVENTS):
            self.note(f"Event {sequence} of record {record_id} was inserted from outside. "
                      f"It touches {_what(body)}.")
        for record_id in self._content:
            if record_id not in self._seen_records:
                self.note(f"Record {record_id} was inserted from outside.")
        for row in self.session.all(_RUN_IDS):
            if row[0] not in self._seen_runs:
                self.note(f"Run {row[0]} was inserted from outside.")

    def heads(self) -> None:
        for record_id, version, head_hash in self.session.all(_HEADS):
            if (version, head_hash) != self._last.get(record_id, (0, "")):
                self.note(f"The stored coding of record {record_id} is not where its history ends.")

    def suggestions(self) -> None:
        run_manifest, hashes = "", {}
        for suggestion_id, record_id, body, manifest in self.session.each(_SUGGESTIONS):
            if manifest != run_manifest:
                run_manifest, hashes = manifest, _object(manifest or "{}")
            if hashes.get(suggestion_id) != sha256_of_text(body):
                self.note(f"Suggestion {suggestion_id} of record {record_id} was altered or inserted.")

    def exports(self) -> None:
        """Compare the export log with the ledger; an exported history that is gone means an older copy."""
        rows = self.session.all(_EXPORTS)
        if len(rows) != len(self._exported):
            self.note(f"The export log has {len(rows)} lines, the ledger {len(self._exported)}.")
        for number, ((record_id, head_hash, body), noted) in enumerate(
            zip(rows, self._exported, strict=False), 1
        ):
            if noted != (record_id, _export_hash(body)):
                self.note(f"Line {number} of the export log (record {record_id}) was altered.")
            if head_hash and self.session.one(_HAS_EVENT, (record_id, head_hash)) is None:
                self.note(f"Record {record_id} was exported with a history that is not here any more: "
                          "its end was cut, or the file was replaced by an older one.")

    def contents(self, records: RecordTables) -> None:
        """Compare each record's text and data with the hash taken at its import."""
        for record_id in self._content:
            try:
                records.record(RecordId(record_id))
            except EhrCoderError as error:
                self.note(error.what)


def _agrees(body: str, event_id: str, record_id: str, sequence: int, previous_hash: str) -> bool:
    plain = _object(body)
    return (plain.get("event_id"), plain.get("record_id"), plain.get("sequence"),
            plain.get("previous_hash")) == (event_id, record_id, sequence, previous_hash)


def _export_hash(body: str) -> str:
    try:
        return canonical_sha256(serial.read_export(body, where="The export log"))
    except IntegrityError:
        return ""


def _object(text: str) -> dict[str, object]:
    try:
        plain = from_json(text.encode("utf-8", "surrogateescape"), cache_strings="keys")
    except ValueError:
        return {}
    return plain if isinstance(plain, dict) else {}


def _what(body: str) -> str:
    """Say which code or suggestion an event is about; codes and ids only, no words of the note."""
    draft = _object(body).get("draft")
    if not isinstance(draft, dict):
        return "what can no longer be read"
    action = draft.get("action", "unknown action")
    for side in (draft.get("after"), draft.get("before")):
        if isinstance(side, dict) and isinstance(side.get("coding"), dict):
            return f"code {side['coding'].get('code')} ({action})"
    if draft.get("suggestion_id"):
        return f"suggestion {draft['suggestion_id']} ({action})"
    return f"the record as a whole ({action})"
