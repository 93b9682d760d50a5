"""The SQL of a built code-set file: tables, full-text indexes and the statements that fill them."""

from __future__ import annotations

SCHEMA_VERSION = 4

# Concepts are numbered from the shortest title to the longest, so that the first matches of a search are the
# general ones; `position` is the order of the classification.
# Typing wants whole words with prefixes, so its words are folded by `core.matching` before they are indexed and again
# before they are looked up. The terms that are looked for in notes have an index of their own (`term_index`).
CREATE = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE concept (
    id INTEGER PRIMARY KEY,
    position INTEGER NOT NULL,
    code TEXT NOT NULL UNIQUE,
    bare TEXT NOT NULL,
    display TEXT NOT NULL,
    parent TEXT,
    is_billable INTEGER NOT NULL,
    edition TEXT NOT NULL,
    effective_from TEXT,
    effective_to TEXT,
    synonyms TEXT,
    definition TEXT,
    notes TEXT,
    matched TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE synonym (
    words TEXT NOT NULL,
    concept_id INTEGER NOT NULL REFERENCES concept (id),
    PRIMARY KEY (words, concept_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE term (
    id INTEGER PRIMARY KEY,
    concept_id INTEGER NOT NULL REFERENCES concept (id),
    text TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE concept_fts USING fts5(
    title, terms, content='', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
"""

INDEX = """
CREATE INDEX concept_bare ON concept (bare);
CREATE INDEX concept_parent ON concept (parent, position) WHERE parent IS NOT NULL;
INSERT INTO concept_fts (concept_fts) VALUES ('optimize');
"""
