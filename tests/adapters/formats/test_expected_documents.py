"""What notes, tables, documents and workbooks give, stated file by file.

Real files where the shared data holds them: plain text, tables, and three PDF documents. What is stated for text and
tables was made from the plain bytes and by pandas, not by the readers; the PDF texts equal those of PDFium but for
white space. Texts are stated by length and hash, so that no passage stands here.
RTF, DOCX, XLSX, JSON Lines and further PDF are the project's own fictional notes as other programs write them
(`written_elsewhere/make.py`), and are held to the note that they were made from.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.formats.plain_text import PlainTextReader
from ehrcoder.core.codes import ICD_10_CM

HERE = Path(__file__).parent
ELSEWHERE = HERE / "written_elsewhere"
NOTES = HERE.parents[2] / "resources" / "demo" / "notes"
ROWS = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in (HERE / "expected_documents.txt").read_text("utf-8").splitlines() if line.strip()
]
WRITTEN = sorted(path for path in ELSEWHERE.iterdir() if path.suffix in (".rtf", ".docx", ".pdf", ".xlsx"))


def told_of(texts: list[str]) -> str:
    whole = "\f".join(texts)
    return f"{len(whole)} {hashlib.sha256(whole.encode()).hexdigest()[:12]}"


def reader_of(data: bytes, name: str):
    return next(each for each in all_readers() if each.recognises(data[:65536], name))


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "columns", "records", "texts", "codes"), ROWS, ids=[row[0] for row in ROWS])
def test_a_real_file_gives_what_is_stated(read_with, real_data, name, columns, records, texts, codes) -> None:
    data = (real_data / "ehr" / name).read_bytes()
    # CodiEsp's texts are taken as what they are in any other folder: notes.
    reader = PlainTextReader() if name.endswith(".txt") else reader_of(data, Path(name).name)
    options = dict(part.split("=") for part in columns.split())
    found = read_with(reader, data, name=Path(name).name, **{f"column.{role}": of for role, of in options.items()})
    given = [document.text for record in found.records for document in record.documents]
    told = sorted(f"{code.coding.system.rsplit('/', 1)[-1]}:{code.coding.code}"
                  for record in found.records for code in record.imported_codes)
    assert str(len(found.records)) == records
    assert told_of(given) == texts
    assert (told_of(told) if told else "") == codes


@pytest.mark.parametrize("path", WRITTEN, ids=[path.name for path in WRITTEN])
def test_a_file_of_another_program_gives_the_words_of_its_note(read_with, path) -> None:
    data = path.read_bytes()
    note = (NOTES / f"{path.stem}.txt").read_text("utf-8")
    found = read_with(reader_of(data, path.name), data, name=path.name).records
    assert found[0].source_format == path.suffix[1:]
    if path.suffix != ".xlsx":
        assert [len(record.documents) for record in found] == [1]
        assert found[0].documents[0].text.split() == note.split()
        return
    # A cell keeps every character.
    assert [record.documents[0].text for record in found] == [note, note[: len(note) // 2]]
    assert [[(c.coding.system, c.coding.code) for c in record.imported_codes] for record in found] == [
        [(ICD_10_CM, "I21.4")], []]


@pytest.mark.parametrize("place", range(10))
def test_json_lines_give_each_note_to_its_last_character(read_with, place) -> None:
    notes = [path.read_text("utf-8") for path in sorted(NOTES.glob("*.txt"))[:10]]
    notes = notes[place:] + notes[:place]
    objects = [{"id": number, "note": note, "icd10cm": "E11.9; I10"} for number, note in enumerate(notes)]
    lines = "".join(json.dumps(each, ensure_ascii=bool(place % 2)) + "\n" for each in objects)
    found = read_with(reader_of(lines.encode(), "notes.jsonl"), lines.encode(), name="notes.jsonl").records
    assert [record.documents[0].text for record in found] == notes
    assert {code.coding.code for record in found for code in record.imported_codes} == {"E11.9", "I10"}


def test_ten_files_of_each_format_are_stated() -> None:
    kinds = [Path(row[0]).suffix for row in ROWS] + [path.suffix for path in WRITTEN]
    assert kinds.count(".csv") + kinds.count(".tsv") >= 10
    assert min(kinds.count(kind) for kind in (".txt", ".rtf", ".docx", ".pdf", ".xlsx")) >= 10
