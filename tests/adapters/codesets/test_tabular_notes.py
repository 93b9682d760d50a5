"""Every note of the tabular XML: kept at its concept, and what it names is read or listed as not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

import pytest

from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.codesets.safe_xml import clean_text
from ehrcoder.adapters.codesets.sources import package_file
from ehrcoder.core.code_notes import names_codes, parse_note
from ehrcoder.core.codes import ICD_10_CM

# The rules read these; the others tell a reader what belongs where.
OF_RULES = ("excludes1", "excludes2", "codeFirst", "useAdditionalCode", "codeAlso")


@pytest.fixture(scope="module")
def tabular() -> Element:
    """The original XML of April 2026, as the package of the default build carries it."""
    name = "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml"
    return fromstring(package_file("simple-icd-10-cm", "1.5.0", name))


def notes(tabular: Element) -> Iterator[tuple[str, str]]:
    """Every note with the element that it stands in; the introduction explains the kinds of notes and is none."""
    for chapter in tabular.iterfind("chapter"):
        for parent in chapter.iter():
            for note in parent.findall("note"):
                yield parent.tag, clean_text(note)


def test_every_note_that_names_codes_is_parsed_or_listed_as_not_parsed(tabular: Element) -> None:
    total: Counter[str] = Counter()
    not_parsed: list[str] = []
    for kind, note in notes(tabular):
        if names_codes(note):
            total[kind] += 1
            if not parse_note(note).is_complete:
                not_parsed.append(f"{kind}: {note}")
    said = f"{total.total()} notes name codes: {dict(total)}; {len(not_parsed)} are not parsed:"
    print(said, *not_parsed, sep="\n  ")
    assert total.total() == 10_782
    assert sum(total[kind] for kind in OF_RULES) == 10_005
    assert len(not_parsed) == 24
    assert sum(note.split(":")[0] in OF_RULES for note in not_parsed) == 3


def test_no_note_is_lost_on_the_way_into_the_code_set(tabular: Element, index: SqliteCodeSetIndex) -> None:
    published = Counter(note for _, note in notes(tabular))
    kept: Counter[str] = Counter()
    waiting = list(index.children(ICD_10_CM, ""))
    while waiting:
        concept = waiting.pop()
        each = concept.notes
        for kind in (each.includes, each.inclusion_terms, each.excludes1, each.excludes2, each.code_first,
                     each.use_additional, each.code_also, each.notes):
            kept.update(note.partition(": ")[2] if note.startswith("7th character ") else note for note in kind)
        if not concept.is_billable:
            waiting.extend(index.children(ICD_10_CM, concept.coding.code))
    assert published.total() > 20_000
    assert published - kept == Counter()
    assert kept - published == Counter()


def test_a_note_on_seventh_characters_names_the_codes_that_it_stands_at(tabular: Element) -> None:
    checked = 0
    odd: list[str] = []
    for diagnosis in tabular.iter("diag"):
        name = (diagnosis.findtext("name") or "").replace(".", "")
        for note in diagnosis.findall("sevenChrNote/note"):
            references = parse_note(clean_text(note)).references
            checked += bool(references)
            if references and not any(reference.first.startswith(name) for reference in references):
                odd.append(f"{name}: {clean_text(note)}")
    print(f"{checked} notes on seventh characters name codes; elsewhere than at their note:", *odd, sep="\n  ")
    assert checked > 500
    assert odd == []
