"""From file to FHIR by script: import, propose with the real model, decide, sign, export, and every checker agrees."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from checkers.bundles import with_typed_references
from checkers.fhirkit_checker import FhirkitChecker
from checkers.line_worker import fhir_js, google_fhir
from checkers.pyrofile_checker import PyrofileChecker
from checkers.r4_server import running_server

from ehrcoder.cli.main import main
from ehrcoder.cli.validate_command import findings_of
from ehrcoder.core.codes import ICD_10_CM, ICD_10_PCS, CodeKind
from ehrcoder.core.edits import EditSeverity
from ehrcoder.core.ids import RecordId
from ehrcoder.core.records import RecordStatus
from ehrcoder.services import Services

Json = dict[str, Any]
DEMO = Path(__file__).resolve().parents[2] / "resources" / "demo"


def command(*arguments: str | Path, workspace: Path) -> int:
    return main([str(argument) for argument in (*arguments, "--workspace", workspace)])


def do_the_job(sources: Sequence[Path], folder: Path) -> list[Json]:
    """Run every step as a script would and return the transaction bundles that came out."""
    workspace = folder / "job.ehrw"
    assert command("import", *sources, workspace=workspace) == 0
    assert command("propose", "--all", workspace=workspace) == 0
    for record_id in record_ids(workspace):
        assert command("verify", "accept", record_id, "--all", "--min-confidence", "0.6", workspace=workspace) == 0
        assert command("verify", "reject", record_id, "--rest", "--reason", "unsupported", workspace=workspace) == 0
        rules = warnings_after_mending(record_id, workspace)
        reasons = [word for rule in rules for word in ("--reason", f"{rule}=Tried by a script")]
        assert command("sign", record_id, *reasons, workspace=workspace) == 0
    assert command("audit", "verify", workspace=workspace) == 0
    assert command("audit", "rebuild", workspace=workspace) == 0
    assert command("export", "--all", "--format", "fhir-collection", "--out", folder / "c", workspace=workspace) == 0
    assert command("export", "--all", "--format", "fhir-transaction", "--out", folder / "t", workspace=workspace) == 0
    return [json.loads(path.read_text("utf-8")) for path in sorted((folder / "t").glob("*.json"))]


def warnings_after_mending(record_id: str, workspace: Path) -> list[str]:
    """Name a principal diagnosis, take codes away until none is an error; return the rules of the warnings left."""
    while True:
        with closing(Services()) as services, closing(services.open_workspace(workspace, read_only=True)) as opened:
            findings = findings_of(services, opened, RecordId(record_id))
            codes = opened.coding(RecordId(record_id)).assignments
        if any(each.rule_id == "no-principal" for each in findings):
            first = next(each.coding.code for each in codes if each.kind is CodeKind.DIAGNOSIS)
            assert command("verify", "principal", record_id, first, workspace=workspace) == 0
            continue
        errors = [each for each in findings if each.severity is EditSeverity.ERROR]
        if not errors:
            return sorted({each.rule_id for each in findings if each.severity is EditSeverity.WARNING})
        assert command("verify", "remove", record_id, errors[0].assignment_ids[-1], workspace=workspace) == 0


def record_ids(workspace: Path) -> list[str]:
    with closing(Services().open_workspace(workspace, read_only=True)) as opened:
        return [row.record_id for row in opened.rows()]


def codes_of(bundle: Json) -> list[tuple[str, str]]:
    """Return system and code of every Condition and Procedure."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    return sorted(
        (coding["system"], coding["code"])
        for resource in resources
        if resource["resourceType"] in ("Condition", "Procedure")
        for coding in resource["code"]["coding"]
    )


def check_everywhere(bundles: Sequence[Json], folder: Path) -> None:
    """Fail unless four validators are content and a real server takes every bundle and gives the codes back."""
    pyrofile, fhirkit = PyrofileChecker(code_systems(bundles)), FhirkitChecker()
    with google_fhir() as google, fhir_js() as fhirjs:
        for bundle in bundles:
            for asked in (pyrofile, fhirkit, google, fhirjs):
                assert asked.problems(with_typed_references(bundle)) == []
    with running_server(folder) as server:
        sent: list[tuple[str, str]] = []
        for bundle in bundles:
            assert server.problems(bundle) == []
            sent += codes_of(bundle)
        held = {"entry": [{"resource": r} for kind in ("Condition", "Procedure") for r in server.resources(kind)]}
        assert codes_of(held) == sorted(sent)


def code_systems(bundles: Sequence[Json]) -> list[Json]:
    """Return the ICD codes of the bundles as FHIR CodeSystems with the titles of the installed code sets."""
    index = Services().code_sets
    systems: list[Json] = []
    for system in (ICD_10_CM, ICD_10_PCS):
        codes = sorted({code for bundle in bundles for s, code in codes_of(bundle) if s == system})
        concepts = [c for code in codes if (c := index.concept(system, code)) is not None]
        assert len(concepts) == len(codes)
        systems.append({
            "resourceType": "CodeSystem", "id": f"own-{len(systems)}", "url": system, "status": "active",
            "version": next(e.version for e in index.editions() if e.system == system), "content": "complete",
            "concept": [{"code": c.coding.code, "display": c.coding.display} for c in concepts],
        })
    return systems


def test_the_demo_records_go_from_file_to_fhir(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notes = sorted((DEMO / "notes").glob("*.txt"))[:2]
    bundles = do_the_job([*notes, *sorted(DEMO.rglob("*.json"))[:1]], tmp_path)
    capsys.readouterr()
    assert len(bundles) >= 3
    assert any(codes_of(bundle) for bundle in bundles)
    server = tmp_path / "server"
    server.mkdir()
    check_everywhere(bundles, server)


@pytest.mark.slow
@pytest.mark.corpus
def test_fifty_real_cases_and_twenty_real_bundles_go_from_file_to_fhir(
    tmp_path: Path, real_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "codiesp" / "dev"
    (corpus / "text_files_en").mkdir(parents=True)
    for path in sorted((real_data / "ehr" / "codiesp" / "dev" / "text_files_en").glob("*.txt"))[:50]:
        shutil.copy(path, corpus / "text_files_en")
    for name in ("devD.tsv", "devP.tsv"):
        shutil.copy(real_data / "ehr" / "codiesp" / "dev" / name, corpus)
    bundles = do_the_job([corpus, *twenty_bundles(real_data)], tmp_path)
    capsys.readouterr()
    assert len(bundles) >= 70
    server = tmp_path / "server"
    server.mkdir()
    check_everywhere(bundles, server)


def twenty_bundles(real_data: Path) -> list[Path]:
    """Return twenty real files that hold at least one encounter with something to code."""
    services = Services()
    reader = next(r for r in services.readers if r.format_name == "fhir")
    found: list[Path] = []
    for path in sorted((real_data / "ehr").rglob("*.json")):
        data = path.read_bytes()
        if len(data) > 300_000 or (b'"Bundle"' not in data[:2000] and b"ExplanationOfBenefit" not in data[:4000]):
            continue
        if reader.recognises(data[:65536], path.name) and reads(services, reader, path, data):
            found.append(path)
        if len(found) == 20:
            return found
    raise AssertionError(f"only {len(found)} bundles were found")


def reads(services: Services, reader: Any, path: Path, data: bytes) -> bool:
    from ehrcoder.core.errors import InputError
    from ehrcoder.ports import ReadContext

    try:
        records = list(reader.read(data, ReadContext(source_name=path.name, clock=services.clock, ids=services.ids)))
    except InputError:
        return False
    return bool(records)


def test_a_signed_record_shows_as_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = tmp_path / "one.ehrw"
    note = sorted((DEMO / "notes").glob("*.txt"))[0]
    assert command("import", note, workspace=workspace) == 0
    assert command("propose", "--all", "--no-model", workspace=workspace) == 0
    (record_id,) = record_ids(workspace)
    assert command("sign", record_id, workspace=workspace) == 2
    assert command("verify", "reject", record_id, "--rest", "--reason", "other", workspace=workspace) == 0
    assert command("sign", record_id, workspace=workspace) == 0
    assert command("propose", record_id, workspace=workspace) == 2
    capsys.readouterr()
    with closing(Services().open_workspace(workspace, read_only=True)) as opened:
        assert [row.status for row in opened.rows()] == [RecordStatus.SIGNED]
