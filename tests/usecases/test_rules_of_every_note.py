"""The rules that read notes, tried on every note of the tabular list: on a code that it names, and on the next one.

For each note, one assignable code at or below the entry of the note is coded together with the first code that the note
names (the rule must speak) and with the first code behind it that no note in question names (it must be silent).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.build import build_all, is_up_to_date
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.core.assignments import CodeAssignment, DiagnosisUse
from ehrcoder.core.code_notes import CodeReference, parse_note
from ehrcoder.core.codes import ICD_10_CM, CodeKind, Concept, ConceptNotes, without_dot
from ehrcoder.core.edit_rules import code_first, excludes1, excludes2
from ehrcoder.core.edits import CodedEntry, EditContext, EditFinding
from ehrcoder.core.ids import AssignmentId, RecordId
from ehrcoder.core.list_rules import companions
from ehrcoder.paths import find_paths

Rule = Callable[[Sequence[CodedEntry], EditContext], Iterator[EditFinding]]
_FURTHEST = 400
_read = cache(parse_note)


class Tabular:
    """The tabular list with what a test asks of it often."""

    def __init__(self, index: SqliteCodeSetIndex) -> None:
        self._index = index
        self.billable = sorted(index.billable_codes(ICD_10_CM), key=without_dot)
        self._bare = [without_dot(code) for code in self.billable]
        self.lineage = cache(self._lineage)

    def _lineage(self, code: str) -> tuple[Concept, ...]:
        concept = self._index.concept(ICD_10_CM, code)
        assert concept is not None
        return (concept, *self._index.ancestors(ICD_10_CM, code))

    def entries(self) -> Iterator[Concept]:
        """Every concept that may have notes of its own."""
        waiting = list(self._index.children(ICD_10_CM, ""))
        while waiting:
            concept = waiting.pop()
            yield concept
            if not concept.is_billable:
                waiting.extend(self._index.children(ICD_10_CM, concept.coding.code))

    def at(self, concept: Concept) -> str | None:
        """An assignable code at or below a concept; None for chapters and sections."""
        code = concept.coding.code
        if "-" in code:
            return None
        place = bisect_left(self._bare, without_dot(code))
        return self.billable[place] if self._bare[place].startswith(without_dot(code)) else None

    def named(self, reference: CodeReference, *, but: str) -> str | None:
        """The first assignable code that a note names, None where the edition has none."""
        for code in self.billable[bisect_left(self._bare, reference.first) :]:
            if code != but and reference.matches(code):
                return code
            if without_dot(code)[:3] > reference.last[:3]:
                return None
        return None

    def named_by(self, kind: str) -> Iterator[tuple[Concept, str, str, str]]:
        """Each entry with an assignable code at or below it, a note of this kind, and the first code that it names."""
        for concept in self.entries():
            code = self.at(concept)
            if code is None:
                continue
            for note in notes_of(concept.notes, kind):
                for reference in _read(note).references:
                    named = self.named(reference, but=code)
                    if named is not None:
                        yield concept, code, note, named

    def next_unnamed(self, code: str, other: str, kind: str) -> str | None:
        """The first code behind `code` for which no note of this kind stands between it and `other`."""
        place = bisect_left(self._bare, without_dot(code))
        for each in self.billable[place + 1 : place + _FURTHEST]:
            if each != other and not self.names(other, each, kind) and not self.names(each, other, kind):
                return each
        return None

    def names(self, code: str, other: str, kind: str) -> bool:
        """Tell whether a note of this kind at a code or above it names another code."""
        return any(
            _read(note).matches(other) for concept in self.lineage(code) for note in notes_of(concept.notes, kind)
        )


def notes_of(notes: ConceptNotes, kind: str) -> tuple[str, ...]:
    """The notes of one kind."""
    return tuple(getattr(notes, kind))


@pytest.fixture(scope="module")
def tabular(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tabular]:
    paths = find_paths()
    folder: Path = paths.code_sets
    if not is_up_to_date(folder, paths.code_set_sources):
        folder = tmp_path_factory.mktemp("codesets")
        build_all(folder, paths.code_set_sources)
    with closing(SqliteCodeSetIndex.open(folder)) as index:
        yield Tabular(index)


def entry(tabular: Tabular, code: str, place: int) -> CodedEntry:
    concept, *above = tabular.lineage(code)
    return CodedEntry(
        assignment=CodeAssignment(
            assignment_id=AssignmentId(f"a{place}"), record_id=RecordId("r1"), coding=concept.coding,
            kind=CodeKind.DIAGNOSIS, sequence=place,
            use=DiagnosisUse.PRINCIPAL if place == 1 else DiagnosisUse.SECONDARY,
        ),
        concept=concept, ancestors=tuple(above),
    )


def spoken(tabular: Tabular, rule: Rule, rule_ids: Sequence[str], *codes: str) -> list[EditFinding]:
    """What a rule says of these codes, in this order, with one of the ids."""
    entries = [entry(tabular, code, place) for place, code in enumerate(codes, 1)]
    return [each for each in rule(entries, EditContext()) if each.rule_id in rule_ids]


@pytest.mark.parametrize(
    ("kind", "rule", "least"), [("excludes1", excludes1, 3500), ("excludes2", excludes2, 1400)]
)
def test_every_excludes_note_is_told_for_what_it_names_and_for_nothing_beside_it(
    tabular: Tabular, kind: str, rule: Rule, least: int
) -> None:
    positive = negative = 0
    wrong: list[str] = []
    for concept, code, note, named in tabular.named_by(kind):
        positive += 1
        if not spoken(tabular, rule, [kind], code, named):
            wrong.append(f"{code} with {named}: nothing said, though {concept.coding.code} says “{note}”")
        beside = tabular.next_unnamed(named, code, kind)
        if beside is not None:
            negative += 1
            if spoken(tabular, rule, [kind], code, beside):
                wrong.append(f"{code} with {beside}: told, though no note says so")
    print(f"{kind}: {positive} pairs that a note names, {negative} that none does; wrong:", *wrong, sep="\n  ")
    assert wrong == []
    assert min(positive, negative) >= least


def test_every_code_first_note_wants_what_it_names_before_it(tabular: Tabular) -> None:
    ids = ["code-first-missing", "code-first-order"]
    before = after = beside_it = 0
    wrong: list[str] = []
    for concept, code, note, named in tabular.named_by("code_first"):
        # A cause may have a note of its own that the code after it does not meet.
        if any(each.notes.code_first for each in tabular.lineage(named)):
            continue
        if sum(bool(each.notes.code_first) for each in tabular.lineage(code)) > 1:
            continue
        before += 1
        if spoken(tabular, code_first, ids, named, code):
            wrong.append(f"{named}, then {code}: told, though “{note}” is met")
        after += 1
        if "code-first-order" not in {f.rule_id for f in spoken(tabular, code_first, ids, code, named)}:
            wrong.append(f"{code}, then {named}: no order told, though {concept.coding.code} says “{note}”")
        unnamed = tabular.next_unnamed(named, code, "code_first")
        if unnamed is not None:
            beside_it += 1
            if not spoken(tabular, code_first, ["code-first-missing"], unnamed, code):
                wrong.append(f"{unnamed}, then {code}: nothing missed, though “{note}” is not met")
    print(f"code first: {before} in order, {after} out of order, {beside_it} missing; wrong:", *wrong, sep="\n  ")
    assert wrong == []
    assert min(before, after, beside_it) >= 500


@pytest.mark.parametrize(
    ("kind", "rule_id", "least"), [("use_additional", "use-additional", 600), ("code_also", "code-also", 250)]
)
def test_every_note_that_asks_for_a_further_code_is_answered_by_what_it_names_only(
    tabular: Tabular, kind: str, rule_id: str, least: int
) -> None:
    answered = missed = 0
    wrong: list[str] = []
    for concept, code, note, named in tabular.named_by(kind):
        source = f"note at {concept.coding.code}"
        answered += 1
        if any(each.source.endswith(source) for each in spoken(tabular, companions, [rule_id], code, named)
               if each.codes == (code,)):
            wrong.append(f"{code} with {named}: asked, though “{note}” is answered")
        unnamed = tabular.next_unnamed(named, code, kind)
        if unnamed is not None:
            missed += 1
            if not any(each.source.endswith(source) and each.codes == (code,)
                       for each in spoken(tabular, companions, [rule_id], code, unnamed)):
                wrong.append(f"{code} with {unnamed}: not asked, though {concept.coding.code} says “{note}”")
    print(f"{rule_id}: {answered} answered, {missed} missed; wrong:", *wrong, sep="\n  ")
    assert wrong == []
    assert min(answered, missed) >= least
