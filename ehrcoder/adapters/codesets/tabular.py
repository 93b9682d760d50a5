"""Reads the ICD-10-CM tabular XML of NCHS, with the code list that names every seventh-character code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ehrcoder.adapters.codesets.rows import ConceptRow
from ehrcoder.adapters.codesets.safe_xml import clean_text, parse_xml, text_of
from ehrcoder.core.codes import ConceptNotes, with_dot, without_dot
from ehrcoder.core.errors import InputError

_RANGE_IN_TITLE = re.compile(r"\s*\(([A-Z0-9]{3}(?:-[A-Z0-9]{3})?)\)\s*$")
_NOTE_ELEMENTS = {
    "includes": "includes",
    "inclusionTerm": "inclusion_terms",
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
    "notes": "notes",
    "sevenChrNote": "notes",
}


def read_tabular(xml: bytes, code_list: str, *, file_name: str) -> Iterator[ConceptRow]:
    """Yield chapters, sections, categories and codes in the order of the tabular list.

    `code_list` names one code a line, without dots; codes of it that the tabular list only describes by a
    seventh-character definition are yielded below the code that they extend. Raises InputError.
    """
    root = _parse(xml, file_name)
    expanded = _expansions(root, code_list)
    for chapter in root.iterfind("chapter"):
        title = text_of(chapter, "desc")
        found = _RANGE_IN_TITLE.search(title)
        code = found.group(1) if found else f"Chapter {text_of(chapter, 'name')}"
        yield ConceptRow(
            code=code, display=_RANGE_IN_TITLE.sub("", title), parent=None, is_billable=False, notes=_notes(chapter)
        )
        for section in chapter.iterfind("section"):
            yield from _section(section, code, expanded)


def _parse(xml: bytes, file_name: str) -> Any:
    root = parse_xml(xml, file_name)
    if root.tag != "ICD10CM.tabular":
        raise InputError(
            f"{file_name} is not an ICD-10-CM tabular list.", kept="The installed code sets are unchanged."
        )
    return root


def _section(section: Any, chapter: str, expanded: Mapping[str, list[str]]) -> Iterator[ConceptRow]:
    name = section.get("id", "")
    # A section of one category bears that category's name; the range form keeps the two apart.
    code = name if "-" in name else f"{name}-{name}"
    title = _RANGE_IN_TITLE.sub("", text_of(section, "desc"))
    yield ConceptRow(
        code=code, display=title, parent=chapter, is_billable=False, notes=_notes(section),
        is_published_term="-" in name,
    )
    for category in section.iterfind("diag"):
        yield from _diagnosis(category, code, (), expanded)


def _diagnosis(
    diag: Any, parent: str, seventh: tuple[tuple[str, str], ...], expanded: Mapping[str, list[str]]
) -> Iterator[ConceptRow]:
    code = text_of(diag, "name")
    title = text_of(diag, "desc")
    notes = _notes(diag)
    seventh = notes.seventh_characters or seventh
    below = diag.findall("diag")
    extensions = expanded.get(code, [])
    yield ConceptRow(code=code, display=title, parent=parent, is_billable=not below and not extensions, notes=notes)
    meanings = dict(seventh)
    for extended in extensions:
        meaning = meanings.get(extended[-1], "")
        yield ConceptRow(
            code=extended, display=f"{title}, {meaning}" if meaning else title, parent=code, is_billable=True,
            is_published_term=False,
        )
    for child in below:
        yield from _diagnosis(child, code, seventh, expanded)


def _expansions(root: Any, code_list: str) -> dict[str, list[str]]:
    """Map each code to the seventh-character codes of the list that extend it."""
    published = {without_dot(name.text.strip()): name.text.strip() for name in root.iterfind(".//diag/name")}
    extensions: dict[str, list[str]] = {}
    for line in code_list.splitlines():
        bare = line.strip().upper()
        if len(bare) != 7 or "-" in bare or bare in published:
            continue
        base = bare[:6]
        while base not in published and base.endswith("X"):
            base = base[:-1]
        if base not in published:
            raise InputError(
                f"The code list names {with_dot(bare)}, which extends no code of the tabular list.",
                kept="The installed code sets are unchanged.",
                next_step="Take tabular list and code list of the same edition.",
            )
        extensions.setdefault(published[base], []).append(with_dot(bare))
    return extensions


def _notes(element: Any) -> ConceptNotes:
    found: dict[str, list[str]] = {}
    for tag, field in _NOTE_ELEMENTS.items():
        for group in element.iterfind(tag):
            found.setdefault(field, []).extend(clean_text(note) for note in group.iterfind("note"))
    seventh = tuple(
        (extension.get("char", ""), clean_text(extension))
        for definition in element.iterfind("sevenChrDef")
        for extension in definition.iterfind("extension")
    )
    found.setdefault("notes", []).extend(_notes_of_characters(element))
    return ConceptNotes(**{field: tuple(values) for field, values in found.items()}, seventh_characters=seventh)


def _notes_of_characters(element: Any) -> Iterator[str]:
    """Yield the further terms that a definition gives behind a seventh character, with that character."""
    for definition in element.iterfind("sevenChrDef"):
        character = ""
        for child in definition:
            if child.tag == "extension":
                character = child.get("char", "")
            elif child.tag == "note":
                yield f"7th character {character}: {clean_text(child)}"
