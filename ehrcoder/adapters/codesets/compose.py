"""Makes the concepts of an edition from its titles, with the hierarchy and notes of its tabular list or a neighbour."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from ehrcoder.adapters.codesets.edition import connect, notes_of
from ehrcoder.adapters.codesets.procedures import procedure_rows
from ehrcoder.adapters.codesets.rows import ConceptRow
from ehrcoder.core.code_releases import Differences
from ehrcoder.core.codes import ConceptNotes, with_dot, without_dot
from ehrcoder.core.errors import InputError
from ehrcoder.core.recode import same_title

_ALL = """
SELECT c.code, c.display, c.parent, c.is_billable, c.notes, c.definition, c.synonyms,
       c.id IN (SELECT t.concept_id FROM term t)
FROM concept c ORDER BY c.position
"""
_DIFFERENCES = "SELECT code, display, is_billable FROM concept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An edition whose hierarchy and notes are taken where the new one's files do not hold them."""

    name: str = ""
    rows: Mapping[str, ConceptRow] = field(default_factory=dict[str, ConceptRow])
    """By code, in the order of the classification."""


def read_neighbour(path: Path, name: str) -> Neighbour:
    """Read an installed edition whole; for imports only."""
    with closing(connect(path)) as connection:
        rows = {
            code: ConceptRow(
                code=code, display=display, parent=parent, is_billable=bool(billable), definition=definition or "",
                synonyms=tuple(json.loads(synonyms)) if synonyms else (),
                is_published_term=bool(published), notes=notes_of(notes) if notes else ConceptNotes(),
            )
            for code, display, parent, billable, notes, definition, synonyms, published in connection.execute(_ALL)
        }
    return Neighbour(name=name, rows=rows)


def diagnosis_rows(
    titles: Mapping[str, tuple[bool, str]], neighbour: Neighbour, synonyms: Mapping[str, Mapping[str, bool]]
) -> Iterator[ConceptRow]:
    """Yield the codes of a title list below their headers, in the order of the classification.

    Headers that the list does not name, and the notes, come from the neighbour; a category that the neighbour does not
    know stands in the section or chapter that has room for it.
    """
    listed = {with_dot(code): value for code, value in titles.items()}
    headers = _missing_headers(listed, neighbour)
    names = {without_dot(code): code for code in (*listed, *headers)}
    parents = {code: _parent(code, names, neighbour) for code in names.values()}
    places = {code: place for place, code in enumerate(neighbour.rows)}
    upper = _upper(parents.values(), neighbour)
    for code in sorted(upper, key=lambda each: places[each]):
        yield replace(neighbour.rows[code], is_billable=False)

    def order(code: str) -> tuple[int, str]:
        top = code
        while top in parents and parents[top] in parents:
            top = parents[top] or ""
        return places.get(parents[top] or "", len(places)), without_dot(code)

    for code in sorted(names.values(), key=order):
        billable, title = listed.get(code) or (False, neighbour.rows[code].display)
        known = neighbour.rows.get(code)
        row = ConceptRow(
            code=code, display=title, parent=parents[code], is_billable=billable,
            is_published_term=known.is_published_term if known else len(without_dot(code)) < 7,
            notes=known.notes if known else ConceptNotes(), definition=known.definition if known else "",
        )
        yield _with(row, synonyms)


def _missing_headers(listed: Mapping[str, tuple[bool, str]], neighbour: Neighbour) -> set[str]:
    bare = {without_dot(code) for code in neighbour.rows if "-" not in code}
    wanted = {without_dot(code)[:length] for code in listed for length in range(3, len(without_dot(code)))}
    return {with_dot(code) for code in wanted & bare} - set(listed)


def _parent(code: str, names: Mapping[str, str], neighbour: Neighbour) -> str | None:
    bare = without_dot(code)
    for length in range(len(bare) - 1, 2, -1):
        if bare[:length] in names:
            return names[bare[:length]]
    known = neighbour.rows.get(code)
    return known.parent if known else _range_of(bare[:3], neighbour)


def _range_of(category: str, neighbour: Neighbour) -> str | None:
    """Return the narrowest section or chapter that has room for a category, else the chapter of its letter."""
    ranges = [(code, *code.split("-", 1)) for code in neighbour.rows if "-" in code]
    # Chapters come before the sections that they hold.
    holding = [code for code, first, last in ranges if first <= category <= last]
    if holding:
        return holding[-1]
    # A chapter may grow at its end: QA1 stands in the one that ended with QA0.
    return next((code for code, first, last in ranges if first <= category and category[0] <= last[0]), None)


def _upper(parents: Iterable[str | None], neighbour: Neighbour) -> set[str]:
    """Sections and chapters above the categories."""
    found: set[str] = set()
    waiting = [parent for parent in parents if (parent and "-" in parent) or parent in neighbour.rows]
    while waiting:
        code = waiting.pop()
        if code and "-" in code and code not in found:
            found.add(code)
            waiting.append(neighbour.rows[code].parent or "")
    return found


def _with(row: ConceptRow, synonyms: Mapping[str, Mapping[str, bool]]) -> ConceptRow:
    phrases = synonyms.get(row.code)
    if not phrases:
        return row
    return replace(row, synonyms=tuple(phrases), search_only=frozenset(p for p, only in phrases.items() if only))


def tabular_rows(
    rows: Iterable[ConceptRow], titles: Mapping[str, tuple[bool, str]] | None,
    synonyms: Mapping[str, Mapping[str, bool]],
) -> Iterator[ConceptRow]:
    """Yield the tabular list's concepts with the titles of the order file. Raises InputError where they disagree."""
    left = set(titles) if titles is not None else set[str]()
    for row in rows:
        listed = titles.get(without_dot(row.code)) if titles is not None else None
        if listed is not None:
            left.discard(without_dot(row.code))
            if listed[0] != row.is_billable:
                raise InputError(f"Tabular list and code list are of different editions: {row.code}.")
            row = replace(row, display=listed[1])
        elif titles is not None and row.is_billable:
            raise InputError(f"Tabular list and code list are of different editions: {row.code}.")
        yield _with(row, synonyms)
    if left:
        raise InputError(f"Tabular list and code list are of different editions: {with_dot(sorted(left)[0])}.")


def procedure_edition_rows(
    titles: Mapping[str, tuple[bool, str]], sections: Mapping[str, str], synonyms: Mapping[str, Mapping[str, bool]]
) -> Iterator[ConceptRow]:
    """Yield procedure codes below their headers; tables bear the names of the order file where it names them."""
    codes = sorted((code, title) for code, (billable, title) in titles.items() if billable)
    for row in procedure_rows(codes, sections=sections):
        named = None if row.is_billable else titles.get(row.code)
        yield _with(replace(row, display=named[1]) if named else row, synonyms)


def differences(old: Path, new: Path, before: str) -> Differences:
    """Compare the assignable codes of two built editions."""
    was, now = _assignable(old), _assignable(new)
    return Differences(
        before=before, added=tuple(sorted(set(now) - set(was))), retired=tuple(sorted(set(was) - set(now))),
        revised=tuple(sorted(code for code in set(was) & set(now) if not same_title(was[code], now[code]))),
    )


def _assignable(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return {code: display for code, display, billable in connection.execute(_DIFFERENCES) if billable}
