"""What the doctor makes of the facts that its probes report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ehrcoder.core.codes import ICD_10_CM, CodeSetEdition
from ehrcoder.core.errors import EnvironmentFault, InputError, IntegrityError, ModelUnavailableError
from ehrcoder.core.suggestions import ModelDescription
from ehrcoder.usecases import doctor
from ehrcoder.usecases.doctor import Finding, Standing, diagnose, without_package
from ehrcoder.usecases.installation import (
    DatabaseEngine,
    InstalledCodeSet,
    Library,
    ModelFile,
    Probes,
    Program,
    SettingsState,
    Storage,
    TrainedFiles,
    WindowSystem,
    WorkerState,
    WorkspaceState,
)

HOME = Path("home")
TODAY = dt.date(2026, 5, 1)
LIBRARY = Library(name="pydantic", installed="2.14.3", wanted="2.14.3")
SQLITE = DatabaseEngine(version=(3, 53, 0), fts5="fts5: 2026")
SETTINGS = SettingsState(path=HOME / "settings.toml", exists=True, model_enabled=True, gpu_layers=-1)
MODEL = ModelFile(path=HOME / "m.gguf", size=7, sha256="a", expected_sha256="a", licence="L", is_gguf=True)
TRAINED = TrainedFiles(folder=HOME, hashes=(("x", "1"),), adapter_sha256="b", card_adapter_sha256="b")
EDITION = CodeSetEdition(
    system=ICD_10_CM, version="2026-04", name="ICD-10-CM", effective_from=dt.date(2026, 4, 1),
    effective_to=dt.date(2026, 9, 30), concept_count=2, billable_count=1, licence="-", source="-", sha256="c",
)
CODE_SET = InstalledCodeSet(edition=EDITION, file_sha256="c")
WORKER = WorkerState(
    model=ModelDescription(name="m.gguf", sha256="a", adapter="adapter.gguf", threads=2, context_size=4096),
    description="gemma", start_seconds=0.7, answers_repeat=True, answers_rightly=True, gpu_offload=False,
    gpu_layers=0, resident_bytes=500_000_000,
)
WORKSPACE = WorkspaceState(
    path=HOME / "w.ehrw", is_named=True, records=3, signed=1, events=9, head_hash="d", problems=()
)
STORAGE = Storage(folder=HOME, models=HOME, code_sets=HOME, logs=HOME, free_bytes=10**10, is_writable=True)
WHOLE = Probes(
    program=lambda: Program(version="1", python="3.11", executable="python", system="Linux", cores=2),
    libraries=lambda: (LIBRARY,), database=lambda: SQLITE, window=lambda: WindowSystem(qt_version="6.12.0"),
    settings=lambda: SETTINGS, model_file=lambda: MODEL, trained=lambda: TRAINED, code_sets=lambda: (CODE_SET,),
    worker=lambda: WORKER, workspace=lambda: WORKSPACE, storage=lambda: STORAGE,
)
# Name of a probe and of the finding that it leads to.
PARTS = [
    ("program", "program"), ("libraries", "libraries"), ("database", "sqlite"), ("window", "window"),
    ("settings", "settings"), ("model_file", "model_file"), ("trained", "trained"), ("code_sets", "code_sets"),
    ("worker", "worker"), ("workspace", "workspace"), ("storage", "storage"),
]


def _found(probes: Probes, name: str) -> Finding:
    (finding,) = (each for each in diagnose(probes, today=TODAY).findings if each.name == name)
    return finding


def _raising(error: Exception) -> Callable[[], Any]:
    def probe() -> Any:
        raise error

    return probe


def test_a_whole_installation_is_called_whole() -> None:
    report = diagnose(WHOLE, today=TODAY)

    assert report.is_whole
    assert {each.standing for each in report.findings} == {Standing.FINE}
    assert [each.next_step for each in report.findings if each.next_step] == []


@pytest.mark.parametrize(("probe", "name"), PARTS)
@pytest.mark.parametrize("error", [
    EnvironmentFault("gone", next_step="fetch it"), InputError("bad", next_step="mend it"), IntegrityError("altered"),
    ModelUnavailableError("killed"), PermissionError("denied"), ImportError("no module"), KeyError("files"),
    ValueError("not JSON"), RuntimeError("cannot load"), AttributeError("half installed"),
], ids=lambda error: type(error).__name__)
def test_a_probe_that_fails_is_itself_a_finding_and_costs_no_other(probe: str, name: str, error: Exception) -> None:
    probes = replace(WHOLE, **{probe: _raising(error)})
    report = diagnose(probes, today=TODAY)

    off = [each for each in report.findings if each.standing is Standing.OFF]
    assert [each.name for each in off] == [name]
    assert off[0].next_step
    assert len(report.findings) == len(diagnose(WHOLE, today=TODAY).findings)


def test_the_next_step_of_an_error_is_the_finding_s() -> None:
    probes = replace(WHOLE, model_file=_raising(EnvironmentFault("It is gone.", next_step="Fetch it.")))

    finding = _found(probes, "model_file")

    assert (finding.summary, finding.next_step) == ("It is gone.", "Fetch it.")


def test_without_the_model_s_process_the_gpu_is_not_guessed_at() -> None:
    finding = _found(replace(WHOLE, worker=_raising(ModelUnavailableError("killed"))), "gpu")

    assert finding.standing is Standing.NOTE


def test_a_model_that_is_switched_off_is_not_started() -> None:
    off = replace(SETTINGS, model_enabled=False)
    probes = replace(WHOLE, settings=lambda: off, worker=_raising(AssertionError("started")))

    assert _found(probes, "worker").standing is Standing.NOTE
    assert diagnose(probes, today=TODAY).is_whole


JUDGEMENTS = [
    (doctor.judge_libraries((replace(LIBRARY, installed=""),)), Standing.OFF, "Missing: pydantic"),
    (doctor.judge_libraries((replace(LIBRARY, installed="2.0"),)), Standing.OFF, "2.0 instead of 2.14.3"),
    (doctor.judge_libraries((replace(LIBRARY, fault="ImportError: x"),)), Standing.OFF, "not loading"),
    (doctor.judge_libraries((replace(LIBRARY, wanted=""),)), Standing.FINE, "1 packages"),
    (doctor.judge_database(replace(SQLITE, version=(3, 36, 0))), Standing.OFF, "too old"),
    (doctor.judge_database(replace(SQLITE, version=(3, 37, 0))), Standing.NOTE, "3.37.0"),
    (doctor.judge_database(replace(SQLITE, version=(3, 51, 2))), Standing.NOTE, "3.51.3"),
    (doctor.judge_database(replace(SQLITE, version=(3, 51, 3))), Standing.FINE, "3.51.3"),
    (doctor.judge_database(replace(SQLITE, fts5="")), Standing.OFF, "without FTS5"),
    (doctor.judge_window(WindowSystem(qt_version="", fault="libEGL.so.1: cannot open", missing_library="libEGL.so.1")),
     Standing.OFF, "libEGL.so.1"),
    (doctor.judge_settings(replace(SETTINGS, exists=False)), Standing.FINE, "defaults"),
    (doctor.judge_model_file(replace(MODEL, sha256="z")), Standing.OFF, "damaged"),
    (doctor.judge_model_file(replace(MODEL, is_gguf=False)), Standing.OFF, "not a GGUF"),
    (doctor.judge_model_file(replace(MODEL, expected_sha256="")), Standing.NOTE, "for you to check"),
    (doctor.judge_trained(replace(TRAINED, adapter_sha256="")), Standing.OFF, "missing"),
    (doctor.judge_trained(replace(TRAINED, adapter_sha256="z")), Standing.OFF, "not the one"),
    (doctor.judge_code_sets((), today=TODAY), Standing.OFF, "not been built"),
    (doctor.judge_code_sets((replace(CODE_SET, file_sha256=""),), today=TODAY), Standing.OFF, "missing: ICD-10-CM"),
    (doctor.judge_code_sets((replace(CODE_SET, file_sha256="z"),), today=TODAY), Standing.OFF, "damaged: ICD-10-CM"),
    (doctor.judge_code_sets((CODE_SET,), today=dt.date(2026, 9, 30)), Standing.FINE, "1 assignable"),
    (doctor.judge_code_sets((CODE_SET,), today=dt.date(2026, 10, 1)), Standing.NOTE, "until 2026-09-30"),
    (doctor.judge_worker(replace(WORKER, answers_repeat=False)), Standing.OFF, "two answers"),
    (doctor.judge_worker(replace(WORKER, answers_rightly=False)), Standing.NOTE, "wrongly"),
    (doctor.judge_gpu(WORKER, wanted_layers=-1), Standing.FINE, "on the processor"),
    (doctor.judge_gpu(WORKER, wanted_layers=12), Standing.OFF, "12 layers"),
    (doctor.judge_gpu(replace(WORKER, gpu_offload=True, gpu_layers=-1), wanted_layers=-1), Standing.FINE, "In use"),
    (doctor.judge_gpu(replace(WORKER, gpu_offload=True), wanted_layers=0), Standing.FINE, "say not to"),
    (doctor.judge_workspace(replace(WORKSPACE, problems=("event 4",))), Standing.OFF, "NOT intact"),
    (doctor.judge_workspace(replace(WORKSPACE, records=None)), Standing.OFF, "no such file"),
    (doctor.judge_workspace(replace(WORKSPACE, records=None, is_named=False)), Standing.FINE, "first import"),
    (doctor.judge_storage(replace(STORAGE, is_writable=False)), Standing.OFF, "written to"),
    (doctor.judge_storage(replace(STORAGE, free_bytes=499_999_999)), Standing.OFF, "free"),
    (doctor.judge_storage(replace(STORAGE, free_bytes=500_000_000)), Standing.FINE, "free"),
    (without_package("pydantic").findings[0], Standing.OFF, "pydantic"),
]


@pytest.mark.parametrize(("finding", "standing", "said"), JUDGEMENTS, ids=[each[2] for each in JUDGEMENTS])
def test_each_fact_gets_its_verdict_and_what_is_off_a_next_step(
    finding: Finding, standing: Standing, said: str
) -> None:
    assert finding.standing is standing
    assert said in finding.summary
    assert bool(finding.next_step) == (standing is Standing.OFF)
