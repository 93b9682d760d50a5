"""Reads ICD-10-PCS codes and titles, and derives the headers of sections, tables and body parts from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from ehrcoder.adapters.codesets.edition import Edition
from ehrcoder.adapters.codesets.rows import ConceptRow
from ehrcoder.core.errors import InputError
from ehrcoder.core.procedure_tables import TABLE_LENGTH, ProcedureAxis, ProcedureRow, ProcedureTable

_OPEN_ENDS = frozenset("to with of from into for using and in at by on as via …".split())


def read_titles(data: bytes, *, file_name: str) -> list[tuple[str, str]]:
    """Return code and title pairs of a CSV without header, in the order of the codes. Raises InputError."""
    pairs: dict[str, str] = {}
    for number, row in enumerate(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")), start=1):
        if len(row) < 2 or len(row[0].strip()) != 7:
            raise InputError(
                f"{file_name}, line {number}: no seven-character code with a title.",
                kept="The installed code sets are unchanged.",
            )
        pairs[row[0].strip().upper()] = " ".join(row[1].split())
    return sorted(pairs.items())


def procedure_rows(
    titles: Sequence[tuple[str, str]], *, sections: Mapping[str, str]
) -> Iterator[ConceptRow]:
    """Yield the codes below derived headers: section (1 character), body system (2), table (3), body part (4).

    `sections` names sections, body systems and, as `B*0`, operations that no title spells out alike. The titles of
    other headers are what the titles below them have in common, since no title file names headers.
    """
    above = ""
    for section, in_section in groupby(titles, key=lambda pair: pair[0][:1]):
        yield _header(section, sections.get(section, f"Section {section}"), None)
        for table, in_table in groupby(in_section, key=lambda pair: pair[0][:3]):
            table_titles = list(in_table)
            system = table[:2]
            if system != above:
                above = system
                yield _header(system, sections.get(system, f"Body system {system}"), section)
            named = sections.get(f"{section}*{table[2]}") or _table_title([title for _, title in table_titles])
            yield _header(table, named, system)
            for part, in_part in groupby(table_titles, key=lambda pair: pair[0][:4]):
                codes = list(in_part)
                yield ConceptRow(
                    code=part, display=common_title([title for _, title in codes]), parent=table, is_billable=False
                )
                for code, title in codes:
                    yield ConceptRow(code=code, display=title, parent=part, is_billable=True)


def _header(code: str, title: str, parent: str | None) -> ConceptRow:
    return ConceptRow(code=code, display=title, parent=parent, is_billable=False, is_published_term=False)


def _table_title(titles: Sequence[str]) -> str:
    common = common_title(titles).split(" …")[0]
    return common or titles[0].split()[0]


def common_title(titles: Sequence[str]) -> str:
    """Return the words that all titles share, in order, with … for what differs; the approach is left out."""
    bodies = list(dict.fromkeys(title.split(", ")[0] if len(titles) > 1 else title for title in titles))
    common: list[str] = bodies[0].split()
    for body in bodies[1:]:
        common = _shared([word for word in common if word != "…"], body.split())
    words = _with_gaps(common, [body.split() for body in bodies])
    while words and words[-1].lower() in _OPEN_ENDS:
        words.pop()
    return " ".join(words)


def _shared(left: Sequence[str], right: Sequence[str]) -> list[str]:
    """Longest common subsequence of two word lists."""
    lengths = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) - 1, -1, -1):
        for j in range(len(right) - 1, -1, -1):
            lengths[i][j] = (
                lengths[i + 1][j + 1] + 1 if left[i] == right[j] else max(lengths[i + 1][j], lengths[i][j + 1])
            )
    words: list[str] = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] == right[j]:
            words.append(left[i])
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return words


def _with_gaps(common: Sequence[str], bodies: Sequence[Sequence[str]]) -> list[str]:
    """Put … between common words that stand apart in any of the titles."""
    gaps: set[int] = set()
    for body in bodies:
        at = 0
        for number, word in enumerate(common):
            here = body.index(word, at)
            if here > at:
                gaps.add(number)
            at = here + 1
    words: list[str] = []
    for number, word in enumerate(common):
        if number in gaps:
            words.append("…")
        words.append(word)
    return words


def table_of_codes(edition: Edition, prefix: str) -> ProcedureTable | None:
    """Return what the code list tells of a table: one row a code, without labels. None where it has no such codes."""
    codes = edition.billable_from(prefix)
    header = edition.concept(prefix)
    if not codes:
        return None
    return ProcedureTable(
        code=prefix, title=header.coding.display if header else "", edition=edition.about.version, is_published=False,
        rows=tuple(
            ProcedureRow(axes=tuple(ProcedureAxis(name="", values=((value, ""),)) for value in code[TABLE_LENGTH:]))
            for code in codes
        ),
    )
