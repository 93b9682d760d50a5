"""Reading the built code sets: concepts, hierarchy, notes, terms, editions."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.codesets.manifest import file_sha256
from ehrcoder.core.code_notes import names_codes, parse_note
from ehrcoder.core.codes import (
    CONDITION_CLINICAL,
    DISCHARGE_DISPOSITION,
    GOAL_ACHIEVEMENT,
    ICD_10_CM,
    ICD_10_PCS,
    PATIENT_OUTCOME,
    without_dot,
)
from ehrcoder.core.procedure_tables import choices, first_impossible


def test_every_default_set_is_installed_with_its_counts(index: SqliteCodeSetIndex) -> None:
    editions = {edition.system: edition for edition in index.editions()}
    counts = {
        ICD_10_CM: 74719, ICD_10_PCS: 78638, DISCHARGE_DISPOSITION: 11, PATIENT_OUTCOME: 7, CONDITION_CLINICAL: 7,
        GOAL_ACHIEVEMENT: 9,
    }
    # A site may have added small sets of its own.
    assert {system: editions[system].billable_count for system in counts} == counts
    assert editions[ICD_10_CM].version == "2026-04"
    assert all(edition.licence and edition.source and len(edition.sha256) == 64 for edition in editions.values())


def test_the_hashes_in_the_manifests_are_those_of_the_files(
    index: SqliteCodeSetIndex, code_sets_folder: Path
) -> None:
    by_hash = {file_sha256(path) for path in code_sets_folder.glob("*.sqlite")}
    assert [edition.name for edition in index.editions() if edition.sha256 not in by_hash] == []


def test_a_code_has_its_title_and_its_notes(index: SqliteCodeSetIndex) -> None:
    found = index.concept(ICD_10_CM, "I21.9")
    assert found is not None
    assert found.coding.display == "Acute myocardial infarction, unspecified"
    assert found.is_billable
    assert "heart attack" in found.synonyms


def test_a_seventh_character_code_stands_below_the_code_that_it_extends(index: SqliteCodeSetIndex) -> None:
    found = index.concept(ICD_10_CM, "S72.001A")
    assert found is not None
    assert found.parent == "S72.001"
    assert found.coding.display == (
        "Fracture of unspecified part of neck of right femur, initial encounter for closed fracture"
    )
    assert [concept.coding.code for concept in index.ancestors(ICD_10_CM, "S72.001A")] == [
        "S72.001", "S72.00", "S72.0", "S72", "S70-S79", "S00-T88"
    ]


@pytest.mark.parametrize("code", ["E14", "J44.7", "i10", "S72.001Z", "' OR 1=1 --"])
def test_a_code_that_does_not_exist_gives_nothing(index: SqliteCodeSetIndex, code: str) -> None:
    assert index.concept(ICD_10_CM, code) is None
    assert index.children(ICD_10_CM, code) == ()
    assert index.ancestors(ICD_10_CM, code) == ()


def test_an_unknown_system_gives_nothing(index: SqliteCodeSetIndex) -> None:
    assert index.concept("urn:nowhere", "I10") is None
    assert index.terms(["pain"], system="urn:nowhere") == ()
    assert index.billable_codes("urn:nowhere") == frozenset()


def test_children_come_in_the_order_of_the_classification(index: SqliteCodeSetIndex) -> None:
    assert [concept.coding.code for concept in index.children(ICD_10_CM, "J44")] == ["J44.0", "J44.1", "J44.8", "J44.9"]
    assert [c.coding.code for c in index.children(ICD_10_PCS, "0DTJ")] == [
        "0DTJ0ZZ", "0DTJ4ZG", "0DTJ4ZZ", "0DTJ7ZZ", "0DTJ8ZZ"
    ]


def test_body_parts_of_procedures_are_headers_with_a_title(index: SqliteCodeSetIndex) -> None:
    header = index.concept(ICD_10_PCS, "0SR9")
    assert header is not None
    assert (header.coding.display, header.is_billable) == ("Replacement of Right Hip Joint", False)


def test_every_code_below_a_header_names_it_as_parent(index: SqliteCodeSetIndex) -> None:
    for system in (ICD_10_CM, ICD_10_PCS):
        for code in sorted(index.billable_codes(system))[::4001]:
            above = index.ancestors(system, code)
            assert above
            below = index.children(system, above[0].coding.code)
            assert code in [concept.coding.code for concept in below]
            assert not above[0].is_billable


def test_terms_find_the_code_that_shares_most_words(index: SqliteCodeSetIndex) -> None:
    hits = index.terms(["acute", "appendicitis", "peritonitis"], system=ICD_10_CM, limit=10)
    assert hits[0].code.startswith("K35.")
    assert len({hit.code for hit in hits}) == len(hits) == 10
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_terms_meet_other_endings_of_a_word(index: SqliteCodeSetIndex) -> None:
    assert any(hit.code.startswith("S72") for hit in index.terms(["fractured", "femur"], system=ICD_10_CM, limit=20))


@pytest.mark.parametrize("words", [[], ["the", "of"], ["zzzzzz"], ['"', "*", "NEAR(", "AND"], [""]])
def test_terms_take_any_words(index: SqliteCodeSetIndex, words: list[str]) -> None:
    assert isinstance(index.terms(words, system=ICD_10_CM), tuple)


def test_ambiguous_abbreviations_are_not_terms(index: SqliteCodeSetIndex) -> None:
    assert "C91.00" not in [hit.code for hit in index.terms(["all"], system=ICD_10_CM)]


def test_billable_codes_carry_their_dot(index: SqliteCodeSetIndex) -> None:
    codes = index.billable_codes(ICD_10_CM)
    assert len(codes) == 74719
    assert {"I10", "J44.1", "S72.001A"} <= codes
    assert "J44" not in codes


def test_notes_that_name_codes_are_parsed_but_for_a_counted_few(index: SqliteCodeSetIndex) -> None:
    total, unparsed = 0, []
    waiting = ["A00-B99", *(c for c in ("C00-D49", "D50-D89", "E00-E89", "F01-F99", "G00-G99", "H00-H59", "H60-H95",
               "I00-I99", "J00-J99", "K00-K95", "L00-L99", "M00-M99", "N00-N99", "O00-O9A", "P00-P96", "Q00-QA0",
               "R00-R99", "S00-T88", "V00-Y99", "Z00-Z99", "U00-U85"))]
    while waiting:
        code = waiting.pop()
        concept = index.concept(ICD_10_CM, code)
        assert concept is not None, code
        notes = concept.notes
        for note in (*notes.excludes1, *notes.excludes2, *notes.code_first, *notes.use_additional, *notes.code_also):
            if names_codes(note):
                total += 1
                if not parse_note(note).is_complete:
                    unparsed.append(f"{code}: {note}")
        waiting.extend(c.coding.code for c in index.children(ICD_10_CM, code) if not (c.is_billable and not c.notes))
    print(f"{total} notes name codes, {len(unparsed)} are not parsed:", *unparsed, sep="\n  ")
    assert total == 10005
    assert len(unparsed) == 3


@pytest.mark.corpus
def test_the_codes_and_titles_of_april_2026_are_those_of_the_official_list(
    index: SqliteCodeSetIndex, real_data: Path
) -> None:
    official = _order_file(real_data / "codesets" / "icd10cm-official-by-year" / "cms_2026_dx.zip")
    ours = {without_dot(code) for code in index.billable_codes(ICD_10_CM)}
    only_ours, only_theirs = ours - official.keys(), official.keys() - ours
    print(f"official October list {len(official)}, ours of April {len(ours)}: +{len(only_ours)} -{len(only_theirs)}")
    assert len(only_theirs) == 0
    different: list[str] = []
    for code in sorted(ours & official.keys())[::37]:
        spelled = f"{code[:3]}.{code[3:]}".rstrip(".")
        concept = index.concept(ICD_10_CM, spelled)
        assert concept is not None
        if concept.coding.display.casefold() != official[code].casefold():
            different.append(f"{code}: {concept.coding.display} / {official[code]}")
    print("titles that differ in every 37th code:", *different, sep="\n  ")
    assert len(different) <= 4


def _order_file(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if "order" in n.lower() and n.endswith(".txt"))
        text = archive.read(name).decode("latin-1")
    return {line[6:14].strip(): line[77:].strip() for line in text.splitlines() if line[14:15] == "1"}


@pytest.mark.corpus
def test_procedures_differ_from_fiscal_2027_as_the_manifest_says(index: SqliteCodeSetIndex, real_data: Path) -> None:
    path = real_data / "codesets" / "icd10pcs-fy2027-derived" / "icd10pcs_codes_2027.txt"
    official = {line[:7] for line in path.read_text(encoding="latin-1").splitlines() if line.strip()}
    ours = index.billable_codes(ICD_10_PCS)
    assert (len(official - ours), len(ours - official)) == (758, 140)



@pytest.mark.parametrize(
    ("system", "code", "display", "parent"),
    [
        (DISCHARGE_DISPOSITION, "exp", "Expired", None),
        (PATIENT_OUTCOME, "F", "Fully recovered", None),
        (CONDITION_CLINICAL, "resolved", "Resolved", "inactive"),
        (GOAL_ACHIEVEMENT, "not-attainable", "Not Attainable", "not-achieved"),
    ],
)
def test_outcome_codes_are_those_of_hl7(
    index: SqliteCodeSetIndex, system: str, code: str, display: str, parent: str | None
) -> None:
    found = index.concept(system, code)
    assert found is not None
    assert (found.coding.display, found.parent, found.is_billable) == (display, parent, True)


def test_without_imported_tables_the_code_list_tells_what_can_follow(index: SqliteCodeSetIndex) -> None:
    table = index.procedure_table("0DTJ4ZZ")
    assert table is not None
    assert table.code == "0DT"
    following = choices(table, "0DTJ")
    assert following is not None
    assert [value for value, _ in following.values] == ["0", "4", "7", "8"]
    assert first_impossible(table, "0DTJ3ZZ") == 4
    assert index.procedure_table("ZZZ") is None
    assert index.procedure_table("0D") is None


def test_below_nothing_stand_the_topmost_headers(index: SqliteCodeSetIndex) -> None:
    assert index.concept(ICD_10_CM, "") is None
    assert index.children(ICD_10_CM, "")[0].coding.code == "A00-B99"
    assert [each.coding.code for each in index.children(ICD_10_PCS, "")][:3] == ["0", "1", "2"]
    assert index.children(ICD_10_PCS, "0")[0].coding.display == "Central Nervous System and Cranial Nerves"
