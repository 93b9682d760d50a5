"""Imports that are broken, dishonest or stopped: the former code sets stay in force, and the message says why."""

from __future__ import annotations

import io
import json
import resource
import zipfile
from pathlib import Path

import pytest
from builders.code_releases import CODES, code_file, imported, put

from ehrcoder.adapters.codesets import staging
from ehrcoder.adapters.codesets.importer import import_releases
from ehrcoder.adapters.codesets.index import SqliteCodeSetIndex
from ehrcoder.adapters.codesets.release_tables import Named
from ehrcoder.core.codes import ICD_10_CM, KIND_OF_SYSTEM
from ehrcoder.core.errors import CancelledError, EnvironmentFault, InputError
from ehrcoder.paths import find_paths

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><CodeSystem xmlns="http://hl7.org/fhir"><url value="&c;"/></CodeSystem>"""
FILE_ENTITY = b"""<?xml version="1.0"?><!DOCTYPE l SYSTEM "file:///etc/hostname" [<!ENTITY % x SYSTEM "file:///etc/passwd">]>
<ICD10CM.tabular><version>2027</version></ICD10CM.tabular>"""


def content(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def many(first: int, last: int) -> dict[str, str]:
    """A classification that grows by a code with each number."""
    return {**CODES, **{f"C{n // 10:02}{n % 10}": f"Neoplasm {n}" for n in range(first, last)}}


def archive(folder: Path, name: str, files: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as opened:
        for member, data in files.items():
            opened.writestr(zipfile.ZipInfo(member, (2026, 6, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return put(folder, name, buffer.getvalue())


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    target = tmp_path / "sets"
    imported(target, put(tmp_path, "icd10cm_codes_2026.txt", code_file(many(0, 400))))
    return target


def code_system(**fields: object) -> bytes:
    concepts = [{"code": "a", "display": "A"}, {"code": "b", "display": "B"}]
    return json.dumps({
        "resourceType": "CodeSystem", "url": "http://example.org/own", "version": "1", "name": "Own",
        "concept": concepts, **fields,
    }).encode()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("icd10cm_codes_2027.txt", code_file(many(0, 370)), "The file is of another year"),
        ("icd10cm_codes_2027.txt", code_file(many(0, 300)), "something else or cut off"),
        ("icd10cm_codes_2027.txt", code_file(many(0, 400)), "has exactly the codes of ICD-10-CM, fiscal year 2026"),
        ("icd10cm_codes_2025.txt", code_file(many(0, 460)), "does not fit to ICD-10-CM, fiscal year 2026"),
        ("laughs.xml", LAUGHS, "document type definition"),
        ("tabular_2027.xml", FILE_ENTITY, "document type definition"),
        ("twice.json", code_system(concept=[{"code": "a"}, {"code": "a"}]), "names a twice"),
        ("orphan.json", code_system(concept=[{"code": "a", "property": [{"code": "parent", "valueCode": "z"}]}]),
         "names z as the parent of a, which it does not have"),
        ("circle.json", code_system(concept=[
            {"code": "a", "property": [{"code": "parent", "valueCode": "b"}]},
            {"code": "b", "property": [{"code": "parent", "valueCode": "a"}]}]), "above itself"),
        ("nameless.json", code_system(url=""), "no sound CodeSystem"),
        ("odd.json", code_system(concept=[{"display": "no code"}]), "no sound CodeSystem"),
        ("odd.json", code_system(concept="text"), "no sound CodeSystem"),
        ("deep.json", b"[" * 100_000, "is not JSON"),
        ("empty-set.json", json.dumps({"resourceType": "ValueSet", "url": "u"}).encode(), "lists no codes"),
    ],
)
def test_what_cannot_be_right_is_refused_and_changes_nothing(
    tmp_path: Path, installed: Path, name: str, data: bytes, said: str
) -> None:
    before = content(installed)
    with pytest.raises(InputError, match=said) as error:
        imported(installed, put(tmp_path, name, data))
    assert content(installed) == before
    assert error.value.kept == "The installed code sets are unchanged."


def test_a_year_that_grew_is_taken_before_and_after(tmp_path: Path, installed: Path) -> None:
    imported(installed, put(tmp_path, "icd10cm_codes_2027.txt", code_file(many(0, 450))))
    imported(installed, put(tmp_path, "icd10cm_codes_2025.txt", code_file(many(0, 380))))
    index = SqliteCodeSetIndex.open(installed)
    assert [each.version for each in index.editions()] == ["2025", "2026", "2027"]
    index.close()


def test_an_archive_that_was_cut_off_anywhere_is_refused(tmp_path: Path, installed: Path) -> None:
    whole = archive(tmp_path, "release-2027.zip", {"icd10cm_codes_2027.txt": code_file(many(0, 450))}).read_bytes()
    before = content(installed)
    for part in (1, 30, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        with pytest.raises(InputError, match=r"damaged or cut off|not a zip archive"):
            imported(installed, put(tmp_path, "cut-2027.zip", whole[:part]))
    assert content(installed) == before


def test_an_archive_with_a_flipped_bit_is_refused(tmp_path: Path, installed: Path) -> None:
    path = archive(tmp_path, "release-2027.zip", {"icd10cm_codes_2027.txt": code_file(many(0, 450))})
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    with pytest.raises(InputError, match="damaged or cut off"):
        imported(installed, put(tmp_path, "flipped-2027.zip", bytes(data)))


def test_two_hundred_megabytes_of_nothing_are_not_unpacked(tmp_path: Path, installed: Path) -> None:
    bomb = archive(tmp_path, "bomb-2027.zip", {"icd10cm_codes_2027.txt": b"0" * 200_000_000})
    assert bomb.stat().st_size < 1_000_000
    before, peak = content(installed), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match="unpacks to more than any release does"):
        imported(installed, bomb)
    assert content(installed) == before
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 150_000, "kilobytes more than before"


def test_an_archive_of_archives_is_not_opened_further(tmp_path: Path, installed: Path) -> None:
    inner = archive(tmp_path, "inner.zip", {"a.txt": b"x"}).read_bytes()
    with pytest.raises(InputError, match="holds another archive"):
        imported(installed, archive(tmp_path, "outer-2027.zip", {"inner.zip": inner}))


def test_tabular_and_code_list_of_different_editions_are_refused(tmp_path: Path, installed: Path) -> None:
    tabular = """<ICD10CM.tabular><version>2027</version><chapter><name>1</name><desc>One (A00-Z99)</desc>
    <section id="A00-Z99"><desc>All (A00-Z99)</desc><diag><name>A00</name><desc>Cholera</desc></diag></section>
    </chapter></ICD10CM.tabular>"""
    both = archive(tmp_path, "mixed-2027.zip", {
        "icd10cm_tabular_2027.xml": tabular.encode(), "icd10cm_codes_2027.txt": code_file(many(0, 450)),
    })
    before = content(installed)
    with pytest.raises(InputError, match="different editions"):
        imported(installed, both)
    assert content(installed) == before


def test_files_of_two_years_in_one_archive_are_two_editions_and_one_bad_one_stops_both(
    tmp_path: Path, installed: Path
) -> None:
    good, bad = code_file(many(0, 450)), code_file(many(0, 470)) + b"\nI10     Twice"
    before = content(installed)
    with pytest.raises(InputError, match="second time"):
        imported(installed, archive(tmp_path, "both.zip", {"codes_2027.txt": good, "codes_2028.txt": bad}))
    assert content(installed) == before


class CancelAfter:
    """Cancels at the n-th question."""

    def __init__(self, questions: int) -> None:
        self.left = questions

    def raise_if_cancelled(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("Cancelled.")


def test_an_import_can_be_cancelled_at_any_moment_and_leaves_nothing(tmp_path: Path, installed: Path) -> None:
    path = put(tmp_path, "icd10cm_codes_2027.txt", code_file(many(0, 450)))
    before, questions = content(installed), 0
    while True:
        try:
            import_releases([path], installed, find_paths().code_set_sources, cancel=CancelAfter(questions))
        except CancelledError:
            assert content(installed) == before
            questions += 1
            continue
        break
    assert questions >= 5, "it was asked often enough"
    assert any("2027" in name for name in content(installed))


def test_a_disk_that_refuses_half_way_leaves_the_former_sets(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, moved = content(installed), []
    real = Path.replace

    def refusing(self: Path, target: Path) -> Path:
        if staging._PREFIX in str(self.parent) and target.parent == installed:
            moved.append(target)
            if len(moved) == 2:
                raise OSError(28, "No space left on device")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", refusing)
    with pytest.raises(EnvironmentFault, match="No space left"):
        imported(installed, put(tmp_path, "icd10cm_codes_2027.txt", code_file(many(0, 450))))
    monkeypatch.undo()
    assert content(installed) == before


def test_a_move_that_was_killed_is_finished_by_whoever_opens_the_sets_next(
    tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    real, moved = Path.replace, []

    def killed(self: Path, target: Path) -> Path:
        if staging._PREFIX in str(self.parent) and target.parent == installed:
            moved.append(target)
            if len(moved) == 2:
                raise Killed
        return real(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        patch.setattr("ehrcoder.adapters.codesets.importer.shutil.rmtree", lambda *_, **__: None)
        with pytest.raises(Killed):
            imported(installed, put(tmp_path, "icd10cm_codes_2027.txt", code_file(many(0, 450))))
    index = SqliteCodeSetIndex.open(installed)
    assert [each.version for each in index.editions()] == ["2026", "2027"]
    assert index.concept(ICD_10_CM, "C44.9") is not None
    index.close()
    assert not list(installed.glob(f"{staging._PREFIX}*"))


OWN = "http://example.org/own"


def test_a_sites_table_brings_dates_parents_and_synonyms_of_its_own(tmp_path: Path, installed: Path) -> None:
    table = "code;title;parent;from;to;synonyms\nA;All of A;;;;\nA1;One of A;A;2024-01-01;2025-12-31;first|number one\n"
    imported(installed, put(tmp_path, "own.csv", table.encode()), named=Named(system=OWN, name="Own"))
    index = SqliteCodeSetIndex.open(installed)
    concept = index.concept(OWN, "A1")
    assert concept is not None
    assert (str(concept.effective_from), str(concept.effective_to)) == ("2024-01-01", "2025-12-31")
    assert concept.synonyms == ("first", "number one")
    assert [each.coding.code for each in index.children(OWN, "A")] == ["A1"]
    index.close()


@pytest.mark.parametrize(
    ("row", "said"), [("A1,One,01/02/2024", "dates are written 2026-10-01"), ("A1,One,2024-02-30", "2024-02-30"),
                      ("A1,,2024-01-01", "without code or display")],
)
def test_a_sites_table_with_a_bad_line_is_refused(tmp_path: Path, installed: Path, row: str, said: str) -> None:
    table = f"code,display,from\n{row}\n".encode()
    with pytest.raises(InputError, match=said):
        imported(installed, put(tmp_path, "own.csv", table), named=Named(system=OWN))


def value_set(system: str) -> dict[str, object]:
    return {"resourceType": "ValueSet", "id": "vs", "url": "http://example.org/vs", "version": "7", "name": "Chosen",
            "compose": {"include": [{"system": system, "concept": [{"code": "x", "display": "Ex"}, {"code": "y"}]}]}}


def test_a_value_set_that_lists_codes_becomes_a_set_of_their_system(tmp_path: Path, installed: Path) -> None:
    imported(installed, put(tmp_path, "vs.json", json.dumps(value_set(OWN)).encode()))
    index = SqliteCodeSetIndex.open(installed)
    edition = index.edition(OWN)
    assert edition is not None
    assert (edition.version, edition.billable_count) == ("7", 2)
    index.close()


def test_a_value_set_never_stands_for_a_code_system_that_comes_whole(tmp_path: Path, installed: Path) -> None:
    for system in KIND_OF_SYSTEM:
        with pytest.raises(InputError, match="comes whole"):
            imported(installed, put(tmp_path, "vs.json", json.dumps(value_set(system)).encode()))


def test_a_value_set_comes_in_xml_as_well(tmp_path: Path, installed: Path) -> None:
    xml = f"""<ValueSet xmlns="http://hl7.org/fhir"><id value="vs"/><version value="8"/><name value="V"/><expansion>
    <contains><system value="{OWN}"/><code value="x"/><display value="Ex"/></contains></expansion></ValueSet>"""
    imported(installed, put(tmp_path, "vs.xml", xml.encode()))
    index = SqliteCodeSetIndex.open(installed)
    assert index.concept(OWN, "x") is not None
    index.close()


def test_a_version_that_is_an_address_stays_within_the_folder(tmp_path: Path, installed: Path) -> None:
    hostile = code_system(version="../../../outside", id="../../evil")
    imported(installed, put(tmp_path, "own.json", hostile))
    assert not (tmp_path / "outside").exists()
    assert [name for name in content(installed) if name.startswith("release-evil")]
