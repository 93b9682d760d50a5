"""Records, suggestions and lists come back as they went in."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from builders.coding_world import (
    CODER,
    CodingWorld,
    CountingIds,
    SteppingClock,
    open_world,
    record_of,
    run_of,
    suggestion_ids,
    suggestion_of,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.core.assignments import EventDraft, RejectReason
from ehrcoder.core.codes import ICD_10_CM, CodeKind, Coding
from ehrcoder.core.errors import InputError, IntegrityError, NotFoundError
from ehrcoder.core.ids import DocumentId, RecordId, SuggestionId
from ehrcoder.core.records import (
    AdministrativeSex,
    ClinicalDocument,
    EncounterClass,
    EncounterRecord,
    ImportedCode,
    Patient,
    Period,
    RecordStatus,
)
from ehrcoder.ports import ExportEntry
from ehrcoder.usecases.sign_record import sign_record

I10, E119, J45909 = suggestion_ids()


def full_record() -> EncounterRecord:
    return EncounterRecord(
        record_id=RecordId("full"), source_format="fhir", source_name="bundle.json", source_sha256="ab" * 32,
        imported_at=dt.datetime(2026, 4, 1, 12, 0, 0, 123456, tzinfo=dt.UTC),
        patient=Patient(pseudonym="P-1", birth_year=1950, sex=AdministrativeSex.FEMALE),
        period=Period(start=dt.date(2026, 3, 1), end=dt.date(2026, 3, 4)),
        encounter_class=EncounterClass.INPATIENT,
        documents=(
            ClinicalDocument(document_id=DocumentId("d1"), type="A", title="One", text="first", language="en"),
            ClinicalDocument(document_id=DocumentId("d2"), type="B", title="Two", text="zweite", language="de"),
        ),
        imported_codes=(ImportedCode(coding=Coding(system=ICD_10_CM, version="", code="I10", display="x"),
                                     kind=CodeKind.DIAGNOSIS, source_label="Condition/1"),),
        import_notes=("decoded as utf-8",),
    )


def test_a_record_comes_back_with_every_field(coding_world: CodingWorld) -> None:
    coding_world.workspace.add_records([full_record()])
    assert coding_world.workspace.record(RecordId("full")) == full_record()


@pytest.mark.parametrize("text", [
    "a\r\nb\rc\nd",
    "nul \0 inside\0", "\ufeffbom", "astral 𝔘 and 👩🏽‍⚕️", "e\u0301 is not é", "tab\tand\x0b\x0c\x1b[31m",
    "\u2028\u2029\u0085", "x" * 1_000_000, " ", "'; DROP TABLE records; --", "\ud7ff\ue000\uffff",
])
def test_a_text_is_stored_exactly_as_received(coding_world: CodingWorld, text: str) -> None:
    coding_world.workspace.add_records([record_of("r2", text=text)])
    stored = coding_world.workspace.record(RecordId("r2"))
    assert stored.documents[0].text == text
    assert coding_world.workspace.rows()[1].text_length == len(text)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=8))
def test_any_text_is_stored_exactly_as_received(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    world = open_world(tmp_path_factory.mktemp("texts") / "w.ehrw")
    try:
        records = [record_of(f"t{number}", text=text) for number, text in enumerate(texts)]
        world.workspace.add_records(records)
        assert [world.workspace.record(each.record_id) for each in records] == records
    finally:
        world.workspace.close()


@pytest.mark.parametrize("broken", [
    record_of("r3", text="broken \ud800"), record_of("r3", title="broken \udfff"),
    replace(record_of("r3"), import_notes=("broken \udc80",))])
def test_half_a_character_is_refused_and_nothing_of_its_batch_is_stored(
    coding_world: CodingWorld, broken: EncounterRecord
) -> None:
    with pytest.raises(InputError, match="half a character"):
        coding_world.workspace.add_records([record_of("r2"), broken])
    assert [row.record_id for row in coding_world.workspace.rows()] == ["r1"]
    assert coding_world.workspace.verify().problems == ()


def test_a_record_id_is_taken_once(coding_world: CodingWorld) -> None:
    with pytest.raises(InputError, match="already"):
        coding_world.workspace.add_records([record_of("r1", text="other")])


def test_the_content_of_a_source_is_recognised(coding_world: CodingWorld) -> None:
    record = record_of("r2", text="other")
    coding_world.workspace.add_records([record])
    assert coding_world.workspace.find_by_content(record.source_sha256) == "r2"
    assert coding_world.workspace.find_by_content("0" * 64) is None


@pytest.mark.parametrize("ask", ["record", "suggestions", "runs", "events", "coding"])
def test_a_record_that_is_not_there_is_said_so(coding_world: CodingWorld, ask: str) -> None:
    with pytest.raises(NotFoundError, match="nowhere"):
        getattr(coding_world.workspace, ask)(RecordId("nowhere"))
    with pytest.raises(NotFoundError):
        coding_world.workspace.append(RecordId("nowhere"), [])


def test_the_list_shows_where_each_record_stands(coding_world: CodingWorld) -> None:
    workspace = coding_world.workspace

    def state() -> tuple[object, ...]:
        row = workspace.rows()[0]
        return row.status, row.suggestion_count, row.undecided_count, row.assignment_count

    workspace.add_records([full_record()])
    assert [(row.title, row.status) for row in workspace.rows()] == [
        ("r1", RecordStatus.PROPOSED), ("P-1 · 2026-03-01", RecordStatus.NEW)]
    assert state() == (RecordStatus.PROPOSED, 3, 3, 0)
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    assert state() == (RecordStatus.IN_PROGRESS, 3, 2, 1)
    coding_world.verify.undo("r1", coder_id=CODER)
    assert state() == (RecordStatus.IN_PROGRESS, 3, 3, 0)
    for each in suggestion_ids():
        coding_world.verify.reject("r1", each, coder_id=CODER, reason=RejectReason.OTHER)
    sign_record(RecordId("r1"), history=workspace, store=workspace, coder_id=CODER, clock=coding_world.clock)
    assert state() == (RecordStatus.SIGNED, 3, 0, 0)


def test_suggestions_and_runs_come_back_best_rank_first(coding_world: CodingWorld) -> None:
    assert [each.suggestion_id for each in coding_world.workspace.suggestions(RecordId("r1"))] == [
        I10, E119, J45909]
    assert coding_world.workspace.suggestions(RecordId("r1"))[0] == suggestion_of(
        "s1", "I10", rank=1, confidence=0.9)
    assert coding_world.workspace.runs(RecordId("r1")) == (run_of(),)


def test_a_new_run_replaces_what_nobody_decided_and_keeps_the_rest(coding_world: CodingWorld) -> None:
    workspace = coding_world.workspace
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding_world.verify.reject("r1", E119, coder_id=CODER, reason=RejectReason.OTHER)
    workspace.save_run(run_of("run2"), [suggestion_of("n1", "R07.9", rank=1, run_id="run2")])
    assert {each.suggestion_id for each in workspace.suggestions(RecordId("r1"))} == {I10, E119, "n1"}
    assert workspace.rows()[0].undecided_count == 1
    assert [each.run_id for each in workspace.runs(RecordId("r1"))] == ["run1", "run2"]


def test_an_undone_decision_of_an_earlier_run_comes_back_with_its_redo(coding_world: CodingWorld) -> None:
    workspace = coding_world.workspace
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    coding_world.verify.undo("r1", coder_id=CODER)
    workspace.save_run(run_of("run2"), [suggestion_of("n1", "R07.9", rank=1, run_id="run2")])
    assert [each.suggestion_id for each in workspace.suggestions(RecordId("r1"))] == ["n1"]
    coding_world.verify.redo("r1", coder_id=CODER)
    assert {each.suggestion_id for each in workspace.suggestions(RecordId("r1"))} == {"n1", I10}
    assert workspace.verify().problems == ()


def test_a_run_is_stored_whole_or_not_at_all(coding_world: CodingWorld) -> None:
    workspace = coding_world.workspace
    twice = suggestion_of("n1", "R07.9", rank=1, run_id="run2")
    with pytest.raises(sqlite3.IntegrityError):
        workspace.save_run(run_of("run2"), [twice, twice])
    assert len(workspace.runs(RecordId("r1"))) == 1
    assert len(workspace.suggestions(RecordId("r1"))) == 3
    assert workspace.verify().problems == ()


def test_a_run_may_suggest_nothing(coding_world: CodingWorld) -> None:
    coding_world.workspace.save_run(run_of("run2"), [])
    assert coding_world.workspace.suggestions(RecordId("r1")) == ()
    assert coding_world.workspace.rows()[0].status is RecordStatus.PROPOSED


def test_a_suggestion_of_another_run_is_a_bug_of_the_caller(coding_world: CodingWorld) -> None:
    with pytest.raises(ValueError, match="another run"):
        coding_world.workspace.save_run(run_of("run2"), [suggestion_of("n1", "I10", rank=1, run_id="run1")])


def test_the_export_log_comes_back_in_order(coding_world: CodingWorld) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    head = coding_world.workspace.coding(RecordId("r1")).head_hash
    entries = tuple(
        ExportEntry(record_id=RecordId("r1"), file_name=f"{n}.json", format="fhir", sha256="ab" * 32,
                    head_hash=head, at=coding_world.clock.now()) for n in range(3))
    coding_world.workspace.log_exports(entries[:2])
    coding_world.workspace.log_exports(entries[2:])
    assert coding_world.workspace.exports() == entries
    assert coding_world.workspace.verify().problems == ()


def test_what_was_decided_is_there_after_reopening(tmp_path: Path) -> None:
    world = open_world(tmp_path / "w.ehrw")
    world.verify.accept("r1", I10, coder_id=CODER)
    coding, events, rows = (world.workspace.coding(world.record_id), world.workspace.events(world.record_id),
                            world.workspace.rows())
    world.workspace.close()
    again = SqliteWorkspace.open(tmp_path / "w.ehrw", clock=SteppingClock(), ids=CountingIds())
    try:
        assert (again.coding(world.record_id), again.events(world.record_id), again.rows()) == (
            coding, events, rows)
    finally:
        again.close()


def test_a_stale_view_of_a_record_cannot_change_it(coding_world: CodingWorld) -> None:
    coding = coding_world.workspace.coding(RecordId("r1"))
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    draft = coding_world.workspace.events(RecordId("r1"))[0].draft
    with pytest.raises(InputError, match="changed meanwhile"):
        coding_world.workspace.append(RecordId("r1"), [replace(draft, before=None)],
                                      expected_version=coding.version)


def test_the_same_actions_under_the_same_clock_and_ids_give_the_same_hashes(tmp_path: Path) -> None:
    heads: list[str] = []
    for name in ("one", "two"):
        world = open_world(tmp_path / name)
        world.verify.accept("r1", I10, coder_id=CODER)
        heads.append(world.workspace.verify().head_hash)
        world.workspace.close()
    assert heads[0] == heads[1]


def test_a_reader_beside_the_writer_sees_its_changes_and_cannot_write(coding_world: CodingWorld) -> None:
    reader = SqliteWorkspace.open(coding_world.workspace.path, clock=SteppingClock(), ids=CountingIds(),
                                  read_only=True)
    try:
        coding_world.verify.accept("r1", I10, coder_id=CODER)
        assert reader.coding(RecordId("r1")).version == 1
        with pytest.raises(Exception, match="for reading only"):
            reader.append(RecordId("r1"), [EventDraft(action="add", coder_id=CODER)])  # type: ignore[arg-type]
    finally:
        reader.close()


def test_another_thread_may_not_use_the_workspace(coding_world: CodingWorld) -> None:
    raised: list[BaseException] = []

    def use() -> None:
        try:
            coding_world.workspace.rows()
        except sqlite3.ProgrammingError as error:
            raised.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(raised) == 1


def test_a_changed_text_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    open_world(tmp_path / "w.ehrw").workspace.close()
    with sqlite3.connect(tmp_path / "w.ehrw") as raw:
        raw.execute("DROP TRIGGER documents_never_update")
        raw.execute("UPDATE documents SET text = replace(text, 'Asthma', 'Asthmb')")
    raw.close()
    workspace = SqliteWorkspace.open(tmp_path / "w.ehrw", clock=SteppingClock(), ids=CountingIds())
    try:
        with pytest.raises(IntegrityError, match="Record r1"):
            workspace.record(RecordId("r1"))
    finally:
        workspace.close()


def test_a_changed_suggestion_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    open_world(tmp_path / "w.ehrw").workspace.close()
    with sqlite3.connect(tmp_path / "w.ehrw") as raw:
        raw.execute("UPDATE suggestions SET body = replace(body, 'I10', 'I11') WHERE suggestion_id = 's1'")
    raw.close()
    workspace = SqliteWorkspace.open(tmp_path / "w.ehrw", clock=SteppingClock(), ids=CountingIds())
    try:
        with pytest.raises(IntegrityError, match="Suggestion s1"):
            workspace.suggestions(RecordId("r1"))
        assert "Suggestion s1" in workspace.verify().problems[0]
    finally:
        workspace.close()


def test_a_backup_taken_while_working_holds_everything_and_opens(
    coding_world: CodingWorld, tmp_path: Path
) -> None:
    coding_world.verify.accept("r1", I10, coder_id=CODER)
    copy = coding_world.workspace.backup(tmp_path / "copy.ehrw")
    coding_world.verify.accept("r1", E119, coder_id=CODER)
    again = SqliteWorkspace.open(copy, clock=SteppingClock(), ids=CountingIds())
    try:
        assert again.coding(RecordId("r1")).version == 1
        assert again.verify().problems == ()
    finally:
        again.close()
    with pytest.raises(InputError, match="there already"):
        coding_world.workspace.backup(copy)
    assert not list(tmp_path.glob("*.part"))


def test_unknown_suggestions_of_other_records_do_not_mix(coding_world: CodingWorld) -> None:
    coding_world.workspace.add_records([record_of("r2")])
    assert coding_world.workspace.suggestions(RecordId("r2")) == ()
    assert coding_world.workspace.coding(RecordId("r2")).decision(SuggestionId("s1")) == "undecided"
