"""How fast records come in and leave, and how much memory that takes; CPU time, since other programs run besides.

`pytest -m slow tests/bench/test_format_speeds.py -s` prints the figures.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from builders.coding_world import CODER, CountingIds, SmallCodeSets, SteppingClock, evidence_of, record_of
from builders.format_files import CLINICAL_DOCUMENT

from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.adapters.writers import all_writers
from ehrcoder.core.codes import ICD_10_CM
from ehrcoder.core.errors import CancelledError
from ehrcoder.core.ids import RecordId
from ehrcoder.usecases.export_records import export_records
from ehrcoder.usecases.import_records import ImportReport, import_paths
from ehrcoder.usecases.sign_record import sign_record
from ehrcoder.usecases.verify_code import VerifyCode

pytestmark = pytest.mark.slow

NOTE = ("The patient came with fever and cough since Monday, no chest pain. " * 40)[:2048]
_MEMORY = """
import resource, sys
from pathlib import Path
from ehrcoder.adapters.formats import all_readers
from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.system import SystemClock, UuidSource
from ehrcoder.usecases.import_records import import_paths
workspace = SqliteWorkspace.open(Path(sys.argv[2]), clock=SystemClock(), ids=UuidSource())
store = {"store": workspace, "clock": SystemClock(), "ids": UuidSource()}
report = import_paths([Path(sys.argv[1])], readers=all_readers(), **store)
workspace.close()
print(report.new_records, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


class Cancel:
    """Cancels after a number of questions."""

    def __init__(self, after: int) -> None:
        self._left = after

    def raise_if_cancelled(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise CancelledError("Cancelled.")


def imported(folder: Path, workspace: Path, **more) -> tuple[ImportReport, float]:
    """Import a folder and return the report with the seconds of CPU that it took."""
    with closing(SqliteWorkspace.open(workspace, clock=SystemClock(), ids=UuidSource())) as opened:
        readers = all_readers()
        began = time.process_time()
        report = import_paths([folder], readers=readers, store=opened, clock=SystemClock(), ids=UuidSource(), **more)
        return report, time.process_time() - began


def write_notes(folder: Path, count: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number:06}.txt").write_text(f"Record {number}. {NOTE}")


def bundle_of(number: int) -> str:
    data = base64.b64encode(f"Record {number}. {NOTE}".encode()).decode()
    patient, encounter = {"reference": f"Patient/p{number}"}, {"reference": f"Encounter/e{number}"}
    coding = [{"system": ICD_10_CM, "code": "J18.9", "display": "Pneumonia, unspecified organism"}]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in (
        {"resourceType": "Patient", "id": f"p{number}", "gender": "female"},
        {"resourceType": "Encounter", "id": f"e{number}", "status": "finished", "class": {"code": "IMP"},
         "subject": patient, "period": {"start": "2026-03-01", "end": "2026-03-04"}},
        {"resourceType": "Condition", "id": f"c{number}", "subject": patient, "encounter": encounter,
         "code": {"coding": coding}},
        {"resourceType": "DocumentReference", "id": f"d{number}", "status": "current", "subject": patient,
         "context": {"encounter": [encounter]}, "content": [{"attachment": {"contentType": "text/plain",
                                                                            "data": data}}]},
    )]})


def told(what: str, count: int, seconds: float) -> float:
    rate = count / seconds
    print(f"\n{what}: {count} in {seconds:.2f} s of CPU, {rate:,.0f} a second", file=sys.stderr)
    return rate


def test_texts_come_in_at_two_hundred_a_second(tmp_path: Path) -> None:
    write_notes(tmp_path / "in", 2000)
    report, seconds = imported(tmp_path / "in", tmp_path / "w.ehrw")
    assert report.new_records == 2000
    assert told("text import, 2 KB", 2000, seconds) >= 200


def test_fhir_bundles_come_in_at_two_hundred_a_second(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(1000):
        (tmp_path / "in" / f"{number:06}.json").write_text(bundle_of(number))
    report, seconds = imported(tmp_path / "in", tmp_path / "w.ehrw")
    assert report.new_records == 1000
    assert told("FHIR import, 2 KB notes", 1000, seconds) >= 200


def test_small_clinical_documents_come_in_at_twenty_a_second(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(200):
        (tmp_path / "in" / f"{number}.xml").write_bytes(CLINICAL_DOCUMENT.replace(b"M\xc3\xbcde", b"%d" % number))
    report, seconds = imported(tmp_path / "in", tmp_path / "w.ehrw")
    assert report.new_records == 200
    assert told("C-CDA import, small", 200, seconds) >= 20


@pytest.mark.corpus
def test_real_clinical_documents_come_in_at_twenty_a_second(tmp_path: Path, real_data: Path) -> None:
    folder = real_data / "ehr" / "ccda" / "onc-2015-cert"
    report, seconds = imported(folder, tmp_path / "w.ehrw", format_name="ccda")
    # Without what is no XML: the count is that of documents that were read to their end.
    read = report.imported + report.duplicates
    size = sum(path.stat().st_size for path in folder.rglob("*.xml")) // 1024
    assert told(f"C-CDA import, certification documents ({size} KB)", read, seconds) >= 20


def test_bundles_leave_at_a_hundred_a_second_after_the_first(tmp_path: Path) -> None:
    count = 200
    clock, ids = SteppingClock(), CountingIds()
    with closing(SqliteWorkspace.open(tmp_path / "w.ehrw", clock=clock, ids=ids)) as workspace:
        records = [record_of(f"r{number}") for number in range(count + 1)]
        workspace.add_records(records)
        verify = VerifyCode(history=workspace, store=workspace, index=SmallCodeSets(), ids=ids)
        for record in records:
            for code, quote in (("I10", "Hypertension"), ("E11.9", "diabetes"), ("J45.909", "Asthma")):
                verify.add(record.record_id, coder_id=CODER, system=ICD_10_CM, code=code,
                           evidence=(evidence_of(quote),))
            sign_record(record.record_id, history=workspace, store=workspace, coder_id=CODER, clock=clock)
        writer = next(each for each in all_writers() if each.format_name == "fhir-transaction")

        def export(ids_: list[RecordId]) -> float:
            began = time.process_time()
            report = export_records(ids_, folder=tmp_path / "out", writer=writer, store=workspace, history=workspace,
                                    log=workspace, clock=clock)
            assert len(report.files) == len(ids_)
            return time.process_time() - began

        first = export([records[0].record_id])
        print(f"\nfirst bundle: {first:.2f} s of CPU", file=sys.stderr)
        assert told("FHIR export", count, export([record.record_id for record in records[1:]])) >= 100


def test_ten_thousand_records_come_in_can_be_cancelled_and_gone_on_with(tmp_path: Path) -> None:
    write_notes(tmp_path / "in", 10_000)
    told_of: list[int] = []
    began = time.process_time()
    with pytest.raises(CancelledError) as cancelled:
        imported(tmp_path / "in", tmp_path / "w.ehrw", cancel=Cancel(8000))
    kept = int(cancelled.value.kept.split()[0])
    assert 3000 < kept < 5000
    report, seconds = imported(tmp_path / "in", tmp_path / "w.ehrw",
                               progress=lambda done, total, message: told_of.append(done))
    assert (report.new_records, report.duplicates, report.failed) == (10_000 - kept, kept, 0)
    assert told_of == list(range(10_001))
    print(f"\n10,000 records, cancelled at {kept} and gone on with: {time.process_time() - began:.1f} s of CPU, "
          f"the second part {seconds:.1f} s", file=sys.stderr)


def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path) -> None:
    most: list[int] = []
    for count in (500, 5000):
        write_notes(tmp_path / f"in{count}", count)
        ran = subprocess.run(
            [sys.executable, "-c", _MEMORY, str(tmp_path / f"in{count}"), str(tmp_path / f"{count}.ehrw")],
            capture_output=True, text=True, check=True, env={**os.environ},
        )
        records, megabytes = map(int, ran.stdout.split())
        assert records == count
        most.append(megabytes)
    print(f"\nmemory at most: {most[0]} MB for 500 files of 2 KB, {most[1]} MB for 5,000", file=sys.stderr)
    assert most[1] - most[0] < 25
