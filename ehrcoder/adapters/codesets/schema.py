"""The SQL of a built code-set file: tables, full-text indexes and the statements that fill them."""

from __future__ import annotations

SCHEMA_VERSION = 1

# Term search wants stems ("fractured" finds "fracture"); typing wants whole words with prefixes, so its words
# are folded by `core.matching` before they are indexed and again before they are looked up.
CREATE = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE concept (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    bare TEXT NOT NULL,
    display TEXT NOT NULL,
    parent TEXT,
    is_billable INTEGER NOT NULL,
    effective_from TEXT,
    effective_to TEXT,
    synonyms TEXT,
    definition TEXT,
    notes TEXT,
    matched TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE term (
    id INTEGER PRIMARY KEY,
    concept_id INTEGER NOT NULL REFERENCES concept (id),
    text TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE term_fts USING fts5(
    text, content='term', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE concept_fts USING fts5(
    title, terms, content='', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
"""

INDEX = """
CREATE INDEX concept_bare ON concept (bare);
CREATE INDEX concept_parent ON concept (parent) WHERE parent IS NOT NULL;
CREATE VIRTUAL TABLE term_words USING fts5vocab('term_fts', 'row');
CREATE TABLE word (form TEXT PRIMARY KEY, documents INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO word SELECT term, doc FROM term_words;
DROP TABLE term_words;
INSERT INTO term_fts (term_fts) VALUES ('optimize');
INSERT INTO concept_fts (concept_fts) VALUES ('optimize');
"""
