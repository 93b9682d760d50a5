"""Checks a workspace line by line against its hashes, and names what does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ehrcoder.adapters.store import serial
from ehrcoder.adapters.store.migrate import expected_schema, migration_sha256, stored_schema
from ehrcoder.adapters.store.record_tables import RecordTables, run_content_sha256
from ehrcoder.adapters.store.replay import parsed, touched
from ehrcoder.adapters.store.row_hash import altered_rows
from ehrcoder.adapters.store.session import Row, Session
from ehrcoder.adapters.store.verify_helper import helped
from ehrcoder.adapters.store.verify_histories import HistoriesCheck, Part
from ehrcoder.adapters.store.verify_people import PeopleCheck
from ehrcoder.core.canonical import canonical_sha256, sha256_of_text
from ehrcoder.core.errors import IntegrityError
from ehrcoder.core.history import ledger_genesis, ledger_hash
from ehrcoder.ports import ChainReport

_MANY = 200
"""After so many problems the rest is counted by nobody: the file is not to be trusted anyway."""

_LINES = """
SELECT l.position, l.kind, l.subject, l.content_sha256, l.previous_hash, l.hash,
       e.event_id, e.record_id, e.sequence, e.hash
FROM ledger AS l LEFT JOIN events AS e ON e.position = l.position ORDER BY l.position
"""
_STRAY_EVENTS = """
SELECT e.record_id, e.sequence, e.body FROM events AS e
WHERE NOT EXISTS (SELECT 1 FROM ledger AS l WHERE l.position = e.position AND l.kind = 'event')
ORDER BY e.position
"""
_CONTENT_HASHES = "SELECT record_id, content_sha256 FROM records"
_META = "SELECT key, value FROM meta"
_MIGRATIONS = "SELECT name, number, applied_at FROM migrations"
_NUMBERS = "SELECT record_id, number FROM records"
_RUN = "SELECT body, manifest, number FROM runs WHERE run_id = ?"
_RUN_IDS = "SELECT run_id FROM runs"
_SUGGESTIONS = """
SELECT s.suggestion_id, s.record_id, s.run_id, s.body, r.manifest, r.record_id, s.rank
FROM suggestions AS s LEFT JOIN runs AS r USING (run_id)
"""
_LAST_RUNS = """
SELECT run_id, record_id, manifest, body FROM runs AS r
WHERE number = (SELECT max(number) FROM runs WHERE record_id = r.record_id)
"""
_DECIDED_AND_GONE = """
SELECT suggestion_id, record_id FROM decisions AS d
WHERE NOT EXISTS (SELECT 1 FROM suggestions AS s WHERE s.suggestion_id = d.suggestion_id)
"""
_EXPORTS = "SELECT record_id, head_hash, body FROM exports ORDER BY number"
_HAS_EVENT = "SELECT 1 FROM events WHERE record_id = ? AND hash = ?"


def verify(session: Session, records: RecordTables) -> ChainReport:
    """Check every line of the workspace; of a large one, with a second process."""
    with helped(session) as helper:
        report = _checked(session, records, part=helper.rest)
        if not report.problems and helper.found_nothing(report.head_hash):
            return report
    # Bytes that are no text stop the quick way. The second one is slower, but can name the line they are in.
    with _damaged_text_readable(session):
        return _checked(session, records, part=Part())


def _checked(session: Session, records: RecordTables, *, part: Part) -> ChainReport:
    check = _Check(session=session)
    try:
        with session.reading():
            check.everything(records, part)
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
    _content: dict[str, str] = field(default_factory=dict[str, str])
    _seen_records: set[str] = field(default_factory=set[str])
    _seen_runs: set[str] = field(default_factory=set[str])
    _exported: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    _migrated: dict[str, str] = field(default_factory=dict[str, str])
    _numbers: dict[str, int] = field(default_factory=dict[str, int])
    _people: PeopleCheck = field(init=False)

    def __post_init__(self) -> None:
        self._people = PeopleCheck(session=self.session, note=self.note)

    def report(self) -> ChainReport:
        return ChainReport(events=self._events, records=self._records, head_hash=self._head,
                           problems=tuple(self.problems))

    def note(self, problem: str) -> None:
        if len(self.problems) < _MANY:
            # Damaged bytes were read as half characters, which no screen can show.
            self.problems.append(problem.encode("utf-8", "backslashreplace").decode("utf-8"))

    def everything(self, records: RecordTables, part: Part) -> None:
        if not self.pages():
            return
        self.guards()
        self.ledger()
        self._people.ends()
        self.own()
        self.strays()
        self.suggestions()
        self.exports()
        for problem in altered_rows(self.session):
            self.note(problem)
        HistoriesCheck(
            session=self.session, note=self.note, content=self._content, numbers=self._numbers,
            refusal=self._people.refusal if self._people.has_profiles else None,
        ).everything(part, records)

    def pages(self) -> bool:
        """Let SQLite check its own structure first: nothing else can be read safely when that is damaged."""
        found = [str(row[0]) for row in self.session.all("PRAGMA integrity_check(20)")]
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
        self._numbers = dict(self.session.all(_NUMBERS))
        self._records = len(self._content)
        position, previous = 0, self._genesis()
        for row in self.session.each(_LINES):
            found, kind, subject, content, stored_previous, stored_hash, event_id, _, _, event_hash = row
            if found != position + 1:
                self.note(f"Lines {position + 1} to {found - 1} of the workspace's ledger are missing.")
            if stored_previous != previous:
                self.note(f"Line {found} of the ledger ({kind} {subject}) does not follow the one before.")
            expected = ledger_hash(position=found, kind=kind, subject=subject, content_sha256=content,
                                   previous_hash=stored_previous)
            if expected != stored_hash:
                self.note(f"Line {found} of the ledger ({kind} {subject}) was altered.")
            if kind == "event" and event_id == subject and event_hash == content:
                self._events += 1  # by far the most lines, so nothing is called for them
            else:
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
            if self._numbers.get(subject, len(self._seen_records)) != len(self._seen_records):
                self.note(f"Record {subject} stands at another place than it was imported at.")
            if self._content.get(subject) != content:
                self.note(f"Record {subject} is missing or was exchanged." if subject not in self._content
                          else f"Record {subject}: its hash was altered.")
        elif kind == "run":
            self._seen_runs.add(subject)
            stored = self.session.one(_RUN, (subject,))
            if stored is None or run_content_sha256(*stored[:2]) != content:
                self.note(f"Run {subject} is missing or was altered: what was proposed cannot be trusted.")
            elif stored[2] != len(self._seen_runs):
                self.note(f"Run {subject} stands at another place than it was made at.")
        elif kind == "export":
            self._exported.append((subject, content))
        elif kind == "profile":
            self._people.line(row[0], subject, content)
        elif kind == "migration":
            self._migrated[subject] = content
        else:
            self.note(f"Line {row[0]} of the ledger is of a kind that this program does not know.")

    def _event(self, subject: str, content: str, row: Row) -> None:
        event_id, record_id, sequence, stored_hash = row
        if event_id is None:
            self.note(f"Event {subject} was deleted: it stands in the ledger only.")
            return
        self._events += 1
        if stored_hash != content or event_id != subject:
            self.note(f"Event {sequence} of record {record_id} was exchanged: the ledger holds another one.")

    def own(self) -> None:
        """Check what the file says of itself: its name, and when its form was changed."""
        meta = dict(self.session.all(_META))
        if ledger_genesis(str(meta.get("workspace_id"))) != meta.get("ledger_genesis") or len(meta) > 2:
            self.note("The workspace's own name was altered.")
        found = {name: migration_sha256(number, name, at) for name, number, at in self.session.all(_MIGRATIONS)}
        if found != self._migrated:
            self.note("The list of the file's migrations was altered.")

    def strays(self) -> None:
        """Find what lies in the tables without a line in the ledger: it was put in from outside."""
        for record_id, sequence, body in self.session.all(_STRAY_EVENTS):
            self.note(f"Event {sequence} of record {record_id} was inserted from outside. "
                      f"It touches {touched(parsed(body))}.")
        for record_id in self._content:
            if record_id not in self._seen_records:
                self.note(f"Record {record_id} was inserted from outside.")
        for row in self.session.all(_RUN_IDS):
            if row[0] not in self._seen_runs:
                self.note(f"Run {row[0]} was inserted from outside.")

    def suggestions(self) -> None:
        run_manifest, hashes = "", dict[str, object]()
        found = Counter[str]()
        for suggestion_id, record_id, run_id, body, manifest, owner, rank in self.session.each(_SUGGESTIONS):
            if manifest != run_manifest:
                run_manifest, hashes = manifest, parsed(manifest or "{}")
            found[run_id] += 1
            if (hashes.get(suggestion_id) != sha256_of_text(body) or owner != record_id
                    or f'"rank":{rank},' not in body):
                self.note(f"Suggestion {suggestion_id} of record {record_id} was altered or inserted.")
        for run_id, record_id, manifest, body in self.session.each(_LAST_RUNS):
            if parsed(body).get("record_id") != record_id:
                self.note(f"Run {run_id} was moved to record {record_id}.")
            if found[run_id] != len(parsed(manifest)):
                self.note(f"Suggestions of record {record_id} were deleted.")
        for suggestion_id, record_id in self.session.all(_DECIDED_AND_GONE):
            self.note(f"Suggestion {suggestion_id} of record {record_id}, which was decided, was deleted.")

    def exports(self) -> None:
        """Compare the export log with the ledger; an exported history that is gone means an older copy."""
        rows = self.session.all(_EXPORTS)
        if len(rows) != len(self._exported):
            self.note(f"The export log has {len(rows)} lines, the ledger {len(self._exported)}.")
        for number, ((record_id, head_hash, body), noted) in enumerate(
            zip(rows, self._exported, strict=False), 1
        ):
            if noted != (record_id, _export_hash(body)) or parsed(body).get("head_hash") != head_hash:
                self.note(f"Line {number} of the export log (record {record_id}) was altered.")
            if head_hash and self.session.one(_HAS_EVENT, (record_id, head_hash)) is None:
                self.note(f"Record {record_id} was exported with a history that is not here any more: "
                          "its end was cut, or the file was replaced by an older one.")


def _export_hash(body: str) -> str:
    try:
        return canonical_sha256(serial.read_export(body, where="The export log"))
    except IntegrityError:
        return ""
