"""Every note of the tabular list that names codes, put before its rule: a pair that it means and one that it spares.

The counts stand in the output (`-s`) and are pinned: a note that stops being understood fails the test.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.build import build_all, is_up_to_date
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.codesets.sources import package_file
from ehrcoder.core import edits
from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse
from ehrcoder.core.code_notes import NoteReferences, names_codes, parse_note
from ehrcoder.core.codes import ICD_10_CM, CodeKind, Coding, Concept, without_dot
from ehrcoder.core.edit_rules import code_first, excludes1, excludes2
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding, Passage
from ehrcoder.core.ids import AssignmentId, RecordId
from ehrcoder.core.list_rules import companions
from ehrcoder.core.wording_rules import laterality, title_sides
from ehrcoder.paths import find_paths

Rule = Callable[[list[CodedEntry], EditContext], Iterator[EditFinding]]


class Tabular:
    """The tabular list as one tree in memory, for tests that ask of every note."""

    def __init__(self, index: SqliteCodeSetIndex) -> None:
        self.concepts: dict[str, Concept] = {}
        self.below: dict[str, list[str]] = {}
        edition = next(each for each in index._by_age[ICD_10_CM] if each.about.version == "2026-04")
        for (code,) in edition.connection.execute("SELECT code FROM concept ORDER BY position"):
            concept = edition.concept(code)
            assert concept is not None
            self.concepts[code] = concept
            self.below.setdefault(concept.parent or "", []).append(code)
        self.bare = sorted(
            (without_dot(code), code) for code, each in self.concepts.items() if each.is_billable and "-" not in code
        )

    def ancestors(self, code: str) -> tuple[Concept, ...]:
        found, parent = [], self.concepts[code].parent
        while parent is not None:
            found.append(self.concepts[parent])
            parent = self.concepts[parent].parent
        return tuple(found)

    def first_code_below(self, code: str) -> str | None:
        if self.concepts[code].is_billable:
            return code
        return next((found for each in self.below.get(code, []) if (found := self.first_code_below(each))), None)

    def meant(self, note: NoteReferences, besides: str) -> str | None:
        """An assignable code that the note names and that does not stand below the concept with the note."""
        for reference in note.references:
            for _, code in self.bare[bisect_left(self.bare, (reference.first, "")) :]:
                bare = without_dot(code)
                if bare[: len(reference.last)] > reference.last:
                    break
                if reference.matches(code) and besides not in (code, *(a.coding.code for a in self.ancestors(code))):
                    return code
        return None

    def entry(self, code: str, place: int) -> CodedEntry:
        assignment = CodeAssignment(
            assignment_id=AssignmentId(f"a{place}"), record_id=RecordId("r1"), sequence=place,
            coding=Coding(system=ICD_10_CM, version="2026-04", code=code, display=code), kind=CodeKind.DIAGNOSIS,
            use=DiagnosisUse.PRINCIPAL if place == 1 else DiagnosisUse.SECONDARY,
        )
        return CodedEntry(assignment=assignment, concept=self.concepts[code], ancestors=self.ancestors(code))

    def sources(self, rule: Rule, *codes: str) -> set[str]:
        """The concepts whose notes a rule speaks of, for codes in this order."""
        entries = [self.entry(code, place) for place, code in enumerate(codes, 1)]
        return {each.source.rpartition("note at ")[2] for each in rule(entries, EditContext())}

    def unrelated(self, code: str) -> str:
        """A code that has no excludes note in common with this one, read from the notes themselves."""
        ours = self.entry(code, 1)
        for other in ("H61.21", "B07.0", "N48.1", "L60.0", "Z73.3", "T78.2XXA", "O24.410", "C50.911"):
            theirs = self.entry(other, 2)
            pairs = ((ours, other), (theirs, code))
            if not any(parse_note(note).matches(named) for entry, named in pairs for each in entry.lineage
                       for note in (*each.notes.excludes1, *each.notes.excludes2)):
                return other
        raise AssertionError(f"no code is unrelated to {code}")


@pytest.fixture(scope="module")
def tabular(tmp_path_factory: pytest.TempPathFactory) -> Tabular:
    paths = find_paths()
    folder: Path = paths.code_sets
    if not is_up_to_date(folder, paths.code_set_sources):
        folder = tmp_path_factory.mktemp("codesets")
        build_all(folder, paths.code_set_sources)
    index = SqliteCodeSetIndex.open(folder)
    try:
        return Tabular(index)
    finally:
        index.close()


def cases(tabular: Tabular, field: str) -> tuple[list[tuple[str, str, str]], dict[str, list[str]]]:
    """Return concept, a code below it, and a code that a note there names; and the notes without such a pair."""
    found: list[tuple[str, str, str]] = []
    left: dict[str, list[str]] = {"not parsed": [], "names no other assignable code": []}
    for code, concept in tabular.concepts.items():
        for note in getattr(concept.notes, field):
            if not names_codes(note):
                continue
            parsed = parse_note(note)
            ours, theirs = tabular.first_code_below(code), tabular.meant(parsed, code)
            if not parsed.is_complete and not parsed.references:
                left["not parsed"].append(f"{code}: {note}")
            elif ours is None or theirs is None:
                left["names no other assignable code"].append(f"{code}: {note}")
            else:
                found.append((code, ours, theirs))
    return found, left


def told(field: str, found: list[object], left: dict[str, list[str]]) -> None:
    print(f"\n{field}: {len(found)} notes put to the test")
    for why, notes in left.items():
        print(f"  {why}: {len(notes)}", *notes[:20], sep="\n    ")


@pytest.mark.parametrize(("field", "rule", "count"), [("excludes1", excludes1, 5271), ("excludes2", excludes2, 2481)])
def test_every_excludes_note_is_told_of_a_pair_that_it_names_and_of_no_other(
    tabular: Tabular, field: str, rule: Rule, count: int
) -> None:
    found, left = cases(tabular, field)
    told(field, found, left)
    silent, loud = [], []
    for concept, ours, theirs in found:
        if field == "excludes2" and "-" in concept:
            continue  # what a chapter does not hold says nothing of two codes in one record
        if not tabular.sources(rule, ours, theirs):
            silent.append((concept, ours, theirs))
        if tabular.sources(rule, ours, tabular.unrelated(ours)):
            loud.append((concept, ours))
    assert silent == []
    assert loud == []
    assert len(found) == count
    assert len(left["not parsed"]) <= 2


def test_every_code_first_note_asks_for_the_cause_and_is_content_with_it_in_front(tabular: Tabular) -> None:
    found, left = cases(tabular, "code_first")
    told("code first", found, left)
    wrong = []
    for concept, ours, theirs in found:
        alone, before, behind = (
            tabular.sources(code_first, *codes) for codes in ((ours,), (theirs, ours), (ours, theirs))
        )
        if concept not in alone or concept in before or concept not in behind:
            wrong.append((concept, ours, theirs))
    assert wrong == []
    assert len(found) == 597


@pytest.mark.parametrize(("field", "count"), [("use_additional", 1164), ("code_also", 473)])
def test_every_companion_note_asks_until_a_code_that_it_names_is_there(
    tabular: Tabular, field: str, count: int
) -> None:
    found, left = cases(tabular, field)
    told(field, found, left)
    rule_id, wrong = field.replace("_", "-"), []
    for concept, ours, theirs in found:
        if "-" in concept:
            continue  # a whole chapter's wish concerns nearly every record

        def asked(*codes: str, concept: str = concept) -> bool:
            entries = [tabular.entry(code, place) for place, code in enumerate(codes, 1)]
            return any(
                each.rule_id == rule_id and each.source.endswith(f"note at {concept}")
                for each in companions(entries, EditContext())
                if each.codes == (codes[0],)
            )

        if not asked(ours) or asked(ours, theirs):
            wrong.append((concept, ours, theirs))
    assert wrong == []
    assert len(found) == count


def test_every_seventh_character_is_inherited_down_to_the_codes_that_need_it(tabular: Tabular) -> None:
    xml = package_file("simple-icd-10-cm", "1.5.0", "simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml")
    published = set(re.findall(r"<name>([0-9A-Z.]+)</name>", xml.decode()))
    short, wrong, checked = [], [], 0
    for code, concept in tabular.concepts.items():
        if concept.is_billable or "-" in code:
            continue
        choices = [tabular.concepts[each] for each in tabular.below.get(code, [])]
        if not choices or not all(each.is_billable and len(without_dot(each.coding.code)) == 7 for each in choices):
            continue
        stem = without_dot(code).ljust(6, "X")
        if any(without_dot(each.coding.code)[:6] != stem for each in choices):
            continue
        if any(each.coding.code in published for each in choices):
            continue  # C44.1021 stands in the list itself: its last character is of no definition
        checked += 1
        entry = tabular.entry(code, 1)
        here = CodedEntry(assignment=entry.assignment, concept=concept, ancestors=entry.ancestors,
                          choices=tuple(choices))
        if [each.rule_id for each in edits.seventh_character([here], EditContext())] != ["seventh-character-missing"]:
            short.append(code)
        # Each seventh character of the codes is defined at the code or above it; Z nowhere is.
        allowed = set(here.seventh_characters)
        if not {each.coding.code[-1] for each in choices} <= allowed or "Z" in allowed:
            wrong.append(code)
    print(f"\n{checked} codes stand without their seventh character")
    assert short == []
    assert wrong == []
    assert checked == 12929


def test_the_side_of_every_title_agrees_with_itself_and_not_with_the_other_side(tabular: Tabular) -> None:
    swapped = {"right": "left", "left": "right"}
    agreeing = missed = checked = 0
    for code, concept in tabular.concepts.items():
        title = concept.coding.display
        if not concept.is_billable or len(title_sides(title)) != 1 or "bilateral" in title.casefold():
            continue
        checked += 1
        other = re.sub(r"\b(right|left)\b", lambda side: swapped[side[0].casefold()], title, flags=re.IGNORECASE)
        for words, expected in ((title, False), (other, True)):
            entry = tabular.entry(code, 1)
            here = CodedEntry(
                assignment=entry.assignment, concept=concept,
                passages=(Passage(sentence=words, start=0, end=len(words)),),
            )
            found = [each.rule_id for each in laterality([here], EditContext())]
            agreeing += not expected and bool(found)
            missed += expected and found != ["laterality-conflict"]
    print(f"\n{checked} titles name one side")
    assert (agreeing, missed) == (0, 0)
    assert checked == 26918
