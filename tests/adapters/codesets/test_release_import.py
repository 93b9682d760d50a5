"""Importing official releases: what is recognised, what is counted, and what is refused without a trace."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from pathlib import Path

import pytest
from builders.code_releases import CODES, code_file, imported, put

from ehrcoder.adapters.codesets import release_files as limits
from ehrcoder.adapters.codesets.compose import Neighbour
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.codesets.recognise import read_release_file
from ehrcoder.adapters.codesets.release_files import ReleaseFile, release_files
from ehrcoder.adapters.codesets.release_parts import ListPart, OwnSet, Part, PcsRow, TitleList
from ehrcoder.adapters.codesets.release_tables import Named
from ehrcoder.adapters.codesets.releases import edition_source, pieces_of
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, edition_on
from ehrcoder.core.errors import InputError

ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><ICD10CM.tabular>&a;</ICD10CM.tabular>'


def order_file(rows: list[tuple[str, int, str]]) -> bytes:
    return "\n".join(
        f"{n:05} {code:7} {billable} {title[:60]:60} {title}" for n, (code, billable, title) in enumerate(rows, 1)
    ).encode()


def zipped(folder: Path, name: str, **files: bytes) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in files.items():
            archive.writestr(zipfile.ZipInfo(f"{member}.txt", (2026, 6, 1, 0, 0, 0)), data)
    return put(folder, name, buffer.getvalue())


def content(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def read(path: Path) -> list[Part]:
    return [part for file in release_files([path]) for part in read_release_file(file, Named())]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder of code sets with fiscal year 2026 of four codes and some."""
    target = tmp_path / "sets"
    imported(target, put(tmp_path, "icd10cm_codes_2026.txt", code_file()))
    return target


def test_a_code_file_becomes_an_edition_with_its_dates(installed: Path) -> None:
    index = SqliteCodeSetIndex.open(installed)
    (edition,) = index.editions()
    assert (edition.version, edition.billable_count) == ("2026", 13)
    assert (edition.effective_from, edition.effective_to) == (dt.date(2025, 10, 1), dt.date(2026, 9, 30))
    concept = index.concept(ICD_10_CM, "Z00.00")
    assert concept is not None
    assert concept.coding.display == "Check-up"
    index.close()


def test_an_import_says_what_changes_and_both_editions_answer_for_their_days(tmp_path: Path, installed: Path) -> None:
    newer = {"A0001": "Cholera, classical", "A009": "Cholera NOS", "I10": "Hypertension", "Z0000": "Check-up"}
    result = imported(installed, zipped(tmp_path, "release-2027.zip", icd10cm_codes_2027=code_file(newer)))
    changes = result.editions[0].changes
    assert changes is not None
    assert (changes.added, changes.revised, changes.retired) == (("A00.01",), ("A00.9",), ("A00.0",))
    index = SqliteCodeSetIndex.open(installed)
    before, after = dt.date(2026, 9, 30), dt.date(2026, 10, 1)
    was, now = index.concept(ICD_10_CM, "A00.9", on=before), index.concept(ICD_10_CM, "A00.9", on=after)
    assert was is not None
    assert now is not None
    assert (was.coding.display, now.coding.display) == ("Cholera, unspecified", "Cholera NOS")
    assert index.concept(ICD_10_CM, "A00.01", on=before) is None
    assert index.concept(ICD_10_CM, "A00.9") == now
    former = index.edition(ICD_10_CM, on=dt.date(2019, 1, 1))
    assert former is not None
    assert former.version == "2026"
    # What was assignable and is one of several now has become their header.
    header = index.concept(ICD_10_CM, "A00.0", on=after)
    assert header is not None
    assert not header.is_billable
    index.close()


def test_the_editions_of_the_day_are_searched(tmp_path: Path, installed: Path) -> None:
    newer = {"A0001": "Cholera, classical", "A009": "Cholera NOS", "I10": "Hypertension", "Z0000": "Check-up"}
    imported(installed, put(tmp_path, "icd10cm_codes_2027.txt", code_file(newer)))
    index = SqliteCodeSetIndex.open(installed)
    days = {
        "of the first": dt.date(2026, 9, 30), "of the second": dt.date(2026, 10, 1), "long before": dt.date(2001, 1, 1),
    }
    found = {
        name: {hit.concept.coding.code for hit in index.search("cholera", on=day) if hit.concept.is_billable}
        for name, day in {**days, "of none": None}.items()
    }
    assert found == {
        "of the first": {"A00.0", "A00.9"}, "of the second": {"A00.01", "A00.9"}, "long before": {"A00.0", "A00.9"},
        "of none": {"A00.01", "A00.9"},
    }
    for day in days.values():
        answering = edition_on(index.editions(), ICD_10_CM, day)
        assert answering == index.edition(ICD_10_CM, on=day)
    assert edition_on(index.editions(), ICD_10_CM, None) == index.edition(ICD_10_CM)
    assert edition_on((), ICD_10_CM, None) is None
    index.close()


def test_headers_of_an_order_file_stand_above_their_codes(tmp_path: Path) -> None:
    rows = [("A00", 0, "Cholera"), ("A000", 1, "Cholera due to Vibrio"), ("Z00", 1, "Check-up"), ("Z01", 1, "Other"),
            ("Z02", 1, "Third")]
    imported(tmp_path / "sets", put(tmp_path, "icd10cm_order_2026.txt", order_file(rows)))
    index = SqliteCodeSetIndex.open(tmp_path / "sets")
    assert [each.coding.code for each in index.ancestors(ICD_10_CM, "A00.0")] == ["A00"]
    assert index.billable_codes(ICD_10_CM) == {"A00.0", "Z00", "Z01", "Z02"}
    index.close()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cut-2027.zip", b"PK\x03\x04cut off", "damaged or cut off"),
        ("nothing-2027.zip", b"a page of the portal", "not a zip archive"),
        ("icd10cm_codes_2027.txt", code_file({"A000": "One", "A009": "Two"}), "cut off"),
        ("icd10cm_codes_2027.txt", code_file() + b"\nI10     Twice", "second time"),
        ("icd10cm_codes.txt", code_file(), "does not say of which year"),
        ("icd10cm_codes_2027.txt", code_file({"A000": "New", "Z99": "New"}).replace(b"B0", b"C0"), "would retire"),
        ("tabular_2027.xml", ENTITIES, "document type definition"),
        ("tabular_2027.xml", b"<ICD10CM.tabular><version>2027</version>", "not well-formed"),
        ("tabular_2027.xml", b"<ICD10CM.tabular><version>2018</version></ICD10CM.tabular>", "by its name of 2027"),
        ("readme.txt", b"Nothing to see here.", "no code set to import"),
        ("own.csv", b"code,display,parent\nA,One,B\n", "--system"),
    ],
)
def test_a_broken_import_is_refused_and_leaves_everything_as_it_was(
    tmp_path: Path, installed: Path, name: str, data: bytes, said: str
) -> None:
    before = content(installed)
    with pytest.raises(InputError, match=said):
        imported(installed, put(tmp_path, name, data))
    assert content(installed) == before


def test_an_archive_that_unpacks_without_end_is_refused(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_LARGEST_ARCHIVE", 100_000)
    bomb = zipped(tmp_path, "bomb-2027.zip", icd10cm_codes_2027=b"0" * 200_000)
    before = content(installed)
    with pytest.raises(InputError, match="more than any release"):
        imported(installed, bomb)
    assert content(installed) == before


def test_lists_of_one_edition_that_disagree_are_refused(tmp_path: Path, installed: Path) -> None:
    other = code_file({**CODES, "A001": "One more"})
    mixed = zipped(tmp_path, "mixed.zip", codes_2027=code_file(), more_codes_2027=other)
    with pytest.raises(InputError, match=r"disagree about 1 codes, A001"):
        imported(installed, mixed)


def test_a_named_edition_that_is_not_the_files_own_is_refused(tmp_path: Path, installed: Path) -> None:
    with pytest.raises(InputError, match="is of edition 2027, not of 2026"):
        imported(installed, put(tmp_path, "icd10cm_codes_2027.txt", code_file()), named=Named(edition="2026"))


@pytest.mark.parametrize(
    ("table", "said"),
    [("code,display,parent\nA,One,B\n", "which it does not have"), ("code,display,parent\nA,One,A\n", "above itself"),
     ("code,display\nA,One\nA,Two\n", "twice")],
)
def test_a_sites_own_table_is_checked(tmp_path: Path, installed: Path, table: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        imported(installed, put(tmp_path, "own.csv", table.encode()), named=Named(system="http://example.org/own"))


def test_a_sites_own_sets_come_as_csv_and_as_fhir(tmp_path: Path) -> None:
    table = put(tmp_path, "own.csv", b"code,display,parent\nA1,One of A,A\nA,All of A,\n")
    resource = {"resourceType": "CodeSystem", "url": "http://example.org/f", "version": "3", "name": "F", "concept": [
        {"code": "x", "display": "Ex", "concept": [{"code": "y", "display": "Why"}]}]}
    imported(tmp_path / "sets", table, named=Named(system="http://example.org/own", name="Own"))
    imported(tmp_path / "sets", put(tmp_path, "f.json", json.dumps(resource).encode()))
    index = SqliteCodeSetIndex.open(tmp_path / "sets")
    assert [c.coding.code for c in index.children("http://example.org/own", "A")] == ["A1"]
    assert [c.coding.code for c in index.ancestors("http://example.org/f", "y")] == ["x"]
    index.close()


def test_an_april_update_is_told_from_the_october_release_by_when_it_was_packed() -> None:
    shown = {"name": "icd10pcs_codes_2026.txt", "shown": "2026.zip/icd10pcs_codes_2026.txt", "data": b""}
    assert ReleaseFile(**shown, packed=(2025, 12)).edition == "2026-04"
    assert ReleaseFile(**shown, packed=(2025, 6)).edition == "2026"


def expanded(rows: tuple[PcsRow, ...]) -> set[str]:
    codes: set[str] = set()
    for row in rows:
        begun = {row.table}
        for _, values in row.axes:
            begun = {code + value for code in begun for value, _ in values}
        codes |= begun
    return codes


@pytest.mark.corpus
def test_the_official_files_have_the_counts_that_their_publishers_state(real_data: Path) -> None:
    folder = real_data / "codesets"
    counts: dict[str, int] = {}
    for name in ("icd10cm-fy2027-derived/icd10cm_codes_2027.txt", "icd10cm-official-by-year/cms_2018_dx.zip",
                 "icd10pcs-fy2027-derived/icd10pcs_codes_2027.txt", "icd10cm-official-by-year/cms_2018_pr.zip"):
        for part in read(folder / name):
            if isinstance(part, TitleList):
                counts[f"{part.system} {part.edition}"] = sum(billable for billable, _ in part.titles.values())
    assert counts == {
        f"{ICD_10_CM} 2027": 74879, f"{ICD_10_CM} 2018": 71704, f"{ICD_10_PCS} 2027": 79256,
        f"{ICD_10_PCS} 2018": 78705,
    }


@pytest.mark.corpus
def test_the_procedure_tables_expand_to_exactly_the_official_codes(real_data: Path) -> None:
    folder = real_data / "codesets"
    (tables,) = [p for p in read(folder / "icd10pcs-fy2026-tables") if isinstance(p, ListPart)]
    (codes,) = [p for p in read(folder / "icd10pcs-fy2026-official" / "2026-icd-10-pcs-codes-file.zip")
                if isinstance(p, TitleList)]
    assert len({row.table for row in tables.rows}) == 917
    assert expanded(tables.rows) == set(codes.titles)
    assert len(codes.titles) == 79193


@pytest.mark.corpus
def test_the_alphabetic_index_is_read_whole_from_its_table(real_data: Path) -> None:
    parts = read(real_data / "codesets" / "icd10cm-index-rebuilt" / "ICD10CM_2026_Index_rebuilt.csv")
    assert [len(part.entries) for part in parts if isinstance(part, ListPart)] == [81509]


@pytest.mark.corpus
def test_lists_of_payers_and_editors_have_their_counts(real_data: Path) -> None:
    folder = real_data / "codesets"
    facts = {  # the POA-exempt list comes as text and as a spreadsheet, which say the same
        fact for name in ("cms-hcc", "fy2027-cc-mcc-mce", "mce-edits", "icd10cm-nchs-official/POAexemptCodesFY26.zip")
        for part in read(folder / name) if isinstance(part, ListPart) for fact in part.facts
    }
    counted: dict[tuple[str, str], int] = {}
    for name, _, value, _ in facts:
        key = (name, value if name == "severity" else "")
        counted[key] = counted.get(key, 0) + 1
    assert counted["severity", "CC"] == 15113
    assert counted["severity", "MCC"] == 3357
    assert counted["CMS-HCC Model V28", ""] == 8299
    assert counted["poa-exempt", ""] == 38349


@pytest.mark.corpus
def test_the_services_file_tells_codes_that_were_ended_from_those_that_count(real_data: Path) -> None:
    parts = read(real_data / "codesets" / "hcpcs-2026-01")
    (services,) = [part for part in parts if isinstance(part, OwnSet)]
    (modifiers,) = [part for part in parts if isinstance(part, ListPart)]
    counts = len(services.rows), sum(row.is_billable for row in services.rows), len(modifiers.facts)
    assert counts == (8623, 7323, 383)
    ended = [row for row in services.rows if row.effective_to is not None]
    assert all(row.effective_from is not None for row in services.rows)
    assert len(ended) >= 8623 - 7323


@pytest.mark.corpus
def test_every_tabular_list_without_a_code_list_expands_to_the_official_count(real_data: Path) -> None:
    archive = real_data / "codesets" / "icd10cm-nchs-official" / "ICD10CM_FY2017_Full_XML.zip"
    (pieces,) = pieces_of(read(archive), Named())
    assert (pieces.edition, pieces.titles) == ("2017", None)
    source = edition_source(pieces, neighbour=Neighbour(), synonyms={}, sections={})
    assert sum(row.is_billable for row in source.concepts) == 71486
