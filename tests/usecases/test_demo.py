"""The scripted demo decides by confidence alone, and says of itself that no clinician took part."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from builders.coding_world import CountingIds, SmallCodeSets, SteppingClock, record_of, run_of, suggestion_of

from ehrcoder.adapters.store.workspace import SqliteWorkspace
from ehrcoder.adapters.writers import all_writers
from ehrcoder.core.records import EncounterRecord
from ehrcoder.core.suggestions import CodeSuggestion, InferenceRun
from ehrcoder.engine.pipeline import CodingEngine
from ehrcoder.ports import CancelToken, CodeSetIndex
from ehrcoder.services import Services
from ehrcoder.usecases.demo import DEMO_CODER, DEMO_MEANING, DemoRecord, code_records, export_all
from ehrcoder.usecases.import_records import import_paths


class FixedEngine:
    """Proposes the same for every record: a sure code, an unsure one, and a sure header that nobody can assign."""

    def propose(
        self, record: EncounterRecord, *, cancel: CancelToken | None = None
    ) -> tuple[InferenceRun, tuple[CodeSuggestion, ...]]:
        name = record.record_id
        run = run_of(f"run-{name}", record_id=name)
        codes = (("I10", 0.9, "Hypertension"), ("J45.90", 0.8, "Asthma"), ("E11.9", 0.3, "Type 2 diabetes"))
        return run, tuple(
            suggestion_of(f"{name}-{rank}", code, rank=rank, run_id=run.run_id, record_id=name, quote=quote,
                          confidence=confidence)
            for rank, (code, confidence, quote) in enumerate(codes, start=1)
        )


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[SqliteWorkspace]:
    opened = SqliteWorkspace.open(tmp_path / "demo.ehrw", clock=SteppingClock(), ids=CountingIds())
    opened.add_records([record_of("r1"), record_of("r2")])
    yield opened
    opened.close()


def coded(workspace: SqliteWorkspace, *, floor: float = 0.5, limit: int | None = None) -> tuple[DemoRecord, ...]:
    return code_records(
        workspace, engine=cast(CodingEngine, FixedEngine()), index=cast(CodeSetIndex, SmallCodeSets()),
        ids=CountingIds(), clock=SteppingClock(), floor=floor, limit=limit,
    )


def assigned(workspace: SqliteWorkspace, record: DemoRecord) -> list[str]:
    return [each.coding.code for each in workspace.coding(record.record_id).assignments]


def test_codes_at_or_above_the_floor_are_accepted_and_the_rest_rejected(workspace: SqliteWorkspace) -> None:
    first, _ = coded(workspace)

    assert assigned(workspace, first) == ["I10"]
    assert first.accepted == {"r1-1"}


def test_the_floor_itself_is_accepted(workspace: SqliteWorkspace) -> None:
    first, _ = coded(workspace, floor=0.3)

    assert assigned(workspace, first) == ["I10", "E11.9"]


def test_a_header_is_rejected_with_the_reason_however_sure_it_is(workspace: SqliteWorkspace) -> None:
    first, _ = coded(workspace)

    reasons = {e.draft.suggestion_id: e.draft.reason for e in workspace.events(first.record_id)}
    assert reasons["r1-2"] == "other: demo script: cannot be assigned as it stands"
    assert reasons["r1-3"] == "other: demo script: confidence below 0.50"


def test_every_record_is_signed_in_the_scripts_name_as_not_verified(workspace: SqliteWorkspace) -> None:
    for record in coded(workspace):
        signature = workspace.coding(record.record_id).signature
        assert signature is not None
        assert signature.coder_id == DEMO_CODER
        assert "no-clinician" in DEMO_CODER
        assert signature.meaning == DEMO_MEANING
        assert "verified by no clinician" in DEMO_MEANING


def test_a_second_run_leaves_signed_records_alone(workspace: SqliteWorkspace) -> None:
    first, _ = coded(workspace)
    head = workspace.coding(first.record_id).head_hash

    assert coded(workspace) == ()
    assert workspace.coding(first.record_id).head_hash == head


def test_a_limit_takes_the_first_records(workspace: SqliteWorkspace) -> None:
    assert [record.record_id for record in coded(workspace, limit=1)] == ["r1"]


def test_what_leaves_names_the_script_in_every_format(workspace: SqliteWorkspace, tmp_path: Path) -> None:
    done = coded(workspace)
    reports = export_all(
        [record.record_id for record in done], workspace, folder=tmp_path / "out", writers=all_writers(),
        index=cast(CodeSetIndex, SmallCodeSets()), clock=SteppingClock(),
    )

    assert [report.format_name for report in reports] == [writer.format_name for writer in all_writers()]
    for report in reports:
        assert report.refused == ()
        assert {file.path.parent for file in report.files} == {tmp_path / "out" / report.format_name}
        texts = [text_of(file.path) for file in report.files]
        assert DEMO_CODER in "".join(texts)
        for file, text in zip(report.files, texts, strict=True):
            if file.path.suffix == ".json":
                assert json.loads(text)["resourceType"] == "Bundle"


def text_of(path: Path) -> str:
    """Return a file's text; a workbook's is within its zip."""
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as package:
        return package.read("xl/worksheets/sheet1.xml").decode("utf-8")


def test_no_export_of_the_whole_demo_is_refused(tmp_path: Path) -> None:
    """What `make run` does without a display, but for the language model: a refused record ends it with an error."""
    services = Services()
    with closing(services), closing(services.open_workspace(tmp_path / "demo.ehrw")) as workspace:
        import_paths([services.paths.resources / "demo"], readers=services.readers, store=workspace,
                     clock=services.clock, ids=services.ids)
        done = code_records(workspace, engine=services.engine(with_model=False), index=services.code_sets,
                            ids=services.ids, clock=services.clock)
        assert len(done) >= 20
        reports = export_all([each.record_id for each in done], workspace, folder=tmp_path, writers=services.writers,
                             index=services.code_sets, clock=services.clock)
    assert [report.refused for report in reports if report.refused] == []
