"""CodiEsp folders with their gold codes."""

from __future__ import annotations

import pytest

from ehrcoder.adapters.formats.codiesp import CodiEspReader, read_codiesp_split
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeKind
from ehrcoder.core.errors import InputError


@pytest.fixture
def corpus(tmp_path):
    texts = tmp_path / "dev" / "text_files_en"
    texts.mkdir(parents=True)
    (texts / "b.txt").write_bytes(b"Second.\r\n")
    (texts / "a.txt").write_bytes(b"First.\n")
    (tmp_path / "dev" / "devD.tsv").write_bytes(b"a\tn44.8\r\na\tz20.818\n\nabsent\ti10\n")
    (tmp_path / "dev" / "devP.tsv").write_bytes(b"\xef\xbb\xbfb\tbw03zzz\nb\tct13\n")
    return tmp_path


def test_cases_come_in_the_order_of_their_names_with_upper_case_codes(corpus):
    first, second = read_codiesp_split(corpus, "dev")
    assert (first.name, first.text, first.diagnosis_codes) == ("a", "First.\n", ("N44.8", "Z20.818"))
    assert (second.text, second.procedure_codes) == ("Second.\r\n", ("BW03ZZZ", "CT13"))
    assert second.diagnosis_codes == ()


def test_a_split_without_procedure_file_has_no_procedure_codes(corpus):
    (corpus / "dev" / "devP.tsv").unlink()
    assert all(case.procedure_codes == () for case in read_codiesp_split(corpus, "dev"))


@pytest.mark.parametrize("split", ["test", "dev/text_files_en"])
def test_a_missing_split_is_named_with_the_layout(corpus, split):
    with pytest.raises(InputError, match="text_files_en"):
        list(read_codiesp_split(corpus, split))


def test_a_code_row_without_tab_is_named_with_its_line(corpus):
    (corpus / "dev" / "devD.tsv").write_text("a\tn44.8\na n44.8\n")
    with pytest.raises(InputError, match=r"devD\.tsv, line 2"):
        list(read_codiesp_split(corpus, "dev"))


def test_the_folder_of_a_split_is_taken_whole_and_its_code_files_claimed(corpus):
    sources = CodiEspReader().open_folder(corpus / "dev")
    assert sources is not None
    assert [path.name for path in sources.files] == ["a.txt", "b.txt"]
    assert {"devD.tsv", "devP.tsv"} <= {path.name for path in sources.claimed}


def test_the_spanish_texts_serve_where_there_are_no_english_ones(corpus):
    (corpus / "dev" / "text_files_en").rename(corpus / "dev" / "text_files")
    sources = CodiEspReader().open_folder(corpus / "dev")
    assert sources is not None
    assert isinstance(sources.reader, CodiEspReader)
    assert sources.reader.language == "es"


@pytest.mark.parametrize("folder", ["notes", "text_files"])
def test_other_folders_are_left_to_other_readers(tmp_path, folder):
    (tmp_path / folder).mkdir()
    assert CodiEspReader().open_folder(tmp_path) is None


def test_gold_codes_come_as_imported_codes(corpus, read_with):
    sources = CodiEspReader().open_folder(corpus / "dev")
    assert sources is not None
    record = read_with(sources.reader, b"First.\n", name="dev/text_files_en/a.txt").records[0]
    codes = [(code.coding.system, code.coding.code, code.kind) for code in record.imported_codes]
    assert codes == [(ICD_10_CM, "N44.8", CodeKind.DIAGNOSIS), (ICD_10_CM, "Z20.818", CodeKind.DIAGNOSIS)]
    assert {code.source_label for code in record.imported_codes} == {"CodiEsp gold"}
    other = read_with(sources.reader, b"Second.\r\n", name="b.txt").records[0]
    assert [code.coding.system for code in other.imported_codes] == [ICD_10_PCS, ICD_10_PCS]


@pytest.mark.corpus
@pytest.mark.parametrize(("split", "records", "diagnoses", "procedures"), [
    ("train", 500, 5639, 1550), ("dev", 250, 2677, 817),
])
def test_the_real_corpus_is_counted_exactly(real_data, split, records, diagnoses, procedures):
    cases = list(read_codiesp_split(real_data / "ehr" / "codiesp", split))
    assert len(cases) == records
    assert sum(len(case.diagnosis_codes) for case in cases) == diagnoses
    assert sum(len(case.procedure_codes) for case in cases) == procedures
    assert {len(code) for case in cases for code in case.procedure_codes} == {4, 7}


def test_the_spanish_texts_come_with_the_words_of_each_code(corpus, read_with):
    (corpus / "dev" / "text_files_en").rename(corpus / "dev" / "text_files")
    rows = "a\tDIAGNOSTICO\tn44.8\tFir st\t0 3;3 5\na\tDIAGNOSTICO\tz20.818\tx\t90 99\n"
    (corpus / "dev" / "devX.tsv").write_text(rows)
    sources = CodiEspReader().open_folder(corpus / "dev")
    assert sources is not None
    found = read_with(sources.reader, b"First.\n", name="a.txt")
    assert [[each.quote for each in code.evidence] for code in found.records[0].imported_codes] == [["Fir", "st"], []]
    assert found.left_out == ["Evidence of Z20.818 lies outside the text."]


@pytest.mark.corpus
def test_the_real_evidence_stands_in_the_spanish_texts(real_data, tmp_path, read_with):
    split = real_data / "ehr" / "codiesp" / "dev"
    folder = tmp_path / "dev"
    folder.mkdir()
    for name in ("text_files", "devD.tsv", "devP.tsv", "devX.tsv"):
        (folder / name).symlink_to(split / name)
    sources = CodiEspReader().open_folder(folder)
    assert sources is not None
    with_words = without = 0
    left_out: list[str] = []
    for path in sources.files:
        found = read_with(sources.reader, path.read_bytes(), name=path.name)
        left_out += found.left_out
        with_words += sum(bool(code.evidence) for code in found.records[0].imported_codes)
        without += sum(not code.evidence for code in found.records[0].imported_codes)
    assert with_words + without == 2677 + 817
    # Two ranges of the corpus end behind their text.
    assert left_out == [f"Evidence of {code} lies outside the text." for code in ("K62.0", "08J0XZZ")]
    assert without <= 2


def test_a_blank_case_is_refused(corpus, read_with):
    sources = CodiEspReader().open_folder(corpus / "dev")
    assert sources is not None
    with pytest.raises(InputError, match="white space"):
        read_with(sources.reader, b" \n", name="a.txt")
