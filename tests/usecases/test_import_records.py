"""Files come into a workspace, each with its own outcome."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.core.errors import CancelledError, EnvironmentFault, InputError
from ehrcoder.usecases.import_records import ImportStatus, import_paths
from ehrcoder.usecases.import_sources import LARGEST_FILE, find_sources

REPOSITORY = Path(__file__).resolve().parents[2]
IMPORTED, DUPLICATE, FAILED = ImportStatus.IMPORTED, ImportStatus.DUPLICATE, ImportStatus.FAILED


@pytest.fixture
def workspace(tmp_path):
    opened = SqliteWorkspace.open(tmp_path / "test.ehrw", clock=SystemClock(), ids=UuidSource())
    yield opened
    opened.close()


@pytest.fixture
def import_into(workspace):
    def run(*paths: Path, **options):
        return import_paths(paths, readers=all_readers(), store=workspace, clock=SystemClock(),
                            ids=UuidSource(), **options)

    return run


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "inbox"
    made.mkdir()
    return made


def statuses(report):
    return {outcome.source_name: outcome.status for outcome in report.outcomes}


def test_a_mixture_comes_in_and_bad_files_cost_no_other(folder, workspace, import_into):
    (folder / "good.txt").write_bytes(b"Note one.\r\n")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "sub").mkdir()
    (folder / "sub" / "table.csv").write_bytes(b"id,text\n1,a\n2,b\n")
    (folder / "sub" / "broken.json").write_bytes(b'{"resourceType": "Bun')
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7")
    (folder / "unknown.bin").write_bytes(b"\x01\x02")
    report = import_into(folder)
    assert statuses(report) == {
        "inbox/empty.txt": FAILED, "inbox/good.txt": IMPORTED, "inbox/scan.pdf": FAILED,
        "inbox/unknown.bin": FAILED, "inbox/sub/broken.json": FAILED, "inbox/sub/table.csv": IMPORTED,
    }
    assert (report.imported, report.failed, report.duplicates, report.new_records) == (2, 4, 0, 3)
    assert all(outcome.message for outcome in report.outcomes if outcome.status is FAILED)
    good = next(outcome for outcome in report.outcomes if outcome.source_name == "inbox/good.txt")
    assert workspace.record(good.record_ids[0]).documents[0].text == "Note one.\r\n"


def test_the_same_content_is_recognised_and_names_the_record_that_is_there(folder, import_into):
    (folder / "a.txt").write_bytes(b"same")
    first = import_into(folder / "a.txt")
    (folder / "b.txt").write_bytes(b"same")
    (folder / "c.txt").write_bytes(b"Same")
    second = import_into(folder)
    assert [outcome.status for outcome in second.outcomes] == [DUPLICATE, DUPLICATE, IMPORTED]
    assert second.outcomes[1].record_ids == first.outcomes[0].record_ids


def test_duplicates_are_recognised_within_one_import_too(folder, workspace, import_into):
    (folder / "a.txt").write_bytes(b"same")
    (folder / "b.txt").write_bytes(b"same")
    assert [outcome.status for outcome in import_into(folder).outcomes] == [IMPORTED, DUPLICATE]
    assert len(workspace.rows()) == 1


def test_a_table_with_known_rows_brings_the_new_ones(folder, workspace, import_into):
    (folder / "a.csv").write_bytes(b"id,text\n1,a\n2,b\n")
    import_into(folder)
    (folder / "a.csv").write_bytes(b"id,text\n1,a\n2,b\n3,c\n")
    report = import_into(folder)
    assert (report.imported, report.new_records) == (1, 1)
    assert "1 of 3 records are new" in report.outcomes[0].message
    assert len(workspace.rows()) == 3


def test_a_file_that_is_given_twice_is_read_once(folder, import_into):
    (folder / "a.txt").write_bytes(b"note")
    assert len(import_into(folder, folder / "a.txt", folder / ".." / "inbox" / "a.txt").outcomes) == 1


def test_what_was_left_out_is_in_the_outcome(folder, import_into):
    (folder / "a.csv").write_bytes(b"id,text\n1,a\n2\n3\n")
    outcome = import_into(folder).outcomes[0]
    assert outcome.status is IMPORTED
    assert len(outcome.left_out) == 2
    assert "Left out: Line 3" in outcome.message


def test_a_table_without_one_good_row_fails_with_the_first_reason(folder, import_into):
    (folder / "a.csv").write_bytes(b"id,text\n1,\n2,\n")
    outcome = import_into(folder).outcomes[0]
    assert outcome.status is FAILED
    assert "Line 2: no text" in outcome.message


@pytest.mark.parametrize("name", ["missing.txt", "no/such/folder"])
def test_a_path_that_is_not_there_is_an_outcome(folder, import_into, name):
    report = import_into(folder / name)
    assert [outcome.status for outcome in report.outcomes] == [FAILED]
    assert "cannot be read" in report.outcomes[0].message


def test_a_pipe_is_refused_and_does_not_block(folder, import_into):
    os.mkfifo(folder / "pipe.txt")
    assert "not a plain file" in import_into(folder).outcomes[0].message


def test_a_workspace_among_the_files_is_named_and_left_unread(folder, import_into):
    for suffix in ("", "-wal", "-lock"):
        (folder / f"mine.ehrw{suffix}").write_bytes(b"Hypertension")
    (folder / "a.txt").write_bytes(b"Hypertension")
    assert {outcome.source_name: outcome.status for outcome in import_into(folder).outcomes} == {
        f"{folder.name}/a.txt": IMPORTED, f"{folder.name}/mine.ehrw": FAILED}
    assert "is a workspace, not a record" in import_into(folder / "mine.ehrw-wal").outcomes[0].message


def test_a_file_that_is_too_large_is_refused_unread(folder, import_into):
    with (folder / "large.txt").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert "larger than 256 MB" in import_into(folder).outcomes[0].message


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_what_may_not_be_read_is_an_outcome(folder, import_into):
    (folder / "a.txt").write_bytes(b"note")
    (folder / "locked").mkdir()
    (folder / "a.txt").chmod(0)
    (folder / "locked").chmod(0)
    try:
        assert [outcome.status for outcome in import_into(folder).outcomes] == [FAILED, FAILED]
    finally:
        (folder / "locked").chmod(0o700)


def test_names_in_any_alphabet_and_of_any_bytes_are_taken(folder, workspace, import_into):
    names = ["a b.txt", "größe.txt", "患者.txt", os.fsdecode(b"bad\xff.txt")]
    for number, name in enumerate(names):
        (folder / name).write_bytes(f"note {number}".encode())
    report = import_into(folder)
    assert report.imported == 4
    assert "inbox/bad\ufffd.txt" in statuses(report)
    assert {"inbox/a b.txt", "inbox/größe.txt", "inbox/患者.txt"} <= set(statuses(report))
    assert len(workspace.rows()) == 4


def test_what_file_managers_leave_behind_is_passed_over_in_folders(folder, import_into):
    for name in (".DS_Store", "Thumbs.db", "~$letter.txt", "._note.txt"):
        (folder / name).write_bytes(b"x")
    assert import_into(folder).outcomes == ()


def test_a_corpus_folder_is_read_as_one_format_with_its_codes(folder, workspace, import_into):
    report = import_into(REPOSITORY / "resources" / "demo" / "corpus")
    assert [outcome.source_format for outcome in report.outcomes] == ["codiesp", "codiesp"]
    codes = workspace.record(report.outcomes[0].record_ids[0]).imported_codes
    assert [code.coding.code for code in codes][:2] == ["N13.2", "I10"]


def test_a_damaged_code_file_fails_its_folder_and_no_other(folder, import_into):
    texts = folder / "train" / "text_files_en"
    texts.mkdir(parents=True)
    (texts / "a.txt").write_bytes(b"case")
    (folder / "train" / "trainD.tsv").write_bytes(b"no tab\n")
    (folder / "z.txt").write_bytes(b"note")
    assert statuses(import_into(folder)) == {"inbox/z.txt": IMPORTED, "inbox/train": FAILED}


def test_a_named_format_is_used_for_every_file(folder, import_into):
    (folder / "data.dat").write_bytes(b"id,text\n1,a\n")
    assert import_into(folder).failed == 1
    assert import_into(folder, format_name="csv").new_records == 1
    assert import_into(folder, format_name="text").new_records == 1


def test_a_format_that_no_reader_has_is_refused_with_those_that_there_are(folder, import_into):
    with pytest.raises(InputError, match="ccda, codiesp, csv, docx, fhir, fhir-ndjson, hl7v2, jsonl, pdf"):
        import_into(folder, format_name="klingon")


def test_progress_counts_every_file(folder, import_into):
    for number in range(3):
        (folder / f"{number}.txt").write_bytes(f"note {number}".encode())
    told: list[tuple[int, int, str]] = []
    import_into(folder, progress=lambda done, total, message: told.append((done, total, message)))
    assert [step[:2] for step in told] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert told[0][2] == "inbox/0.txt"


class CancelAfter:
    def __init__(self, questions: int) -> None:
        self.left = questions

    def raise_if_cancelled(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("Cancelled.")


def test_cancelling_keeps_whole_files_and_going_on_brings_the_rest(folder, workspace, import_into):
    for number in range(4):
        (folder / f"{number}.csv").write_bytes(b"id,text\n" + f"{number},a\n{number}x,b\n".encode())
    with pytest.raises(CancelledError, match="2 new records are kept"):
        import_into(folder, cancel=CancelAfter(4))
    assert len(workspace.rows()) == 2
    report = import_into(folder)
    assert (report.duplicates, report.imported, len(workspace.rows())) == (1, 3, 8)


class FullDisk:
    """A store whose disk is full from the second transaction on."""

    def __init__(self) -> None:
        self.transactions = 0

    def add_records(self, records) -> int:
        self.transactions += 1
        if self.transactions > 1:
            raise EnvironmentFault("The disk is full.", next_step="Free some space.")
        return len(list(records))

    def find_by_content(self, source_sha256: str) -> None:
        return None


def test_a_full_disk_says_how_many_records_are_kept(folder):
    for number in range(250):
        (folder / f"{number:03}.txt").write_bytes(f"note {number}".encode())
    with pytest.raises(EnvironmentFault, match="200 records imported before are kept"):
        import_paths([folder], readers=all_readers(), store=FullDisk(), clock=SystemClock(), ids=UuidSource())


def test_the_demo_comes_in_whole(import_into, workspace):
    report = import_into(REPOSITORY / "resources" / "demo")
    assert (report.failed, report.duplicates, report.new_records) == (0, 0, 23)
    records = [workspace.record(row.record_id) for row in workspace.rows()]
    assert {record.source_format for record in records} == {"text", "csv", "fhir", "codiesp"}
    assert all("fictional" in text or "invented" in text or "made-up" in text
               for record in records for document in record.documents for text in [document.text.lower()])


@pytest.mark.corpus
def test_every_real_fhir_file_comes_in_or_fails_alone_with_a_reason(real_data, import_into):
    report = import_into(real_data / "ehr" / "fhir", real_data / "ehr" / "cms-bfd" / "fhir-r4-out")
    files = [outcome for outcome in report.outcomes if outcome.source_name.endswith(".json")]
    assert len(files) == 420
    assert report.imported >= 250
    assert all(outcome.message for outcome in files if outcome.status is FAILED)
    assert {outcome.source_format for outcome in files} == {"fhir"}
    synthea = [outcome for outcome in files if "synthea" in outcome.source_name]
    assert [outcome.status for outcome in synthea] == [IMPORTED] * 12


@pytest.mark.corpus
def test_a_real_corpus_split_comes_in_with_all_its_codes(real_data, import_into, workspace):
    report = import_into(real_data / "ehr" / "codiesp" / "dev")
    assert (report.new_records, report.failed) == (250, 0)
    codes = sum(len(workspace.record(row.record_id).imported_codes) for row in workspace.rows())
    assert codes == 2677 + 817


@pytest.mark.corpus
def test_a_whole_corpus_is_found_without_reading_a_text_twice(real_data):
    sources = find_sources([real_data / "ehr" / "codiesp"], readers=all_readers())
    cases = [source for source in sources if source.reader is not None]
    assert len(cases) == 500 + 250 + 2751
    assert len({source.path.stem for source in cases}) == len(cases)
