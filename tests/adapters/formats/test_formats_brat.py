"""Standoff annotations come in with their codes and words, however their author counted characters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.formats.annotated_corpus import read_annotated_split
from ehrcoder.adapters.formats.brat import BratReader
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeKind
from ehrcoder.core.errors import InputError
from ehrcoder.core.evidence import Assertion

TEXT = "Naïve 😀😀 note.\r\nNo pneumonia.\r\nOld appendicitis, appendectomy."


def read(read_with, folder: Path, text: str, annotations: str, *, newline: str = ""):
    (folder / "n1.txt").write_bytes(text.encode())
    (folder / "n1.ann").write_bytes(annotations.encode())
    sources = BratReader().open_folder(folder)
    assert sources is not None
    return read_with(sources.reader, (folder / "n1.txt").read_bytes(), name="set/n1.txt")


def line(words: str, *, text: str = TEXT, label: str = "Diagnosis", number: int = 1) -> str:
    start = text.index(words)
    return f"T{number}\t{label} {start} {start + len(words)}\t{words}\n"


def test_a_normalised_annotation_is_a_code_with_its_words(read_with, tmp_path) -> None:
    found = read(read_with, tmp_path, TEXT, line("pneumonia")
                 + "A1\tNegation T1\nN1\tReference T1 ICD-10-CM:J189\tPneumonia, unspecified organism\n")
    code, = found.records[0].imported_codes
    assert (code.coding.system, code.coding.code, code.kind) == (ICD_10_CM, "J18.9", CodeKind.DIAGNOSIS)
    evidence, = code.evidence
    assert (evidence.quote, evidence.assertion) == ("pneumonia", Assertion.ABSENT)
    assert TEXT[evidence.span.start:evidence.span.end] == "pneumonia"
    assert found.left_out == []


def test_the_corpus_own_notes_are_codes(read_with, tmp_path) -> None:
    found = read(read_with, tmp_path, TEXT, line("appendectomy", label="PROCEDIMIENTO")
                 + "#1\tAnnotatorNotes T1\t0dtj4zz\n" + line("appendicitis", label="DIAGNOSTICO", number=2)
                 + "#2\tAnnotatorNotes T2\tk37\n")
    assert [(c.coding.system, c.coding.code, c.evidence[0].quote) for c in found.records[0].imported_codes] == [
        (ICD_10_PCS, "0DTJ4ZZ", "appendectomy"), (ICD_10_CM, "K37", "appendicitis"),
    ]


@pytest.mark.parametrize(("count", "note"), [
    (lambda place: place, ""),
    (lambda place: len(TEXT[:place].replace("\r\n", "\n")), "a line end as one character"),
    (lambda place: len(TEXT[:place].encode("utf-16-le")) // 2, "UTF-16 units"),
    (lambda place: len(TEXT[:place].encode()), "bytes"),
    (lambda place: place + 1, "from one"),
])
def test_places_are_found_however_characters_are_counted(read_with, tmp_path, count, note) -> None:
    annotations = ""
    for number, words in enumerate(("note.", "pneumonia", "appendicitis"), start=1):
        start = TEXT.index(words)
        annotations += (f"T{number}\tDiagnosis {count(start)} {count(start + len(words))}\t{words}\n"
                        f"N{number}\tReference T{number} ICD-10-CM:J18.{number}\tx\n")
    record = read(read_with, tmp_path, TEXT, annotations).records[0]
    assert [code.evidence[0].quote for code in record.imported_codes] == ["note.", "pneumonia", "appendicitis"]
    assert any(note in said for said in record.import_notes) if note else not record.import_notes


def test_pieces_across_a_line_end_are_one_quote_and_distant_ones_are_two(read_with, tmp_path) -> None:
    text = "acute renal\nfailure of the left kidney"
    found = read(read_with, tmp_path, text, "T1\tDiagnosis 6 11;12 19\trenal failure\n"
                 "N1\tReference T1 ICD-10-CM:N17.9\tx\nT2\tDiagnosis 0 5;32 38\tacute kidney\n"
                 "N2\tReference T2 ICD-10-CM:N17.0\tx\n")
    quotes = [[each.quote for each in code.evidence] for code in found.records[0].imported_codes]
    assert quotes == [["renal\nfailure"], ["acute", "kidney"]]


def test_what_cannot_be_taken_is_named_and_costs_only_itself(read_with, tmp_path) -> None:
    found = read(read_with, tmp_path, TEXT, line("pneumonia") + "N1\tReference T1 ICD-10-CM:J18.9\tx\n"
                 + "nonsense\n" + "T2\tDiagnosis 0 4\tNone\nN2\tReference T2 ICD-10-CM:R69\tx\n"
                 + "N3\tReference T9 ICD-10-CM:R69\tx\n" + line("note.", number=4)
                 + "N5\tReference T1 ICD-10-CM:4711\tx\nR1\tPart-of Arg1:T1 Arg2:T2\n")
    assert [code.coding.code for code in found.records[0].imported_codes] == ["J18.9", "R69"]
    assert found.records[0].imported_codes[1].evidence == ()
    assert sorted(found.left_out) == [
        "Annotation line 3 is no annotation of brat's.",
        "Annotation line 4: its words do not stand at its place in the text.",
        "Annotation line 6: it speaks of T9, which is not in the file.",
        f"Annotation line 8: a code that cannot be one of {ICD_10_CM}.",
        "Annotations without a code: 1.",
    ]


def test_our_own_notes_bring_the_edition_back(read_with, tmp_path) -> None:
    told = {"system": ICD_10_CM, "version": "2026", "code": "J18.9", "display": "Pneumonia, unspecified organism"}
    found = read(read_with, tmp_path, TEXT, line("pneumonia") + "N1\tReference T1 ICD-10-CM:J18.9\tPneumonia\n"
                 + f"#1\tAnnotatorNotes T1\t{json.dumps(told)}\n")
    code, = found.records[0].imported_codes
    assert (code.coding.version, code.coding.display) == ("2026", "Pneumonia")


def test_annotations_alone_are_refused_in_words(read_with) -> None:
    reader = next(reader for reader in all_readers() if reader.recognises(b"T1\tDiagnosis 0 4\tx\n", "n1.ann"))
    with pytest.raises(InputError, match="without their text"):
        read_with(reader, b"T1\tDiagnosis 0 4\tx\n", name="n1.ann")


@pytest.mark.parametrize("annotations", [
    "", "\n\n", "T1\tD 5 2\tx\n", "T1\tD 0 999999999999999999999\tx\n", "T1\tD 0 1;\tx", "#1\tAnnotatorNotes T1\t{\n",
    "T1\tD 0 1\tN\n#1\tAnnotatorNotes T1\t" + "[" * 5000 + "\n", "N1\tReference T1 :J18\tx\n",
])
def test_damaged_annotations_do_no_harm(read_with, tmp_path, annotations) -> None:
    assert read(read_with, tmp_path, TEXT, annotations).records[0].imported_codes == ()


def test_a_folder_of_standoff_serves_as_corpus_with_gold_codes(tmp_path) -> None:
    folder = tmp_path / "dev"
    folder.mkdir()
    (folder / "n1.txt").write_bytes(TEXT.encode())
    (folder / "n1.ann").write_text(
        line("pneumonia") + "N1\tReference T1 ICD-10-CM:J18.9\tx\nN2\tReference T1 ICD-10-CM:J18.9\tx\n"
        + line("appendectomy", number=2) + "N3\tReference T2 ICD-10-PCS:0DTJ4ZZ\tx\n", encoding="utf-8")
    (folder / "plain.txt").write_text("Not annotated.")
    case, = read_annotated_split(tmp_path, "dev")
    assert (case.name, case.text) == ("n1", TEXT)
    assert (case.diagnosis_codes, case.procedure_codes) == (("J18.9",), ("0DTJ4ZZ",))


def test_what_is_no_corpus_is_refused_with_the_layout_that_was_looked_for(tmp_path) -> None:
    (tmp_path / "dev").mkdir()
    with pytest.raises(InputError, match="text_files_en"):
        list(read_annotated_split(tmp_path, "dev"))
