"""Building code sets: reproducible, atomic, and strict about its input."""

from __future__ import annotations

import json
import stat
from collections import Counter
from pathlib import Path

import pytest

from ehrcoder.adapters.codesets.build import remove_unreadable
from ehrcoder.adapters.codesets.builder import build_edition
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.codesets.manifest import file_sha256, read_manifests
from ehrcoder.adapters.codesets.procedures import common_title, procedure_rows, read_titles
from ehrcoder.adapters.codesets.rows import ConceptRow, EditionSource
from ehrcoder.adapters.codesets.schema import SCHEMA_VERSION
from ehrcoder.adapters.codesets.sources import package_file
from ehrcoder.adapters.codesets.synonyms import (
    code_synonyms,
    key_of,
    meaning_of_title,
    read_synonyms,
    synonym_tables,
)
from ehrcoder.adapters.codesets.tabular import read_tabular
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import EnvironmentFault, InputError
from ehrcoder.paths import find_paths

ROWS = (
    ConceptRow(code="A00-B99", display="Infections", parent=None, is_billable=False),
    ConceptRow(code="A00", display="Cholera", parent="A00-B99", is_billable=False),
    ConceptRow(code="A00.0", display="Cholera due to Vibrio", parent="A00", is_billable=True),
)
TABULAR = """<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2026</version><chapter><name>1</name><desc>Injuries (S00-T88)</desc>
<section id="S00-S09"><desc>Head (S00-S09)</desc>
<excludes1><note>burns (T20-T32)</note></excludes1>
<diag><name>S00</name><desc>Injury of head</desc>
<sevenChrDef><extension char="A">initial encounter</extension><extension char="S">sequela</extension></sevenChrDef>
<diag><name>S00.0</name><desc>Injury of scalp</desc><inclusionTerm><note>Bump NOS</note></inclusionTerm></diag>
</diag></section></chapter></ICD10CM.tabular>"""
CODE_LIST = "S00-S09\nS00\nS000\nS000XXA\nS000XXS\n"


def source(rows: tuple[ConceptRow, ...] = ROWS) -> EditionSource:
    return EditionSource(
        slug="made-up", name="Made up", system=ICD_10_CM, version="1", effective_from=None, effective_to=None,
        licence="CC0-1.0", source="this test", caveat="", concepts=rows,
    )


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first = build_edition(source(), tmp_path / "one", input_sha256="x")
    second = build_edition(source(), tmp_path / "two", input_sha256="x")
    assert first.edition.sha256 == second.edition.sha256
    assert (tmp_path / "one" / "made-up-1.json").read_bytes() == (tmp_path / "two" / "made-up-1.json").read_bytes()


def test_a_built_file_is_read_only_and_its_manifest_tells_its_hash(tmp_path: Path) -> None:
    build_edition(source(), tmp_path, input_sha256="x")
    path = tmp_path / "made-up-1.sqlite"
    assert not stat.S_IMODE(path.stat().st_mode) & 0o222
    manifest = json.loads((tmp_path / "made-up-1.json").read_bytes())
    assert manifest["sha256"] == file_sha256(path)
    assert (manifest["concepts"], manifest["billable"]) == (3, 1)


@pytest.mark.parametrize(
    "bad",
    [
        (*ROWS, ConceptRow(code="A00.0", display="Again", parent="A00", is_billable=True)),
        (ConceptRow(code="A00.0", display="Cholera", parent="A00", is_billable=True),),
    ],
    ids=["a code twice", "a parent that is missing"],
)
def test_contradicting_rows_leave_the_former_build(tmp_path: Path, bad: tuple[ConceptRow, ...]) -> None:
    before = build_edition(source(), tmp_path, input_sha256="x")
    with pytest.raises(InputError, match=r"A00"):
        build_edition(source(bad), tmp_path, input_sha256="y")
    assert [m.edition.sha256 for m in read_manifests(tmp_path)] == [before.edition.sha256]
    assert file_sha256(tmp_path / "made-up-1.sqlite") == before.edition.sha256
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made-up-1.json", "made-up-1.sqlite"]


def test_the_tabular_list_gives_hierarchy_notes_and_seventh_characters() -> None:
    rows = {row.code: row for row in read_tabular(TABULAR.encode(), CODE_LIST, file_name="t.xml")}
    assert list(rows) == ["S00-T88", "S00-S09", "S00", "S00.0", "S00.0XXA", "S00.0XXS"]
    assert rows["S00-S09"].notes.excludes1 == ("burns (T20-T32)",)
    assert rows["S00"].notes.seventh_characters == (("A", "initial encounter"), ("S", "sequela"))
    assert rows["S00.0"].notes.inclusion_terms == ("Bump NOS",)
    assert rows["S00.0XXA"].display == "Injury of scalp, initial encounter"
    assert [code for code, row in rows.items() if row.is_billable] == ["S00.0XXA", "S00.0XXS"]


def test_a_code_list_of_another_edition_is_refused() -> None:
    with pytest.raises(InputError, match="extends no code"):
        list(read_tabular(TABULAR.encode(), "S019XXA\n", file_name="t.xml"))


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (TABULAR[:300], "not well-formed"),
        ("<html/>", "not an ICD-10-CM tabular list"),
        (TABULAR.replace("?>", '?>\n<!DOCTYPE x [<!ENTITY e "bomb">]>', 1), "document type definition"),
        ("", "not well-formed"),
    ],
    ids=["truncated", "another document", "entities", "empty"],
)
def test_a_tabular_file_that_is_not_one_is_refused(xml: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        list(read_tabular(xml.encode(), CODE_LIST, file_name="t.xml"))


def test_headers_of_procedures_say_what_their_titles_share() -> None:
    assert common_title(["Resection of Appendix, Open Approach", "Resection of Appendix, Via Natural Opening"]) == (
        "Resection of Appendix"
    )
    assert common_title(
        ["Insertion of Pacemaker Lead into Right Atrium, Open", "Insertion of Infusion Device into Right Atrium, Open"]
    ) == "Insertion of … into Right Atrium"


def test_procedures_stand_below_section_body_system_table_and_body_part() -> None:
    titles = [("0DTJ0ZZ", "Resection of Appendix, Open Approach")]
    rows = list(procedure_rows(titles, sections={"0": "Surgery", "0D": "Gut"}))
    assert [row.display for row in rows[:2]] == ["Surgery", "Gut"]
    assert [(row.code, row.parent, row.is_billable) for row in rows] == [
        ("0", None, False), ("0D", "0", False), ("0DT", "0D", False), ("0DTJ", "0DT", False), ("0DTJ0ZZ", "0DTJ", True)
    ]


def test_a_procedure_list_with_a_short_code_names_its_line() -> None:
    with pytest.raises(InputError, match="line 2"):
        read_titles(b'"0DTJ0ZZ","Resection"\n"0DTJ","Resection"\n', file_name="p.csv")


def test_a_missing_package_says_how_to_install_it() -> None:
    with pytest.raises(EnvironmentFault, match="pip install"):
        package_file("no-such-package-here", "1.0", "x")


def test_code_sets_that_were_never_built_say_so(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match="ehrcoder codesets build"):
        SqliteCodeSetIndex.open(tmp_path / "nothing")


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 100])
def test_a_damaged_file_is_reported_with_the_way_to_mend_it(tmp_path: Path, damage: bytes) -> None:
    build_edition(source(), tmp_path, input_sha256="x")
    (tmp_path / "vocabulary.sqlite").write_bytes(b"")
    path = tmp_path / "made-up-1.sqlite"
    path.chmod(0o644)
    path.write_bytes(damage)
    with pytest.raises(EnvironmentFault, match="codesets build --force"):
        SqliteCodeSetIndex.open(tmp_path)


def test_every_synonym_has_a_meaning_or_a_code_and_stands_once() -> None:
    folder = find_paths().code_set_sources
    synonyms = [each for path in synonym_tables(folder) for each in read_synonyms(path.read_bytes())]
    assert len(synonyms) >= 15_000
    assert [each for each in synonyms if not each.phrase or not (each.meaning or each.codes)] == []
    whole = [(each.phrase, each.meaning, each.codes) for each in synonyms]
    assert [each for each, times in Counter(whole).items() if times > 1] == []
    assert len(code_synonyms(folder, "ICD-10-CM")[0]) > 200


def test_a_table_by_code_has_many_phrases_a_line_for_search_only() -> None:
    first, second = read_synonyms(b"code\tphrases\nI21.9\theart attack; coronary thrombosis\n")
    assert (first.phrase, first.codes, first.search_only) == ("heart attack", (("ICD-10-CM", "I21.9"),), True)
    assert second.phrase == "coronary thrombosis"


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("Fracture of unspecified part of unspecified clavicle, initial encounter for closed fracture",
         "fracture clavicle"),
        ("Type 2 diabetes mellitus without complications", "type 2 diabete mellitus"),
        ("Laceration without foreign body of scalp, initial encounter", "laceration scalp"),
        ("Lateral epicondylitis, unspecified elbow", "lateral epicondylitis elbow"),
        ("Arthritis due to other bacteria, unspecified knee", "arthritis bacteria knee"),
        ("Pneumonia, unspecified organism", "pneumonia"),
        ("Essential (primary) hypertension", "essential hypertension"),
        ("Unspecified", ""),
    ],
)
def test_a_title_keeps_what_its_disease_is_called(title: str, meaning: str) -> None:
    assert " ".join(meaning_of_title(title)) == meaning


def test_a_broader_meaning_is_marked_and_never_looked_for_in_notes() -> None:
    same, larger = read_synonyms(b"phrase\tmeaning\tcodes\tuse\nbelly\tabdomen\t\t\ntoe\tfoot\t\tbroader\n")
    assert (same.is_broader, same.search_only) == (False, False)
    assert (larger.is_broader, larger.search_only) == (True, True)


def test_a_phrase_is_looked_up_in_any_order_of_its_words() -> None:
    assert key_of("attack of the heart") == key_of("Heart attack") == "attack heart"


def test_a_default_edition_of_another_version_is_removed_at_the_next_build(tmp_path: Path) -> None:
    build_edition(source(), tmp_path, input_sha256="x")
    manifest = tmp_path / "made-up-1.json"
    manifest.write_text(manifest.read_text().replace(f'"schema_version": {SCHEMA_VERSION}', '"schema_version": 1'))
    remove_unreadable(tmp_path)
    assert list(tmp_path.glob("made-up-1.*")) == []
