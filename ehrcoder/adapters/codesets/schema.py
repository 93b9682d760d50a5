"""The SQL of a built code-set file: tables, full-text indexes and the statements that fill them."""

from __future__ import annotations

SCHEMA_VERSION = 3

# Concepts are numbered from the shortest title to the longest, so that the first matches of a search are the
# general ones; `position` is the order of the classification.
# Term search wants stems ("fractured" finds "fracture"); typing wants whole words with prefixes, so its words
# are folded by `core.matching` before they are indexed and again before they are looked up.
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
CREATE VIRTUAL TABLE term_fts USING fts5(
    text, content='term', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE concept_fts USING fts5(
    title, terms, content='', tokenize='unicode61 remove_diacritics 2', prefix='1 2 3'
);
"""

INDEX = """
CREATE INDEX concept_bare ON concept (bare);
CREATE INDEX concept_parent ON concept (parent, position) WHERE parent IS NOT NULL;
INSERT INTO term_fts (term_fts) VALUES ('optimize');
INSERT INTO concept_fts (concept_fts) VALUES ('optimize');
"""

# How many terms a word brings in, by the word as written: the stem that fts5 makes of it cannot be asked for.
COUNT_WORDS = """
CREATE TABLE word (form TEXT PRIMARY KEY, documents INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE temp.form_fts USING fts5(form, tokenize='porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE temp.form_stems USING fts5vocab('temp', 'form_fts', 'instance');
CREATE VIRTUAL TABLE temp.term_stems USING fts5vocab('main', 'term_fts', 'row');
CREATE TEMP TABLE stem (term TEXT PRIMARY KEY, documents INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO temp.stem SELECT term, doc FROM temp.term_stems;
"""
KEEP_COUNTS = """
INSERT INTO main.word
SELECT f.form, max(s.documents) FROM temp.form_stems v
JOIN temp.form_fts f ON f.rowid = v.doc JOIN temp.stem s ON s.term = v.term
GROUP BY f.form ORDER BY f.form;
DROP TABLE temp.term_stems;
DROP TABLE temp.form_stems;
DROP TABLE temp.form_fts;
"""
