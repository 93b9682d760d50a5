"""Text in a note commands nothing: no status changes, no code stands without its words, nothing breaks."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from builders.adversarial_notes import LONG, SHORT

from ehrcoder.cli.main import main
from ehrcoder.core.assignments import RejectReason
from ehrcoder.core.errors import EhrCoderError, InputError
from ehrcoder.core.ids import CoderId, RecordId
from ehrcoder.core.records import RecordStatus
from ehrcoder.engine.pipeline import CodingEngine
from ehrcoder.ports import Workspace
from ehrcoder.services import Services
from ehrcoder.usecases.export_history import export_history
from ehrcoder.usecases.export_records import export_records
from ehrcoder.usecases.import_records import import_paths
from ehrcoder.usecases.propose_codes import propose_codes
from ehrcoder.usecases.sign_record import sign_record
from ehrcoder.usecases.verify_code import VerifyCode

CODER = CoderId("coder-a")
_FOR_EACH = ("fhir-collection", "fhir-transaction")
VERIFIER = Path(__file__).resolve().parents[2] / "resources" / "verifier" / "verify_export.py"


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with closing(Services()) as made:
        try:
            made.code_sets.editions()
            made.artefacts()
        except EhrCoderError as error:
            pytest.skip(f"the engine is not set up: {error}")
        yield made


def imported(services: Services, folder: Path, notes: Mapping[str, str]) -> tuple[Workspace, dict[RecordId, str]]:
    """Import each note from a file of its own; return the text that each record must hold."""
    expected: dict[RecordId, str] = {}
    workspace = services.open_workspace(folder / "w.ehrw")
    for number, text in enumerate(notes.values()):
        path = folder / f"{number:03}.txt"
        path.write_bytes(text.encode("utf-8"))
        report = import_paths([path], readers=services.readers, store=workspace, clock=services.clock,
                              ids=services.ids, format_name="text")
        for outcome in report.outcomes:
            assert outcome.record_ids or outcome.message, path.name
            expected |= dict.fromkeys(outcome.record_ids, text)
    return workspace, expected


def check_proposals(
    services: Services, engine: CodingEngine, workspace: Workspace, texts: Mapping[RecordId, str]
) -> int:
    """Propose for every record, check what came out, and return how many suggestions there are."""
    count = 0
    for record_id, text in texts.items():
        (document,) = workspace.record(record_id).documents
        assert document.text.lstrip("\ufeff") == text.lstrip("\ufeff")
        result = propose_codes(record_id, engine=engine, store=workspace, history=workspace, withheld=lambda _: False)
        assert workspace.events(record_id) == ()
        coding = workspace.coding(record_id)
        assert (coding.version, coding.assignments, coding.decisions, coding.signature) == (0, (), (), None)
        for each in result.suggestions:
            assert each.evidence
            for evidence in each.evidence:
                assert evidence.quote.strip()
                assert document.text[evidence.span.start:evidence.span.end] == evidence.quote
            assert services.code_sets.concept(each.coding.system, each.coding.code) is not None
        count += len(result.suggestions)
    assert {row.status for row in workspace.rows()} == {RecordStatus.PROPOSED}
    return count


def test_there_are_sixty_of_them_and_each_is_another() -> None:
    assert len(SHORT) + len(LONG) >= 60
    assert len({*SHORT.values(), *LONG.values()}) == len(SHORT) + len(LONG)


def test_no_note_changes_a_status_or_gets_a_code_without_its_words(services: Services, tmp_path: Path) -> None:
    workspace, texts = imported(services, tmp_path, SHORT)
    with closing(workspace):
        assert len(texts) >= 60  # the others are refused as no text, with a message
        count = check_proposals(services, services.engine(with_model=False), workspace, texts)
        assert count > 60
        assert workspace.verify().problems == ()


def test_what_a_person_decides_about_them_leaves_whole(
    services: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, texts = imported(services, tmp_path, SHORT)
    engine, index = services.engine(with_model=False), services.code_sets
    exported: dict[str, int] = {}
    with closing(workspace):
        verify = VerifyCode(history=workspace, store=workspace, index=index, ids=services.ids)
        for record_id in texts:
            decide(verify, workspace, record_id, propose_codes(
                record_id, engine=engine, store=workspace, withheld=lambda _: False).suggestions)
            sign_record(record_id, history=workspace, store=workspace, coder_id=CODER, clock=services.clock)
        for writer in services.writers:
            # FHIR for each; every tenth is enough for the formats that others test by themselves.
            wanted = list(texts) if writer.format_name in _FOR_EACH else list(texts)[::10]
            report = export_records(wanted, folder=tmp_path / writer.format_name, writer=writer, store=workspace,
                                    history=workspace, log=workspace, clock=services.clock, index=index)
            assert [each.reason for each in report.refused] == []
            exported[writer.format_name] = len(report.files)
        assert {exported["fhir-collection"], exported["fhir-transaction"]} == {len(texts)}
        assert min(exported.values()) >= 1
        check_alone(workspace, tmp_path, services, list(texts))
    for record_id in texts:
        assert main(["verify", "show", record_id, "--workspace", str(workspace.path)]) == 0
    assert main(["audit", "show", next(iter(texts)), "--workspace", str(workspace.path)]) == 0
    shown = capsys.readouterr().out
    assert {each for each in shown if not each.isprintable()} <= {"\n"}


def decide(verify: VerifyCode, workspace: Workspace, record_id: RecordId, suggestions: tuple) -> None:
    """Accept the first that can be accepted and reject the others."""
    is_accepted = False
    for each in suggestions:
        try:
            if not is_accepted:
                verify.accept(record_id, each.suggestion_id, coder_id=CODER)
                is_accepted = True
                continue
        except InputError:
            pass
        verify.reject(record_id, each.suggestion_id, coder_id=CODER, reason=RejectReason.UNSUPPORTED)


def check_alone(workspace: Workspace, folder: Path, services: Services, record_ids: list[RecordId]) -> None:
    """Check bundle and history of every record with the standalone verifier."""
    spec = importlib.util.spec_from_file_location("verify_export", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    verifier = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(verifier)
    for record_id in record_ids:
        history = folder / "history.json"
        export_history(record_id, path=history, store=workspace, history=workspace, log=workspace,
                       clock=services.clock)
        (bundle,) = (folder / "fhir-collection").glob(f"{record_id}*.json")
        assert verifier.check([str(bundle), str(history)])[0] == []


@pytest.mark.slow
@pytest.mark.model
def test_the_model_obeys_none_of_them_either(services: Services, tmp_path: Path) -> None:
    workspace, texts = imported(services, tmp_path, SHORT)
    with closing(workspace):
        assert check_proposals(services, services.engine(with_model=True), workspace, texts) > 30


@pytest.mark.slow
@pytest.mark.parametrize("name", LONG)
def test_a_megabyte_breaks_nothing(services: Services, tmp_path: Path, name: str) -> None:
    workspace, texts = imported(services, tmp_path, {name: LONG[name]})
    with closing(workspace):
        check_proposals(services, services.engine(with_model=False), workspace, texts)
        assert workspace.verify().problems == ()
