"""Looks at one code of a classification: where it stands, what is below it, and every note that holds for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ehrcoder.core.codes import KIND_OF_SYSTEM, CodeSetEdition, Concept, ConceptNotes, with_dot
from ehrcoder.core.errors import NotFoundError
from ehrcoder.ports import CodeSetIndex

NOTE_KINDS: tuple[str, ...] = (
    "includes", "inclusion_terms", "excludes1", "excludes2", "code_first", "use_additional", "code_also", "notes",
)
"""The kinds of notes in the order in which the tabular list prints them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteGroup:
    """The notes of one kind that stand at one code. `is_inherited` where that code is a header above."""

    kind: str
    at: str
    texts: tuple[str, ...]
    is_inherited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeventhCharacters:
    """The seventh characters that a code takes, and the code at whose notes they stand."""

    at: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """Everything that a person sees of one code."""

    concept: Concept
    edition: CodeSetEdition | None
    ancestors: tuple[Concept, ...]
    """Headers above, the outermost first."""
    children: tuple[Concept, ...]
    notes: tuple[NoteGroup, ...]
    seventh: SeventhCharacters | None
    index_paths: tuple[str, ...]
    paths_at: str
    """The code to which the index paths lead: this one, or the header above that stands for it."""


def find_code(index: CodeSetIndex, typed: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
    """Return the concepts with a code typed with or without its dot, in any set. Raises NotFoundError."""
    text = typed.strip()
    spellings = dict.fromkeys((text, with_dot(text), text.upper(), text.lower()))
    systems = dict.fromkeys((*KIND_OF_SYSTEM, *(edition.system for edition in index.editions())))
    found = {
        (concept.coding.system, concept.coding.code): concept
        for system in systems for spelling in spellings if (concept := index.concept(system, spelling, on=on))
    }
    if not found:
        raise NotFoundError(f"No installed code set has the code {text}.", next_step="Try `ehrcoder search`.")
    return tuple(found.values())


def code_page(index: CodeSetIndex, concept: Concept, *, on: dt.date | None = None) -> CodePage:
    """Return what stands at a code and what holds for it from above."""
    system, code = concept.coding.system, concept.coding.code
    above = index.ancestors(system, code, on=on)
    paths, paths_at = index.index_paths(system, code, on=on), code
    for header in above:
        if paths or "-" in header.coding.code:
            break
        paths, paths_at = index.index_paths(system, header.coding.code, on=on), header.coding.code
    return CodePage(
        concept=concept, edition=index.edition(system, on=on), ancestors=tuple(reversed(above)),
        children=index.children(system, code, on=on), notes=_notes((concept, *above)),
        seventh=_seventh((concept, *above)), index_paths=paths, paths_at=paths_at if paths else code,
    )


def top_of(index: CodeSetIndex, system: str, *, on: dt.date | None = None) -> tuple[Concept, ...]:
    """Return the chapters or sections of a set, or all its entries where it has no headers."""
    return index.children(system, "", on=on)


def _notes(concepts: tuple[Concept, ...]) -> tuple[NoteGroup, ...]:
    groups: list[NoteGroup] = []
    for number, concept in enumerate(concepts):
        for kind in NOTE_KINDS:
            # What a header includes says what may stand below it, not what each code means.
            if number and kind == "inclusion_terms":
                continue
            texts = _texts(concept.notes, kind)
            if texts:
                groups.append(NoteGroup(kind=kind, at=concept.coding.code, texts=texts, is_inherited=number > 0))
    return tuple(groups)


def _texts(notes: ConceptNotes, kind: str) -> tuple[str, ...]:
    match kind:
        case "includes":
            return notes.includes
        case "inclusion_terms":
            return notes.inclusion_terms
        case "excludes1":
            return notes.excludes1
        case "excludes2":
            return notes.excludes2
        case "code_first":
            return notes.code_first
        case "use_additional":
            return notes.use_additional
        case "code_also":
            return notes.code_also
        case _:
            return notes.notes


def _seventh(concepts: tuple[Concept, ...]) -> SeventhCharacters | None:
    """Return the nearest definition: one further down replaces one above (guideline I.A.5)."""
    for concept in concepts:
        if concept.notes.seventh_characters:
            return SeventhCharacters(at=concept.coding.code, values=concept.notes.seventh_characters)
    return None
