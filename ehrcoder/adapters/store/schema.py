"""The tables of a workspace as named, append-only migrations.

A migration that was released is never edited; a change of the schema is a new one at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ID = 0x45485257
"""`EHRW`, in SQLite's header: tells a workspace from any other database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema; `name` is stored with the time at which it was applied."""

    name: str
    script: str


_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at TEXT NOT NULL
) STRICT;

CREATE TABLE ledger (
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('record', 'run', 'event', 'export')),
    subject TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;

CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE,
    source_sha256 TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX records_by_source ON records (source_sha256);

CREATE TABLE documents (
    record_id TEXT NOT NULL REFERENCES records (record_id),
    position INTEGER NOT NULL,
    document_id TEXT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (record_id, position),
    UNIQUE (record_id, document_id)
) STRICT;

CREATE TABLE events (
    position INTEGER PRIMARY KEY REFERENCES ledger (position),
    event_id TEXT NOT NULL UNIQUE,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    sequence INTEGER NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (record_id, sequence)
) STRICT;

CREATE TABLE runs (
    run_id TEXT PRIMARY KEY,
    number INTEGER NOT NULL UNIQUE,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    body TEXT NOT NULL,
    manifest TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_record ON runs (record_id, number);

CREATE TABLE suggestions (
    suggestion_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    run_id TEXT NOT NULL REFERENCES runs (run_id),
    rank INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX suggestions_by_record ON suggestions (record_id, rank);

CREATE TABLE exports (
    number INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    head_hash TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- What follows is a projection: `audit rebuild` makes it again from the events.
CREATE TABLE coding (
    number INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE REFERENCES records (record_id),
    title TEXT NOT NULL,
    source_format TEXT NOT NULL,
    imported_at TEXT NOT NULL,
    document_count INTEGER NOT NULL,
    text_length INTEGER NOT NULL,
    run_count INTEGER NOT NULL DEFAULT 0,
    suggestion_count INTEGER NOT NULL DEFAULT 0,
    undecided_count INTEGER NOT NULL DEFAULT 0,
    assignment_count INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 0,
    head_hash TEXT NOT NULL DEFAULT '',
    signature TEXT
) STRICT;

CREATE TABLE assignments (
    record_id TEXT NOT NULL REFERENCES records (record_id),
    sequence INTEGER NOT NULL,
    assignment_id TEXT NOT NULL UNIQUE,
    system TEXT NOT NULL,
    code TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (record_id, sequence)
) STRICT;

-- A suggestion that was ever decided has a line here, 'undecided' once that decision was undone.
CREATE TABLE decisions (
    suggestion_id TEXT PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    decision TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_by_record ON decisions (record_id);

CREATE TRIGGER ledger_is_chained BEFORE INSERT ON ledger
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM ledger)
  OR NEW.previous_hash IS NOT coalesce(
       (SELECT hash FROM ledger ORDER BY position DESC LIMIT 1),
       (SELECT value FROM meta WHERE key = 'ledger_genesis'))
BEGIN SELECT RAISE(ABORT, 'the ledger line does not follow the last one'); END;

CREATE TRIGGER events_are_chained BEFORE INSERT ON events
WHEN NEW.sequence IS NOT
      (SELECT coalesce(max(sequence), 0) + 1 FROM events WHERE record_id = NEW.record_id)
  OR NEW.previous_hash IS NOT coalesce(
       (SELECT hash FROM events WHERE record_id = NEW.record_id ORDER BY sequence DESC LIMIT 1),
       (SELECT content_sha256 FROM records WHERE record_id = NEW.record_id))
  OR NOT EXISTS (SELECT 1 FROM ledger WHERE position = NEW.position AND kind = 'event'
                 AND subject = NEW.event_id AND content_sha256 = NEW.hash)
  OR json_extract(NEW.body, '$.event_id') IS NOT NEW.event_id
  OR json_extract(NEW.body, '$.record_id') IS NOT NEW.record_id
  OR json_extract(NEW.body, '$.sequence') IS NOT NEW.sequence
  OR json_extract(NEW.body, '$.previous_hash') IS NOT NEW.previous_hash
BEGIN SELECT RAISE(ABORT, 'the event does not follow the last one of its record'); END;
"""

_KEPT_TABLES = ("ledger", "records", "documents", "events", "runs", "exports", "migrations")


def _forbid_changes(tables: tuple[str, ...], verbs: tuple[str, ...] = ("UPDATE", "DELETE")) -> str:
    return "\n".join(
        f"CREATE TRIGGER {table}_never_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'lines of {table} are never changed'); END;"
        for table in tables for verb in verbs
    )


_MARKS = """
ALTER TABLE coding ADD COLUMN flag TEXT;
ALTER TABLE coding ADD COLUMN held_for TEXT NOT NULL DEFAULT '';
ALTER TABLE coding ADD COLUMN is_draft INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coding ADD COLUMN least_confidence REAL;
UPDATE coding SET least_confidence = (
    SELECT min(json_extract(s.body, '$.confidence'))
    FROM suggestions AS s LEFT JOIN decisions AS d USING (suggestion_id)
    WHERE s.record_id = coding.record_id AND coalesce(d.decision, 'undecided') = 'undecided'
      AND s.run_id = (SELECT run_id FROM runs WHERE record_id = coding.record_id ORDER BY number DESC LIMIT 1)
);
"""
"""Of the events before it none flags, holds or puts aside, so there is nothing of those to fill in."""

_CAMPAIGNS = """
CREATE TABLE campaigns (
    number INTEGER PRIMARY KEY,
    campaign_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    created_at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE campaign_work (
    campaign_id TEXT NOT NULL REFERENCES campaigns (campaign_id),
    list TEXT NOT NULL,
    position INTEGER NOT NULL,
    record_id TEXT NOT NULL REFERENCES records (record_id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    body TEXT NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (campaign_id, list, position),
    UNIQUE (campaign_id, list, record_id)
) STRICT;

CREATE TABLE campaign_entries (
    number INTEGER PRIMARY KEY,
    campaign_id TEXT NOT NULL REFERENCES campaigns (campaign_id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX campaign_entries_by_kind ON campaign_entries (campaign_id, kind, subject);
"""

_PROFILES = """
-- The ledger takes further kinds of lines. SQLite cannot change a CHECK, so the table is made anew.
CREATE TABLE ledger_before AS SELECT * FROM ledger;
DROP TABLE ledger;
CREATE TABLE ledger (
    position INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind <> ''),
    subject TEXT NOT NULL,
    content_sha256 TEXT NOT NULL,
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
INSERT INTO ledger (position, kind, subject, content_sha256, previous_hash, hash)
SELECT position, kind, subject, content_sha256, previous_hash, hash FROM ledger_before ORDER BY position;
DROP TABLE ledger_before;
-- Profiles are looked up before each change of a workspace that has some.
CREATE INDEX ledger_of_profiles ON ledger (position) WHERE kind = 'profile';

CREATE TRIGGER ledger_is_chained BEFORE INSERT ON ledger
WHEN NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM ledger)
  OR NEW.previous_hash IS NOT coalesce(
       (SELECT hash FROM ledger ORDER BY position DESC LIMIT 1),
       (SELECT value FROM meta WHERE key = 'ledger_genesis'))
BEGIN SELECT RAISE(ABORT, 'the ledger line does not follow the last one'); END;

CREATE TABLE profile_events (
    position INTEGER PRIMARY KEY REFERENCES ledger (position),
    event_id TEXT NOT NULL UNIQUE,
    coder_id TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- Password hashes stand apart, so that a former one can be forgotten; the events hold their SHA-256.
CREATE TABLE secrets (coder_id TEXT PRIMARY KEY, secret TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TRIGGER profile_events_are_chained BEFORE INSERT ON profile_events
WHEN NOT EXISTS (SELECT 1 FROM ledger WHERE position = NEW.position AND kind = 'profile'
                 AND subject = NEW.coder_id)
BEGIN SELECT RAISE(ABORT, 'the change of a profile stands in no line of the ledger'); END;
"""

_RECODE = """
CREATE TABLE recode_tasks (
    record_id TEXT NOT NULL REFERENCES records (record_id),
    system TEXT NOT NULL,
    code TEXT NOT NULL,
    edition TEXT NOT NULL,
    change TEXT NOT NULL CHECK (change IN ('retired', 'revised')),
    must_change INTEGER NOT NULL,
    body TEXT NOT NULL,
    settled_at TEXT,
    settled_by TEXT,
    reason TEXT,
    UNIQUE (record_id, system, code, edition)
) STRICT;
CREATE INDEX recode_tasks_open ON recode_tasks (record_id) WHERE settled_at IS NULL;
CREATE TABLE recode_editions (only INTEGER PRIMARY KEY CHECK (only = 1), stamp TEXT NOT NULL) STRICT;
"""

_ROW_HASHES = """
-- What stands in no chain gets a hash of its own. Lines that are never changed are changed this once.
DROP TRIGGER campaigns_never_update;
DROP TRIGGER campaign_entries_never_update;
ALTER TABLE campaigns ADD COLUMN row_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE campaign_work ADD COLUMN row_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE campaign_entries ADD COLUMN row_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE recode_tasks ADD COLUMN row_sha256 TEXT NOT NULL DEFAULT '';
ALTER TABLE recode_editions ADD COLUMN row_sha256 TEXT NOT NULL DEFAULT '';
UPDATE campaigns SET row_sha256 = row_sha256(campaign_id, name, created_at, body);
UPDATE campaign_work SET row_sha256 = row_sha256(campaign_id, list, position, record_id, state, body, outcome);
UPDATE campaign_entries SET row_sha256 = row_sha256(campaign_id, kind, subject, at, body);
UPDATE recode_tasks SET row_sha256 = row_sha256(
    record_id, system, code, edition, change, must_change, body, settled_at, settled_by, reason);
UPDATE recode_editions SET row_sha256 = row_sha256(only, stamp);
"""
"""`row_sha256(…)` is a function of the connection: ehrcoder.adapters.store.row_hash."""

MIGRATIONS: tuple[Migration, ...] = (
    Migration(name="0001-records-events-ledger", script=_FIRST + _forbid_changes(_KEPT_TABLES)),
    Migration(name="0002-flag-hold-draft", script=_MARKS),
    Migration(name="0003-campaigns", script=_CAMPAIGNS + _forbid_changes(("campaigns", "campaign_entries"))),
    Migration(name="0004-profiles", script=_PROFILES + _forbid_changes(("ledger", "profile_events"))),
    Migration(name="0005-recode-worklist", script=_RECODE),
    Migration(name="0006-row-hashes",
              script=_ROW_HASHES + _forbid_changes(("campaigns", "campaign_entries"), ("UPDATE",))),
)
