"""Exporting from a real workspace: what is refused, what stays on failure, what is logged."""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from builders.coding_world import CODER, CodingWorld, SmallCodeSets, open_world, record_of, suggestion_ids

from ehrcoder.adapters.writers import all_writers
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.codes import ICD_10_CM, CodeSetEdition, Concept
from ehrcoder.core.errors import CancelledError, EnvironmentFault, InputError, IntegrityError
from ehrcoder.core.ids import RecordId
from ehrcoder.ports import BundleWriter
from ehrcoder.usecases import file_output
from ehrcoder.usecases.export_records import ExportReport, export_file_name, export_records, signed_record_ids
from ehrcoder.usecases.sign_record import amend_record, sign_record
from ehrcoder.usecases.verify_exports import ExportState, verify_exports

R1 = RecordId("r1")
WRITERS = {writer.format_name: writer for writer in all_writers()}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[CodingWorld]:
    opened = open_world(tmp_path / "test.ehrw")
    with closing(opened.workspace):
        yield opened


@pytest.fixture
def signed_world(world: CodingWorld) -> CodingWorld:
    i10, e119, j45909 = suggestion_ids()
    world.verify.accept(R1, i10, coder_id=CODER)
    world.verify.replace(R1, e119, coder_id=CODER, system=ICD_10_CM, code="R07.9")
    world.verify.reject(R1, j45909, coder_id=CODER, reason=RejectReason.HISTORICAL_OR_FAMILY)
    sign(world)
    return world


def sign(world: CodingWorld, record_id: RecordId = R1) -> None:
    sign_record(record_id, history=world.workspace, store=world.workspace, coder_id=CODER, clock=world.clock)


def export(world: CodingWorld, folder: Path, *, record_ids: tuple[RecordId, ...] = (R1,),
           writer: str | BundleWriter = "fhir-transaction", **options: Any) -> ExportReport:
    return export_records(
        record_ids, folder=folder, writer=WRITERS[writer] if isinstance(writer, str) else writer,
        store=world.workspace, history=world.workspace, log=world.workspace, clock=world.clock, **options,
    )


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("format_name", WRITERS)
def test_a_signed_record_is_written_and_logged_with_its_hash(
    format_name: str, signed_world: CodingWorld, tmp_path: Path
) -> None:
    report = export(signed_world, tmp_path / "out", writer=format_name)
    assert names(tmp_path / "out") == sorted(written.path.name for written in report.files)
    assert all(each.sha256 == hashlib.sha256(each.path.read_bytes()).hexdigest() for each in report.files)
    logged = signed_world.workspace.exports()
    assert [(entry.file_name, entry.sha256, entry.format) for entry in logged] == [
        (written.path.name, written.sha256, format_name) for written in report.files
    ]
    assert {entry.head_hash for entry in logged} == {signed_world.workspace.coding(R1).head_hash}
    assert signed_world.workspace.verify().problems == ()


def test_the_bundle_holds_what_was_verified_and_nothing_that_was_rejected(
    signed_world: CodingWorld, tmp_path: Path
) -> None:
    bundle = json.loads(export(signed_world, tmp_path).files[0].path.read_bytes())
    conditions = [
        entry["resource"]["code"]["coding"][0]["code"] for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Condition"
    ]
    assert conditions == ["I10", "R07.9"]
    assert "J45.909" not in json.dumps(bundle)


def test_a_record_that_is_not_signed_is_named_with_its_status_before_anything_is_written(
    signed_world: CodingWorld, tmp_path: Path
) -> None:
    signed_world.workspace.add_records([record_of("r2", text="Another note.")])
    with pytest.raises(InputError, match=r"not signed: r2 \(new\)"):
        export(signed_world, tmp_path / "out", record_ids=(R1, RecordId("r2")))
    assert not (tmp_path / "out").exists()


def test_an_amended_record_must_be_signed_again(signed_world: CodingWorld, tmp_path: Path) -> None:
    amend_record(R1, history=signed_world.workspace, coder_id=CODER, reason="late report")
    with pytest.raises(InputError, match="not signed"):
        export(signed_world, tmp_path)


def test_only_signed_records_are_found_for_an_export_of_all(signed_world: CodingWorld) -> None:
    signed_world.workspace.add_records([record_of("r2", text="Another note.")])
    assert signed_record_ids(signed_world.workspace, signed_world.workspace) == (R1,)


class DatedCodeSets(SmallCodeSets):
    """The small code sets, installed as the edition that the assignments name."""

    def editions(self) -> tuple[CodeSetEdition, ...]:
        return (CodeSetEdition(
            system=ICD_10_CM, version="2026-04-01", name="ICD-10-CM", effective_from=None, effective_to=None,
            concept_count=7, billable_count=5, licence="", source="", sha256="",
        ),)


class WithoutR079(DatedCodeSets):
    """Code sets in which one of the assigned codes is missing."""

    def concept(self, system: str, code: str, *, on: dt.date | None = None) -> Concept | None:
        return None if code == "R07.9" else super().concept(system, code)


def test_codes_are_compared_with_their_code_set_once_more(signed_world: CodingWorld, tmp_path: Path) -> None:
    assert export(signed_world, tmp_path / "good", index=DatedCodeSets()).refused == ()
    report = export(signed_world, tmp_path / "bad", index=WithoutR079())
    assert "R07.9 does not exist" in report.refused[0].reason
    assert names(tmp_path / "bad") == []


def test_a_code_of_an_edition_that_is_not_installed_is_not_judged_by_another(
    signed_world: CodingWorld, tmp_path: Path
) -> None:
    assert export(signed_world, tmp_path, index=SmallCodeSets()).refused == ()


class RefusingWriter:
    """Refuses one record, as the rules do."""

    format_name = "refusing"
    suffix = ".txt"

    def __init__(self, refused: str) -> None:
        self.refused = refused

    def render(self, record: Any, *_: Any, **__: Any) -> bytes:
        if record.record_id == self.refused:
            raise IntegrityError("breaks a rule", kept="Nothing was written.")
        return b"content"


def test_a_record_that_breaks_a_rule_costs_no_other_and_keeps_its_former_file(
    signed_world: CodingWorld, tmp_path: Path
) -> None:
    signed_world.workspace.add_records([record_of("r2", text="Another note.")])
    sign(signed_world, RecordId("r2"))
    both = (R1, RecordId("r2"))
    former = export(signed_world, tmp_path, record_ids=both, writer=RefusingWriter("nobody")).files[0].path
    former.write_bytes(b"former")
    report = export(signed_world, tmp_path, record_ids=both, writer=RefusingWriter("r1"))
    assert [each.record_id for each in report.files] == ["r2"]
    assert [each.reason for each in report.refused] == ["breaks a rule Nothing was written."]
    assert former.read_bytes() == b"former"


def test_a_damaged_history_exports_nothing(
    signed_world: CodingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = signed_world.workspace.verify()
    damaged = type(report)(events=report.events, records=report.records, head_hash="", problems=("event 2 altered",))
    monkeypatch.setattr(type(signed_world.workspace), "verify", lambda _: damaged)
    with pytest.raises(IntegrityError, match="history is damaged"):
        export(signed_world, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def failing(number: int) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(("step", "number", "message"), [
    ("fsync", errno.ENOSPC, "no room"), ("fsync", errno.EIO, "cannot be written"),
    ("replace", errno.EACCES, "cannot be written"), ("open", errno.EROFS, "cannot be written"),
])
def test_a_failed_export_leaves_the_former_file_and_nothing_half_written(
    step: str, number: int, message: str, signed_world: CodingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = export(signed_world, tmp_path / "out").files[0].path
    content = former.read_bytes()
    logged = signed_world.workspace.exports()
    with monkeypatch.context() as broken:
        broken.setattr(file_output.os, step, failing(number))
        with pytest.raises(EnvironmentFault, match=message):
            export(signed_world, tmp_path / "out")
    assert former.read_bytes() == content
    assert names(tmp_path / "out") == [former.name]
    assert signed_world.workspace.exports() == logged


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from ehrcoder.core.errors import EnvironmentFault
from ehrcoder.usecases.file_output import write_whole_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_whole_file(Path(sys.argv[1]), b"x" * 10000)
except EnvironmentFault as error:
    print(error.what)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file-size limits are a POSIX feature")
def test_a_file_that_outgrows_the_disk_is_taken_away_again(tmp_path: Path) -> None:
    target = tmp_path / "bundle.json"
    target.write_bytes(b"former")
    result = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(target)], capture_output=True, text=True, check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert "There is no room" in result.stdout
    assert target.read_bytes() == b"former"
    assert names(tmp_path) == ["bundle.json"]


def test_a_folder_that_is_a_file_is_said_so(signed_world: CodingWorld, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(EnvironmentFault, match="cannot be written"):
        export(signed_world, tmp_path / "out")


def test_a_leftover_of_a_killed_export_is_replaced(signed_world: CodingWorld, tmp_path: Path) -> None:
    name = export(signed_world, tmp_path / "out").files[0].path.name
    (tmp_path / "out" / f".{name}.part").write_bytes(b"half")
    export(signed_world, tmp_path / "out")
    assert names(tmp_path / "out") == [name]


class CancelAfter:
    """Cancels when it is asked for the n-th time."""

    def __init__(self, count: int) -> None:
        self.left = count

    def raise_if_cancelled(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("cancelled")


def test_a_cancelled_export_says_what_it_kept(signed_world: CodingWorld, tmp_path: Path) -> None:
    signed_world.workspace.add_records([record_of("r2", text="Another note.")])
    sign(signed_world, RecordId("r2"))
    with pytest.raises(CancelledError, match="1 file written before is kept"):
        export(signed_world, tmp_path, record_ids=(R1, RecordId("r2")), cancel=CancelAfter(1))
    assert len([name for name in names(tmp_path) if name.startswith("r1")]) == 1
    assert [entry.record_id for entry in signed_world.workspace.exports()] == ["r1"]


@pytest.mark.parametrize("format_name", ["fhir-ndjson", "jsonl"])
def test_files_that_records_share_are_whole_or_not_there(
    format_name: str, signed_world: CodingWorld, tmp_path: Path
) -> None:
    signed_world.workspace.add_records([record_of("r2", text="Another note.")])
    sign(signed_world, RecordId("r2"))
    both = (R1, RecordId("r2"))
    with pytest.raises(CancelledError, match="No other file was written"):
        export(signed_world, tmp_path / "out", record_ids=both, writer=format_name, cancel=CancelAfter(1))
    assert names(tmp_path / "out") == []
    assert signed_world.workspace.exports() == ()
    report = export(signed_world, tmp_path / "out", record_ids=both, writer=format_name)
    assert max(each.record_count for each in report.files) == 2
    assert {entry.record_id for entry in signed_world.workspace.exports()} == set(both)


def test_a_shared_file_is_outdated_when_one_of_its_records_changed(signed_world: CodingWorld, tmp_path: Path) -> None:
    signed_world.workspace.add_records([record_of("r2", text="Another note.")])
    sign(signed_world, RecordId("r2"))
    export(signed_world, tmp_path / "out", record_ids=(R1, RecordId("r2")), writer="jsonl")
    amend_record(R1, history=signed_world.workspace, coder_id=CODER, reason="late report")
    (checked,) = verify_exports([tmp_path / "out"], log=signed_world.workspace, history=signed_world.workspace)
    assert checked.state is ExportState.OUTDATED
    assert "1 of its 2 records" in checked.message


def test_a_full_disk_leaves_no_half_of_a_shared_file(
    signed_world: CodingWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    former = export(signed_world, tmp_path / "out", writer="jsonl").files[0].path.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(file_output.os, "fsync", failing(errno.ENOSPC))
        with pytest.raises(EnvironmentFault, match="no room"):
            export(signed_world, tmp_path / "out", writer="jsonl")
    assert names(tmp_path / "out") == ["codes.jsonl"]
    assert (tmp_path / "out" / "codes.jsonl").read_bytes() == former


@pytest.mark.parametrize(("title", "name"), [
    ("Note", "r1_Note.json"), ("../../etc/passwd", "r1_etc-passwd.json"), ("a/b\\c:d*e?\"<>|", "r1_a-b-c-d-e.json"),
    ("Ärztebrief №1", "r1_Ärztebrief-1.json"), ("...", "r1.json"), ("", "r1.json"), ("x" * 300, f"r1_{'x' * 60}.json"),
    ("line\nbreak\x00", "r1_line-break.json"),
])
def test_a_file_name_is_safe_on_every_file_system(title: str, name: str) -> None:
    record = record_of()
    document = type(record.documents[0])(document_id=record.documents[0].document_id, type="Note", title=title, text="")
    renamed = type(record)(
        record_id=R1, source_format="text", source_name="", source_sha256="", imported_at=record.imported_at,
        patient=record.patient, documents=(document,),
    )
    assert export_file_name(renamed, ".json") == name


def test_an_exported_file_is_known_as_intact_changed_outdated_or_foreign(
    signed_world: CodingWorld, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    path = export(signed_world, folder).files[0].path
    foreign = folder / "foreign.json"
    foreign.write_bytes(b"{}")

    def states() -> dict[str, ExportState]:
        checked = verify_exports([folder], log=signed_world.workspace, history=signed_world.workspace)
        return {each.path.name: each.state for each in checked}

    assert states() == {path.name: ExportState.INTACT, "foreign.json": ExportState.UNKNOWN}
    amend_record(R1, history=signed_world.workspace, coder_id=CODER, reason="late report")
    assert states()[path.name] is ExportState.OUTDATED
    path.write_bytes(path.read_bytes().replace(b"I10", b"I11"))
    assert states()[path.name] is ExportState.CHANGED
